//! One table of Redis: its columns from a sample of keys, its rows by key or by a walk.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use connect::{SourceError, SourceErrorKind, Spoiled};
use datafusion::datasource::TableProvider;
use model::table::TableInfo;
use redis::{FromRedisValue, Value, pipe};
use sha2::{Digest, Sha256};

use super::keys::{Keys, OWN_KEYS, failed};
use crate::cells::{Cell, hex_text};
use crate::evidence::{NO_TEXT, Row, columns, json_row};
use crate::rows::{ReadRows, RowSender, RowTable, Rows, Wanted};
use crate::template::Template;
use crate::types::Overrides;

/// Rows that types are read from.
const SAMPLE: usize = 1_000;
/// Steps of a walk without a key of the table before it is said to have none.
const STEPS: usize = 1_000;
/// Keys whose values are fetched at once.
const AT_ONCE: usize = 500;
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
        let sentence = format!("{name}: there is no key like {}. Check how its keys are made.", template.glob());
        return Err(SourceError::new(SourceErrorKind::Missing, sentence));
    };
    let kinds = keys.kinds(std::slice::from_ref(first)).await?;
    let mut table = RedisTable { keys: keys.clone(), columns: template.columns(), template, kind: Kind::Hash };
    match kinds.first().map(String::as_str) {
        Some("hash") => {}
        Some("string") => {
            table.kind = Kind::Object;
            let objects = table.rows(&sample).await.is_ok_and(|read| read.spoiled.is_empty());
            table.kind = if objects { Kind::Object } else { Kind::Text };
        }
        Some(other) => {
            let sentence = format!("{name}: {first} holds a {other}. Hashes and texts are rows; other things are not.");
            return Err(SourceError::new(SourceErrorKind::Mismatch, sentence));
        }
        None => return Err(SourceError::new(SourceErrorKind::Missing, format!("{name}: its keys are gone."))),
    }
    let rows = table.rows(&sample).await?.rows;
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

impl RedisTable {
    /// The rows of keys; one that is gone has none.
    async fn rows(&self, keys: &[String]) -> Result<Rows, SourceError> {
        let mut read_rows = Rows::default();
        for some in keys.chunks(AT_ONCE) {
            let mut pipeline = pipe();
            let read = if self.kind == Kind::Hash { "HGETALL" } else { "GET" };
            for key in some {
                pipeline.cmd(read).arg(key);
            }
            for (key, value) in some.iter().zip(self.keys.ask_all(&pipeline).await?) {
                match self.row(key, value)? {
                    Ok(row) => read_rows.rows.extend(row),
                    Err(spoiled) => read_rows.spoiled.push(spoiled),
                }
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
                            let reason = format!("It does not hold a JSON object, as others of its table do. {why}");
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
        is_of_table.then(|| Spoiled { place: hex_text(&key), reason: format!("Its key: {NO_TEXT}"), key: None, bytes: Some(key) })
    }
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
        if let Some(values) = self.template.combinations(wanted)? {
            let keys = values.iter().map(|values| self.template.fill(values, str::to_owned));
            let keys: Vec<String> = keys.filter(|key| !key.starts_with(OWN_KEYS)).collect();
            let _ = sender.send(Ok(self.rows(&keys).await?)).await;
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
            let mut read = self.rows(&keys).await?;
            read.spoiled.extend(others.into_iter().filter_map(|key| self.strange_key(key)));
            if sender.send(Ok(read)).await.is_err() || cursor == 0 {
                return Ok(());
            }
        }
    }
}
