//! The sample of a table of a source: one statement over at most 100,000 rows, at most 5 seconds, within the load limits of the source.

use std::time::Duration;

use connect::unreadable;
use connect::{BatchStream, Connection, Purpose, SourceError, SourceErrorKind, Statement};
use futures::TryStreamExt;
use model::Field;
use model::catalogue::{CutBy, MAX_PROFILE_ROWS, ProfileSample, SampleKind};
use model::dialect::Dialect;
use model::load_limits::{Decision, Pace, Tier};
use model::table::{TableInfo, TableRef};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::Worker;
use crate::build::progress::Flow;
use crate::build::read::unless_stopped;
use crate::catalogue::outcome::{NotSampled, of_sketch};
use crate::catalogue::sketch::TableSketch;
use crate::failed::Failed;
use crate::source::throttle::Throttle;
use crate::source::{self, Asked};

/// The longest that a profile reads.
pub(crate) const TIME: Duration = Duration::from_secs(5);
/// How much later a statement is ended by the source itself, should it not see that nobody reads on.
const GRACE: Duration = Duration::from_secs(1);
/// The bytes that a profile reads at most, as [`CutBy::Bytes`] says.
const BYTES: usize = 256 << 20;
/// The cells that a profile reads at most: of a table of many columns, fewer rows are read.
const CELLS: usize = 10_000_000;
/// A table is sampled by its database where it has more than so many times the rows that are read.
const LARGE: i64 = 2;

/// A table of a source, as an environment binds that.
pub(crate) struct TableOf<'a> {
    pub(crate) source: &'a str,
    pub(crate) environment: &'a str,
    /// As [`TableRef::path`] writes it.
    pub(crate) table: &'a str,
}

/// Rows that were read, and how they were chosen.
pub(crate) struct Sampled {
    pub(crate) sketch: TableSketch,
    pub(crate) sample: ProfileSample,
}

/// The rows of one table that a profile reads at most.
pub(crate) fn most_rows(columns: usize) -> usize {
    let most = usize::try_from(MAX_PROFILE_ROWS).unwrap_or(usize::MAX);
    most.min(CELLS / columns.max(1)).max(1)
}

/// Reads a sample of a table.
///
/// # Errors
/// Where the source may not be read now, or fails.
pub(crate) async fn read(worker: &Worker, of: &TableOf<'_>, stop: &CancellationToken) -> Result<Sampled, NotSampled> {
    let failed = |error: SourceError| NotSampled::of_source(of.source, &error);
    // Without its limits, its source must not be read.
    worker.store.load_limits(of.source).await?;
    let bound = source::bound(worker, of.source, of.environment).await?;
    let dialect = source::dialect(&bound)?;
    let connection = connect::binding::open(&worker.pools, &worker.vault, &bound, "builds").map_err(failed)?;
    let asked = Asked { source: of.source, connection: &*connection, dialect };
    let mut course = Course::default();
    // What is made of rows that nobody waits for stops first.
    let mut throttle = Throttle::new(worker, asked, Tier::P3, &mut course).await;
    let allowed = match throttle.rows_within(TIME) {
        Some(rows) if rows < 1 => return Err(NotSampled::Later(course.why())),
        rows => rows.unwrap_or(usize::MAX),
    };
    let table = unless_stopped(stop, found(asked.connection, of.table)).await?.map_err(failed)?;
    let table = table.filter(|table| !table.columns.is_empty());
    let table = table.ok_or_else(|| Failed::new(format!("Source {} has no table {} that can be read.", of.source, of.table)))?;
    let most = most_rows(table.columns.len()).min(allowed);
    let plans = plans(&table, dialect, most);
    let mut refused = None;
    for (kind, statement) in plans {
        let mut reading = Reading::new(&statement.fields)?;
        match reading.read(asked.connection, statement, (&mut throttle, &mut course), stop).await? {
            Ok(()) => return Ok(reading.sampled(kind, &table, most)),
            // A view or a foreign table has no pages to sample: its first rows are read.
            Err(error) if kind == SampleKind::RandomPages && is_refusal(&error) && reading.sketch.rows() == 0 => refused = Some(error),
            Err(error) => return Err(failed(error)),
        }
    }
    Err(refused.map_or_else(|| NotSampled::Failed(Failed::broke_off()), failed))
}

/// A table by its path: a name may have a dot in it, so it is looked for as a whole first.
async fn found(connection: &dyn Connection, path: &str) -> Result<Option<TableInfo>, SourceError> {
    let whole = connection.table(&TableRef::new(path)).await?;
    match (whole, path.split_once('.')) {
        (None, Some((schema, name))) => connection.table(&TableRef { schema: schema.to_owned(), name: name.to_owned() }).await,
        (whole, _) => Ok(whole),
    }
}

