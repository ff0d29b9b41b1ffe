//! What keeps a run from hurting its source: each second it checks the load of the source and how many runs share that, and
//! waits after each batch until it may go on.

use std::time::{Duration, Instant};

use connect::guard;
use model::job::RunState;
use model::load_limits::{Decision, Pace, SourceLoad, Tier};
use model::schedule::minute_of_day;
use model::{Field, Value};
use store::RunRow;
use tokio_util::sync::CancellationToken;

use crate::Worker;
use crate::build::progress::Flow;
use crate::failed::Failed;
use crate::metadata_retry::Briefly;
use crate::source::aimd::Aimd;
use crate::source::{Asked, one_value, sharing};

const LOOK: Duration = Duration::from_secs(1);
/// The longest that a waiting run is deaf to being ended.
const SLICE: Duration = Duration::from_millis(200);
/// A source that takes longer for its simplest question has enough, whatever its owner set.
const PATIENCE: Duration = Duration::from_secs(5);
/// Seconds of its speed, and decisions, that are kept of a run.
const PACES: usize = 120;
const DECISIONS: usize = 30;

pub(crate) struct Throttle<'a> {
    worker: &'a Worker,
    asked: Asked<'a>,
    load: SourceLoad,
    pacer: Aimd,
    /// Out of the hours at which it may read.
    closed: bool,
    share: f64,
    owed_rows: f64,
    owed_bytes: f64,
    paid: Instant,
    looked: Instant,
    rows_since: i64,
    metadata: Briefly,
}

impl<'a> Throttle<'a> {
    pub(crate) async fn new(worker: &'a Worker, asked: Asked<'a>, tier: Tier, flow: &mut impl Flow) -> Self {
        let now = Instant::now();
        let mut throttle = Self {
            worker,
            asked,
            load: SourceLoad::default(),
            pacer: Aimd::new(tier),
            closed: false,
            share: 1.0,
            owed_rows: 0.0,
            owed_bytes: 0.0,
            paid: now,
            looked: now,
            rows_since: 0,
            metadata: Briefly::default(),
        };
        throttle.look(flow).await;
        throttle
    }

    /// Waits until the run may read on, after so many rows and bytes.
    ///
    /// # Errors
    /// Where it is to stop meanwhile.
    #[allow(clippy::cast_precision_loss)] // rows of a batch
    pub(crate) async fn after(&mut self, (rows, bytes): (i64, i64), flow: &mut impl Flow, stop: &CancellationToken) -> Result<(), Failed> {
        self.owed_rows += rows as f64;
        self.owed_bytes += bytes as f64;
        self.rows_since += rows;
        loop {
            if self.looked.elapsed() >= LOOK {
                self.look(flow).await;
            }
            let Some(wait) = self.pay() else { return Ok(()) };
            tokio::select! {
                () = stop.cancelled() => return Err(Failed::broke_off()),
                () = tokio::time::sleep(wait.min(SLICE)) => flow.tick().await?,
            }
        }
    }

    /// Takes off what time has paid; how long is left to wait.
    fn pay(&mut self) -> Option<Duration> {
        let past = self.paid.elapsed().as_secs_f64();
        self.paid = Instant::now();
        if self.closed {
            return Some(SLICE);
        }
        let bytes_rate = self.load.bytes_per_s.map(|rate| f64::from(rate) / self.share);
        let mut wait = 0.0_f64;
        for (owed, rate) in [(&mut self.owed_rows, self.pacer.rate()), (&mut self.owed_bytes, bytes_rate)] {
            wait = wait.max(left_to_wait(owed, rate, past));
        }
        (wait > 0.0).then(|| Duration::from_secs_f64(wait.min(1.0)))
    }

    /// Measures the load of the source, and decides.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // rows a second
    async fn look(&mut self, flow: &mut impl Flow) {
        let past = self.looked.elapsed().as_secs_f64();
        let measured = if past > 0.1 { self.rows_since as f64 / past } else { 0.0 };
        self.rows_since = 0;
        let was = (self.pacer.rate(), self.closed);
        self.read_settings().await;
        let pressure = self.pressure().await;
        // After the questions above, which may take long themselves.
        self.looked = Instant::now();
        let now = self.worker.host.now();
        let minute = minute_of_day(&self.load.zone, now).unwrap_or(0);
        self.closed = !self.load.is_open(minute);
        let (slowed, mut why) = (self.pacer.is_slowed(), "load limit of the source, shared by the runs that read it".to_owned());
        match pressure {
            Some(pressure) => {
                self.pacer.press(measured);
                why = pressure;
            }
            None if slowed => {
                self.pacer.relieve(measured);
                why = "the source can take more again".into();
            }
            None => self.pacer.relieve(measured),
        }
        let (paces, decisions) = flow.course();
        if past > 0.1 {
            // Rows come in batches: one second has two of them, the next has none.
            let before = paces.last().map_or(measured, |pace| pace.rows_per_s as f64);
            push_within(paces, Pace { at: now, rows_per_s: f64::midpoint(before, measured) as i64 }, PACES);
        }
        if self.closed {
            let hours: Vec<String> = self.load.windows.iter().map(|window| window.words()).collect();
            why = format!("outside the time window {}", hours.join(" and "));
        }
        if (self.pacer.rate(), self.closed) != was {
            let rows_per_s = if self.closed { Some(0) } else { self.pacer.rate().map(|rate| rate as u32) };
            push_within(decisions, Decision { at: now, rows_per_s, why }, DECISIONS);
        }
    }

