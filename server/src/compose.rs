//! The only place that names every concrete part and ties them together.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use accel::{Link, RedisConfig, Stores};
use connect::live_catalog::LiveCatalog;
use connect::pools::Pools;
use control::{Caller, Control, Settings};
use gateway::{Gateway, GrpcEdge, Memory, Traces};
use model::clock::DAY;
use request_log::RequestLog;
use store::{SeriesStore, Store};
use sync::{AlertFigures, Alerts, Mail, Webhooks, Worker};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::bindings::{GatewayFigures, GatewayTrials, Http, OwnFigures, StoredSamples};
use crate::config::Config;
use crate::figures::{self, Giver, Node, Ticker, Unwritten};
use crate::host::Machine;
use crate::hosts::Hosts;
use crate::listen::{Bounds, Caps, Pair, Port, Tls};
use crate::metrics::{Metrics, Work};
use crate::nodes::{NodeClient, NodeKey};
use crate::proxies::Proxies;
use crate::scrape::Scrape;
use crate::telemetry::Telemetry;
use crate::{demo, edge, feed, file_modes, listen, master_key, nodes, reach};

/// Files that sources, datasets and the metadata want beside the connections.
const OTHER_FILES: u64 = 1_024;

/// The parts of one process.
pub(crate) struct Parts {
    pub(crate) store: Store,
    /// The figures over time, beside the metadata.
    pub(crate) series: SeriesStore,
    /// What of them could not be written.
    pub(crate) unwritten: Arc<Unwritten>,
    pub(crate) control: Control,
    pub(crate) gateway: Gateway,
    pub(crate) worker: Worker,
    pub(crate) alerts: Alerts,
    pub(crate) request_log: RequestLog,
    /// What nodes show each other.
    pub(crate) node_key: NodeKey,
}

/// Opens the metadata without migrating it, and ties the parts.
///
/// # Errors
/// What keeps this process from starting, in a sentence.
pub(crate) fn compose(config: &Config, demo: bool, traces: Option<Arc<dyn Traces>>) -> Result<Parts, String> {
    std::fs::create_dir_all(&config.data_dir)
        .map_err(|error| format!("the data folder {} cannot be created: {error}", config.data_dir.display()))?;
    file_modes::tighten(&config.data_dir)?;
    reach::allow(config, demo)?;
    let host = Arc::new(Machine);
    let vault = Arc::new(master_key::open_vault(config, &*host)?);
    let live_catalog = Arc::new(LiveCatalog::default());
    let mut connectors = engine::connectors(live_catalog.clone());
    connectors.extend(kafka::connectors());
    connectors.extend(logs::connectors());
    connect::registry::add(connectors);
    let pools = Arc::new(Pools::default());
    let mapper = Arc::new(engine::Maps::new(vault.derived("hashes of masked columns")));
    let stores = stores(config)?;
    let request_log = request_log(config);
    let node_key = NodeKey::new(&vault, request_log.node());
    let gateway = Gateway::new(gateway::Parts {
        pools: pools.clone(),
        vault: vault.clone(),
        stores: stores.clone(),
        live_catalog,
        clock: host.clone(),
        snapshot_file: Some(snapshot_file(config)),
        public_url: config.public_url(),
        cache_bytes: config.cache_mib << 20,
        memory: Memory::new(config.max_bytes_in_flight),
        open_reflection: config.open_reflection,
        request_log: Some(request_log.clone()),
        traces,
    });
    let store = Store::open(&config.database_url()).map_err(|error| error.to_string())?;
    let series = SeriesStore::open(&config.database_url()).map_err(|error| error.to_string())?;
    let unwritten = Arc::new(Unwritten::default());
    let control = Control::new(control::Parts {
        store: store.clone(),
        series: series.clone(),
        vault: vault.clone(),
        pools: pools.clone(),
        stores: stores.clone(),
        ports: control::Ports {
            host: host.clone(),
            try_call: Arc::new(GatewayTrials(gateway.clone())),
            figures: Arc::new(GatewayFigures(gateway.clone())),
            samples: Arc::new(StoredSamples(AlertFigures { store: store.clone(), series: series.clone() })),
            own_figures: Arc::new(OwnFigures { node: config.node_address(), unwritten: unwritten.clone() }),
            fetch: Arc::new(Http::new()?),
            nodes: Arc::new(NodeClient::new(config, node_key.clone())?),
            mapper: mapper.clone(),
        },
        settings: Settings { demo, public_url: config.public_url(), grpc_addr: config.grpc_addr.to_string() },
        request_log: Some(request_log.reader()),
    });
    let announce = {
        let control = control.clone();
        Arc::new(move |revision| control.announce(revision))
    };
    let worker = Worker {
        store: store.clone(),
        stores,
        pools,
        vault,
        name: worker_name(config, &*host),
        host,
        mapper,
        changed: Arc::default(),
        alarms: Arc::default(),
        figures: Arc::default(),
        said: Arc::default(),
        announce,
    };
    let alerts = Alerts {
        store: store.clone(),
        series: series.clone(),
        vault: worker.vault.clone(),
        host: worker.host.clone(),
        name: worker.name.clone(),
        said: worker.said.clone(),
        public_url: config.public_url(),
        webhooks: Webhooks::new()?,
        mail: mail(config)?,
    };
    Ok(Parts { store, series, unwritten, control, gateway, worker, alerts, request_log, node_key })
}

