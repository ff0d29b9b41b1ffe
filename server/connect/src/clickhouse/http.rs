//! Statements over HTTP: values are sent beside the text, rows come back as lines of JSON.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::{Duration, Instant};

use bytes::Bytes;
use fail::fail_point;
use futures::FutureExt;
use model::{DataType, Value};
use reqwest::Version;
use reqwest::header::{CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING};
use serde_json::Value as Json;

use super::errors::of_code;
use super::line::Line;
use super::nulls::with_nulls;
use super::types::parameter;
use crate::batch::BatchBuilder;
use crate::egress::{self, Peer};
use crate::stream::{Ended, Sender, channel, missing, send_while_wanted, spawn};
use crate::{BatchStream, BindingConfig, CONNECT_TIMEOUT, MAX_ROW_BYTES, SESSION_TIMEOUT, SourceError, SourceErrorKind, Statement, tls};

/// The form of an answer: a line of names, a line of types, then a row a line.
const FORMAT: &str = "JSONCompactEachRowWithNamesAndTypes";
/// Only reading; numbers as numbers, whose digits are taken as they stand, also inside of arrays; times as they are; a statement ends when
/// its caller closes the connection.
const SETTINGS: [(&str, &str); 10] = [
    ("readonly", "2"),
    ("output_format_json_quote_64bit_integers", "0"),
    ("output_format_json_quote_decimals", "0"),
    ("output_format_json_quote_denormals", "1"),
    ("output_format_json_quote_64bit_floats", "0"),
    ("date_time_output_format", "iso"),
    ("session_timezone", "UTC"),
    // As standard SQL has it: of no rows there is no sum, and what a join does not find is NULL.
    ("aggregate_functions_null_for_empty", "1"),
    ("join_use_nulls", "1"),
    ("cancel_http_readonly_queries_on_client_close", "1"),
];
/// How long one portion of rows may take to be written.
const WRITE_TIMEOUT: Duration = Duration::from_secs(60);
/// What the server says of an error is not read beyond this, in bytes.
const MAX_SAID: usize = 4 << 10;

#[derive(Clone)]
pub(super) struct Client {
    http: reqwest::Client,
    url: reqwest::Url,
    /// Sent as headers, so that no log of addresses has them.
    credentials: (String, String),
    database: String,
}

impl Client {
    /// # Errors
    /// An address or a certificate that cannot be used.
    pub(super) fn new(config: &BindingConfig) -> Result<Self, SourceError> {
        let bad = |sentence: &str| SourceError::new(SourceErrorKind::Config, sentence);
        let url: reqwest::Url = config.get("url").parse().map_err(|_| bad("The address must be a URL, such as http://host:8123."))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad("The address must begin with http:// or https://."));
        }
        // The server takes a query of the address for settings, for who asks, and even for the beginning of the statement.
        if url.query().is_some() || url.fragment().is_some() {
            return Err(bad("The address must not contain ? or #. Enter an address such as http://host:8123."));
        }
        // It asks for no password where nobody set one, and answers whoever speaks HTTP: as any service on this machine.
        egress::check(&url, Peer::Service)?;
        let builder = tls::over_http(egress::client(Peer::Service).connect_timeout(CONNECT_TIMEOUT), config)?;
        let or = |text: &str, usual: &str| if text.is_empty() { usual.to_owned() } else { text.to_owned() };
        Ok(Self {
            http: builder.build().map_err(|error| bad("The settings of the source are not valid. Check each setting.").because(error))?,
            url,
            credentials: (or(config.get("user"), "default"), config.get("password").to_owned()),
            database: or(config.get("database"), "default"),
        })
    }

    /// All rows of a small answer.
    pub(super) async fn rows(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<Vec<Vec<Json>>, SourceError> {
        let response = self.send(sql, binds, SESSION_TIMEOUT).await?;
        let mut lines = Lines::new(response, MAX_ROW_BYTES);
        let mut rows = Vec::new();
        while let Some(row) = lines.next().await? {
            rows.push(row.json());
        }
        // The names and the types.
        rows.drain(..rows.len().min(2));
        Ok(rows)
    }

    pub(super) async fn stream(&self, statement: Statement) -> Result<BatchStream, SourceError> {
        let response = self.send(&statement.sql, &statement.binds, statement.timeout).await?;
        let (sender, stream) = channel();
        spawn(async move {
            // Dropped where it is abandoned: the connection closes, and the server ends the statement.
            let lines = Lines::new(response, statement.purpose.max_row());
            let sending = send_rows(lines, &statement, &sender);
            send_while_wanted(&sender, statement.timeout, pin!(sending)).await;
            sender
        });
        Ok(stream)
    }

    async fn send(&self, sql: &str, binds: &[(DataType, Value)], timeout: Duration) -> Result<reqwest::Response, SourceError> {
        let mut nulls = Vec::new();
        let mut query: Vec<(String, String)> = SETTINGS.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        query.push(("database".into(), self.database.clone()));
        query.push(("default_format".into(), FORMAT.into()));
        query.push(("max_execution_time".into(), timeout.as_secs_f64().to_string()));
        for (index, (data_type, value)) in binds.iter().enumerate() {
            match parameter(*data_type, value) {
                Some(text) => query.push((format!("param_p{}", index + 1), text)),
                None => nulls.push(index + 1),
            }
        }
        let (sql, began) = (Bytes::from(with_nulls(sql, &nulls)), Instant::now());
        let request = || {
            self.http
                .post(self.url.clone())
                .query(&query)
                .header("x-clickhouse-user", &self.credentials.0)
                .header("x-clickhouse-key", &self.credentials.1)
                .body(sql.clone())
        };
        let response = match answer(request(), timeout).await {
            // The server had closed the connection, as it does where it is restarted. Statements of this kind only read.
            Err(error) if error.kind == SourceErrorKind::Dropped => answer(request(), timeout.saturating_sub(began.elapsed())).await,
            answered => answered,
        }?;
        if says_where_it_ends(response.version(), response.headers()) { Ok(response) } else { Err(endless()) }
    }

    /// Runs a statement that changes something, with the rows that it brings behind it.
    pub(super) async fn write(&self, sql: String) -> Result<(), SourceError> {
        let request = self
            .http
            .post(self.url.clone())
            .query(&[("database", self.database.as_str()), ("session_timezone", "UTC")])
            .header("x-clickhouse-user", &self.credentials.0)
            .header("x-clickhouse-key", &self.credentials.1)
            .body(sql);
        answer(request, WRITE_TIMEOUT).await.map(drop)
    }
}