    /// The owner's settings may change while it runs, and other runs come and go; without the metadata, what was stays.
    async fn read_settings(&mut self) {
        let (store, source) = (&self.worker.store, self.asked.source);
        let settings = async {
            let (load, runs) = (store.load_limits(source).await, store.runs_in(RunState::Running.key()).await?);
            Ok((load, runs, sharing::incremental_syncs(self.worker, source).await?))
        };
        let Some(Ok((load, runs, syncs))) = self.metadata.ask(settings).await else { return };
        // Limits that cannot be read any more leave those that were; whoever begins to read refuses them.
        if let Ok(Some(load)) = self.worker.if_readable(load).map(Option::flatten) {
            self.load = load;
        }
        let reads = |run: &&RunRow| {
            // One whose step nobody can read may be reading.
            let has_read = run.decoded_figures().is_ok_and(|figures| matches!(figures.step.as_str(), "writing" | "proving"));
            run.source == self.asked.source && !has_read
        };
        let sharing = runs.iter().filter(reads).count() + syncs;
        self.share = f64::from(u32::try_from(sharing).unwrap_or(1).max(1));
        self.pacer.set_ceiling(self.load.rows_per_s.map(|rate| f64::from(rate) / self.share));
    }

    /// Why the source has enough, where it has.
    async fn pressure(&self) -> Option<String> {
        if let Some(most) = self.load.slow_above_ms {
            let began = Instant::now();
            let answered = tokio::time::timeout(PATIENCE, self.asked.connection.test()).await;
            let took = began.elapsed().as_millis();
            match answered {
                Err(_) => return Some(format!("the source did not respond within {} s", PATIENCE.as_secs())),
                Ok(Err(error)) => return Some(format!("the connection test of the source failed: {}", error.sentence)),
                Ok(Ok(_)) if took > u128::from(most) => {
                    return Some(format!("the source took {took} ms to respond; the limit is {most} ms"));
                }
                Ok(Ok(_)) => {}
            }
        }
        let most = self.load.load_above?;
        match tokio::time::timeout(PATIENCE, load_of(self.asked, &self.load.load_query)).await {
            Ok(Some(load)) if load <= f64::from(most) => None,
            Ok(Some(load)) => Some(format!("the load of the source is {load}; the limit is {most}")),
            Ok(None) => Some("the load query failed".into()),
            Err(_) => Some(format!("the load query took longer than {} s", PATIENCE.as_secs())),
        }
    }
}

/// Takes off what so many seconds have paid at a rate; how many seconds are left to wait. Where nothing may be read now, that is looked at
/// again in a second.
fn left_to_wait(owed: &mut f64, rate: Option<f64>, past: f64) -> f64 {
    let Some(rate) = rate else {
        *owed = 0.0;
        return 0.0;
    };
    *owed = (*owed - rate * past).max(0.0);
    match *owed {
        owed if owed <= 0.0 => 0.0,
        owed if rate > 0.0 => owed / rate,
        _ => 1.0,
    }
}

/// The one number that a source's owner asks it for.
async fn load_of(Asked { connection, dialect, .. }: Asked<'_>, sql: &str) -> Option<f64> {
    let sql = guard::check(sql, dialect).ok()?.sql;
    let column = connection.describe(&sql, &[]).await.ok()?.into_iter().next()?;
    match one_value(connection, &sql, (Field::plain(column.name, column.data_type), PATIENCE)).await.ok()?? {
        #[allow(clippy::cast_precision_loss)] // a load
        Value::Int(load) => Some(load as f64),
        Value::Float(load) => Some(load),
        Value::Text(load) => load.parse().ok(),
        _ => None,
    }
}

/// Of many, the older ones are thinned: the whole run stays to be seen.
fn push_within<T>(list: &mut Vec<T>, one: T, most: usize) {
    list.push(one);
    if list.len() > most {
        let mut place = 0;
        list.retain(|_| {
            place += 1;
            place % 2 == 1 || place > most
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_pays_what_is_owed_at_the_rate() {
        for (owed, rate, past, left, wait) in [
            (100.0, None, 0.0, 0.0, 0.0),
            (0.0, Some(50.0), 1.0, 0.0, 0.0),
            (100.0, Some(50.0), 0.0, 100.0, 2.0),
            (100.0, Some(50.0), 1.0, 50.0, 1.0),
            (100.0, Some(50.0), 2.0, 0.0, 0.0),
            // Time that was not used is not saved up.
            (100.0, Some(50.0), 1_000.0, 0.0, 0.0),
            // It was stopped: looked at again in a second.
            (100.0, Some(0.0), 10.0, 100.0, 1.0),
            (0.0, Some(0.0), 10.0, 0.0, 0.0),
        ] {
            let mut owes = owed;
            let waits = left_to_wait(&mut owes, rate, past);
            assert!((waits - wait).abs() < 1e-9 && (owes - left).abs() < 1e-9, "{owed} {rate:?} {past}: {waits} {owes}");
        }
    }

    #[test]
    fn the_whole_run_stays_to_be_seen_in_bounded_room() {
        let mut list = Vec::new();
        for number in 0..4 {
            push_within(&mut list, number, 4);
        }
        assert_eq!(list, [0, 1, 2, 3]);
        push_within(&mut list, 4, 4);
        assert_eq!(list, [0, 2, 4], "every other one, and the newest");
        for number in 5..100_000 {
            push_within(&mut list, number, 4);
            assert!(list.len() <= 4 && list.is_sorted() && list.first() == Some(&0) && list.last() == Some(&number), "{list:?}");
        }
    }
}
