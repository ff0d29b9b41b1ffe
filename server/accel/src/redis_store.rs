//! Data versions in Redis: rows are fields of hashes, the hashes are numbered buckets under the version's own prefix.
//! So a version is dropped by naming its buckets, without scanning a keyspace that others use too, and the buckets
//! spread over the slots of a cluster.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use redis::Cmd;
use redis::Value;
use sha2::{Digest, Sha256};

use crate::redis_delta::RedisDelta;
use crate::redis_link::read;
use crate::{AccelError, AccelErrorKind, KvDelta, KvReader, KvStore, KvWriter, Link, Pair, Place, Sealed};

/// Rows of one bucket, about: small enough that dropping one never stalls the server.
const BUCKET_ROWS: u64 = 256;
const MAX_BUCKETS: u32 = 1 << 20;
/// Commands of one round trip.
pub(crate) const BATCH: usize = 512;

/// The operator's Redis as a store of data versions.
pub struct RedisStore {
    link: Link,
}

impl RedisStore {
    #[must_use]
    pub fn new(link: Link) -> Self {
        Self { link }
    }
}

pub(crate) fn meta_key(place: &Place) -> String {
    format!("sluice:data:{}:{}:meta", place.dataset, place.version)
}

/// Keys of one version's buckets.
#[derive(Clone)]
pub(crate) struct Buckets {
    prefix: String,
    count: u32,
}

impl Buckets {
    fn new(place: &Place, count: u32) -> Self {
        Self { prefix: format!("sluice:data:{}:{}:", place.dataset, place.version), count: count.max(1) }
    }

    fn name(&self, number: u32) -> String {
        format!("{}{number}", self.prefix)
    }

    pub(crate) fn of(&self, key: &[u8]) -> String {
        let digest = Sha256::digest(key);
        let first = digest.first_chunk::<4>().copied().unwrap_or_default();
        self.name(u32::from_le_bytes(first) % self.count)
    }
}

async fn buckets_of(link: &Link, place: &Place) -> Result<Option<u32>, AccelError> {
    let text: Option<String> = link.run(Cmd::new().arg("HGET").arg(meta_key(place)).arg("buckets")).await?;
    Ok(text.and_then(|text| text.parse().ok()))
}

#[async_trait]
impl KvStore for RedisStore {
    async fn create(&self, place: &Place, rows: u64) -> Result<Box<dyn KvWriter>, AccelError> {
        self.remove(place).await?;
        let count = u32::try_from(rows.div_ceil(BUCKET_ROWS)).unwrap_or(MAX_BUCKETS).clamp(16, MAX_BUCKETS);
        // Known before the first row is written, so that a build that broke off can be dropped whole.
        let _: i64 = self.link.run(Cmd::new().arg("HSET").arg(meta_key(place)).arg("buckets").arg(count)).await?;
        Ok(Box::new(RedisWriter { link: self.link.clone(), buckets: Buckets::new(place, count), place: place.clone() }))
    }

    async fn open(&self, place: &Place) -> Result<Arc<dyn KvReader>, AccelError> {
        let missing = || AccelError::new(AccelErrorKind::Missing, "Its rows are not in Redis any more. Build it anew.");
        let text: Option<String> = self.link.run(Cmd::new().arg("HGET").arg(meta_key(place)).arg("sealed")).await?;
        let sealed: Sealed = serde_json::from_str(&text.ok_or_else(missing)?).map_err(AccelError::broken)?;
        let count = buckets_of(&self.link, place).await?.ok_or_else(missing)?;
        Ok(Arc::new(RedisReader { link: self.link.clone(), buckets: Buckets::new(place, count), sealed }))
    }

    async fn delta(&self, place: &Place, turn: i64) -> Result<(Box<dyn KvDelta>, Option<String>), AccelError> {
        let count = buckets_of(&self.link, place).await?.ok_or_else(AccelError::not_followed)?;
        let (delta, position) = RedisDelta::take(self.link.clone(), Buckets::new(place, count), place, turn).await?;
        Ok((Box::new(delta), position))
    }