/// Whether an answer says where it ends. One that ends with its connection looks whole where that broke off, and ClickHouse itself
/// gives none: a proxy between does, which speaks HTTP/1.0.
fn says_where_it_ends(version: Version, headers: &HeaderMap) -> bool {
    match version {
        Version::HTTP_09 | Version::HTTP_10 => headers.contains_key(CONTENT_LENGTH),
        Version::HTTP_11 => headers.contains_key(CONTENT_LENGTH) || headers.contains_key(TRANSFER_ENCODING),
        // Frames have an end of their own.
        _ => true,
    }
}

fn endless() -> SourceError {
    let sentence = "The responses do not say where they end, so an incomplete response looks complete. A proxy in front of the server uses HTTP/1.0: configure HTTP/1.1, or enter the address of ClickHouse itself.";
    SourceError::new(SourceErrorKind::Config, sentence)
}

async fn answer(request: reqwest::RequestBuilder, timeout: Duration) -> Result<reqwest::Response, SourceError> {
    let late = |_| SourceError::late();
    let response = tokio::time::timeout(timeout, request.send()).await.map_err(late)?.map_err(away)?;
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status();
    let said = beginning(response).await;
    Err(failed(&said).unwrap_or_else(|| {
        SourceError::new(
            SourceErrorKind::Unreachable,
            format!("The server responded with status {status}. Check that the address is its HTTP interface."),
        )
    }))
}

/// What an error says, as far as it is read.
async fn beginning(mut response: reqwest::Response) -> String {
    let mut said = Vec::new();
    while said.len() < MAX_SAID
        && let Ok(Some(chunk)) = response.chunk().await
    {
        said.extend_from_slice(&chunk[..chunk.len().min(MAX_SAID)]);
    }
    String::from_utf8_lossy(&said).into_owned()
}

fn away(error: reqwest::Error) -> SourceError {
    if let Some(refused) = egress::refusal(&error) {
        return refused;
    }
    let is_of_connection = error.is_request() || error.is_body() || error.is_decode();
    if is_of_connection && !error.is_connect() && !error.is_timeout() {
        return SourceError::dropped().because(error.without_url());
    }
    SourceError::new(SourceErrorKind::Unreachable, "The server does not respond. Check its address and that it is running, then try again.")
        .because(error.without_url())
}

/// `Code: 60. DB::Exception: …`
fn failed(said: &str) -> Option<SourceError> {
    let rest = &said[said.find("Code: ")? + 6..];
    let code = rest.split('.').next()?.trim().parse().ok()?;
    Some(of_code(code, &said.chars().take(MAX_SAID).collect::<String>()))
}

async fn send_rows(lines: Lines, statement: &Statement, sender: &Sender) -> Result<Ended, SourceError> {
    let mut batch = BatchBuilder::of(statement);
    let sent = AssertUnwindSafe(send_lines(lines, &mut batch, statement, sender)).catch_unwind().await;
    sent.unwrap_or_else(|panic| Err(batch.died(&*panic, sender.rows())))
}

