//! The keys of a Redis and what they hold. Only commands that read are sent.

use std::collections::BTreeMap;
use std::time::Duration;

use connect::own_servers::{self, ServerAddress};
use connect::{CONNECT_TIMEOUT, SourceError, SourceErrorKind};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, Cmd, ErrorKind, FromRedisValue, Pipeline, RedisError, RedisResult, Value, cmd, pipe};
use tokio::sync::OnceCell;

use crate::template::Template;

/// What keys of the program's own begin with, in whichever Redis they are: its datasets, and the answers that it keeps for apps. A server
/// that sentinels name, or a proxy, is not known by its address.
pub(super) const OWN_KEYS: &str = "sluice:";

const DISTRUST: &str =
    "The TLS handshake with Redis failed: a certificate is not trusted. Check the CA certificate and the name in the address.";
/// How long one command may take.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);
/// Keys that Redis looks at in one step of a walk.
const STEP: usize = 1_000;
/// Keys that tables are found by, where nobody says how they are made.
const PROBE: usize = 10_000;
/// Tables that are found so.
const MAX_TABLES: usize = 100;

pub(super) struct Keys {
    client: Client,
    address: ServerAddress,
    connection: OnceCell<ConnectionManager>,
}

impl Keys {
    pub(super) fn new(client: Client, address: ServerAddress) -> Self {
        Self { client, address, connection: OnceCell::new() }
    }