/// The mail server of notices, where one is set.
fn mail(config: &Config) -> Result<Option<Mail>, String> {
    match (&config.smtp_url, &config.smtp_from) {
        (Some(url), Some(from)) => Mail::new(url, from).map(Some),
        (None, None) => Ok(None),
        (Some(_), None) => Err("SLUICE_SMTP_URL is set without SLUICE_SMTP_FROM. Set both for e-mail, or neither".into()),
        (None, Some(_)) => Err("SLUICE_SMTP_FROM is set without SLUICE_SMTP_URL. Set both for e-mail, or neither".into()),
    }
}

/// The request log of this node, in its data folder. It writes nothing before it is started.
fn request_log(config: &Config) -> RequestLog {
    RequestLog::new(request_log::Settings {
        folder: config.data_dir.join("request-log"),
        keep_for: i64::from(config.request_log_days.get()) * DAY,
        keep_bytes: u64::from(config.request_log_mb.get()) * 1_000_000,
        // As it reports itself.
        node: config.node_address(),
        now: Box::new(|| gateway::Clock::now(&Machine)),
    })
}

/// The last snapshot, with which a node starts while the metadata is away.
pub(crate) fn snapshot_file(config: &Config) -> PathBuf {
    config.data_dir.join("snapshot.json")
}

/// Nodes may listen on the same address of different machines, and a process that starts again is not the one before it.
fn worker_name(config: &Config, host: &dyn sync::Host) -> String {
    format!("{} {}", config.http_addr, host.id())
}

fn stores(config: &Config) -> Result<Stores, String> {
    let link = match &config.redis_url {
        None => None,
        Some(url) => {
            let read = |file: &PathBuf| std::fs::read(file).map_err(|error| format!("{} cannot be read: {error}", file.display()));
            let ca = config.redis_ca.as_ref().map(read).transpose()?;
            Some(Link::new(&RedisConfig { url: url.clone(), ca }).map_err(|error| format!("{error} ({})", error.cause))?)
        }
    };
    Ok(Stores::new(config.data_dir.join("datasets"), link))
}

