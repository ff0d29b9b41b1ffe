//! The reading half of every build: all rows of the table, looked at by its gates and rules, and handed on.

use std::collections::HashSet;

use accel::Checksum;
use arrow_array::RecordBatch;
use connect::{Connection, Origin, Spoiled};
use model::dataset::DatasetSpec;
use model::dialect::Dialect;
use model::dirty::DirtyLimit;
use model::load::Tier;
use store::DataVersionRow;
use tokio_util::sync::CancellationToken;

use crate::Worker;
use crate::count::{SourceCount, refuse_size};
use crate::dirty::Dirty;
use crate::failed::Failed;
use crate::gate::KeyGate;
use crate::input::Input;
use crate::look::{Look, Seen};
use crate::mapped::MappedRows;
use crate::progress::{Flow, Progress};
use crate::source::Deleted;
use crate::throttle::Throttle;

/// What is read, for which data version.
pub(crate) struct From<'a> {
    pub(crate) spec: &'a DatasetSpec,
    pub(crate) row: &'a DataVersionRow,
    pub(crate) connection: &'a dyn Connection,
    pub(crate) dialect: Dialect,
    pub(crate) tier: Tier,
    pub(crate) deleted: Deleted,
    /// Where the changes begin that this may not see, where they are followed.
    pub(crate) followed_from: Option<String>,
    /// Where a source that tells its changes itself is begun.
    pub(crate) feed_start: Option<&'a str>,
    pub(crate) dirty: DirtyLimit,
}

impl From<'_> {
    /// Whether a key comes once, so that all that is read is written.
    pub(crate) fn has_each_key_once(&self) -> bool {
        self.feed_start.is_none() && self.spec.mapping.latest_by.is_none()
    }
}

/// Where rows go.
pub(crate) trait Rows {
    /// One row with a whole key: its key, its message, and where it stands among rows as they are written. Of a feed, nothing in place
    /// of a message is the end of the row that was told before.
    fn row(&mut self, key: Vec<u8>, message: Option<Vec<u8>>, of: (&RecordBatch, usize)) -> Result<(), Failed>;

    /// All rows of a batch, and which of them were taken, after each of them. Gives how many are written by that.
    fn batch(&mut self, _: &RecordBatch, _taken: &[bool]) -> Result<i64, Failed> {
        Ok(0)
    }
}

/// What was read, and what is still to be said of its keys.
pub(crate) struct Read {
    pub(crate) checksum: Checksum,
    pub(crate) gate: KeyGate,
    /// Where what comes after it begins, of a feed.
    pub(crate) position: Option<String>,
    counted: SourceCount,
}

impl Read {
    /// # Errors
    /// Where there are not as many rows as the source counts, or as the gates let through.
    pub(crate) async fn agrees(&self, worker: &Worker, from: &From<'_>, (read, kept): (i64, i64)) -> Result<(), Failed> {
        self.counted.agrees((from.spec, from.connection), read).await?;
        refuse_size(worker, from.row, from.spec, kept).await
    }
}

/// Waits for a source no longer than the run may go on.
async fn unless_stopped<T>(stop: &CancellationToken, source: impl Future<Output = T>) -> Result<T, Failed> {
    tokio::select! {
        () = stop.cancelled() => Err(Failed::broke_off()),
        answer = source => Ok(answer),
    }
}

/// Reads the table to its end.
///
/// # Errors
/// Where the source fails, a key is empty, a rule is broken, too much cannot be taken, or it is to stop.
pub(crate) async fn all(
    worker: &Worker,
    from: &From<'_>,
    rows: &mut impl Rows,
    progress: &mut Progress<'_>,
    stop: &CancellationToken,
) -> Result<Read, Failed> {
    progress.step("reading").await?;
    let (spec, connection) = (from.spec, from.connection);
    let counted = unless_stopped(stop, SourceCount::begin(from)).await??;
    let mut looking = Looking::new(worker, from).await?;
    let mut throttle = Throttle::new(worker, (&spec.source, connection), from.tier, progress).await;
    let mut input = unless_stopped(stop, Input::open(from)).await??;
    while let Some(chunk) = unless_stopped(stop, input.next(from)).await?? {
        let bytes_before = progress.figures.row_bytes;
        let spoiled = chunk.spoiled;
        let mapped = looking.look.map(&chunk.rows)?;
        let of = Batch { read: &chunk.rows, rows: &mapped, deleted: &chunk.deleted, origins: &chunk.origins };
        let taken = looking.through(spoiled, of, rows, progress).await?;
        progress.figures.written_rows += rows.batch(&mapped.rows, &taken)?;
        progress.tick().await?;
        let bytes = progress.figures.row_bytes - bytes_before;
        throttle.after((i64::try_from(chunk.rows.num_rows()).unwrap_or(0), bytes), progress, stop).await?;
    }
    looking.pass(progress.figures.read_rows).await?;
    Ok(Read { checksum: looking.checksum, gate: looking.gate, position: input.position(), counted })
}

