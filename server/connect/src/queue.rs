//! The queues before a pool: so many statements at once, so long a wait, and how full it is. Alike for every connector;
//! who gets the next slot is the matter of [`slots`](crate::slots).

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures::StreamExt;
use model::dialect::Dialect;
use model::table::{Column, QueryPlan, TableInfo, TableRef};
use model::{DataType, Value};

use crate::counted::{CountedFeed, CountedRows, CountedSnapshot};
use crate::meters::{Asked, PoolMeters};
use crate::notes::{Notes, Part, SourceLabel};
use crate::reconnect::once_more;
use crate::slots::{Consumer, NoSlot, SLOTS, Slot, Slots};
use crate::{BatchStream, Connection, Excess, Feed, FeedOf, Hosts, Rejected, SnapshotRead, SourceError, SourceErrorKind, Statement, guard};

/// How long a statement may wait for a slot. Longer, and its caller is better served by being told.
pub const QUEUE_TIMEOUT: Duration = Duration::from_secs(2);

/// How full a pool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueFigures {
    /// Statements that may run at once.
    pub most: usize,
    pub running: usize,
    pub waiting: usize,
    /// Those that waited in vain, or found their queue full, since the pool was opened.
    pub timed_out: u64,
}

/// A connection whose statements wait for a slot.
pub struct Queued {
    inner: Arc<dyn Connection>,
    hosts: Hosts,
    label: Arc<SourceLabel>,
    dialect: Dialect,
    slots: Arc<Slots>,
    timed_out: AtomicU64,
    meters: PoolMeters,
}

impl Queued {
    pub(crate) fn new(inner: Arc<dyn Connection>, (hosts, label): (Hosts, Arc<SourceLabel>), dialect: Dialect, meters: PoolMeters) -> Self {
        Self { inner, hosts, label, dialect, slots: Slots::new(), timed_out: AtomicU64::new(0), meters }
    }

    pub(crate) fn figures(&self) -> QueueFigures {
        QueueFigures {
            most: SLOTS,
            running: self.slots.running(),
            waiting: self.slots.waiting(),
            timed_out: self.timed_out.load(Ordering::Relaxed),
        }
    }

    /// [`Connection::query`] on behalf of a consumer, with whom others share the concurrency slots. What becomes of the statement is noted.
    ///
    /// # Errors
    /// As for [`Connection::query`]; where no slot became free in time.
    pub async fn query_for(&self, consumer: Consumer, statement: Statement, notes: &Notes) -> Result<BatchStream, SourceError> {
        let (slot, statement) = self.in_turn(consumer, statement, notes).await?;
        let timeout = statement.timeout;
        self.ask(slot, (timeout, notes), async { self.judged().await?.query(statement).await }).await
    }

    /// Whether statements of others than this consumer wait for a slot at this moment.
    #[must_use]
    pub fn is_pressed(&self, consumer: Consumer) -> bool {
        self.slots.others_wait(consumer)
    }

    async fn slot(&self, consumer: Consumer, at_most: Duration, notes: &Notes) -> Result<Slot, SourceError> {
        if let Some(slot) = self.slots.take_now(consumer) {
            return Ok(slot);
        }
        let mut waiting = notes.begin(Part::Queue, &self.label);
        let slot = self.slots.wait(consumer, QUEUE_TIMEOUT.min(at_most)).await;
        waiting.end(slot.is_err());
        slot.map_err(|why| {
            self.timed_out.fetch_add(1, Ordering::Relaxed);
            self.meters.refused();
            let sentence = match why {
                NoSlot::QueueFull => "Too many requests of this app are queued for this source. Send fewer requests at once.".to_owned(),
                NoSlot::Late => {
                    format!("The {SLOTS} connections that this app may use are busy, and none became free. Try again in a moment.")
                }
            };
            SourceError::new(SourceErrorKind::NoSlot, sentence)
        })
    }

    /// Sends a statement within a time, and counts what comes of it.
    async fn ask(
        &self,
        slot: Slot,
        (timeout, notes): (Duration, &Notes),
        asking: impl Future<Output = Result<BatchStream, SourceError>>,
    ) -> Result<BatchStream, SourceError> {
        let is_pooled = self.inner.is_pooled();
        let first = if is_pooled { Part::Connection } else { Part::Statement };
        let mut asked = Asked::of(&self.meters.source, notes.begin(first, &self.label));
        match tokio::time::timeout(timeout, asking).await.unwrap_or_else(|_| Err(SourceError::late())) {
            Ok(rows) => {
                if is_pooled {
                    asked.goes_on(notes.begin(Part::Statement, &self.label));
                }
                Ok(CountedRows { rows, slot: Some(slot), asked }.boxed())
            }
            Err(error) => {
                asked.failed(&error);
                Err(error)
            }
        }
    }

    /// What may dial now: its hosts lead where they may.
    async fn judged(&self) -> Result<&dyn Connection, SourceError> {
        self.hosts.judge().await?;
        Ok(&*self.inner)
    }

    /// A slot, and the statement with the time that is left: one time for all, so what the wait has taken is not there for the rows.
    async fn in_turn(&self, consumer: Consumer, statement: Statement, notes: &Notes) -> Result<(Slot, Statement), SourceError> {
        let began = Instant::now();
        let slot = self.slot(consumer, statement.timeout, notes).await?;
        let timeout = statement.timeout.saturating_sub(began.elapsed());
        Ok((slot, Statement { timeout, ..statement }))
    }
}

