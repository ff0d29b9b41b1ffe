//! One table of Redis: its columns from a sample of keys, its rows by key or by a walk.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use connect::{BATCH_BYTES, Purpose, SourceError, SourceErrorKind, Spoiled};
use datafusion::datasource::TableProvider;
use model::table::TableInfo;
use redis::{FromRedisValue, Value, pipe};
use sha2::{Digest, Sha256};

use super::keys::{Keys, OWN_KEYS, failed};
use crate::cells::{Cell, hex_text};
use crate::evidence::{NO_TEXT, Row, SAMPLE_BYTES, columns, json_row};
use crate::rows::{Asker, ReadRows, RowSender, RowTable, Rows, Wanted};
use crate::template::Template;
use crate::types::Overrides;

/// Rows that types are read from.
const SAMPLE: usize = 1_000;
/// Steps of a walk without a key of the table before it is said to have none.
const STEPS: usize = 1_000;
/// Keys whose values are measured at once.
const AT_ONCE: usize = 500;
/// Keys whose values are fetched at once where they cannot be measured.
const UNMEASURED: usize = 16;
/// The column of a text that is not a JSON object.
const VALUE: &str = "value";

/// What the keys of a table hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Hash,
    Object,
    Text,
}

struct RedisTable {
    keys: Arc<Keys>,
    template: Template,
    columns: Vec<String>,
    kind: Kind,
}

/// # Errors
/// Where there is no key, or keys that hold what is no row.
pub(super) async fn learn(
    keys: &Arc<Keys>,
    name: &str,
    template: Template,
    overrides: &Overrides,
) -> Result<(TableInfo, Arc<dyn TableProvider>), SourceError> {
    let sample = sample_keys(keys, &template).await?;
    let Some(first) = sample.first() else {
        let sentence = format!("{name}: no key matches {}. Check the key pattern.", template.glob());
        return Err(SourceError::new(SourceErrorKind::Missing, sentence));
    };
    let kinds = keys.kinds(std::slice::from_ref(first)).await?;
    let mut table = RedisTable { keys: keys.clone(), columns: template.columns(), template, kind: Kind::Hash };
    match kinds.first().map(String::as_str) {
        Some("hash") => {}
        Some("string") => {
            table.kind = Kind::Object;
            let objects = table.sample(&sample).await.is_ok_and(|read| read.spoiled.is_empty());
            table.kind = if objects { Kind::Object } else { Kind::Text };
        }
        Some(other) => {
            let sentence = format!("{name}: {first} is a {other}. Only hashes and strings are supported.");
            return Err(SourceError::new(SourceErrorKind::Mismatch, sentence));
        }
        None => return Err(SourceError::new(SourceErrorKind::Missing, format!("{name}: the keys no longer exist."))),
    }
    let rows = table.sample(&sample).await?.rows;
    let key = table.columns.clone();
    // The values of hashes are texts; those in JSON say what they are.
    let found = columns(&rows, &key, name, overrides, table.kind != Kind::Object);
    Ok(RowTable::described(name, found, key, Arc::new(table)))
}

async fn sample_keys(keys: &Keys, template: &Template) -> Result<Vec<String>, SourceError> {
    let glob = template.glob();
    let (mut cursor, mut found) = (0, Vec::new());
    for _ in 0..STEPS {
        let (next, step, _) = keys.step(&glob, cursor).await?;
        found.extend(step.into_iter().filter(|key| template.values_in(key).is_some()));
        cursor = next;
        if cursor == 0 || found.len() >= SAMPLE {
            break;
        }
    }
    found.truncate(SAMPLE);
    Ok(found)
}

/// Some keys, by what they hold.
#[derive(Debug, PartialEq, Eq)]
enum Part<'k> {
    /// Their values, of so many bytes, are fetched at once.
    Keys(&'k [String], usize),
    /// Its value, of so many bytes, is not fetched.
    TooLarge(&'k str, usize),
}

/// Keys in parts whose values may be fetched at once: a batch of them, or one that is larger than that, and not larger than the largest.
fn parts<'k>(keys: &'k [String], sizes: &[usize], largest: usize) -> Vec<Part<'k>> {
    let (mut parts, mut start, mut bytes) = (Vec::new(), 0, 0);
    for (at, size) in sizes.iter().enumerate() {
        let is_too_large = *size > largest;
        if at > start && (is_too_large || bytes + size > BATCH_BYTES) {
            parts.push(Part::Keys(&keys[start..at], bytes));
            (start, bytes) = (at, 0);
        }
        if is_too_large {
            parts.push(Part::TooLarge(&keys[at], *size));
            start = at + 1;
        } else {
            bytes += size;
        }
    }
    if start < keys.len() {
        parts.push(Part::Keys(&keys[start..], bytes));
    }
    parts
}