/// The statements of a sample in the order in which they are tried: the next only where the source refuses the one before.
fn plans(table: &TableInfo, dialect: Dialect, most: usize) -> Vec<(SampleKind, Statement)> {
    let fields: Vec<Field> = table.columns.iter().map(|column| Field::plain(&column.name, column.data_type)).collect();
    let columns: Vec<String> = fields.iter().map(|field| dialect.quote(&field.column)).collect();
    let statement = |from: &str| Statement {
        sql: dialect.cut(&format!("SELECT {} FROM {from}", columns.join(", ")), most),
        binds: Vec::new(),
        fields: fields.clone(),
        timeout: TIME + GRACE,
        max_rows: most,
        purpose: Purpose::Sample,
    };
    let random = table.rows.and_then(|rows| dialect.sampled(&table.table, percent(most, rows)?));
    let random = random.map(|from| (SampleKind::RandomPages, statement(&from)));
    random.into_iter().chain([(SampleKind::First, statement(&dialect.table(&table.table)))]).collect()
}

/// How many hundredths of a large table hold about so many rows; nothing for a table that is not large.
#[allow(clippy::cast_precision_loss)] // an estimate of rows
fn percent(most: usize, rows: i64) -> Option<f64> {
    let wanted = i64::try_from(most).unwrap_or(i64::MAX);
    (rows > wanted.saturating_mul(LARGE)).then(|| wanted as f64 * 100.0 / rows as f64)
}

fn is_refusal(error: &SourceError) -> bool {
    matches!(error.kind, SourceErrorKind::Config | SourceErrorKind::Statement | SourceErrorKind::Missing | SourceErrorKind::Other)
}

/// One statement under way.
struct Reading {
    sketch: TableSketch,
    bytes: usize,
    cut_by: Option<CutBy>,
}

impl Reading {
    fn new(fields: &[Field]) -> Result<Self, Failed> {
        let sketch = TableSketch::new(fields).map_err(|error| of_sketch(&error))?;
        Ok(Self { sketch, bytes: 0, cut_by: None })
    }

    /// Reads to the end, or until it is enough. The inner error is the source's.
    async fn read(
        &mut self,
        connection: &dyn Connection,
        statement: Statement,
        (throttle, course): (&mut Throttle<'_>, &mut Course),
        stop: &CancellationToken,
    ) -> Result<Result<(), SourceError>, Failed> {
        let deadline = Instant::now() + TIME;
        let (sender, mut rejected) = mpsc::unbounded_channel();
        let answer = timeout_at(deadline, connection.query_rejecting(statement, sender));
        let mut batches = match unless_stopped(stop, answer).await? {
            Ok(Ok(batches)) => batches,
            Ok(Err(error)) => return Ok(Err(error)),
            Err(_) => return Ok(Err(too_late())),
        };
        loop {
            let Ok(batch) = unless_stopped(stop, timeout_at(deadline, batches.try_next())).await? else {
                return Ok(self.cut(CutBy::Time));
            };
            // Rows that cannot be read are none of the sample.
            while rejected.try_recv().is_ok() {}
            let batch = match batch {
                Ok(Some(batch)) => batch,
                Ok(None) => return Ok(Ok(())),
                Err(error) if error.kind == SourceErrorKind::Timeout => return Ok(self.cut(CutBy::Time)),
                Err(error) => return Ok(Err(error)),
            };
            let (batch, unread) = unreadable::take(batch);
            self.sketch.add(&batch, &unread);
            let bytes = batch.get_array_memory_size();
            self.bytes += bytes;
            if self.bytes > BYTES {
                return Ok(self.cut(CutBy::Bytes));
            }
            let read = (i64::try_from(batch.num_rows()).unwrap_or(0), i64::try_from(bytes).unwrap_or(0));
            // What is owed beyond the time is not waited for: nothing more is read for it.
            if let Ok(waited) = timeout_at(deadline, throttle.after(read, course, stop)).await {
                waited?;
            } else if batch_is_last(&mut batches) {
                return Ok(Ok(()));
            } else {
                return Ok(self.cut(CutBy::Time));
            }
        }
    }

    /// What was read until now is the sample, where anything was.
    fn cut(&mut self, by: CutBy) -> Result<(), SourceError> {
        self.cut_by = Some(by);
        if self.sketch.rows() > 0 { Ok(()) } else { Err(too_late()) }
    }

    fn sampled(self, kind: SampleKind, table: &TableInfo, most: usize) -> Sampled {
        let rows = self.sketch.rows();
        let is_all = kind == SampleKind::First && self.cut_by.is_none() && usize::try_from(rows).is_ok_and(|rows| rows < most);
        let (kind, of) = if is_all { (SampleKind::All, Some(rows)) } else { (kind, table.rows.map(|about| about.max(rows))) };
        Sampled { sample: ProfileSample { kind, rows, of, cut_by: self.cut_by }, sketch: self.sketch }
    }
}

fn too_late() -> SourceError {
    SourceError::new(SourceErrorKind::Timeout, format!("The table gave no row within {} s.", TIME.as_secs()))
}

/// Whether all has come already: what was asked for is read, and only its pay is owed.
fn batch_is_last(batches: &mut BatchStream) -> bool {
    matches!(futures::FutureExt::now_or_never(batches.try_next()), Some(Ok(None)))
}

/// Nobody looks at how fast a profile reads, but for why it may not.
#[derive(Default)]
struct Course(Vec<Pace>, Vec<Decision>);

impl Course {
    fn why(&self) -> String {
        let why = self.1.last().map(|decision| decision.why.as_str());
        format!("Waits for the source: {}.", why.unwrap_or("a load limit"))
    }
}

impl Flow for Course {
    fn course(&mut self) -> (&mut Vec<Pace>, &mut Vec<Decision>) {
        (&mut self.0, &mut self.1)
    }

