//! `/metrics`: what the gateway has counted, in Prometheus's text form.

use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use connect::queue::QueueFigures;
use gateway::metrics::{BOUNDS_US, CacheResult};
use gateway::{ApiFigures, Gateway};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use sync::{Alarm, Alarms};

use crate::listen::Caps;
use crate::panics;
use crate::scrape::Scrape;

/// What is read for the response.
type Figures = (Gateway, Arc<Alarms>, Arc<Caps>, Scrape);

pub(crate) fn router(gateway: Gateway, alarms: Arc<Alarms>, caps: Arc<Caps>, scrape: Scrape) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state((gateway, alarms, caps, scrape))
}

async fn metrics(
    State((gateway, alarms, caps, scrape)): State<Figures>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
) -> Response {
    if !scrape.lets(peer.map(|Extension(ConnectInfo(peer))| peer), &headers) {
        return scrape.refusal();
    }
    let mut out = text(&gateway);
    of_datasets(&mut out, &alarms.now());
    of_process(&mut out, &caps, gateway.responses_in_memory());
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], out).into_response()
}

/// What is wrong with datasets now; what is right has no line.
fn of_datasets(out: &mut String, alarms: &[Alarm]) {
    out.push_str("# HELP sluice_dataset_alarm Datasets that need attention, by kind of problem.\n# TYPE sluice_dataset_alarm gauge\n");
    for Alarm { domain, dataset, environment, kind } in alarms {
        let kind = kind.key();
        let _ = writeln!(out, "sluice_dataset_alarm{{domain=\"{domain}\",dataset=\"{dataset}\",env=\"{environment}\",kind=\"{kind}\"}} 1");
    }
}

/// Connections of both ports, the memory of responses, and panics.
fn of_process(out: &mut String, caps: &Caps, (bytes, overloaded): (u64, u64)) {
    let (open, refused) = caps.figures();
    for (name, kind, help, value) in [
        ("sluice_connections", "gauge", "Open connections of both ports.", u64::from(open)),
        ("sluice_connections_refused_total", "counter", "Connections and requests refused because of too many connections.", refused),
        ("sluice_response_bytes", "gauge", "Bytes held by large responses in progress.", bytes),
        ("sluice_overloaded_total", "counter", "Large requests and responses refused for lack of memory.", overloaded),
        ("sluice_panics_total", "counter", "Panics since the process started.", panics::counted()),
    ] {
        let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
    }
}

fn text(gateway: &Gateway) -> String {
    let (all, revision, cached_bytes) = (&gateway.figures(), gateway.revision(), gateway.cached_bytes());
    let mut out = String::new();
    let head = |name: &str, kind: &str, help: &str| format!("# HELP {name} {help}\n# TYPE {name} {kind}\n");
    out.push_str(&head("sluice_revision", "gauge", "Revision of the metadata that is served."));
    // Writing to a String cannot fail.
    let _ = writeln!(out, "sluice_revision {revision}");
    out.push_str(&head("sluice_cache_bytes", "gauge", "Bytes in the response cache in memory (L1)."));
    let _ = writeln!(out, "sluice_cache_bytes {cached_bytes}");
    out.push_str(&head("sluice_requests_total", "counter", "Requests to live APIs, by result code."));
    for of in all {
        let labels = labels(of);
        let _ = writeln!(out, "sluice_requests_total{{{labels},code=\"ok\"}} {}", of.figures.ok);
        for (code, calls) in &of.figures.errors {
            let _ = writeln!(out, "sluice_requests_total{{{labels},code=\"{}\"}} {calls}", code.key());
        }
    }
    out.push_str(&head("sluice_request_seconds", "histogram", "Duration of requests in seconds."));
    for of in all {
        histogram(&mut out, of);
    }
    out.push_str(&head("sluice_cache_total", "counter", "Requests by result of the response cache."));
    for of in all {
        let labels = labels(of);
        for (result, calls) in CacheResult::ALL.iter().zip(of.figures.cache).filter(|(_, calls)| *calls > 0) {
            let _ = writeln!(out, "sluice_cache_total{{{labels},result=\"{}\"}} {calls}", result.key());
        }
    }
    out.push_str(&head("sluice_degraded_total", "counter", "Responses of Unions with at least one fallback."));
    for of in all.iter().filter(|of| of.figures.degraded > 0) {
        let _ = writeln!(out, "sluice_degraded_total{{{}}} {}", labels(of), of.figures.degraded);
    }
    queues(&mut out, &gateway.source_queues());
    out
}

/// One figure of a pool.
type Read = fn(&QueueFigures) -> u64;

/// The pools of the sources: full ones make callers wait, and then refuse them.
fn queues(out: &mut String, pools: &[(String, QueueFigures)]) {
    let figures: [(&str, &str, &str, Read); 4] = [
        ("sluice_source_places", "gauge", "Concurrency slots of a connection pool.", |of| of.most as u64),
        ("sluice_source_running", "gauge", "Statements in progress.", |of| of.running as u64),
        ("sluice_source_waiting", "gauge", "Statements in the queue for a concurrency slot.", |of| of.waiting as u64),
        ("sluice_source_queue_timeouts_total", "counter", "Statements that timed out in the queue.", |of| of.timed_out),
    ];
    for (name, kind, help, value) in figures {
        let _ = write!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
        for (place, figures) in pools {
            let mut parts = place.splitn(3, '/');
            let [source, environment, share] = [(); 3].map(|()| parts.next().unwrap_or_default());
            let _ = writeln!(out, "{name}{{source=\"{source}\",env=\"{environment}\",compartment=\"{share}\"}} {}", value(figures));
        }
    }
}

fn labels(of: &ApiFigures) -> String {
    let (domain, api) = of.api.split_once('/').unwrap_or((&of.api, ""));
    format!("domain=\"{domain}\",api=\"{api}\",kind=\"{}\",env=\"{}\"", of.kind.key(), of.environment.key())
}

#[allow(clippy::cast_precision_loss)] // microseconds as seconds
fn histogram(out: &mut String, of: &ApiFigures) {
    let labels = labels(of);
    let mut sum = 0;
    for (bound, calls) in BOUNDS_US.iter().zip(&of.figures.buckets) {
        sum += calls;
        let _ = writeln!(out, "sluice_request_seconds_bucket{{{labels},le=\"{}\"}} {sum}", *bound as f64 / 1e6);
    }
    let all: u64 = of.figures.buckets.iter().sum();
    let _ = writeln!(out, "sluice_request_seconds_bucket{{{labels},le=\"+Inf\"}} {all}");
    let _ = writeln!(out, "sluice_request_seconds_sum{{{labels}}} {}", of.figures.micros as f64 / 1e6);
    let _ = writeln!(out, "sluice_request_seconds_count{{{labels}}} {all}");
}