impl RedisTable {
    /// The largest value, in bytes: what is larger is not fetched. A text is one cell, and other values are whole rows.
    fn largest(&self, purpose: Purpose) -> usize {
        if self.kind == Kind::Text { purpose.max_cell() } else { purpose.max_row() }
    }

    /// At most [`AT_ONCE`] keys in parts.
    async fn parts<'k>(&self, keys: &'k [String], purpose: Purpose) -> Result<Vec<Part<'k>>, SourceError> {
        Ok(match self.keys.sizes(keys, self.kind == Kind::Hash).await? {
            Some(sizes) => parts(keys, &sizes, self.largest(purpose)),
            None => keys.chunks(UNMEASURED).map(|keys| Part::Keys(keys, BATCH_BYTES)).collect(),
        })
    }

    /// The rows of a sample, of as many bytes as are enough. A value that is too large has no say in the columns.
    async fn sample(&self, keys: &[String]) -> Result<Rows, SourceError> {
        let (mut all, mut bytes) = (Rows::default(), 0);
        for some in keys.chunks(AT_ONCE) {
            for part in self.parts(some, Purpose::Sample).await? {
                let Part::Keys(keys, more) = part else { continue };
                let read = self.rows(keys).await?;
                all.rows.extend(read.rows);
                all.spoiled.extend(read.spoiled);
                bytes += more;
                if bytes >= SAMPLE_BYTES {
                    return Ok(all);
                }
            }
        }
        Ok(all)
    }

    /// Sends the rows of keys. Whether more is wanted.
    async fn send(&self, keys: &[String], sender: &RowSender, asker: &Asker) -> Result<bool, SourceError> {
        for some in keys.chunks(AT_ONCE) {
            for part in self.parts(some, asker.purpose).await? {
                match part {
                    Part::Keys(keys, _) => {
                        if sender.send(Ok(self.rows(keys).await?)).await.is_err() {
                            return Ok(false);
                        }
                    }
                    // A pattern of Redis finds more keys than those of the table.
                    Part::TooLarge(key, _) if self.template.values_in(key).is_none() => {}
                    Part::TooLarge(key, bytes) => reject((key, bytes), self.largest(asker.purpose), asker)?,
                }
            }
        }
        Ok(true)
    }

    async fn read_all(&self, wanted: &Wanted, sender: &RowSender, asker: &Asker) -> Result<(), SourceError> {
        if let Some(values) = self.template.combinations(wanted)? {
            let keys = values.iter().map(|values| self.template.fill(values, str::to_owned));
            let keys: Vec<String> = keys.filter(|key| !key.starts_with(OWN_KEYS)).collect();
            self.send(&keys, sender, asker).await?;
            return Ok(());
        }
        let glob = self.template.glob();
        let mut cursor = 0;
        let mut seen = HashSet::new();
        loop {
            let (next, mut keys, mut others) = self.keys.step(&glob, cursor).await?;
            keys.retain(|key| seen.insert(print_of(key.as_bytes())));
            others.retain(|key| seen.insert(print_of(key)));
            cursor = next;
            let spoiled = others.into_iter().filter_map(|key| self.strange_key(key)).collect();
            let more = sender.send(Ok(Rows { rows: Vec::new(), spoiled })).await.is_ok();
            if !more || !self.send(&keys, sender, asker).await? || cursor == 0 {
                return Ok(());
            }
        }
    }

    /// The rows of keys; one that is gone has none.
    async fn rows(&self, keys: &[String]) -> Result<Rows, SourceError> {
        let mut pipeline = pipe();
        let read = if self.kind == Kind::Hash { "HGETALL" } else { "GET" };
        for key in keys {
            pipeline.cmd(read).arg(key);
        }
        let mut read_rows = Rows::default();
        for (key, value) in keys.iter().zip(self.keys.ask_all(&pipeline).await?) {
            match self.row(key, value)? {
                Ok(row) => read_rows.rows.extend(row),
                Err(spoiled) => read_rows.spoiled.push(spoiled),
            }
        }
        Ok(read_rows)
    }

    fn row(&self, key: &str, value: Value) -> Result<Result<Option<Row>, Spoiled>, SourceError> {
        let Some(of_key) = self.template.values_in(key) else { return Ok(Ok(None)) };
        let strange = |error: redis::ParsingError| failed(&error.into());
        let mut row: Row = match self.kind {
            Kind::Hash => {
                let fields: Vec<(Vec<u8>, Vec<u8>)> = FromRedisValue::from_redis_value(value).map_err(strange)?;
                if fields.is_empty() {
                    return Ok(Ok(None));
                }
                fields.into_iter().map(|(name, value)| (name_of(name), Cell::of_bytes(&value).into_own())).collect()
            }
            Kind::Object | Kind::Text => {
                let Some(bytes): Option<Vec<u8>> = FromRedisValue::from_redis_value(value).map_err(strange)? else { return Ok(Ok(None)) };
                if self.kind == Kind::Text {
                    Row::from_iter([(VALUE.to_owned(), Cell::of_bytes(&bytes).into_own())])
                } else {
                    match json_row(&bytes) {
                        Ok(row) => row,
                        Err(why) => {
                            let reason = format!("The value is not a JSON object, unlike other values of the table. {why}");
                            return Ok(Err(Spoiled { place: key.to_owned(), reason, key: None, bytes: Some(bytes) }));
                        }
                    }
                }
            }
        };
        let of_key = of_key.into_iter().map(|value| Cell::Text(Cow::Owned(value)));
        row.extend(self.columns.iter().cloned().zip(of_key));
        Ok(Ok(Some(row)))
    }

    /// A key that should be of this table and is no text.
    fn strange_key(&self, key: Vec<u8>) -> Option<Spoiled> {
        let is_of_table = key.starts_with(self.template.beginning().as_bytes());
        is_of_table.then(|| Spoiled { place: hex_text(&key), reason: format!("The key: {NO_TEXT}"), key: None, bytes: Some(key) })
    }
}

