//! A month of figures of a thousand APIs, each with an app that calls it, from two processes: in all tiers, for as long as each is kept,
//! and in the order in which processes write them.
//!
//! The database itself puts two million chunks into its file: one at a time they would take longer than all that is measured. Their bytes
//! are encoded as the product encodes them, of points as its recorder keeps them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use model::ErrorCode;
use model::clock::{DAY, Millis};
use model::snapshot::Environment;
use observe::{Counter, Gauge, GaugeRange, Latencies, Point, SeriesKey, SeriesKind, Tier, encode};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteSynchronous};
use sqlx::{Connection, Executor};
use store::SeriesStore;

/// `record-0` to `record-999`.
pub(crate) const APIS: u32 = 1_000;
pub(crate) const MONTH: Millis = 30 * DAY;
/// Requests a second of each API: one in each process.
pub(crate) const PER_SECOND: f64 = 2.0;
const NODES: [&str; 2] = ["10.0.0.1:80", "10.0.0.2:80"];
/// Chunks that differ, of each kind of series and each tier.
const CHUNKS: u32 = 20;

/// All series of a kind have the same chunks, each in an order of its own.
const TABLES: &str = "CREATE TEMP TABLE written (series TEXT, kind TEXT, number INTEGER, writer TEXT);
    CREATE TEMP TABLE made (kind TEXT, tier INTEGER, is_present INTEGER, number INTEGER, bytes BLOB, PRIMARY KEY (kind, tier, is_present, number))";
/// One chunk of each series and process that begins at a time.
const WRITE: &str = "INSERT INTO series_chunks (series, tier, start_ms, writer, tick, bytes)
    SELECT written.series, $1, $2, written.writer, 1, made.bytes FROM written CROSS JOIN made
    WHERE made.kind = written.kind AND made.tier = $1 AND made.is_present = $3 AND made.number = (written.number + $4) % $5";
const KNOW: &str = "INSERT INTO series_known (series, kind, last_ms) SELECT DISTINCT series, kind, $1 FROM written WHERE true
    ON CONFLICT (series) DO UPDATE SET last_ms = excluded.last_ms WHERE excluded.last_ms > series_known.last_ms";

/// Into the data folder of a process that runs.
pub(crate) async fn write(data: &Path, now: Millis) {
    let figures = SeriesStore::open(&format!("sqlite://{}", data.join("sluice.db").display())).unwrap();
    figures.migrate().await.unwrap();
    figures.close().await;
    let options = SqliteConnectOptions::new()
        .filename(data.join("figures.db"))
        .busy_timeout(Duration::from_secs(30))
        .synchronous(SqliteSynchronous::Off)
        // The index is written to at all of its places, again and again.
        .pragma("cache_size", "-200000");
    let mut file = SqliteConnection::connect_with(&options).await.unwrap();
    file.execute(TABLES).await.unwrap();
    name_series(&mut file).await;
    make_chunks(&mut file, now).await;
    for (start, tier) in starts(now) {
        let write = sqlx::query(WRITE).bind(i64::from(tier.number())).bind(start).bind(i64::from(start == tier.chunk(now)));
        write.bind(start / tier.chunk_span()).bind(i64::from(CHUNKS)).execute(&mut file).await.unwrap();
    }
    sqlx::query(KNOW).bind(Tier::TenSeconds.chunk(now)).execute(&mut file).await.unwrap();
    file.close().await.unwrap();
}

/// Where chunks begin, of all tiers by time.
fn starts(now: Millis) -> Vec<(Millis, Tier)> {
    let mut starts = Vec::new();
    for tier in Tier::ALL {
        let first = tier.chunk(now - tier.kept_for().min(MONTH));
        let step = usize::try_from(tier.chunk_span()).unwrap();
        starts.extend((first..=now).step_by(step).map(|start| (start, tier)));
    }
    starts.sort_unstable();
    starts
}

