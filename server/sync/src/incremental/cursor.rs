//! Changes of a table by a column that grows with each of them. Each look reads what is from a little before the last value on,
//! in the order of the column, so that ties and late commits are read once more; a row that is as it was counts for nothing.

use arrow_array::RecordBatch;
use connect::Statement;
use connect::proto::value_of;
use futures::TryStreamExt;
use model::clock::Millis;
use model::dataset::DatasetSpec;
use model::dialect::Dialect;
use model::incremental::{Backfill, Incremental};
use model::source_types::of_column;
use model::table::{Column, TableInfo};
use model::time_form::TimeForm;
use model::value::read_text;
use model::{DataType, Field, Value, own_type};
use tokio_util::sync::CancellationToken;

use super::delete_detection::DeleteDetection;
use super::position::{no_later, read_stored, stored, text_of};
use super::progress::IncrementalProgress;
use super::target::{Target, Told};
use crate::Worker;
use crate::build::read::unless_stopped;
use crate::failed::Failed;
use crate::source::throttle::Throttle;
use crate::source::{Asked, Deleted, READ_TIMEOUT, column, one_value, statement};

/// Where the changes begin that a read which begins now may not see: the largest value of the cursor, as text; empty where
/// the table has none, but no later than now.
///
/// # Errors
/// Where the cursor is no column of the dataset, or the source does not answer.
pub(crate) async fn position_now(
    spec: &DatasetSpec,
    incremental: &Incremental,
    Asked { connection, dialect, .. }: Asked<'_>,
    now: Millis,
) -> Result<String, Failed> {
    let (_, data_type) = column(spec, &incremental.cursor).ok_or_else(|| no_cursor(incremental))?;
    let sql = model::form::select_sql(&[format!("max({}) AS cursor_now", dialect.quote(&incremental.cursor))], &spec.table, dialect);
    let last = one_value(connection, &sql, (Field::plain("cursor_now", data_type), READ_TIMEOUT)).await;
    let last = last.map_err(|error| Failed::of_source(spec, &error))?.map(|value| text_of(&value)).unwrap_or_default();
    Ok(stored(&incremental.cursor, &no_later(data_type, last, now)))
}

fn no_cursor(incremental: &Incremental) -> Failed {
    Failed::new(format!("The dataset has no cursor column {}. Choose another column, and build the dataset again.", incremental.cursor))
}

/// # Errors
/// A column of a type whose values do not grow with changes.
pub(crate) fn refuse_no_cursor(table: &TableInfo, incremental: &Incremental, dialect: Dialect) -> Result<(), Failed> {
    match table.column(&incremental.cursor).filter(|column| !of_column(dialect, column).cursor) {
        None => Ok(()),
        Some(Column { name, native, .. }) => Err(Failed::new(format!(
            "{name} has the type {native}, which does not grow with changes. Choose a time or number as cursor column."
        ))),
    }
}

/// The source's own type of the cursor's column; empty where ours says enough.
///
/// # Errors
/// As [`refuse_no_cursor`], and for a column that holds times in several forms: what is later in it nobody can say.
pub(super) fn own_type_of(table: &TableInfo, incremental: &Incremental, dialect: Dialect) -> Result<String, Failed> {
    refuse_no_cursor(table, incremental, dialect)?;
    let Some(column) = table.column(&incremental.cursor) else { return Ok(String::new()) };
    let own = own_type::own_type(dialect, &column.native, column.data_type);
    if dialect == Dialect::Sqlite && TimeForm::of_native(&own) == Some(TimeForm::Mixed) {
        let cursor = &incremental.cursor;
        return Err(Failed::new(format!(
            "{cursor} has times in more than one format, so its values cannot be sorted. Use one format in the source, or choose another cursor column."
        )));
    }
    Ok(own)
}

/// Looks at a table again and again.
pub(super) struct CursorPolls<'a> {
    worker: &'a Worker,
    spec: &'a DatasetSpec,
    incremental: &'a Incremental,
    asked: Asked<'a>,
    cursor: (usize, DataType),
    /// The source's own type of the cursor, where ours does not say enough.
    own: String,
    deleted: Deleted,
    target: Target,
    position: String,
}

impl<'a> CursorPolls<'a> {
    pub(super) fn new(
        worker: &'a Worker,
        (spec, incremental): (&'a DatasetSpec, &'a Incremental),
        asked: Asked<'a>,
        target: Target,
        position: &str,
    ) -> Result<Self, Failed> {
        let position = read_stored(&incremental.cursor, position)?;
        let cursor = column(spec, &incremental.cursor).ok_or_else(|| no_cursor(incremental))?;
        let deleted = Deleted::of(spec, Some(incremental));
        Ok(Self { worker, spec, incremental, asked, cursor, own: String::new(), deleted, target, position })
    }

    /// The same, with values compared by the source's own type.
    pub(super) fn compared_as(self, own: String) -> Self {
        Self { own, ..self }
    }

    /// A value of the cursor behind a statement: bound, and what stands for it in the text.
    fn bind(&self, statement: &mut Statement, value: Value) -> String {
        let bound_as = (self.cursor.1, self.own.as_str());
        let place = own_type::placeholder(self.asked.dialect, statement.binds.len() + 1, bound_as, &value);
        statement.binds.push((bound_as.0, own_type::bound(self.asked.dialect, bound_as, value)));
        place
    }