/// Hands a key whose value is too large to whoever keeps such rows; to others it is an error, which names it.
fn reject((key, bytes): (&str, usize), largest: usize, asker: &Asker) -> Result<(), SourceError> {
    let reason = format!("{key} has {} MiB; a value can have {} MiB. Shorten it.", bytes.div_ceil(1 << 20), largest >> 20);
    let Some(rejected) = &asker.rejected else { return Err(SourceError::new(SourceErrorKind::TooLarge, reason)) };
    let _ = rejected.send(Spoiled { place: key.to_owned(), reason, key: None, bytes: None });
    Ok(())
}

/// Enough of a key to know it again; a walk may give one twice.
fn print_of(key: &[u8]) -> [u8; 16] {
    let mut print = [0; 16];
    print.copy_from_slice(&Sha256::digest(key)[..16]);
    print
}

/// The name of a field as that of a column, which is a text.
fn name_of(field: Vec<u8>) -> String {
    String::from_utf8(field).unwrap_or_else(|error| hex_text(error.as_bytes()))
}

#[async_trait]
impl ReadRows for RedisTable {
    fn asked_by(&self) -> &[String] {
        &self.columns
    }

    fn place(&self, row: &Row) -> Option<String> {
        let value = |column: &String| match row.get(column) {
            Some(Cell::Text(text)) => Some(text.clone().into_owned()),
            _ => None,
        };
        let values: Vec<String> = self.columns.iter().map(value).collect::<Option<_>>()?;
        Some(self.template.fill(&values, str::to_owned))
    }

    async fn read(&self, wanted: &Wanted, sender: &RowSender) -> Result<(), SourceError> {
        self.read_for(&Asker { purpose: Purpose::Response, rejected: None }, wanted, sender).await
    }

    async fn read_for(&self, asker: &Asker, wanted: &Wanted, sender: &RowSender) -> Result<(), SourceError> {
        self.read_all(wanted, sender, asker).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_fetched_as_many_as_make_a_batch_and_never_beyond_the_largest() {
        let keys: Vec<String> = (0..6).map(|n| format!("body:{n}")).collect();
        let (third, large) = (BATCH_BYTES / 3, Purpose::Response.max_row());
        let found = parts(&keys, &[third, third, third + 3, large, large + 1, 0], large);
        let expected = [
            Part::Keys(&keys[..2], 2 * third),
            Part::Keys(&keys[2..3], third + 3),
            Part::Keys(&keys[3..4], large),
            Part::TooLarge("body:4", large + 1),
            Part::Keys(&keys[5..], 0),
        ];
        assert_eq!(found, expected);
    }
}
