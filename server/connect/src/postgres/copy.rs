//! All rows of a statement as `COPY … TO STDOUT (FORMAT BINARY)` sends them: no message for each row's description, and numbers and
//! times that are not written as text to be read again. The format is in PostgreSQL's manual, under COPY.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use bytes::{Buf, Bytes};
use fail::fail_point;
use futures::{FutureExt, TryStreamExt};
use model::{Field, Value};
use sqlx::postgres::PgConnection;
use sqlx::types::{Uuid, chrono};
use sqlx::{Column as _, Connection as _, Executor, SqlSafeStr, Statement as _, TypeInfo};

use super::query::unreadable;
use super::read_error;
use crate::batch::BatchBuilder;
use crate::stream::{Ended, Sender, missing};
use crate::{SourceError, SourceErrorKind, Statement};

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0";
/// Between 1970, where we count from, and 2000, where PostgreSQL does.
const DAYS_TO_2000: i32 = 10_957;
const MICROS_TO_2000: i64 = 946_684_800_000_000;
/// The longest that the end of an answer may take after its last row.
const END: Duration = Duration::from_secs(5);

/// A column of what is sent: its type there, and where it belongs.
struct Sent {
    kind: Kind,
    name: String,
    field: Option<usize>,
}

#[derive(Clone, Copy)]
enum Kind {
    Bool,
    Int2,
    Int4,
    Int8,
    Float4,
    Float8,
    Numeric,
    Date,
    Time,
    Timestamp,
    Uuid,
    Json,
    JsonB,
    Bytes,
    /// What is sent as the text that it is.
    Text,
}

impl Kind {
    fn of(name: &str) -> Self {
        match name {
            "BOOL" => Self::Bool,
            "INT2" => Self::Int2,
            "INT4" => Self::Int4,
            "INT8" => Self::Int8,
            "FLOAT4" => Self::Float4,
            "FLOAT8" => Self::Float8,
            "NUMERIC" => Self::Numeric,
            "DATE" => Self::Date,
            "TIME" => Self::Time,
            "TIMESTAMP" | "TIMESTAMPTZ" => Self::Timestamp,
            "UUID" => Self::Uuid,
            "JSON" => Self::Json,
            "JSONB" => Self::JsonB,
            "BYTEA" => Self::Bytes,
            _ => Self::Text,
        }
    }
}

