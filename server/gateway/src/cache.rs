//! Answers that are kept for a while: in this process (bounded in bytes, one fetch for many that ask at once), then in
//! the operator's Redis. What is kept is rows, so that JSON and protobuf, and every app's view, come out of one entry.
//!
//! The idea of giving a stale answer while one caller's worth of work fetches a new one is RFC 5861's.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use accel::{Codec, Link};
use bytes::Bytes;
use connect::Notes;
use model::Problem;
use model::clock::Millis;
use model::dataset::Compression;
use model::spec::CachePolicy;
use moka::future::Cache;
use sha2::{Digest, Sha256};

use crate::clock::Clock;
use crate::execute;
use crate::figures::CacheResult;
use crate::parameters::Call;
use crate::plan::Plan;
use crate::rows::Rows;

/// How long Redis may take before it is passed over.
const L2_TIMEOUT: Duration = Duration::from_millis(100);
/// Raised whenever what is kept changes its form, so that no older entry is read.
const FORM: u8 = 2;
const RAW: u8 = 0;
const LZ4: u8 = 1;

/// What identifies a response: everything that can make it differ.
type Key = [u8; 32];

/// The caches of one node.
pub(crate) struct Caches {
    memory: Cache<Key, Arc<Kept>>,
    redis: Option<Link>,
    clock: Arc<dyn Clock>,
}

struct Kept {
    rows: Rows,
    stored_at: Millis,
    fresh_until: Millis,
    /// Past this it is not given at all.
    ends_at: Millis,
    in_memory: bool,
    from_redis: bool,
    refreshing: AtomicBool,
    /// Microseconds that it took to fetch; 0 from Redis.
    fetched_us: u64,
}

/// Where a response came from, and how old it is in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CacheNote {
    pub(crate) result: CacheResult,
    pub(crate) age: Millis,
    /// Microseconds that the source took for it, where it was fetched.
    pub(crate) source: u64,
}

struct Ends;

impl moka::Expiry<Key, Arc<Kept>> for Ends {
    fn expire_after_create(&self, _key: &Key, kept: &Arc<Kept>, _created: Instant) -> Option<Duration> {
        // What is not kept in memory passes through it all the same: those who asked meanwhile share it.
        let left = if kept.in_memory { kept.ends_at - kept.stored_at } else { 0 };
        Some(Duration::from_millis(u64::try_from(left).unwrap_or(0)))
    }

    fn expire_after_update(&self, key: &Key, kept: &Arc<Kept>, now: Instant, _left: Option<Duration>) -> Option<Duration> {
        self.expire_after_create(key, kept, now)
    }
}

impl Caches {
    pub(crate) fn new(bytes: u64, redis: Option<Link>, clock: Arc<dyn Clock>) -> Self {
        let memory = Cache::builder()
            .max_capacity(bytes)
            .weigher(|_, kept: &Arc<Kept>| u32::try_from(kept.rows.weight() + 160).unwrap_or(u32::MAX))
            .expire_after(Ends)
            .build();
        Self { memory, redis, clock }
    }

    /// Bytes kept in memory, about.
    pub(crate) fn weight(&self) -> u64 {
        self.memory.weighted_size()
    }

    /// The response of a request: kept, or fetched and kept.
    ///
    /// # Errors
    /// Why it could be had from nowhere.
    pub(crate) async fn rows(
        self: &Arc<Self>,
        plan: &Arc<Plan>,
        call: &Arc<Call>,
        policy: &CachePolicy,
    ) -> Result<(Rows, CacheNote), Problem> {
        let key = key_of(plan, call);
        let now = self.clock.now();
        if let Some(kept) = self.memory.get(&key).await
            && kept.ends_at > now
            && kept.in_memory
        {
            let fresh = kept.fresh_until > now;
            if !fresh {
                self.refresh(key, plan, call, policy, &kept);
            }
            return Ok((kept.rows.clone(), note(&kept, if fresh { CacheResult::L1 } else { CacheResult::Stale }, now)));
        }
        // On the heap: what the cache waits for is moved several times.
        let fetched =
            self.memory.try_get_with(key, Box::pin(self.fetch(key, plan, call, policy))).await.map_err(|problem| (*problem).clone())?;
        let stale = fetched.from_redis && fetched.fresh_until <= now;
        if stale {
            self.refresh(key, plan, call, policy, &fetched);
        }
        let result = match (fetched.from_redis, stale) {
            (true, true) => CacheResult::Stale,
            (true, false) => CacheResult::L2,
            (false, _) => CacheResult::Miss,
        };
        Ok((fetched.rows.clone(), note(&fetched, result, now)))
    }

    async fn fetch(self: &Arc<Self>, key: Key, plan: &Arc<Plan>, call: &Arc<Call>, policy: &CachePolicy) -> Result<Arc<Kept>, Problem> {
        if policy.redis
            && let Some((rows, stored_at)) = Box::pin(self.read_redis(&key)).await
        {
            let kept = Kept { from_redis: true, ..keep(rows, stored_at, policy) };
            if kept.ends_at > self.clock.now() {
                return Ok(Arc::new(kept));
            }
        }
        self.fetch_anew(key, plan, call, policy).await
    }

