//! Figures over time as they are stored: against the load that was sent, over restarts and a kill, and while they cannot be written.

use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use model::clock::{MINUTE, Millis};
use observe::{Counter, Gauge, Interval, Plan, Point, StoredChunk};
use serde_json::{Value as Json, json};
use store::{KnownSeriesRow, SeriesStore};
use testkit::{Admin, Sluice};

use crate::common::{Http, LONG, binary, until};

const SOURCE: &str = "source:prod:flights-db";
/// One for each month: none of them is answered by what another one found.
const REQUESTS: u64 = 12;

fn now() -> Millis {
    Millis::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// The database of figures of a data folder, read as a chart reads it.
pub(crate) struct Stored {
    store: SeriesStore,
    from: Millis,
}

impl Stored {
    pub(crate) fn of(data: &Path) -> Self {
        let store = SeriesStore::open(&format!("sqlite://{}", data.join("sluice.db").display())).unwrap();
        Self { store, from: now() - MINUTE }
    }

    /// What all processes together have stored of a series since this was made.
    pub(crate) async fn all(&self, series: &str) -> Point {
        let plan = Plan::new(self.from, now(), None, now());
        let rows = self.store.chunks(series, plan.tier.number().into(), plan.tier.chunk(plan.from), plan.to).await.unwrap();
        let chunks: Vec<StoredChunk<'_>> = rows.iter().map(|row| StoredChunk { start: row.start_ms, bytes: &row.bytes }).collect();
        let chart = observe::read(&plan, &chunks, &[]);
        assert!(chart.unreadable.is_empty(), "{:?}", chart.unreadable);
        let mut all = Point::empty(plan.from);
        chart.intervals.iter().filter_map(Interval::point).for_each(|point| all.merge(point));
        all
    }

    /// Statements of the source, those of them that were timed, and the rows that they gave.
    async fn of_source(&self) -> [u64; 3] {
        let all = self.all(SOURCE).await;
        let timed = all.latencies.as_ref().map_or(0, observe::Latencies::count);
        [all.counter(Counter::Statements), timed, all.counter(Counter::Rows)]
    }
}

/// Stops a server as an operator does: what it has counted is written a last time.
fn stop(mut server: Sluice) {
    assert!(Command::new("kill").args(["-TERM", &server.pid().to_string()]).status().unwrap().success());
    assert!(server.wait().success());
    drop(server);
}

/// Requests that read the source: one statement each, which gives one row.
async fn send(server: &Sluice, requests: u64) {
    let http = Http::new(server);
    for month in 1..=requests {
        let (status, answer) = http.json(http.get(&format!("/api/travel/delays?carrier=UA&month={month}"))).await;
        assert_eq!((status, answer["rows"].as_array().map(Vec::len)), (200, Some(1)), "{answer}");
    }
}

async fn answer(server: &Sluice, path: &str) -> String {
    reqwest::get(format!("{}{path}", server.url)).await.unwrap().text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stored_is_what_was_sent_over_restarts_and_a_kill() {
    let folder = testkit::folder();
    let start = || Sluice::start(binary(), "demo", folder.path(), &[]);
    let stored = Stored::of(folder.path());
    let server = start();
    Admin::demo(&server, "builder@demo").await.built().await;
    stop(server);
    // The demo builds a dataset, and a stop loses nothing.
    let (dataset, job) = (stored.all("dataset::travel/aircraft").await, stored.all("job::travel/aircraft").await);
    let planes = testkit::planes().len() as u64;
    assert_eq!((dataset.counter(Counter::Rows), job.counter(Counter::Rows), dataset.counter(Counter::RejectedRows)), (planes, planes, 0));

    // What a start by itself asks of the source.
    let before = stored.of_source().await;
    stop(start());
    let first = stored.of_source().await;
    let of_start: [u64; 3] = std::array::from_fn(|at| first[at] - before[at]);

    let server = start();
    send(&server, REQUESTS).await;
    stop(server);
    let second = stored.of_source().await;
    let wanted: [u64; 3] = std::array::from_fn(|at| first[at] + of_start[at] + REQUESTS);
    assert_eq!(second, wanted);
    assert_eq!(stored.all("api:prod:travel/delays").await.counter(Counter::Ok), REQUESTS);

    let mut server = start();
    send(&server, REQUESTS).await;
    let written = second[0] + of_start[0] + REQUESTS;
    until(LONG, "what was sent is stored", async || stored.of_source().await[0] >= written).await;
    send(&server, REQUESTS).await;
    server.kill();
    stop(start());
    // At most what happened since the last full ten seconds is lost, and nothing is there twice.
    let last = stored.of_source().await[0] - of_start[0];
    assert!((written..=written + REQUESTS).contains(&last), "{written} {last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_figures_cannot_be_written_requests_are_answered_and_nothing_is_lost() {
    let folder = testkit::folder();
    let file = folder.path().join("figures.db");
    // A folder in the place of the file: as little can be written there as on a full disk, whoever runs the test.
    std::fs::create_dir(&file).unwrap();
    let stored = Stored::of(folder.path());
    let server = Sluice::start(binary(), "demo", folder.path(), &[]);
    Admin::demo(&server, "builder@demo").await.built().await;
    send(&server, REQUESTS).await;
    let waiting = async || {
        let metrics = answer(&server, "/metrics").await;
        let line = metrics.lines().find_map(|line| line.strip_prefix("sluice_figures_unwritten ")).unwrap();
        line.parse::<u64>().unwrap()
    };
    until(LONG, "figures wait", async || waiting().await > 0).await;
    let ready: Json = serde_json::from_str(&answer(&server, "/readyz").await).unwrap();
    assert_eq!((&ready["figures"], &ready["metadata"]), (&json!(false), &json!(true)));
    assert!(answer(&server, "/metrics").await.contains("\nsluice_figures_dropped_total 0\n"));
    std::fs::remove_dir(&file).unwrap();
    stop(server);
    assert_eq!(stored.all("api:prod:travel/delays").await.counter(Counter::Ok), REQUESTS);
    assert!(stored.of_source().await[0] >= REQUESTS);
    // Each kind is there, and the process itself.
    for kind in ["source", "compartment", "dataset", "job", "node"] {
        let known: Vec<KnownSeriesRow> = stored.store.known_series(kind).await.unwrap();
        assert!(!known.is_empty(), "{kind}");
    }
    let node = &stored.store.known_series("node").await.unwrap()[0].series;
    let node = stored.all(node).await;
    for gauge in [Gauge::Revision, Gauge::LoopDelayMicros, Gauge::CpuPermille, Gauge::MemoryBytes, Gauge::OpenFiles] {
        assert!(node.gauge(gauge).is_some_and(|range| range.max > 0), "{gauge:?}");
    }
}