/// Some rows, as they were read and as they are written.
struct Batch<'a> {
    read: &'a RecordBatch,
    rows: &'a MappedRows,
    deleted: &'a [bool],
    origins: &'a [Origin],
}

/// What looks at every row on its way.
struct Looking<'a> {
    from: &'a From<'a>,
    look: Look,
    gate: KeyGate,
    dirty: Dirty<'a>,
    checksum: Checksum,
}

impl<'a> Looking<'a> {
    async fn new(worker: &'a Worker, from: &'a From<'a>) -> Result<Self, Failed> {
        Ok(Self {
            from,
            look: Look::new(worker, from.spec)?,
            gate: KeyGate::new(from.spec),
            dirty: Dirty::of(worker, &from.row.id, from.dirty).await?,
            checksum: Checksum::default(),
        })
    }

    /// Hands on what can be taken, and says which rows that were.
    async fn through(
        &mut self,
        spoiled: Vec<Spoiled>,
        of: Batch<'_>,
        rows: &mut impl Rows,
        progress: &mut Progress<'_>,
    ) -> Result<Vec<bool>, Failed> {
        for spoiled in spoiled {
            progress.figures.read_rows += 1;
            self.dirty.take(spoiled).await?;
        }
        let mut ended: HashSet<&[u8]> = HashSet::new();
        let mut taken = vec![false; of.rows.len()];
        for (index, taken) in taken.iter_mut().enumerate() {
            progress.figures.read_rows += 1;
            if self.from.deleted.says(of.read, index) {
                continue;
            }
            let reason = match self.look.at(of.rows, index, of.deleted.get(index).copied().unwrap_or(false)) {
                Seen::Put(key, message) => {
                    *taken = true;
                    self.put((key, message), (&of.rows.rows, index), (&mut *rows, &mut *progress))?;
                    continue;
                }
                Seen::End(key) => {
                    ended.extend(of.origins.get(index).and_then(|origin| origin.key.as_deref()));
                    rows.row(key, None, (&of.rows.rows, index))?;
                    continue;
                }
                Seen::Out(key) => {
                    progress.figures.filtered_rows += 1;
                    ended.extend(of.origins.get(index).and_then(|origin| origin.key.as_deref()));
                    // What was told of this row before is wanted no more.
                    if let Some(key) = key.filter(|_| self.from.feed_start.is_some()) {
                        rows.row(key, None, (&of.rows.rows, index))?;
                    }
                    continue;
                }
                Seen::Unmade(reason) => reason,
                Seen::Unnamed(_, reason) | Seen::Broken(reason) if self.dirty.is_allowed() || !of.origins.is_empty() => reason,
                // It fails in the end, with examples: there is no place for a row that is left out.
                Seen::Unnamed(message, _) => {
                    self.gate.without_key(&message);
                    continue;
                }
                Seen::Broken(_) => continue,
            };
            self.dirty.take(self.look.spoiled((of.rows, index), of.origins, reason)).await?;
        }
        if self.dirty.count > 0 && !ended.is_empty() {
            self.dirty.keep().await?;
            self.dirty.forget_keys(ended).await?;
        }
        progress.figures.dirty_rows = self.dirty.count;
        Ok(taken)
    }

    fn put(
        &mut self,
        (key, message): (Vec<u8>, Vec<u8>),
        (batch, index): (&RecordBatch, usize),
        (rows, progress): (&mut impl Rows, &mut Progress<'_>),
    ) -> Result<(), Failed> {
        self.look.rules.put_aside(batch, index)?;
        // Where one row of a key counts among several, it is summed up when it is written.
        if self.from.has_each_key_once() {
            self.checksum.add(&key, &message);
        }
        progress.figures.row_bytes += i64::try_from(message.len()).unwrap_or(0);
        rows.row(key, Some(message), (batch, index))
    }

    async fn pass(&mut self, read: i64) -> Result<(), Failed> {
        self.dirty.keep().await?;
        self.gate.pass()?;
        let left_out = self.dirty.is_allowed();
        self.look.rules.pass(left_out)?;
        self.dirty.pass(read)
    }
}