    async fn remove(&self, place: &Place) -> Result<(), AccelError> {
        let Some(count) = buckets_of(&self.link, place).await? else { return Ok(()) };
        let buckets = Buckets::new(place, count);
        let mut number = 0;
        while number < count {
            let until = count.min(number + BATCH as u32);
            // UNLINK frees the memory in the server's background.
            let commands = (number..until).map(|number| Cmd::new().arg("UNLINK").arg(buckets.name(number)).clone()).collect();
            self.link.run_all(commands).await?;
            number = until;
        }
        let _: i64 = self.link.run(Cmd::new().arg("UNLINK").arg(meta_key(place))).await?;
        Ok(())
    }
}

struct RedisWriter {
    link: Link,
    buckets: Buckets,
    place: Place,
}

#[async_trait]
impl KvWriter for RedisWriter {
    async fn write(&mut self, pairs: Vec<Pair>) -> Result<(), AccelError> {
        for part in pairs.chunks(BATCH) {
            let commands =
                part.iter().map(|(key, value)| Cmd::new().arg("HSET").arg(self.buckets.of(key)).arg(key).arg(value).clone()).collect();
            for answer in self.link.run_all(commands).await? {
                let added: i64 = read(answer)?;
                if added != 1 {
                    return Err(AccelError::new(AccelErrorKind::Other, "The rows came with a key twice."));
                }
            }
        }
        Ok(())
    }

    async fn seal(self: Box<Self>, sealed: &Sealed) -> Result<(), AccelError> {
        let text = serde_json::to_string(sealed).map_err(AccelError::broken)?;
        let _: i64 = self.link.run(Cmd::new().arg("HSET").arg(meta_key(&self.place)).arg("sealed").arg(text)).await?;
        Ok(())
    }
}

struct RedisReader {
    link: Link,
    buckets: Buckets,
    sealed: Sealed,
}

#[async_trait]
impl KvReader for RedisReader {
    fn sealed(&self) -> &Sealed {
        &self.sealed
    }

    fn read_now(&self, _key: &[u8], _found: &mut dyn FnMut(Option<&[u8]>)) -> Result<bool, AccelError> {
        Ok(false)
    }

    fn read_many_now(&self, _keys: &[Vec<u8>], _found: &mut dyn FnMut(Option<&[u8]>)) -> Result<bool, AccelError> {
        Ok(false)
    }

    async fn read(&self, keys: &[Vec<u8>]) -> Result<Vec<Option<Bytes>>, AccelError> {
        let command = |key: &Vec<u8>| Cmd::new().arg("HGET").arg(self.buckets.of(key)).arg(key).clone();
        if let [key] = keys {
            // Under the empty key, which no row has, stands what followers remember.
            return Ok(vec![if key.is_empty() { None } else { value(self.link.run(&command(key)).await?)? }]);
        }
        let mut values = Vec::with_capacity(keys.len());
        for part in keys.chunks(BATCH) {
            let answers = self.link.run_all(part.iter().map(command).collect()).await?;
            for (key, answer) in part.iter().zip(answers) {
                values.push(if key.is_empty() { None } else { value(answer)? });
            }
        }
        Ok(values)
    }

    async fn scan(
        &self,
        visit: &mut (dyn for<'k, 'v> FnMut(&'k [u8], &'v [u8]) -> Result<(), AccelError> + Send),
    ) -> Result<u64, AccelError> {
        let mut rows = 0;
        for number in 0..self.buckets.count {
            let pairs: Vec<(Vec<u8>, Vec<u8>)> = self.link.run(Cmd::new().arg("HGETALL").arg(self.buckets.name(number))).await?;
            for (key, value) in pairs.iter().filter(|(key, _)| !key.is_empty()) {
                visit(key, value)?;
                rows += 1;
            }
        }
        Ok(rows)
    }
}

/// The bytes of an answer as they are, without a copy.
fn value(answer: Value) -> Result<Option<Bytes>, AccelError> {
    match answer {
        Value::Nil => Ok(None),
        Value::BulkString(bytes) => Ok(Some(Bytes::from(bytes))),
        other => Err(AccelError::broken(format!("an answer of another shape: {other:?}"))),
    }
}
