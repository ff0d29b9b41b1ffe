//! Reading one part of a table, or all of it: each row looked at by its gates and rules, and handed on.

use std::collections::HashSet;
use std::sync::Arc;

use accel::{Checksum, KeptRuns};
use arrow_array::RecordBatch;
use connect::{Origin, Spoiled};
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;

use crate::Worker;
use crate::build::build_source::BuildSource;
use crate::build::checkpoint::Spot;
use crate::build::counts::Counts;
use crate::build::gate::KeyGate;
use crate::build::input::Input;
use crate::build::mapped::MappedRows;
use crate::build::rejected::RejectedRows;
use crate::build::row_validation::{RowOutcome, RowValidator};
use crate::build::rules::Rules;
use crate::failed::Failed;

/// Where rows go.
pub(crate) trait Rows: Send + Sized + 'static {
    /// One row with a whole key: its key, its message, and where it stands among rows as they are written. Of a feed, nothing in place
    /// of a message is the end of the row that was told before.
    fn row(&mut self, key: &[u8], message: Option<&[u8]>, of: (&RecordBatch, usize)) -> Result<(), Failed>;

    /// All rows of a batch, and which of them were taken, after each of them. Gives how many are written by that.
    fn batch(&mut self, _: &RecordBatch, _taken: &[bool]) -> Result<i64, Failed> {
        Ok(0)
    }

    /// Takes over the rows of another part.
    fn join(&mut self, other: Self);

    /// Puts aside what a later try can go on from; nothing where it cannot, or, with `alone`, where that would not be worth it.
    fn keep(&mut self, _alone: bool) -> Result<Option<KeptRuns>, Failed> {
        Ok(None)
    }
}

/// Part of a table that was read, or all of it.
pub(crate) struct Part {
    pub(crate) checksum: Checksum,
    pub(crate) gate: KeyGate,
    pub(crate) rules: Rules,
    pub(crate) counts: Counts,
    /// Nothing in it was rejected, or breaks a rule or the key.
    pub(crate) is_clean: bool,
    /// Where what comes after it begins, of a feed.
    pub(crate) position: Option<String>,
}

/// What the reading of a part works with. Who takes its counts sets its pace: it waits until they are taken.
pub(crate) struct Reading {
    pub(crate) worker: Worker,
    pub(crate) from: Arc<BuildSource>,
    /// The rows of all parts that cannot be taken.
    pub(crate) rejected: Arc<Mutex<RejectedRows>>,
    /// Where its rules store what a later attempt may need.
    pub(crate) spot: Option<Spot>,
    pub(crate) counts: mpsc::Sender<Counts>,
    pub(crate) stop: CancellationToken,
}

/// Waits for a source no longer than the run may go on.
pub(crate) async fn unless_stopped<T>(stop: &CancellationToken, source: impl Future<Output = T>) -> Result<T, Failed> {
    tokio::select! {
        () = stop.cancelled() => Err(Failed::broke_off()),
        answer = source => Ok(answer),
    }
}

impl Reading {
    /// Reads to the end of its input.
    ///
    /// # Errors
    /// Where the source fails, too much cannot be taken, or it is to stop.
    pub(crate) async fn part(self, mut input: Input, rows: &mut impl Rows) -> Result<Part, Failed> {
        let Self { worker, from, rejected, spot, counts, stop } = self;
        let mut looking = Looking {
            look: RowValidator::new(&worker, &from.spec, spot.as_ref())?,
            gate: KeyGate::new(&from.spec),
            rejected,
            checksum: Checksum::default(),
            counts: Counts::default(),
            is_clean: true,
            from: &from,
        };
        let mut all = Counts::default();
        while let Some(chunk) = unless_stopped(&stop, input.next(&from)).await?? {
            let mapped = looking.look.map(&chunk.rows)?;
            let of = Batch { read: &chunk.rows, rows: &mapped, deleted: &chunk.deleted, origins: &chunk.origins };
            let taken = looking.through(chunk.spoiled, of, rows).await?;
            looking.counts.written_rows += rows.batch(&mapped.rows, &taken)?;
            let step = std::mem::take(&mut looking.counts);
            all += step;
            counts.send(step).await.map_err(|_| Failed::broke_off())?;
        }
        let is_clean = looking.is_clean && looking.look.rules.is_clean();
        Ok(Part {
            checksum: looking.checksum,
            gate: looking.gate,
            rules: looking.look.rules,
            counts: all,
            is_clean,
            position: input.position(),
        })
    }
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
    from: &'a BuildSource,
    look: RowValidator,
    gate: KeyGate,
    rejected: Arc<Mutex<RejectedRows>>,
    checksum: Checksum,
    counts: Counts,
    is_clean: bool,
}

