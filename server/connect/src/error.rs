//! What a source can do wrong, in words of ours. The driver's own text is for the log alone.

use std::any::Any;
use std::io::ErrorKind;

use model::number::grouped;
use model::{ErrorCode, Problem};
use tokio::task::JoinError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceErrorKind {
    /// The settings make no sense.
    Config,
    /// It does not answer.
    Unreachable,
    /// It closed a connection that was open: one that was idle, or in the middle of a statement. Another connection may do.
    Dropped,
    /// It answers, and refuses us.
    Refused,
    Timeout,
    /// The source takes no more connections.
    Busy,
    /// The concurrency slots that the consumer may have are in use. Says nothing of the source.
    NoSlot,
    /// A table, column or function that is not there.
    Missing,
    /// A value of a row that is not of the expected type.
    Mismatch,
    /// A value that the statement was asked with and that the source cannot use. Whoever asks is at fault, not the source.
    Value,
    /// A cell or a row that is larger than may be read.
    TooLarge,
    /// The statement is not one that it can run.
    Statement,
    /// The reading ended before its end, by a fault of this program or of a driver.
    Broken,
    Other,
}

/// A plain sentence for a person, and the cause for the log.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{sentence}")]
pub struct SourceError {
    pub kind: SourceErrorKind,
    pub sentence: String,
    /// What the driver said: logged with the request id, never shown.
    pub cause: String,
}

impl SourceError {
    #[must_use]
    pub fn new(kind: SourceErrorKind, sentence: impl Into<String>) -> Self {
        Self { kind, sentence: sentence.into(), cause: String::new() }
    }

    /// A value cannot be used: of another form, out of range, or with characters that the source does not take.
    #[must_use]
    pub(crate) fn value() -> Self {
        Self::new(
            SourceErrorKind::Value,
            "A value of the request cannot be used: it is out of range, has the wrong format, or has characters such as NUL. Check the parameters.",
        )
    }

    /// A statement is deeper or larger than the source reads. Whoever wrote it is at fault, not the source.
    #[must_use]
    pub(crate) fn too_complex() -> Self {
        Self::new(SourceErrorKind::Statement, "The statement is nested too deeply, or has too many parts. Simplify the statement.")
    }

    /// It took longer than it may.
    #[must_use]
    pub fn late() -> Self {
        Self::new(SourceErrorKind::Timeout, "The query timed out. Narrow the query, or raise the time-out of the API.")
    }

    /// An open connection is gone.
    #[must_use]
    pub fn dropped() -> Self {
        Self::new(SourceErrorKind::Dropped, "The connection to the source was lost. Check that the source is running, then try again.")
    }

    /// A reader is gone that did not say that it has read everything.
    #[must_use]
    pub fn ended_early(rows: u64) -> Self {
        let rows = grouped(rows);
        let sentence = format!(
            "Reading the source ended early, after {rows} rows. Try again. If this happens again, ask the operator: the log has the cause."
        );
        Self::new(SourceErrorKind::Broken, sentence)
    }

    /// A reader panicked, after so many rows.
    #[must_use]
    pub fn died(panic: &(dyn Any + Send), rows: u64) -> Self {
        let cause = panic_text(panic);
        tracing::error!(cause, rows, "a reader of a source panicked");
        Self::ended_early(rows).because(cause)
    }

    /// A driver panicked over one value.
    #[must_use]
    pub(crate) fn unreadable(panic: &(dyn Any + Send), row: usize, column: &str) -> Self {
        let cause = panic_text(panic);
        tracing::error!(cause, row, column, "a driver panicked over a value");
        let sentence =
            format!("Row {row} has a value in {column} that cannot be read. Remove {column}, or cast it to text in the statement.");
        Self::new(SourceErrorKind::Mismatch, sentence).because(cause)
    }

    /// A task that reads ended without an answer.
    #[must_use]
    pub fn of_join(error: JoinError, rows: u64) -> Self {
        match error.try_into_panic() {
            Ok(panic) => Self::died(&*panic, rows),
            Err(error) => Self::ended_early(rows).because(error),
        }
    }

    #[must_use]
    pub fn because(mut self, cause: impl std::fmt::Display) -> Self {
        self.cause = cause.to_string();
        self
    }

    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self.kind {
            SourceErrorKind::Config | SourceErrorKind::Statement | SourceErrorKind::Value => ErrorCode::Invalid,
            SourceErrorKind::Unreachable
            | SourceErrorKind::Dropped
            | SourceErrorKind::Refused
            | SourceErrorKind::Busy
            | SourceErrorKind::Other => ErrorCode::SourceUnavailable,
            SourceErrorKind::Broken => ErrorCode::Internal,
            SourceErrorKind::NoSlot => ErrorCode::SourceBusy,
            SourceErrorKind::Timeout => ErrorCode::SourceTimeout,
            SourceErrorKind::Missing | SourceErrorKind::Mismatch => ErrorCode::SourceChanged,
            SourceErrorKind::TooLarge => ErrorCode::TooLarge,
        }
    }

    /// As a person gets it; the cause has been logged by whoever calls this.
    #[must_use]
    pub fn problem(&self, source: &str) -> Problem {
        Problem::new(self.code(), format!("{source}: {}", self.sentence))
    }
}

/// What a panic said, for the log.
#[must_use]
pub fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("unknown")
}

/// How an error of the network looks where the other side has closed what was open.
const CLOSED: [ErrorKind; 5] =
    [ErrorKind::UnexpectedEof, ErrorKind::ConnectionReset, ErrorKind::ConnectionAborted, ErrorKind::BrokenPipe, ErrorKind::NotConnected];

/// What `sqlx` reports before a statement reaches the server, alike for every driver.
pub(crate) fn of_pool(error: &sqlx::Error) -> Option<SourceError> {
    let (kind, sentence) = match error {
        sqlx::Error::PoolTimedOut => (
            SourceErrorKind::Unreachable,
            "Connection timed out: the source does not respond, or all its connections are in use. Check host and port, then try again.",
        ),
        // The TLS library reports through the same type as the network does.
        sqlx::Error::Io(error) if ["certificate", "alert"].iter().any(|word| error.to_string().contains(word)) => (
            SourceErrorKind::Refused,
            "The TLS handshake with the source failed: a certificate is not trusted. Check the CA certificate and the client certificate.",
        ),
        sqlx::Error::Io(lost) if CLOSED.contains(&lost.kind()) => return Some(SourceError::dropped().because(error)),
        sqlx::Error::Io(_) => {
            (SourceErrorKind::Unreachable, "The source does not respond. Check its address and that it is running, then try again.")
        }
        sqlx::Error::Tls(_) => (SourceErrorKind::Refused, "The source did not accept an encrypted connection. Check the TLS setting."),
        sqlx::Error::Configuration(_) => (SourceErrorKind::Config, "The settings of the source are not valid. Check each setting."),
        sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => (SourceErrorKind::Unreachable, "The connection was closed. Try again."),
        _ => return None,
    };
    Some(SourceError::new(kind, sentence).because(error))
}