/// Serves until the process is told to stop. Calls under way are finished.
///
/// # Errors
/// What keeps this process from starting, in a sentence.
pub(crate) async fn serve(config: &Config, demo: bool, telemetry: Option<Arc<Telemetry>>) -> Result<(), String> {
    if demo && !config.http_addr.ip().is_loopback() {
        return Err("the demo has accounts without passwords, so it listens on loopback only; use sluice serve for other addresses".into());
    }
    master_key::refuse_unfinished(config)?;
    let caps = Caps::new(most_connections(config, listen::allow_many_files()), config.max_connections_per_address.get());
    // Apart from responses: strangers who send take nothing from those who are answered.
    let bodies = Memory::new(config.max_bytes_in_flight / 4);
    let bounds = Bounds::new(Duration::from_secs(config.connection_timeout_s.get().into()), bodies);
    // Bound first, so that links carry the port that was given where any free one was asked for.
    let listener = listen::bind(config.http_addr, "SLUICE_HTTP_ADDR").await?;
    let grpc = listen::bind(config.grpc_addr, "SLUICE_GRPC_ADDR").await?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let grpc_address = grpc.local_addr().map_err(|error| error.to_string())?;
    let config = &Config { http_addr: address, grpc_addr: grpc_address, ..config.clone() };
    nodes::check_address(config)?;
    let (hosts, proxies, scrape) = (Hosts::of(config, demo)?, Proxies::of(config)?, Scrape::of(config)?);
    let stop = CancellationToken::new();
    let tls = start_tls(config, &stop).await?;
    let traces = telemetry.clone().map(|telemetry| telemetry as Arc<dyn Traces>);
    let parts = compose(config, demo, traces)?;
    parts.request_log.start()?;
    let node = config.node_address();
    let ended = CancellationToken::new();
    let (own, ticking) = start_figures(&parts, &node, ended.clone());
    let mut background = Vec::new();
    match parts.store.migrate().await {
        Ok(()) => {
            // The worker first: the demo waits for a build.
            let working = tokio::spawn(sync::run(parts.worker.clone(), stop.clone()));
            tokio::spawn(feed::wake(parts.control.changes(), parts.worker.changed.clone()));
            background.push(working);
            if demo {
                demo::prepare(&parts.control, &config.data_dir).await?;
            }
            parts.gateway.load(first_snapshot(&parts.control).await?).await?;
            offer_first_admin(&parts.control, config).await?;
        }
        Err(store::StoreError::Database(error)) if parts.gateway.load_from_disk().await => {
            tracing::error!(cause = %error, "the metadata database does not respond; serving the last snapshot on disk");
            background.push(tokio::spawn(sync::run(parts.worker.clone(), stop.clone())));
        }
        Err(error) => return Err(error.to_string()),
    }
    background.push(tokio::spawn(feed::follow(parts.control.clone(), parts.gateway.clone(), node, stop.clone())));
    background.push(tokio::spawn(parts.alerts.run(stop.clone())));
    background.push(tokio::spawn(feed::audit_refusals(parts.control.clone(), stop.clone())));
    background.push(tokio::spawn(feed::refresh_issuers(parts.control.clone(), parts.gateway.clone(), stop.clone())));
    // Heard before anybody knows that this process listens: who starts it may stop it at once.
    let (stopped, signal) = (stop_signal(), stop.clone());
    tokio::spawn(async move {
        stopped.await;
        signal.cancel();
    });
    announce(config, demo, address);
    let port = |listener| Port { listener, bounds, caps: caps.clone(), tls: tls.clone() };
    let typed = Arc::new(GrpcEdge::new(parts.gateway.clone()));
    let of_grpc = caps.clone();
    let answer_grpc = move |request, peer| edge::answer_grpc(typed.clone(), of_grpc.clone(), request, peer);
    background.push(tokio::spawn(listen::serve(port(grpc), answer_grpc, stop.clone())));
    let work = work_of(&parts.worker);
    let (gateway, alarms, unwritten, with_apps) = (parts.gateway, parts.worker.alarms, parts.unwritten, config.metrics_apps);
    let metrics = Metrics { gateway, alarms, work, own, caps: caps.clone(), unwritten, scrape, with_apps };
    let services = Arc::new(edge::Services::new(parts.control, metrics, hosts, proxies, parts.node_key));
    listen::serve(port(listener), move |request, peer| services.clone().answer(request, peer), stop).await;
    for task in background {
        let _ = task.await;
    }
    // Nothing is counted any more: what was is written a last time.
    ended.cancel();
    let _ = ticking.await;
    parts.series.close().await;
    // They wait for the last segment and the last spans, on a thread that may.
    let request_log = parts.request_log;
    let closing = move || {
        request_log.close();
        if let Some(telemetry) = telemetry {
            telemetry.end();
        }
    };
    let _ = tokio::task::spawn_blocking(closing).await;
    parts.store.close().await;
    Ok(())
}