async fn name_series(file: &mut SqliteConnection) {
    sqlx::query("BEGIN").execute(&mut *file).await.unwrap();
    for (place, node) in (0_u32..).zip(NODES) {
        let mut series = vec![(SeriesKey::new(SeriesKind::Node, None, node), 0)];
        for number in 0..APIS {
            let (api, caller) = (format!("travel/record-{number}"), format!("travel/demo-app travel/record-{number}"));
            series.push((SeriesKey::new(SeriesKind::Api, Some(Environment::Prod), api), number));
            series.push((SeriesKey::new(SeriesKind::AppApi, Some(Environment::Prod), caller), number));
        }
        for (key, number) in series {
            let named = sqlx::query("INSERT INTO written VALUES ($1, $2, $3, $4)").bind(key.to_string()).bind(key.kind.key());
            named.bind(i64::from(number + place)).bind(format!("{node}/month")).execute(&mut *file).await.unwrap();
        }
    }
    sqlx::query("COMMIT").execute(&mut *file).await.unwrap();
}

async fn make_chunks(file: &mut SqliteConnection, now: Millis) {
    for tier in Tier::ALL {
        let whole = tier.chunk_span() / tier.step();
        // Of the present chunk, only what has begun is there.
        let begun = (now - tier.chunk(now)) / tier.step() + 1;
        for (is_present, slots) in [(0_i64, whole), (1, begun)] {
            for kind in [SeriesKind::Api, SeriesKind::AppApi, SeriesKind::Node] {
                for number in 0..CHUNKS {
                    let made = sqlx::query("INSERT INTO made VALUES ($1, $2, $3, $4, $5)").bind(kind.key()).bind(i64::from(tier.number()));
                    let made = made.bind(is_present).bind(i64::from(number)).bind(chunk(kind, tier, slots, number.into()));
                    made.execute(&mut *file).await.unwrap();
                }
            }
        }
    }
}

/// Its bytes are the same whenever it begins.
fn chunk(kind: SeriesKind, tier: Tier, slots: Millis, number: u64) -> Vec<u8> {
    let points = (0..slots).map(|slot| {
        let (at, chance) = (slot * tier.step(), slot.unsigned_abs() * 97 + number * 31);
        let point = match kind {
            SeriesKind::Node => of_node(at, chance),
            SeriesKind::Api => of_api(at, tier, chance, number),
            _ => of_requests(at, tier).0,
        };
        (at, point)
    });
    encode(tier, 0, &points.collect::<BTreeMap<_, _>>()).unwrap()
}

/// A request a second, of which one in fifty fails; with how many there were.
fn of_requests(at: Millis, tier: Tier) -> (Point, u64) {
    let requests = (tier.step() / 1_000).unsigned_abs();
    let failed = requests.div_ceil(50);
    let mut point = Point::empty(at);
    point.counters.insert(Counter::Ok.number(), requests - failed);
    point.counters.insert(Counter::Error(ErrorCode::SourceTimeout).number(), failed);
    (point, requests)
}

fn of_api(at: Millis, tier: Tier, chance: u64, number: u64) -> Point {
    let (mut point, requests) = of_requests(at, tier);
    let mut latencies = Latencies::default();
    for request in 0..requests {
        // Around a middle that differs from chunk to chunk, as the sum of several dice.
        let chance = request.wrapping_mul(2_654_435_761).wrapping_add(chance);
        let dice = (0..4).map(|die| (chance >> (die * 5)) % 1_000).sum::<u64>();
        latencies.add(2_000 + number * 500 + dice * 2);
    }
    let (cached, all) = (requests / 2, latencies.sum());
    let counters = [
        (Counter::CacheL1, cached),
        (Counter::CacheMiss, requests - cached),
        (Counter::BytesOut, requests * 400),
        (Counter::GatewayMicros, all / 4),
        (Counter::CacheMicros, all / 8),
        (Counter::SourceMicros, all - all / 4 - all / 8),
    ];
    point.counters.extend(counters.map(|(counter, count)| (counter.number(), count)));
    point.latencies = Some(latencies);
    point
}

fn of_node(at: Millis, chance: u64) -> Point {
    let mut point = Point::empty(at);
    let varied = i64::try_from(chance % 100).unwrap();
    let gauges = [
        (Gauge::Revision, 7),
        (Gauge::LoopDelayMicros, 1_000 + varied),
        (Gauge::CpuPermille, 200 + varied),
        (Gauge::MemoryBytes, 300_000_000 + varied * 4_096),
        (Gauge::OpenFiles, 100 + varied),
    ];
    point.gauges.extend(gauges.map(|(gauge, value)| (gauge.number(), GaugeRange::once(at, value))));
    point
}