impl Looking<'_> {
    /// Hands on what can be taken, and says which rows that were.
    async fn through(&mut self, spoiled: Vec<Spoiled>, of: Batch<'_>, rows: &mut impl Rows) -> Result<Vec<bool>, Failed> {
        for spoiled in spoiled {
            self.counts.read_rows += 1;
            self.put_aside(spoiled).await?;
        }
        let mut ended: HashSet<&[u8]> = HashSet::new();
        let mut taken = vec![false; of.rows.len()];
        let encoded = self.look.encoded(of.rows);
        for (index, taken) in taken.iter_mut().enumerate() {
            self.counts.read_rows += 1;
            if self.from.deleted.says(of.read, index) {
                continue;
            }
            let reason = match self.look.at((of.rows, &encoded), index, of.deleted.get(index).copied().unwrap_or(false)) {
                RowOutcome::Put(key, message) => {
                    *taken = true;
                    self.put((&key, &message), (&of.rows.rows, index), &mut *rows)?;
                    continue;
                }
                RowOutcome::End(key) => {
                    ended.extend(of.origins.get(index).and_then(|origin| origin.key.as_deref()));
                    rows.row(&key, None, (&of.rows.rows, index))?;
                    continue;
                }
                RowOutcome::Out(key) => {
                    self.counts.filtered_rows += 1;
                    ended.extend(of.origins.get(index).and_then(|origin| origin.key.as_deref()));
                    // What was told of this row before is wanted no more.
                    if let Some(key) = key.filter(|_| self.from.feed_start.is_some()) {
                        rows.row(&key, None, (&of.rows.rows, index))?;
                    }
                    continue;
                }
                RowOutcome::Unmade(reason) => reason,
                RowOutcome::Unnamed(_, reason) | RowOutcome::Broken(reason) if !self.from.rejected.is_none() || !of.origins.is_empty() => {
                    reason
                }
                // It fails in the end, with examples: there is no place for a row that is left out.
                RowOutcome::Unnamed(message, _) => {
                    self.is_clean = false;
                    self.gate.without_key(&message);
                    continue;
                }
                RowOutcome::Broken(_) => continue,
            };
            self.put_aside(self.look.spoiled((of.rows, index), of.origins, reason)).await?;
        }
        if !ended.is_empty() {
            let mut rejected = self.rejected.lock().await;
            if rejected.count > 0 {
                rejected.keep().await?;
                rejected.forget_keys(ended).await?;
            }
        }
        Ok(taken)
    }

    async fn put_aside(&mut self, spoiled: Spoiled) -> Result<(), Failed> {
        self.is_clean = false;
        self.rejected.lock().await.take(spoiled).await
    }

    fn put(&mut self, (key, message): (&[u8], &[u8]), (batch, index): (&RecordBatch, usize), rows: &mut impl Rows) -> Result<(), Failed> {
        self.look.rules.put_aside(batch, index)?;
        // Where one row of a key counts among several, it is summed up when it is written.
        if self.from.has_each_key_once() {
            self.checksum.add(key, message);
        }
        self.counts.row_bytes += i64::try_from(message.len()).unwrap_or(0);
        rows.row(key, Some(message), (batch, index))
    }
}
