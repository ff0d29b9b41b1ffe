//! All rows of a statement as `COPY … TO STDOUT (FORMAT BINARY)` sends them: no message for each row's description, and numbers and
//! times that are not written as text to be read again. The format is in PostgreSQL's manual, under COPY.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use bytes::{Buf, Bytes};
use fail::fail_point;
use futures::{FutureExt, TryStreamExt};
use model::{Field, Value};
use sqlx::postgres::{PgColumn, PgConnection};
use sqlx::{Column as _, Connection as _, Executor, SqlSafeStr, Statement as _, TypeInfo};

use super::cells::{DAYS_TO_2000, Kind, MICROS_TO_2000, fixed, unreadable};
use super::errors::read_error;
use super::readable::readable;
use crate::batch::BatchBuilder;
use crate::stream::{Ended, Sender, missing};
use crate::{SourceError, SourceErrorKind, Statement};

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// The longest that the end of an answer may take after its last row.
const END: Duration = Duration::from_secs(5);

/// A column of what is sent: its type there, and where it belongs.
struct Sent {
    kind: Kind,
    name: String,
    field: Option<usize>,
}

pub(super) async fn send_rows(connection: &mut PgConnection, statement: &Statement, sender: &Sender) -> Result<Ended, SourceError> {
    let mut batch = BatchBuilder::of(statement);
    let sent = AssertUnwindSafe(send_copy(connection, &mut batch, statement, sender)).catch_unwind().await;
    sent.unwrap_or_else(|panic| Err(batch.died(&*panic, sender.rows())))
}

async fn send_copy(
    connection: &mut PgConnection,
    batch: &mut BatchBuilder,
    statement: &Statement,
    sender: &Sender,
) -> Result<Ended, SourceError> {
    let failed = |error: &sqlx::Error| read_error(error, &statement.sql);
    // What this connection prepared before a table changed would tell old types.
    connection.clear_cached_statements().await.map_err(|error| failed(&error))?;
    let text = sqlx::AssertSqlSafe(statement.sql.clone()).into_sql_str();
    let prepared = connection.prepare(text).await.map_err(|error| failed(&error))?;
    let sql = readable(&statement.sql, prepared.columns());
    let sent: Vec<Sent> = prepared.columns().iter().map(|column| sent_as(column, &statement.fields)).collect();
    for (index, field) in statement.fields.iter().enumerate() {
        if !sent.iter().any(|sent| sent.field == Some(index)) {
            return Err(missing(&field.name));
        }
    }
    let copy = format!("COPY ({}) TO STDOUT (FORMAT BINARY)", sql.as_ref().unwrap_or(&statement.sql));
    let mut chunks = connection.copy_out_raw(&copy).await.map_err(|error| failed(&error))?;
    let mut rows = Rows { sent, buffer: Vec::new(), read: 0, begun: false, over: false };
    while let Some(chunk) = chunks.try_next().await.map_err(|error| failed(&error))? {
        rows.take(&chunk);
        while rows.next(batch)? {
            if batch.is_full() && sender.send(batch.finish()).await.is_err() {
                return Ok(Ended::Abandoned);
            }
        }
        rows.forget_read();
    }
    if !rows.over {
        return Err(broken());
    }
    if batch.rows() > 0 && sender.send(batch.finish()).await.is_err() {
        return Ok(Ended::Abandoned);
    }
    let at_end = matches!(tokio::time::timeout(END, chunks.try_next()).await, Ok(Ok(None)));
    Ok(if at_end { Ended::Done } else { Ended::Abandoned })
}

/// What the server casts is text.
fn sent_as(column: &PgColumn, fields: &[Field]) -> Sent {
    let info = column.type_info();
    let field = fields.iter().position(|field| field.name == column.name());
    Sent { kind: Kind::of(info).unwrap_or(Kind::Text), name: info.name().to_owned(), field }
}

fn broken() -> SourceError {
    SourceError::new(SourceErrorKind::Other, "The rows of the source ended early. Try again.")
}

/// What has come and is not read yet.
struct Rows {
    sent: Vec<Sent>,
    buffer: Vec<u8>,
    /// Bytes of it that were read.
    read: usize,
    begun: bool,
    over: bool,
}