    /// Made again by itself where it breaks.
    async fn connection(&self) -> Result<ConnectionManager, SourceError> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(Some(RESPONSE_TIMEOUT))
            .set_number_of_retries(1);
        let connect = || async move {
            own_servers::check(&self.address).await?;
            ConnectionManager::new_with_config(self.client.clone(), config).await.map_err(|error| failed(&error))
        };
        self.connection.get_or_try_init(connect).await.cloned()
    }

    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, SourceError> {
        self.once_more(move |mut connection| async move { command.query_async(&mut connection).await }).await
    }

    pub(super) async fn ask_all<T: FromRedisValue>(&self, pipeline: &Pipeline) -> Result<Vec<T>, SourceError> {
        self.once_more(move |mut connection| async move { pipeline.query_async(&mut connection).await }).await
    }

    /// Asks, and once more where Redis had closed the connection: the next question finds another one.
    async fn once_more<T, F: Future<Output = RedisResult<T>>>(&self, ask: impl Fn(ConnectionManager) -> F) -> Result<T, SourceError> {
        match ask(self.connection().await?).await {
            Err(error) if !error.is_timeout() && (error.is_connection_dropped() || error.is_io_error()) => {
                ask(self.connection().await?).await.map_err(|error| failed(&error))
            }
            answered => answered.map_err(|error| failed(&error)),
        }
    }

    pub(super) async fn version(&self) -> Result<String, SourceError> {
        let about: String = self.ask(cmd("INFO").arg("server")).await?;
        Ok(about.lines().find_map(|line| line.strip_prefix("redis_version:")).unwrap_or_default().to_owned())
    }

    /// One step of a walk over the keys of a pattern, without the program's own; it is over when the cursor is 0 again. A key may come twice. Those that are no texts
    /// have no place in a column, and come apart.
    pub(super) async fn step(&self, glob: &str, cursor: u64) -> Result<(u64, Vec<String>, Vec<Vec<u8>>), SourceError> {
        let (next, keys): (u64, Vec<Value>) = self.ask(cmd("SCAN").arg(cursor).arg("MATCH").arg(glob).arg("COUNT").arg(STEP)).await?;
        let (mut texts, mut others) = (Vec::with_capacity(keys.len()), Vec::new());
        for key in keys {
            let bytes = Vec::<u8>::from_redis_value(key).map_err(|error| failed(&error.into()))?;
            match String::from_utf8(bytes) {
                Ok(text) if text.starts_with(OWN_KEYS) => {}
                Ok(text) => texts.push(text),
                Err(error) => others.push(error.into_bytes()),
            }
        }
        Ok((next, texts, others))
    }

    /// What keys hold, as Redis calls it: `hash`, `string`, `none`.
    pub(super) async fn kinds(&self, keys: &[String]) -> Result<Vec<String>, SourceError> {
        let mut pipeline = pipe();
        for key in keys {
            pipeline.cmd("TYPE").arg(key);
        }
        self.ask_all(&pipeline).await
    }

    /// About how many bytes keys hold, before any of it is fetched; nothing where the server does not tell.
    pub(super) async fn sizes(&self, keys: &[String], are_hashes: bool) -> Result<Option<Vec<usize>>, SourceError> {
        let mut pipeline = pipe();
        for key in keys {
            if are_hashes {
                // Of all of its fields, not of some of them.
                pipeline.cmd("MEMORY").arg("USAGE").arg(key).arg("SAMPLES").arg(0);
            } else {
                pipeline.cmd("STRLEN").arg(key);
            }
        }
        match self.ask_all::<Option<usize>>(&pipeline).await {
            Ok(sizes) => Ok(Some(sizes.into_iter().map(Option::unwrap_or_default).collect())),
            // Its user may not ask, or what stands before it does not know the command.
            Err(error) if matches!(error.kind, SourceErrorKind::Refused | SourceErrorKind::Other) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Tables by what stands before the first `:` of keys.
    pub(super) async fn prefixes(&self) -> Result<Vec<(String, Template)>, SourceError> {
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        let (mut cursor, mut looked_at) = (0, 0);
        loop {
            let (next, keys, _) = self.step("*:*", cursor).await?;
            looked_at += keys.len().max(1);
            for key in keys {
                if let Some((prefix, _)) = key.split_once(':')
                    && !prefix.is_empty()
                    && !prefix.contains(['{', '}'])
                    && found.len() < MAX_TABLES
                {
                    found.entry(prefix.to_owned()).or_insert(key);
                }
            }
            cursor = next;
            if cursor == 0 || looked_at >= PROBE {
                break;
            }
        }
        let firsts: Vec<String> = found.values().cloned().collect();
        let kinds = if firsts.is_empty() { Vec::new() } else { self.kinds(&firsts).await? };
        let tables = found.into_keys().zip(kinds).filter(|(_, kind)| matches!(kind.as_str(), "hash" | "string"));
        tables.map(|(prefix, _)| Ok((prefix.clone(), Template::read(&format!("{prefix}:{{id}}"))?))).collect()
    }
}

/// Redis' own words, by what they mean for a person.
pub(super) fn failed(error: &RedisError) -> SourceError {
    // Of several commands, the first that failed speaks for all.
    let of_many = error.clone().into_server_errors().and_then(|errors| Some(errors.first()?.1.code().to_owned()));
    let code = of_many.as_deref().or(error.code());
    let (kind, sentence) = match code {
        Some("NOAUTH" | "WRONGPASS" | "NOPERM") => {
            (SourceErrorKind::Refused, "Redis refused the user or the password. Check both, and that the user has read permission.")
        }
        _ if error.kind() == ErrorKind::AuthenticationFailed => {
            (SourceErrorKind::Refused, "Redis refused the user or the password. Check both, and that the user has read permission.")
        }
        Some("WRONGTYPE") => (SourceErrorKind::Mismatch, "The keys of this table have different types. Enter a narrower key pattern."),
        _ if error.to_string().contains("certificate") => (SourceErrorKind::Refused, DISTRUST),
        Some("LOADING") => (SourceErrorKind::Busy, "Redis is still starting. Try again in a moment."),
        _ if error.is_timeout() => (SourceErrorKind::Timeout, "Redis did not respond in time. Try again in a moment."),
        _ if error.is_io_error() || error.is_connection_dropped() || error.is_unrecoverable_error() => {
            (SourceErrorKind::Unreachable, "Redis does not respond. Check its address and that it is running, then try again.")
        }
        _ => (SourceErrorKind::Other, "Redis failed the request. The log has the cause under the id of this request."),
    };
    SourceError::new(kind, sentence).because(error)
}