    async fn fetch_anew(
        self: &Arc<Self>,
        key: Key,
        plan: &Arc<Plan>,
        call: &Arc<Call>,
        policy: &CachePolicy,
    ) -> Result<Arc<Kept>, Problem> {
        let started = Instant::now();
        let rows = execute::rows(plan, call).await?;
        let fetched_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let kept = Arc::new(Kept { fetched_us, ..keep(rows, self.clock.now(), policy) });
        if policy.redis && kept.ends_at > kept.stored_at {
            let (caches, kept, compress) = (self.clone(), kept.clone(), policy.compress);
            // The caller does not wait for what only later callers use.
            tokio::spawn(async move { caches.write_redis(&key, &kept, compress).await });
        }
        Ok(kept)
    }

    /// Fetches a new answer in the background, once.
    fn refresh(self: &Arc<Self>, key: Key, plan: &Arc<Plan>, call: &Arc<Call>, policy: &CachePolicy, kept: &Arc<Kept>) {
        if kept.refreshing.swap(true, Ordering::AcqRel) {
            return;
        }
        let (caches, plan, policy, kept) = (self.clone(), plan.clone(), policy.clone(), kept.clone());
        // No part of the request that came upon it.
        let call = Arc::new(Call { notes: Notes::default(), ..Call::clone(call) });
        tokio::spawn(async move {
            match caches.fetch_anew(key, &plan, &call, &policy).await {
                Ok(fresh) => caches.memory.insert(key, fresh).await,
                // The stale one stays for as long as it may, and the next caller tries again.
                Err(_) => kept.refreshing.store(false, Ordering::Release),
            }
        });
    }

    async fn read_redis(&self, key: &Key) -> Option<(Rows, Millis)> {
        let link = self.redis.as_ref()?;
        let command = redis_command("GET", key);
        let answer = tokio::time::timeout(L2_TIMEOUT, link.run::<Option<Vec<u8>>>(&command)).await;
        let bytes = answer.ok()?.ok()??;
        let (form, rest) = bytes.split_first()?;
        let (stored_at, body) = rest.split_first_chunk::<8>()?;
        let rows = match *form {
            RAW => Rows::from_bytes(&Bytes::copy_from_slice(body)),
            LZ4 => {
                let mut out = Vec::new();
                Codec::new(Compression::Lz4, &[]).restore(&mut out, body).ok()?;
                Rows::from_bytes(&Bytes::from(out))
            }
            _ => None,
        }?;
        Some((rows, i64::from_le_bytes(*stored_at)))
    }

    async fn write_redis(&self, key: &Key, kept: &Kept, compress: bool) {
        let Some(link) = &self.redis else { return };
        let body = kept.rows.to_bytes();
        let (form, body) = match compress.then(|| Codec::new(Compression::Lz4, &[]).compress(&body)) {
            Some(Ok(smaller)) => (LZ4, smaller),
            _ => (RAW, Cow::Borrowed(body.as_slice())),
        };
        let mut bytes = vec![form];
        bytes.extend_from_slice(&kept.stored_at.to_le_bytes());
        bytes.extend_from_slice(&body);
        let mut command = redis_command("SET", key);
        command.arg(bytes).arg("PX").arg(kept.ends_at - kept.stored_at);
        if let Err(error) = link.run::<()>(&command).await {
            tracing::debug!(cause = %error.cause, "a response could not be stored in the Redis cache: {error}");
        }
    }
}

fn redis_command(verb: &str, key: &Key) -> accel::Cmd {
    let mut command = accel::Cmd::new();
    let mut name = b"sluice:cache:".to_vec();
    name.extend_from_slice(key);
    command.arg(verb).arg(name);
    command
}

fn note(kept: &Kept, result: CacheResult, now: Millis) -> CacheNote {
    let age = if result == CacheResult::Miss { 0 } else { (now - kept.stored_at).max(0) };
    let source = if result == CacheResult::Miss { kept.fetched_us } else { 0 };
    CacheNote { result, age, source }
}

fn keep(rows: Rows, stored_at: Millis, policy: &CachePolicy) -> Kept {
    // "There is no such row" has its own time, and is never given stale.
    let negative = rows.rows.is_empty();
    let fresh = Millis::from(if negative { policy.negative_ms } else { policy.ttl_ms });
    let stale = Millis::from(if negative { 0 } else { policy.stale_ms });
    Kept {
        rows,
        stored_at,
        fresh_until: stored_at + fresh,
        ends_at: stored_at + fresh + stale,
        in_memory: policy.memory,
        from_redis: false,
        refreshing: AtomicBool::new(false),
        fetched_us: 0,
    }
}

fn key_of(plan: &Plan, call: &Call) -> Key {
    let api = &plan.api;
    let mut hash = Sha256::new();
    hash.update([FORM]);
    for part in [api.id.as_str(), api.environment.key(), plan.data_version_id()] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    for number in [
        api.version,
        api.switches.cache_epoch,
        i64::from(call.wanted.page.limit),
        i64::try_from(call.wanted.page.offset).unwrap_or(i64::MAX),
    ] {
        hash.update(number.to_le_bytes());
    }
    // Values of our own types always serialise.
    hash.update(serde_json::to_vec(&(&call.arguments, &call.wanted.after)).unwrap_or_default());
    hash.finalize().into()
}