impl Rows {
    fn take(&mut self, chunk: &Bytes) {
        self.buffer.extend_from_slice(chunk);
    }

    /// Appends the next row, where all of it has come.
    fn next(&mut self, batch: &mut BatchBuilder) -> Result<bool, SourceError> {
        if self.over || (!self.begun && !self.begin()?) {
            return Ok(false);
        }
        let Some(length) = self.row_length()? else { return Ok(false) };
        let mut rest = &self.buffer[self.read + 2..];
        batch.begin_row();
        fail_point!("reader.row");
        for sent in &self.sent {
            let size = rest.get_i32();
            let bytes = usize::try_from(size).ok().map(|size| rest.split_at(size));
            let cell = bytes.map(|(cell, behind)| {
                rest = behind;
                cell
            });
            let Some(field) = sent.field else { continue };
            match cell {
                None => batch.append(field, Value::Null)?,
                Some(cell) => {
                    if !batch.leaves_out(field, cell.len())? {
                        append(batch, field, sent, cell)?;
                    }
                }
            }
        }
        batch.end_row();
        self.read += length;
        Ok(true)
    }

    /// Makes room for what comes next.
    fn forget_read(&mut self) {
        self.buffer.drain(..self.read);
        self.read = 0;
    }

    /// Past the head of it all: a signature, flags, and an extension that is empty so far.
    fn begin(&mut self) -> Result<bool, SourceError> {
        let head = SIGNATURE.len() + 8;
        if self.buffer.len() < head {
            return Ok(false);
        }
        if !self.buffer.starts_with(SIGNATURE) {
            return Err(broken());
        }
        let mut extension = &self.buffer[SIGNATURE.len() + 4..head];
        let whole = head + usize::try_from(extension.get_i32()).map_err(|_| broken())?;
        if self.buffer.len() < whole {
            return Ok(false);
        }
        self.read = whole;
        self.begun = true;
        Ok(true)
    }

    /// Bytes of the next row, where all of them are there; a row of -1 cells is the end.
    fn row_length(&mut self) -> Result<Option<usize>, SourceError> {
        let mut rest = &self.buffer[self.read..];
        let there = rest.len();
        if there < 2 {
            return Ok(None);
        }
        let cells = rest.get_i16();
        if cells < 0 {
            self.over = true;
            return Ok(None);
        }
        if usize::try_from(cells) != Ok(self.sent.len()) {
            return Err(broken());
        }
        for _ in 0..cells {
            if rest.len() < 4 {
                return Ok(None);
            }
            let size = usize::try_from(rest.get_i32()).unwrap_or(0);
            if rest.len() < size {
                return Ok(None);
            }
            rest.advance(size);
        }
        Ok(Some(there - rest.len()))
    }
}

/// Most of a build are numbers, texts and times: those go straight into their columns.
fn append(batch: &mut BatchBuilder, field: usize, sent: &Sent, cell: &[u8]) -> Result<(), SourceError> {
    let bad = || unreadable(&sent.name);
    match sent.kind {
        Kind::Int2 => return batch.append_int(field, i16::from_be_bytes(fixed(cell).ok_or_else(bad)?).into()),
        Kind::Int4 => return batch.append_int(field, i32::from_be_bytes(fixed(cell).ok_or_else(bad)?).into()),
        Kind::Int8 => return batch.append_int(field, i64::from_be_bytes(fixed(cell).ok_or_else(bad)?)),
        Kind::Date => {
            let days = i32::from_be_bytes(fixed(cell).ok_or_else(bad)?);
            // The least and the greatest are called infinite.
            if let Some(days) = days.checked_add(DAYS_TO_2000).filter(|_| days != i32::MIN)
                && batch.append_days(field, days)
            {
                return Ok(());
            }
        }
        Kind::Timestamp => {
            let micros = i64::from_be_bytes(fixed(cell).ok_or_else(bad)?);
            if let Some(micros) = micros.checked_add(MICROS_TO_2000).filter(|_| micros != i64::MIN)
                && batch.append_micros(field, micros)
            {
                return Ok(());
            }
        }
        Kind::Text => return batch.append_text(field, std::str::from_utf8(cell).map_err(|_| bad())?),
        _ => {}
    }
    batch.append(field, sent.kind.value(cell).ok_or_else(bad)?)
}
