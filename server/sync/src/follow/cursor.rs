//! Changes of a table by a column that grows with each of them. Each look reads what is from a little before the last value on,
//! in the order of the column, so that ties and late commits are read once more; a row that is as it was counts for nothing.

use std::collections::HashSet;

use accel::{Change, Changes, Dataset};
use arrow_array::RecordBatch;
use connect::proto::value_of;
use connect::{Connection, Statement};
use futures::TryStreamExt;
use model::dataset::DatasetSpec;
use model::dialect::Dialect;
use model::follow::{Follow, says_deleted};
use model::{DataType, Field, Value};
use tokio_util::sync::CancellationToken;

use super::progress::FollowProgress;
use crate::encoder::Encoder;
use crate::failed::Failed;
use crate::source::{READ_TIMEOUT, statement};
use crate::throttle::Throttle;

/// The column that tells deleted rows, as it stands among those that are written.
pub(crate) fn deleted_column(spec: &DatasetSpec, follow: Option<&Follow>) -> Option<(usize, DataType)> {
    column(spec, &follow?.deleted)
}

fn column(spec: &DatasetSpec, name: &str) -> Option<(usize, DataType)> {
    let index = spec.written().position(|field| field.column == name)?;
    Some((index, spec.field(name)?.data_type))
}

/// Where the changes begin that a read which begins now may not see: the largest value of the cursor, as text; empty where
/// the table has none.
///
/// # Errors
/// Where the cursor is no column of the dataset, or the source does not answer.
pub(crate) async fn position_now(
    spec: &DatasetSpec,
    follow: &Follow,
    (connection, dialect): (&dyn Connection, Dialect),
) -> Result<String, Failed> {
    let (_, data_type) = column(spec, &follow.cursor).ok_or_else(|| no_cursor(follow))?;
    let table = model::form::table_sql(&spec.table, dialect);
    let sql = format!("SELECT max({}) AS cursor_now FROM {table}", dialect.quote(&follow.cursor));
    let fields = vec![Field { name: "cursor_now".into(), column: "cursor_now".into(), data_type, ..Field::default() }];
    let statement = Statement { sql, binds: Vec::new(), fields, timeout: READ_TIMEOUT, max_rows: 1 };
    let failed = |error: connect::SourceError| Failed::of_source(spec, &error);
    let batch = connection.query(statement).await.map_err(failed)?.try_next().await.map_err(failed)?;
    Ok(batch.map(|batch| text_of(&value_of(&batch, 0, 0, data_type))).unwrap_or_default())
}

fn no_cursor(follow: &Follow) -> Failed {
    Failed::new(format!("The dataset has no column {} to follow it by. Choose another, and build it anew.", follow.cursor))
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        _ => String::new(),
    }
}

/// Looks at a table again and again.
pub(super) struct Looks<'a> {
    spec: &'a DatasetSpec,
    follow: &'a Follow,
    connection: &'a dyn Connection,
    dialect: Dialect,
    encoder: Encoder,
    cursor: (usize, DataType),
    deleted: Option<(usize, DataType)>,
    dataset: Dataset,
    changes: Changes,
    position: String,
}