async fn send_lines(mut lines: Lines, batch: &mut BatchBuilder, statement: &Statement, sender: &Sender) -> Result<Ended, SourceError> {
    let names = lines.next().await?.unwrap_or_default().json();
    let _types = lines.next().await?;
    let order: Vec<usize> = statement
        .fields
        .iter()
        .map(|field| names.iter().position(|name| *name == field.name).ok_or_else(|| missing(&field.name)))
        .collect::<Result<_, _>>()?;
    let mut left = statement.max_rows;
    while left > 0 && take_row(&mut lines, batch, (statement, order.as_slice())).await? {
        left -= 1;
        if batch.is_full() && sender.send(batch.finish()).await.is_err() {
            return Ok(Ended::Abandoned);
        }
    }
    if batch.rows() > 0 {
        let _ = sender.send(batch.finish()).await;
    }
    Ok(Ended::Done)
}

/// Appends the next row; `false` where there is none.
async fn take_row(lines: &mut Lines, batch: &mut BatchBuilder, (statement, order): (&Statement, &[usize])) -> Result<bool, SourceError> {
    let row = match lines.next().await {
        Err(error) if error.kind == SourceErrorKind::TooLarge && statement.purpose.is_lenient() => {
            lines.skip_line().await?;
            batch.append_unreadable_row(error.sentence);
            return Ok(true);
        }
        row => row?,
    };
    let Some(row) = row else { return Ok(false) };
    batch.begin_row();
    fail_point!("reader.row");
    for (index, (position, field)) in order.iter().zip(&statement.fields).enumerate() {
        batch.append(index, row.value(*position, field.data_type))?;
    }
    batch.end_row();
    Ok(true)
}

/// The lines of an answer, each a row.
struct Lines {
    response: reqwest::Response,
    buffer: Vec<u8>,
    read: usize,
    /// Up to here there is no end of a line that was not read: a long line is not looked through again with each piece.
    looked: usize,
    over: bool,
    /// The longest line, in bytes.
    most: usize,
}

impl Lines {
    fn new(response: reqwest::Response, most: usize) -> Self {
        Self { response, buffer: Vec::new(), read: 0, looked: 0, over: false, most }
    }

    /// # Errors
    /// A connection that breaks off; an error that the server met after its first rows, which comes as a line.
    async fn next(&mut self) -> Result<Option<Line>, SourceError> {
        loop {
            let rest = &self.buffer[self.read..];
            let looked = self.looked.saturating_sub(self.read);
            let found = rest[looked..].iter().position(|byte| *byte == b'\n').map(|at| looked + at);
            if let Some(end) = found.or_else(|| (self.over && !rest.is_empty()).then_some(rest.len())) {
                let line = &rest[..end];
                let row = if line.trim_ascii().is_empty() { None } else { Some(row_of(line)?) };
                self.read = (self.read + end + 1).min(self.buffer.len());
                match row {
                    Some(row) => return Ok(Some(row)),
                    None => continue,
                }
            }
            if self.over {
                return Ok(None);
            }
            self.buffer.drain(..self.read);
            (self.read, self.looked) = (0, self.buffer.len());
            if self.buffer.len() > self.most {
                let sentence = format!("A row is longer than {} MiB. Remove its longest column.", self.most >> 20);
                return Err(SourceError::new(SourceErrorKind::TooLarge, sentence));
            }
            match self.response.chunk().await.map_err(away)? {
                Some(chunk) => self.buffer.extend_from_slice(&chunk),
                None => self.over = true,
            }
        }
    }

    /// Past the end of a line that was too long, which is not kept.
    async fn skip_line(&mut self) -> Result<(), SourceError> {
        (self.buffer, self.read, self.looked) = (Vec::new(), 0, 0);
        while let Some(chunk) = self.response.chunk().await.map_err(away)? {
            if let Some(end) = chunk.iter().position(|byte| *byte == b'\n') {
                self.buffer.extend_from_slice(&chunk[end + 1..]);
                return Ok(());
            }
        }
        self.over = true;
        Ok(())
    }
}

fn row_of(line: &[u8]) -> Result<Line, SourceError> {
    Line::read(line).map_err(|error| {
        let said = String::from_utf8_lossy(line);
        failed(&said).unwrap_or_else(|| {
            SourceError::new(SourceErrorKind::Other, "The response is not from ClickHouse. Check the address.").because(error)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_ends_with_its_connection_is_not_taken() {
        let with = |name| HeaderMap::from_iter([(name, reqwest::header::HeaderValue::from_static("1"))]);
        for (version, headers, says) in [
            (Version::HTTP_11, with(CONTENT_LENGTH), true),
            (Version::HTTP_11, with(TRANSFER_ENCODING), true),
            (Version::HTTP_10, with(CONTENT_LENGTH), true),
            (Version::HTTP_2, HeaderMap::new(), true),
            (Version::HTTP_11, HeaderMap::new(), false),
            (Version::HTTP_10, with(TRANSFER_ENCODING), false),
            (Version::HTTP_10, HeaderMap::new(), false),
        ] {
            assert_eq!(says_where_it_ends(version, &headers), says, "{version:?} {headers:?}");
        }
    }
}
