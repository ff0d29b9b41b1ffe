//! Asks other nodes. Their addresses come from the metadata, where only nodes write them, so they are dialled whatever network they are in.

use std::error::Error;
use std::time::Duration;

use gateway::Clock;
use http::{StatusCode, header};
use reqwest::redirect::Policy as Redirects;
use reqwest::{Certificate, Client, ClientBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::address::is_address;
use super::token::NodeKey;
use crate::config::Config;
use crate::host::Machine;

/// A node that takes longer is taken as one that does not respond.
const TIMEOUT: Duration = Duration::from_secs(1);
/// The largest response of a node, in bytes.
const MAX_RESPONSE: usize = 8 << 20;

/// Asks other nodes of the same metadata.
pub(crate) struct NodeClient {
    http: Client,
    key: NodeKey,
    scheme: &'static str,
}

impl NodeClient {
    /// All nodes are taken to speak TLS where this one does.
    ///
    /// # Errors
    /// Where the TLS roots cannot be set up.
    pub(crate) fn new(config: &Config, key: NodeKey) -> Result<Self, String> {
        let build = |roots: Vec<Certificate>| roots.into_iter().fold(client(), ClientBuilder::add_root_certificate).build();
        let http = build(own_roots(config)).or_else(|_| build(Vec::new())).map_err(|error| error.to_string())?;
        Ok(Self { http, key, scheme: config.scheme() })
    }

    /// What a node responds with.
    ///
    /// # Errors
    /// Why there is no response, a cause for the log.
    pub(crate) async fn ask<Asked, Given>(&self, node: &str, path: &str, asked: &Asked) -> Result<Given, String>
    where
        Asked: Serialize + Sync,
        Given: DeserializeOwned,
    {
        if !is_address(node) {
            return Err("the node reports no host and port".into());
        }
        let body = serde_json::to_vec(asked).map_err(|error| error.to_string())?;
        let token = self.key.token(node, &body, Clock::now(&Machine))?;
        let request = self.http.post(format!("{}://{node}{path}", self.scheme)).bearer_auth(token);
        let request = request.header(header::CONTENT_TYPE, "application/json").body(body);
        let response = request.send().await.map_err(|error| cause(&error))?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED => {
                return Err("the node refuses the token; compare the master keys, the clocks and the addresses of both nodes".into());
            }
            status => return Err(format!("the node responded with status {}", status.as_u16())),
        }
        serde_json::from_slice(&body_within(response, MAX_RESPONSE).await?).map_err(|error| error.to_string())
    }
}

/// By no proxy, and without following redirects. A connection is not kept: nodes are asked seldom.
fn client() -> ClientBuilder {
    Client::builder().no_proxy().redirect(Redirects::none()).pool_max_idle_per_host(0).timeout(TIMEOUT)
}

/// The authorities in the file of this node's own certificate, for nodes whose certificates no public authority has signed. A file that
/// cannot be read keeps the ports from being served, and is told of there.
fn own_roots(config: &Config) -> Vec<Certificate> {
    let file = config.tls_cert.as_ref().and_then(|file| std::fs::read(file).ok());
    file.and_then(|bytes| Certificate::from_pem_bundle(&bytes).ok()).unwrap_or_default()
}

/// Without the address, which is named beside it.
fn cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("the node did not respond within {} s", TIMEOUT.as_secs());
    }
    let mut deepest: &dyn Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

/// The body of a response, of so many bytes at most.
///
/// # Errors
/// A longer one, or one that ends early, as a cause for the log.
pub(crate) async fn body_within(mut response: Response, most: usize) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| error.without_url().to_string())? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > most {
            return Err(format!("more than {most} bytes"));
        }
    }
    Ok(bytes)
}
