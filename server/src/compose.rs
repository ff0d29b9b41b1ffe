//! The only place that names every concrete part and ties them together.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use connect::pools::Pools;
use control::ports::{TryCall, TryCallRequest};
use control::{Caller, Control, Settings};
use gateway::{Gateway, TrialRequest};
use model::view::TryAnswer;
use store::Store;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::host::Machine;
use crate::{demo, edge, feed, master_key};

/// The parts of one process.
pub(crate) struct Parts {
    pub(crate) store: Store,
    pub(crate) control: Control,
    pub(crate) gateway: Gateway,
}

/// Binds the control plane's port for trials to the gateway.
struct GatewayTrials(Gateway);

#[async_trait]
impl TryCall for GatewayTrials {
    async fn try_call(&self, request: TryCallRequest) -> TryAnswer {
        let TryCallRequest { api, source, parameters, caller, request_id } = request;
        self.0.trial(TrialRequest { api, source, parameters, caller, request_id }).await
    }
}

/// Opens the metadata without migrating it, and ties the parts.
///
/// # Errors
/// What keeps this process from starting, in a sentence.
pub(crate) fn compose(config: &Config, demo: bool) -> Result<Parts, String> {
    std::fs::create_dir_all(&config.data_dir)
        .map_err(|error| format!("the data folder {} cannot be made: {error}", config.data_dir.display()))?;
    let host = Arc::new(Machine);
    let vault = Arc::new(master_key::open_vault(config, &*host)?);
    let pools = Arc::new(Pools::default());
    let snapshot_file = Some(config.data_dir.join("snapshot.json"));
    let gateway = Gateway::new(pools.clone(), vault.clone(), host.clone(), snapshot_file, &config.public_url());
    let store = Store::open(&config.database_url()).map_err(|error| error.to_string())?;
    let settings = Settings { demo, public_url: config.public_url() };
    let control = Control::new(store.clone(), vault, pools, host, Arc::new(GatewayTrials(gateway.clone())), settings);
    Ok(Parts { store, control, gateway })
}

/// Serves until the process is told to stop. Calls under way are finished.
///
/// # Errors
/// What keeps this process from starting, in a sentence.
pub(crate) async fn serve(config: &Config, demo: bool) -> Result<(), String> {
    if demo && !config.http_addr.ip().is_loopback() {
        return Err("the demo has accounts without passwords, so it is served on loopback alone; use sluice serve elsewhere".into());
    }
    // Bound first, so that links carry the port that was given where any free one was asked for.
    let listener = bind(config.http_addr).await?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let config = &Config { http_addr: address, ..config.clone() };
    let parts = compose(config, demo)?;
    let stop = CancellationToken::new();
    match parts.store.migrate().await {
        Ok(()) => {
            if demo {
                demo::prepare(&parts.control, &config.data_dir).await?;
            }
            parts.gateway.load(first_snapshot(&parts.control).await?).await?;
            offer_first_admin(&parts.control, config).await?;
        }
        Err(store::StoreError::Database(error)) if parts.gateway.load_from_disk().await => {
            tracing::error!(cause = %error, "the metadata store is away; serving the last snapshot on disk");
        }
        Err(error) => return Err(error.to_string()),
    }
    let node = format!("{address}");
    let following = tokio::spawn(feed::follow(parts.control.clone(), parts.gateway.clone(), node, stop.clone()));
    announce(config, demo, address);
    let signal = stop.clone();
    tokio::spawn(async move {
        stop_signal().await;
        signal.cancel();
    });
    edge::run(listener, edge::Services::new(parts.control, parts.gateway), stop).await;
    let _ = following.await;
    parts.store.close().await;
    Ok(())
}

async fn first_snapshot(control: &Control) -> Result<model::snapshot::Snapshot, String> {
    control.snapshot(&Caller::system()).await.map_err(|problem| problem.detail)
}

async fn bind(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address)
        .await
        .map_err(|error| format!("{address} cannot be listened on: {error}. Stop what uses it, or set SLUICE_HTTP_ADDR"))
}

/// Tells the operator how to become the first admin, once.
async fn offer_first_admin(control: &Control, config: &Config) -> Result<(), String> {
    let link = control.first_admin_link(&Caller::system()).await.map_err(|problem| problem.detail)?;
    if let Some(link) = link {
        say(&format!("Nobody is an admin yet. Open this link once, within three days:\n  {}{}", config.public_url(), link.path));
    }
    Ok(())
}

fn announce(config: &Config, demo: bool, address: SocketAddr) {
    say(&format!("Sluice listens on http://{address}"));
    if demo {
        say(&format!(
            "  sign in     http://{address}/sign-in (pick one of the demo's people)\n  call        curl -H \"authorization: Bearer $(cat {})\" 'http://{address}/api/travel/plane?tailnum=N14228'",
            demo::key_file(Path::new(&config.data_dir)).display()
        ));
    }
}

#[allow(clippy::print_stdout)] // what a person who starts the program reads
fn say(text: &str) {
    println!("{text}");
}

async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        },
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