pub(super) async fn send_rows(connection: &mut PgConnection, statement: &Statement, sender: &Sender) -> Result<Ended, SourceError> {
    let mut batch = BatchBuilder::new(&statement.fields);
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
    let sent: Vec<Sent> =
        prepared.columns().iter().map(|column| sent_as(column.name(), column.type_info().name(), &statement.fields)).collect();
    for (index, field) in statement.fields.iter().enumerate() {
        if !sent.iter().any(|sent| sent.field == Some(index)) {
            return Err(missing(&field.name));
        }
    }
    let copy = format!("COPY ({}) TO STDOUT (FORMAT BINARY)", statement.sql);
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

fn sent_as(name: &str, kind: &str, fields: &[Field]) -> Sent {
    Sent { kind: Kind::of(kind), name: kind.to_owned(), field: fields.iter().position(|field| field.name == name) }
}

fn broken() -> SourceError {
    SourceError::new(SourceErrorKind::Other, "Its rows ended in the middle. Try again.")
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
                Some(cell) => append(batch, field, sent, cell)?,
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

fn append(batch: &mut BatchBuilder, field: usize, sent: &Sent, cell: &[u8]) -> Result<(), SourceError> {
    let bad = || unreadable(&sent.name);
    let value = match sent.kind {
        Kind::Bool => Value::Bool(fixed::<1>(cell).ok_or_else(bad)? != [0]),
        Kind::Int2 => return batch.append_int(field, i16::from_be_bytes(fixed(cell).ok_or_else(bad)?).into()),
        Kind::Int4 => return batch.append_int(field, i32::from_be_bytes(fixed(cell).ok_or_else(bad)?).into()),
        Kind::Int8 => return batch.append_int(field, i64::from_be_bytes(fixed(cell).ok_or_else(bad)?)),
        Kind::Float4 => Value::Float(f32::from_be_bytes(fixed(cell).ok_or_else(bad)?).into()),
        Kind::Float8 => Value::Float(f64::from_be_bytes(fixed(cell).ok_or_else(bad)?)),
        Kind::Numeric => Value::Text(numeric(cell).ok_or_else(bad)?),
        Kind::Date => {
            let days = i32::from_be_bytes(fixed(cell).ok_or_else(bad)?).checked_add(DAYS_TO_2000).ok_or_else(bad)?;
            // What is called infinite has no place in a calendar.
            let date = chrono::NaiveDate::from_epoch_days(days).ok_or_else(bad)?;
            if batch.append_days(field, days) {
                return Ok(());
            }
            Value::Text(date.to_string())
        }
        Kind::Time => Value::Text(time_of_day(i64::from_be_bytes(fixed(cell).ok_or_else(bad)?)).ok_or_else(bad)?),
        Kind::Timestamp => {
            let micros = i64::from_be_bytes(fixed(cell).ok_or_else(bad)?).checked_add(MICROS_TO_2000).ok_or_else(bad)?;
            let time = chrono::DateTime::from_timestamp_micros(micros).ok_or_else(bad)?;
            if batch.append_micros(field, micros) {
                return Ok(());
            }
            Value::Text(time.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string())
        }
        Kind::Uuid => Value::Text(Uuid::from_bytes(fixed(cell).ok_or_else(bad)?).to_string()),
        Kind::Json => Value::Text(json(cell).ok_or_else(bad)?),
        Kind::JsonB => Value::Text(cell.strip_prefix(&[1]).and_then(json).ok_or_else(bad)?),
        Kind::Bytes => Value::Bytes(cell.to_vec()),
        Kind::Text => return batch.append_text(field, std::str::from_utf8(cell).map_err(|_| bad())?),
    };
    batch.append(field, value)
}

fn fixed<const SIZE: usize>(cell: &[u8]) -> Option<[u8; SIZE]> {
    cell.try_into().ok()
}

/// Written as any other reading of it is, so that both are the same bytes.
fn json(cell: &[u8]) -> Option<String> {
    Some(serde_json::from_slice::<serde_json::Value>(cell).ok()?.to_string())
}

fn time_of_day(micros: i64) -> Option<String> {
    let (seconds, rest) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    let nanos = u32::try_from(rest * 1_000).ok()?;
    chrono::NaiveTime::from_num_seconds_from_midnight_opt(u32::try_from(seconds).ok()?, nanos).map(|time| time.to_string())
}

/// Groups of four digits, the first of which stands for so many powers of 10,000.
fn numeric(mut cell: &[u8]) -> Option<String> {
    const NEGATIVE: u16 = 0x4000;
    if cell.len() < 8 {
        return None;
    }
    let (groups, weight, sign, scale) = (cell.get_u16(), i32::from(cell.get_i16()), cell.get_u16(), usize::from(cell.get_u16()));
    if cell.len() != usize::from(groups) * 2 || !matches!(sign, 0 | NEGATIVE) {
        return None;
    }
    let digits: Vec<u16> = (0..groups).map(|_| cell.get_u16()).collect();
    let at = |power: i32| usize::try_from(weight - power).ok().and_then(|index| digits.get(index)).copied().unwrap_or(0);
    let mut text = String::new();
    if sign == NEGATIVE {
        text.push('-');
    }
    let whole: String = (0..=weight.max(0)).rev().map(|power| format!("{:04}", at(power))).collect();
    let whole = whole.trim_start_matches('0');
    text.push_str(if whole.is_empty() { "0" } else { whole });
    if scale > 0 {
        let groups = i32::try_from(scale.div_ceil(4)).ok()?;
        let part: String = (1..=groups).map(|power| format!("{:04}", at(-power))).collect();
        text.push('.');
        text.push_str(part.get(..scale)?);
    }
    Some(text)
}