/// Begins to read what all parts count, and to write it.
fn start_figures(parts: &Parts, node: &str, ended: CancellationToken) -> (Arc<Node>, JoinHandle<()>) {
    let (gateway, pools, datasets) = (parts.gateway.clone(), parts.worker.pools.clone(), parts.worker.figures.clone());
    let own = Arc::new(Node::start(node, ended.clone()));
    let of_node = own.clone();
    let revision = {
        let gateway = gateway.clone();
        move || gateway.revision()
    };
    let givers: Vec<Giver> = vec![
        Box::new(move |_| figures::of_gateway(&gateway)),
        Box::new(move |_| pools.readings()),
        Box::new(move |now| datasets.readings(now)),
        Box::new(move |_| vec![of_node.reading(revision())]),
    ];
    let ticker = Ticker::new(parts.worker.host.clone(), givers, (parts.series.clone(), parts.unwritten.clone()), node);
    (own, tokio::spawn(ticker.run(ended)))
}

/// What is counted of sources and datasets, for `/metrics`.
fn work_of(worker: &Worker) -> Work {
    let (pools, datasets, host) = (worker.pools.clone(), worker.figures.clone(), worker.host.clone());
    Arc::new(move || [pools.readings(), datasets.readings(host.now())].concat())
}

/// TLS on both ports, where a certificate is set.
async fn start_tls(config: &Config, stop: &CancellationToken) -> Result<Option<Tls>, String> {
    match (&config.tls_cert, &config.tls_key) {
        (Some(certificate), Some(key)) => {
            let pair = Pair { certificate: certificate.clone(), key: key.clone() };
            Tls::start(pair, stop.clone()).await.map(Some)
        }
        (None, None) => Ok(None),
        (Some(_), None) => Err("SLUICE_TLS_CERT is set without SLUICE_TLS_KEY. Set both for TLS, or neither".into()),
        (None, Some(_)) => Err("SLUICE_TLS_KEY is set without SLUICE_TLS_CERT. Set both for TLS, or neither".into()),
    }
}

/// As many connections as are set, where the machine allows it: each takes a file, and sources and datasets want some too.
fn most_connections(config: &Config, files: Option<u64>) -> u32 {
    let wanted = config.max_connections.get();
    let possible = files.map_or(u32::MAX, |files| u32::try_from(files.saturating_sub(OTHER_FILES).max(files / 2)).unwrap_or(u32::MAX));
    if possible < wanted {
        tracing::warn!(
            files,
            possible,
            "this process can open too few files for max_connections = {wanted}; raise its limit of open files"
        );
    }
    wanted.min(possible)
}

async fn first_snapshot(control: &Control) -> Result<model::snapshot::Snapshot, String> {
    control.snapshot(&Caller::system()).await.map_err(|problem| problem.detail)
}

/// Tells the operator how to become the first admin, once.
async fn offer_first_admin(control: &Control, config: &Config) -> Result<(), String> {
    let link = control.first_admin_link(&Caller::system()).await.map_err(|problem| problem.detail)?;
    if let Some(link) = link {
        say(&format!(
            "There is no admin yet. Open this link to create the first admin. It works once, for three days:\n  {}{}",
            config.public_url(),
            link.path
        ));
    }
    Ok(())
}

fn announce(config: &Config, demo: bool, address: SocketAddr) {
    say(&format!("Sluice listens for gRPC on {}", config.grpc_addr));
    let scheme = config.scheme();
    say(&format!("Sluice listens on {scheme}://{address}"));
    if demo {
        say(&format!(
            "  sign in     {scheme}://{address}/sign-in (choose a demo user)\n  request     curl -H \"authorization: Bearer $(cat {})\" '{scheme}://{address}/api/travel/plane?tailnum=N14228'",
            demo::key_file(Path::new(&config.data_dir)).display()
        ));
    }
}

#[allow(clippy::print_stdout)] // what a person who starts the program reads
fn say(text: &str) {
    println!("{text}");
}

/// Hears SIGTERM from now on, and gives what waits for it or for Ctrl+C.
fn stop_signal() -> impl Future<Output = ()> + Send {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = signal(SignalKind::terminate());
    async move {
        match terminate {
            Ok(mut terminate) => tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            },
            Err(_) => {
                let _ = tokio::signal::ctrl_c().await;
            }
        }
    }
}