    fn now(&self) -> Millis {
        self.worker.host.now()
    }

    pub(super) fn position_words(&self) -> String {
        if self.position.is_empty() { String::new() } else { format!("{} {}", self.incremental.cursor, self.position) }
    }

    /// What is between two values of the cursor, both with it.
    fn statement_between(&self, wanted: &Backfill) -> Result<Statement, Failed> {
        let mut statement = statement(self.spec, self.asked.dialect);
        let (name, data_type) = (self.asked.dialect.quote(&self.incremental.cursor), self.cursor.1);
        let mut and = " WHERE";
        for (text, sign) in [(&wanted.from, ">="), (&wanted.to, "<=")].into_iter().filter(|(text, _)| !text.is_empty()) {
            let value =
                read_text(data_type, text).map_err(|_| Failed::new(format!("{text} is not a value of {}.", self.incremental.cursor)))?;
            let place = self.bind(&mut statement, value);
            statement.sql.push_str(&format!("{and} {name} {sign} {place}"));
            and = " AND";
        }
        Ok(statement)
    }

    /// Reads rows again that somebody wants read again; how far it is stays.
    ///
    /// # Errors
    /// As [`CursorPolls::look`].
    pub(super) async fn look_again(
        &mut self,
        wanted: &Backfill,
        (progress, throttle): (&mut IncrementalProgress<'_>, &mut Throttle<'_>),
        stop: &CancellationToken,
    ) -> Result<(), Failed> {
        let failed = |error: connect::SourceError| Failed::of_source(self.spec, &error);
        let asked = self.asked.connection.query(self.statement_between(wanted)?);
        let mut batches = unless_stopped(stop, asked).await?.map_err(failed)?;
        let position = stored(&self.incremental.cursor, &self.position);
        while let Some(batch) = unless_stopped(stop, batches.try_next()).await?.map_err(failed)? {
            let deleted = (0..batch.num_rows()).map(|row| self.deleted.says(&batch, row)).collect();
            let told = Told { rows: &batch, deleted, origins: Vec::new(), spoiled: Vec::new(), position: &position };
            let applied = self.target.apply(told, progress.read_rows(), true).await?;
            progress.taken(applied).await?;
            throttle.after((i64::try_from(batch.num_rows()).unwrap_or(0), applied.bytes), progress, stop).await?;
        }
        Ok(())
    }

    pub(super) fn forget_rejected(&mut self, count: i64) {
        self.target.set_rejected(count);
    }

    fn statement(&self) -> Result<Statement, Failed> {
        let mut statement = statement(self.spec, self.asked.dialect);
        let (name, data_type) = (self.asked.dialect.quote(&self.incremental.cursor), self.cursor.1);
        if self.position.is_empty() {
            statement.sql.push_str(&format!(" WHERE {name} IS NOT NULL"));
        } else {
            let begin = self.incremental.begin(data_type, &self.position);
            let begin =
                begin.map_err(|_| Failed::new("The stored position of the incremental sync cannot be read. Build the dataset again."))?;
            let place = self.bind(&mut statement, begin);
            statement.sql.push_str(&format!(" WHERE {name} >= {place}"));
        }
        statement.sql.push_str(&format!(" ORDER BY {name}"));
        Ok(statement)
    }

    /// One look, to its end.
    ///
    /// # Errors
    /// Where the source or the store fails, too much cannot be taken, or it is to stop. What was applied before stays.
    pub(super) async fn look(
        &mut self,
        progress: &mut IncrementalProgress<'_>,
        throttle: &mut Throttle<'_>,
        stop: &CancellationToken,
    ) -> Result<(), Failed> {
        // Out of the hours of its source it waits here.
        throttle.after((0, 0), progress, stop).await?;
        let failed = |error: connect::SourceError| Failed::of_source(self.spec, &error);
        let asked = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            asked = self.asked.connection.query(self.statement()?) => asked,
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

    /// Deletes rows that are deleted without an event; how far it is stays.
    ///
    /// # Errors
    /// As [`DeleteDetection::look`].
    pub(super) async fn look_for_gone(
        &mut self,
        gone: &DeleteDetection<'_>,
        with: (&mut IncrementalProgress<'_>, &mut Throttle<'_>),
        stop: &CancellationToken,
    ) -> Result<(), Failed> {
        let position = stored(&self.incremental.cursor, &self.position);
        gone.look((&mut self.target, &position), with, stop).await
    }

    /// What a batch changes, and how far that is; gives its bytes.
    async fn apply(&mut self, batch: &RecordBatch, progress: &mut IncrementalProgress<'_>) -> Result<i64, Failed> {
        let (column, data_type) = self.cursor;
        // By the order of the statement, the last one is the largest.
        let last = (0..batch.num_rows()).rev().map(|row| text_of(&value_of(batch, column, row, data_type))).find(|text| !text.is_empty());
        let position = last.map_or_else(|| self.position.clone(), |last| no_later(data_type, last, self.now()));
        let deleted = (0..batch.num_rows()).map(|row| self.deleted.says(batch, row)).collect();
        let stored = stored(&self.incremental.cursor, &position);
        let told = Told { rows: batch, deleted, origins: Vec::new(), spoiled: Vec::new(), position: &stored };
        let applied = self.target.apply(told, progress.read_rows(), true).await?;
        self.position = position;
        progress.applied(applied, self.position_words()).await?;
        Ok(applied.bytes)
    }
}
