//! Alerts: one node evaluates rules and objectives under a lease, and every node sends the notices that wait.

mod deliver;
mod evaluate;
mod failure;
mod figures;
mod mail;
mod mutes;
mod steps;
mod webhook;

use std::sync::Arc;
use std::time::{Duration, Instant};

use connect::vault::Vault;
use model::clock::{DAY, Millis, SECOND};
use store::{Lease, SeriesStore, Store, StoreError};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{Host, Said};

pub use figures::{AlertFigures, PastWeek};
pub use mail::Mail;
pub use webhook::Webhooks;

/// How often rules are evaluated: as often as figures are written.
const EVERY: Millis = 10 * SECOND;
/// Figures of nodes that write late are waited for so long.
const LATE: Millis = 15 * SECOND;
/// A node that has not evaluated for so long has lost its lease.
const LEASE: Millis = 30 * SECOND;
const POLL: Duration = Duration::from_secs(1);
const SELDOM: Duration = Duration::from_secs(3_600);
/// How long the history of alerts is kept, and how long notices are that were sent or given up.
const HISTORY: Millis = 90 * DAY;
const NOTICES: Millis = 30 * DAY;

/// What alerts are evaluated and sent with. Cheap to clone.
#[derive(Clone)]
pub struct Alerts {
    pub store: Store,
    pub series: SeriesStore,
    pub vault: Arc<Vault>,
    pub host: Arc<dyn Host>,
    /// Who it is, among several nodes.
    pub name: String,
    /// What it has said of rows that cannot be read.
    pub said: Arc<Said>,
    /// Where people reach the portal, for links in notices.
    pub public_url: String,
    pub webhooks: Webhooks,
    /// Nothing where no mail server is set.
    pub mail: Option<Mail>,
}

impl Alerts {
    /// Evaluates and sends until it is told to stop. When the metadata is away, it waits.
    pub async fn run(self, stop: CancellationToken) {
        let (mut sends, mut rounds, mut away) = (JoinSet::new(), Rounds::default(), false);
        while !stop.is_cancelled() {
            match self.round(&mut rounds, &mut sends).await {
                Ok(()) => away = false,
                Err(error) if !away => {
                    tracing::error!(cause = %error, "alerts are not evaluated: the metadata or the figures cannot be read");
                    away = true;
                }
                Err(_) => {}
            }
            tokio::select! {
                () = stop.cancelled() => break,
                Some(_) = sends.join_next() => {}
                () = tokio::time::sleep(POLL) => {}
            }
        }
        while sends.join_next().await.is_some() {}
        if let Some(lease) = &rounds.lease {
            // Where it cannot be given back, another node waits until it is over.
            drop(self.store.end_lease(lease).await);
        }
    }

    async fn round(&self, rounds: &mut Rounds, sends: &mut JoinSet<()>) -> Result<(), StoreError> {
        let now = self.host.now();
        let at = (now - LATE).div_euclid(EVERY) * EVERY;
        // Another time, not a later one: a clock that was put back must not stop evaluation.
        let evaluated = if rounds.evaluated == Some(at) { Ok(()) } else { self.evaluate_once(rounds, (now, at)).await };
        // What waits is sent, whether or not figures can be read.
        self.send_due(sends).await?;
        evaluated?;
        if rounds.cleaned.is_none_or(|at| at.elapsed() >= SELDOM) {
            rounds.cleaned = Some(Instant::now());
            self.store.remove_alert_events(now - HISTORY).await?;
            self.store.remove_notices(now - NOTICES).await?;
        }
        Ok(())
    }

    /// Evaluates as of a time, where this node has the lease. What fails is tried again in the next round, not ten seconds later.
    async fn evaluate_once(&self, rounds: &mut Rounds, (now, at): (Millis, Millis)) -> Result<(), StoreError> {
        rounds.lease = self.store.lease_evaluation(&self.name, now, LEASE).await?;
        if let Some(lease) = &rounds.lease {
            match self.evaluate(lease, at, rounds.looked).await {
                Ok(()) => rounds.looked = Some(at),
                // Another node has taken the lease, and evaluates.
                Err(StoreError::Stale) => {}
                Err(error) => return Err(error),
            }
        }
        rounds.evaluated = Some(at);
        Ok(())
    }

    /// What was read; nothing where the row cannot be, which is said in the log now and then.
    fn if_readable<T>(&self, read: Result<T, StoreError>) -> Option<T> {
        match read {
            Ok(read) => Some(read),
            Err(error) => {
                self.said.now_and_then(error.to_string(), |what| tracing::error!("an alert is left out: {what}"));
                None
            }
        }
    }
}

/// What one node remembers between two rounds.
#[derive(Default)]
struct Rounds {
    evaluated: Option<Millis>,
    /// The time of the last evaluation that this node has done itself.
    looked: Option<Millis>,
    lease: Option<Lease>,
    cleaned: Option<Instant>,
}