impl<'a> Looks<'a> {
    pub(super) fn new(
        (spec, follow): (&'a DatasetSpec, &'a Follow),
        (connection, dialect): (&'a dyn Connection, Dialect),
        (dataset, changes): (Dataset, Changes),
        position: String,
    ) -> Result<Self, Failed> {
        let cursor = column(spec, &follow.cursor).ok_or_else(|| no_cursor(follow))?;
        let deleted = deleted_column(spec, Some(follow));
        Ok(Self { spec, follow, connection, dialect, encoder: Encoder::new(spec), cursor, deleted, dataset, changes, position })
    }

    pub(super) fn position_words(&self) -> String {
        if self.position.is_empty() { String::new() } else { format!("{} {}", self.follow.cursor, self.position) }
    }

    fn statement(&self) -> Result<Statement, Failed> {
        let mut statement = statement(self.spec, self.dialect);
        let (name, data_type) = (self.dialect.quote(&self.follow.cursor), self.cursor.1);
        if self.position.is_empty() {
            statement.sql.push_str(&format!(" WHERE {name} IS NOT NULL"));
        } else {
            let begin = self.follow.begin(data_type, &self.position);
            statement.binds.push((data_type, begin.map_err(|_| Failed::new("How far it was followed cannot be read. Build it anew."))?));
            statement.sql.push_str(&format!(" WHERE {name} >= {}", self.dialect.placeholder(1, data_type)));
        }
        statement.sql.push_str(&format!(" ORDER BY {name}"));
        Ok(statement)
    }

    /// One look, to its end.
    ///
    /// # Errors
    /// Where the source or the store fails, a row has no key, or it is to stop. What was applied before stays.
    pub(super) async fn look(
        &mut self,
        progress: &mut FollowProgress<'_>,
        throttle: &mut Throttle<'_>,
        stop: &CancellationToken,
    ) -> Result<(), Failed> {
        // Out of the hours of its source it waits here.
        throttle.after((0, 0), progress, stop).await?;
        let failed = |error: connect::SourceError| Failed::of_source(self.spec, &error);
        let asked = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            asked = self.connection.query(self.statement()?) => asked,
        };
        let mut batches = asked.map_err(failed)?;
        loop {
            let batch = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                batch = batches.try_next() => batch.map_err(|error| Failed::of_source(self.spec, &error))?,
            };
            let Some(batch) = batch else { return Ok(()) };
            let bytes = self.apply(&batch, progress).await?;
            throttle.after((i64::try_from(batch.num_rows()).unwrap_or(0), bytes), progress, stop).await?;
        }
    }

    /// What a batch changes, and how far that is; gives its bytes.
    async fn apply(&mut self, batch: &RecordBatch, progress: &mut FollowProgress<'_>) -> Result<i64, Failed> {
        let mut read = Vec::with_capacity(batch.num_rows());
        let mut bytes = 0;
        for row in 0..batch.num_rows() {
            let (key, message) = self.encoder.encode(batch, row);
            let key = key.ok_or_else(|| {
                let key = self.spec.key.join(" and ");
                Failed::new(format!("{key} is empty in a row that has changed, and must never be. Fill it at the source."))
            })?;
            bytes += i64::try_from(message.len()).unwrap_or(0);
            let deleted = self.deleted.is_some_and(|(column, data_type)| says_deleted(&value_of(batch, column, row, data_type)));
            read.push(if deleted { Change::Delete(key) } else { Change::Put(key, message) });
        }
        let (column, data_type) = self.cursor;
        // By the order of the statement, the last one is the largest.
        let last = (0..batch.num_rows()).rev().map(|row| text_of(&value_of(batch, column, row, data_type))).find(|text| !text.is_empty());
        let position = last.unwrap_or_else(|| self.position.clone());
        let changes = self.that_change(read).await?;
        let deleted = changes.iter().filter(|change| matches!(change, Change::Delete(_))).count();
        let counts = (changes.len() - deleted, deleted);
        if !changes.is_empty() || position != self.position {
            fail::fail_point!("follow.before-apply");
            self.changes.apply(changes, &position).await?;
            fail::fail_point!("follow.after-apply");
        }
        self.position = position;
        let counts = (i64::try_from(counts.0).unwrap_or(0), i64::try_from(counts.1).unwrap_or(0));
        progress.applied(counts, self.position_words()).await?;
        Ok(bytes)
    }

    /// Without what is as it was.
    async fn that_change(&self, read: Vec<Change>) -> Result<Vec<Change>, Failed> {
        let keys: Vec<Vec<u8>> = read.iter().map(|change| change.key().to_vec()).collect();
        let mut same = Vec::with_capacity(read.len());
        let mut changes = read.iter();
        let mut compare = |stored: Option<&[u8]>| {
            same.push(match (changes.next(), stored) {
                (Some(Change::Put(_, row)), Some(stored)) => row == stored,
                (Some(Change::Delete(_)), stored) => stored.is_none(),
                _ => false,
            });
        };
        if !self.dataset.read_many_now(&keys, &mut compare)? {
            for stored in self.dataset.read(&keys).await? {
                compare(stored.as_deref());
            }
        }
        // A key that comes twice is compared with what was before both.
        let mut seen = HashSet::new();
        let twice: HashSet<&[u8]> = keys.iter().filter(|key| !seen.insert(*key)).map(Vec::as_slice).collect();
        Ok(read.into_iter().zip(same).filter(|(change, same)| !same || twice.contains(change.key())).map(|(change, _)| change).collect())
    }
}