#[async_trait]
impl Connection for Queued {
    async fn test(&self) -> Result<String, SourceError> {
        let inner = self.judged().await?;
        once_more(|| self.close_idle(), move || inner.test()).await
    }

    async fn rights(&self) -> Result<Vec<Excess>, SourceError> {
        self.judged().await?.rights().await
    }

    async fn tables(&self) -> Result<Vec<TableInfo>, SourceError> {
        let inner = self.judged().await?;
        once_more(|| self.close_idle(), move || inner.tables()).await
    }

    /// The server's own tables (its users, its settings) are not there, whatever its user may read.
    async fn table(&self, table: &TableRef) -> Result<Option<TableInfo>, SourceError> {
        if guard::is_system_table(self.dialect, table) {
            return Ok(None);
        }
        let inner = self.judged().await?;
        once_more(|| self.close_idle(), move || inner.table(table)).await
    }

    async fn describe(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<Vec<Column>, SourceError> {
        let inner = self.judged().await?;
        once_more(|| self.close_idle(), move || inner.describe(sql, binds)).await
    }

    async fn parameter_types(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<Vec<String>, SourceError> {
        self.judged().await?.parameter_types(sql, binds).await
    }

    async fn vet(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<(), SourceError> {
        let inner = self.judged().await?;
        once_more(|| self.close_idle(), move || inner.vet(sql, binds)).await
    }

    async fn explain(&self, sql: &str, binds: &[(DataType, Value)]) -> Result<QueryPlan, SourceError> {
        let inner = self.judged().await?;
        once_more(|| self.close_idle(), move || inner.explain(sql, binds)).await
    }

    async fn query(&self, statement: Statement) -> Result<BatchStream, SourceError> {
        self.query_for(Consumer::PLATFORM, statement, &Notes::traced()).await
    }

    async fn query_rejecting(&self, statement: Statement, rejected: Rejected) -> Result<BatchStream, SourceError> {
        let notes = Notes::traced();
        let (slot, statement) = self.in_turn(Consumer::PLATFORM, statement, &notes).await?;
        let timeout = statement.timeout;
        self.ask(slot, (timeout, &notes), async { self.judged().await?.query_rejecting(statement, rejected).await }).await
    }

    fn close_idle(&self) {
        self.inner.close_idle();
    }

    async fn mark(&self, table: &TableRef) -> Result<String, SourceError> {
        self.judged().await?.mark(table).await
    }

    /// Takes no slot: a build has few readers, and those of its source bound them.
    async fn snapshot_read(&self, table: &TableRef, by: &[String], readers: usize) -> Result<Option<Arc<dyn SnapshotRead>>, SourceError> {
        let inner = self.judged().await?;
        let held = once_more(|| self.close_idle(), move || inner.snapshot_read(table, by, readers)).await?;
        let (meter, label) = (self.meters.source.clone(), self.label.clone());
        Ok(held.map(|inner| -> Arc<dyn SnapshotRead> { Arc::new(CountedSnapshot { inner, meter, label }) }))
    }

    /// Takes no slot: it waits most of the time, and has a connection of its own.
    async fn feed(&self, of: FeedOf<'_>) -> Result<Box<dyn Feed>, SourceError> {
        let inner = self.judged().await?.feed(of).await?;
        Ok(Box::new(CountedFeed { inner, meter: self.meters.source.clone() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Purpose;

    /// A source whose rows never come.
    struct Silent;

    #[async_trait]
    impl Connection for Silent {
        async fn test(&self) -> Result<String, SourceError> {
            Ok(String::new())
        }
        async fn tables(&self) -> Result<Vec<TableInfo>, SourceError> {
            Ok(Vec::new())
        }
        async fn table(&self, _: &TableRef) -> Result<Option<TableInfo>, SourceError> {
            Ok(None)
        }
        async fn describe(&self, _: &str, _: &[(DataType, Value)]) -> Result<Vec<Column>, SourceError> {
            Ok(Vec::new())
        }
        async fn explain(&self, _: &str, _: &[(DataType, Value)]) -> Result<QueryPlan, SourceError> {
            Ok(QueryPlan::default())
        }
        async fn query(&self, _: Statement) -> Result<BatchStream, SourceError> {
            Ok(futures::stream::pending().boxed())
        }
    }

    #[tokio::test]
    async fn a_full_pool_lets_wait_and_then_says_so() {
        let queued = Queued::new(Arc::new(Silent), (Hosts::default(), Arc::default()), Dialect::Postgres, PoolMeters::default());
        let ask = || {
            let timeout = Duration::from_secs(30);
            queued.query(Statement {
                sql: String::new(),
                binds: Vec::new(),
                fields: Vec::new(),
                timeout,
                max_rows: 1,
                purpose: Purpose::Response,
            })
        };
        let mut held = Vec::new();
        for _ in 0..SLOTS {
            held.push(ask().await.unwrap());
        }
        let most = SLOTS;
        assert_eq!(queued.figures(), QueueFigures { most, running: most, waiting: 0, timed_out: 0 });
        assert_eq!(ask().await.err().unwrap().kind, SourceErrorKind::NoSlot);
        // A slot that becomes free is the next one's.
        let (next, ()) = tokio::join!(ask(), async {
            tokio::task::yield_now().await;
            assert_eq!(queued.figures().waiting, 1);
            held.pop();
        });
        assert!(next.is_ok());
        assert_eq!(queued.figures(), QueueFigures { most, running: most, waiting: 0, timed_out: 1 });
        drop((next, held));
        assert_eq!(queued.figures().running, 0);
    }
}