    async fn tick(&mut self) -> Result<(), Failed> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use model::DataType;
    use model::table::Column;

    use super::*;

    fn table(rows: Option<i64>) -> TableInfo {
        let column = |name: &str| Column { name: name.into(), data_type: DataType::Int64, nullable: true, native: String::new() };
        TableInfo { table: TableRef::new("flights"), columns: vec![column("a"), column("b\"")], rows, ..TableInfo::default() }
    }

    #[test]
    fn a_large_table_is_sampled_where_its_database_can_and_its_first_rows_are_read_elsewhere() {
        let of = |rows, dialect| {
            let plans = plans(&table(rows), dialect, 1_000);
            plans.into_iter().map(|(kind, statement)| (kind, statement.sql)).collect::<Vec<_>>()
        };
        let first = (SampleKind::First, "SELECT \"a\", \"b\"\"\" FROM \"flights\"\nLIMIT 1000".to_owned());
        for rows in [None, Some(0), Some(2_000)] {
            assert_eq!(of(rows, Dialect::Postgres), std::slice::from_ref(&first), "{rows:?}");
        }
        let random = "SELECT \"a\", \"b\"\"\" FROM \"flights\" TABLESAMPLE SYSTEM (0.1)\nLIMIT 1000".to_owned();
        assert_eq!(of(Some(1_000_000), Dialect::Postgres), [(SampleKind::RandomPages, random), first.clone()]);
        for dialect in [Dialect::Sqlite, Dialect::Datafusion] {
            assert_eq!(of(Some(1_000_000), dialect), std::slice::from_ref(&first), "{dialect:?}");
        }
    }

    #[test]
    fn of_wide_tables_fewer_rows_are_read() {
        assert_eq!([0, 1, 100, 101, 5_000, usize::MAX].map(most_rows), [100_000, 100_000, 100_000, 99_009, 2_000, 1]);
    }

    #[test]
    fn a_sample_says_whether_it_is_all_there_is() {
        let fields = [Field::plain("a", DataType::Int64)];
        let of = |rows: i64, cut_by, about, kind| {
            let mut reading = Reading::new(&fields).unwrap();
            let values: Vec<Vec<model::Value>> = (0..rows).map(|row| vec![model::Value::Int(row)]).collect();
            reading.sketch.add(&crate::samples::batch(&fields, &values), &[]);
            reading.cut_by = cut_by;
            let sample = reading.sampled(kind, &table(about), 5).sample;
            (sample.kind, sample.of)
        };
        assert_eq!(of(4, None, Some(9), SampleKind::First), (SampleKind::All, Some(4)), "what was counted is better than an estimate");
        assert_eq!(of(5, None, Some(9), SampleKind::First), (SampleKind::First, Some(9)));
        assert_eq!(of(5, None, Some(2), SampleKind::First), (SampleKind::First, Some(5)));
        assert_eq!(of(4, Some(CutBy::Time), None, SampleKind::First), (SampleKind::First, None));
        assert_eq!(of(4, None, Some(100), SampleKind::RandomPages), (SampleKind::RandomPages, Some(100)));
    }
}
