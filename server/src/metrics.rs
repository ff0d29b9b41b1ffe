//! `/metrics`: what this process has counted, in Prometheus's text form. A page of ten thousand APIs is written on a thread that answers no
//! requests, and one page at a time.

mod apis;
mod page;
mod work;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use connect::queue::QueueFigures;
use gateway::Gateway;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use observe::{Reading, SeriesKey};
use sync::{Alarm, Alarms};
use tokio::sync::Mutex;

use crate::figures::{Node, Unwritten};
use crate::listen::Caps;
use crate::panics;
use crate::scrape::Scrape;
use page::{Labels, Page};

/// Enough for a page of some hundred APIs.
const USUAL_BYTES: usize = 256 << 10;

/// Gives what is counted of sources and datasets, now.
pub(crate) type Work = Arc<dyn Fn() -> Vec<(SeriesKey, Reading)> + Send + Sync>;

/// What is read for the response.
#[derive(Clone)]
pub(crate) struct Metrics {
    pub(crate) gateway: Gateway,
    pub(crate) alarms: Arc<Alarms>,
    pub(crate) work: Work,
    pub(crate) own: Arc<Node>,
    pub(crate) caps: Arc<Caps>,
    pub(crate) unwritten: Arc<Unwritten>,
    pub(crate) scrape: Scrape,
    /// Whether apps have lines.
    pub(crate) with_apps: bool,
}

pub(crate) fn router(metrics: Metrics) -> Router {
    // The turn to write, with how much the last page left out.
    let turn: Arc<Mutex<usize>> = Arc::default();
    Router::new().route("/metrics", get(answer)).with_state((metrics, turn))
}

async fn answer(
    State((metrics, turn)): State<(Metrics, Arc<Mutex<usize>>)>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
) -> Response {
    if !metrics.scrape.lets(peer.map(|Extension(ConnectInfo(peer))| peer), &headers) {
        return metrics.scrape.refusal();
    }
    let mut level = turn.lock_owned().await;
    match tokio::task::spawn_blocking(move || metrics.page(&mut level)).await {
        Ok(text) => ([(CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response(),
        Err(error) => {
            tracing::error!(cause = %error, "metrics could not be written");
            (StatusCode::INTERNAL_SERVER_ERROR, "The metrics could not be written. The log of this node says why.").into_response()
        }
    }
}

impl Metrics {
    fn page(&self, level: &mut usize) -> String {
        let mut page = Page::with_capacity(USUAL_BYTES);
        of_node(&mut page, &self.gateway);
        of_process(&mut page, (&self.caps, &self.unwritten), self.gateway.responses_in_memory());
        work::of_own(&mut page, &self.own.process());
        of_request_log(&mut page, self.gateway.logged());
        of_datasets(&mut page, &self.alarms.now());
        of_queues(&mut page, &self.gateway.source_queues());
        work::write(&mut page, &(self.work)());
        apis::write(&mut page, &self.gateway.figures(), level);
        if self.with_apps {
            apis::write_apps(&mut page, &self.gateway.app_figures());
        }
        page.into_text()
    }
}

fn of_node(page: &mut Page, gateway: &Gateway) {
    let revision = u64::try_from(gateway.revision()).unwrap_or(0);
    for (name, help, value) in [
        ("sluice_revision", "Revision of the metadata that is served.", revision),
        ("sluice_cache_bytes", "Bytes in the response cache in memory (L1).", gateway.cached_bytes()),
    ] {
        page.head(name, "gauge", help);
        page.line(name, &Labels::default(), None, value);
    }
}

/// What is wrong with datasets now; what is right has no line.
fn of_datasets(page: &mut Page, alarms: &[Alarm]) {
    let name = "sluice_dataset_alarm";
    page.head(name, "gauge", "Datasets that need attention, by kind of problem.");
    for Alarm { domain, dataset, environment, kind } in alarms {
        let labels = Labels::default().and("domain", domain).and("dataset", dataset).and("env", environment);
        page.line(name, &labels, Some(("kind", kind.key())), 1);
    }
}

/// Connections of both ports, the memory of responses, panics, and figures over time that could not be written.
fn of_process(page: &mut Page, (caps, unwritten): (&Caps, &Unwritten), (bytes, overloaded): (u64, u64)) {
    let (open, refused) = caps.figures();
    for (name, kind, help, value) in [
        ("sluice_connections", "gauge", "Open connections of both ports.", u64::from(open)),
        ("sluice_connections_refused_total", "counter", "Connections and requests refused because of too many connections.", refused),
        ("sluice_response_bytes", "gauge", "Bytes held by large responses in progress.", bytes),
        ("sluice_overloaded_total", "counter", "Large requests and responses refused for lack of memory.", overloaded),
        ("sluice_panics_total", "counter", "Panics since the process started.", panics::counted()),
        (
            "sluice_figures_unwritten",
            "gauge",
            "Chunks of figures over time that wait because they could not be written.",
            unwritten.waiting(),
        ),
        (
            "sluice_figures_dropped_total",
            "counter",
            "Points of figures over time that were lost before they could be written.",
            unwritten.dropped(),
        ),
    ] {
        page.head(name, kind, help);
        page.line(name, &Labels::default(), None, value);
    }
}

fn of_request_log(page: &mut Page, of: request_log::Figures) {
    for (name, kind, help, value) in [
        ("sluice_request_log_entries_total", "counter", "Requests that the request log has taken.", of.kept),
        ("sluice_request_log_dropped_total", "counter", "Requests that the request log had no room for.", of.dropped),
        ("sluice_request_log_lost_total", "counter", "Requests that the request log could not write to disk.", of.lost),
        ("sluice_request_log_stopped", "gauge", "Whether the request log cannot be written: 1, or 0.", u64::from(of.stopped)),
    ] {
        page.head(name, kind, help);
        page.line(name, &Labels::default(), None, value);
    }
}

/// One figure of a pool.
type Read = fn(&QueueFigures) -> u64;

/// The pools of the sources: full ones make callers wait, and then refuse them.
fn of_queues(page: &mut Page, pools: &[(String, QueueFigures)]) {
    let figures: [(&str, &str, &str, Read); 4] = [
        ("sluice_source_places", "gauge", "Concurrency slots of a connection pool.", |of| of.most as u64),
        ("sluice_source_running", "gauge", "Statements in progress.", |of| of.running as u64),
        ("sluice_source_waiting", "gauge", "Statements in the queue for a concurrency slot.", |of| of.waiting as u64),
        ("sluice_source_queue_timeouts_total", "counter", "Statements that timed out in the queue.", |of| of.timed_out),
    ];
    for (name, kind, help, value) in figures {
        page.head(name, kind, help);
        for (place, figures) in pools {
            let mut parts = place.splitn(3, '/');
            let [source, environment, share] = [(); 3].map(|()| parts.next().unwrap_or_default());
            let labels = Labels::default().and("source", source).and("env", environment).and("compartment", share);
            page.line(name, &labels, None, value(figures));
        }
    }
}
