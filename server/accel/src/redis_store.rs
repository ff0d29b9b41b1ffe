//! Data versions in Redis: rows are fields of hashes, the hashes are numbered buckets under the version's own prefix.
//! So a version is dropped by naming its buckets, without scanning a keyspace that others use too, and the buckets
//! spread over the slots of a cluster.

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use redis::Cmd;
use redis::Value;
use sha2::{Digest, Sha256};
use tokio::task::JoinSet;

use crate::redis_delta::RedisDelta;
use crate::redis_link::read;
use crate::{AccelError, AccelErrorKind, Block, KvDelta, KvReader, KvStore, KvWriter, Link, Place, Sealed, Visit};

/// Rows of one bucket, about: small enough that dropping one never stalls the server.
const BUCKET_ROWS: u64 = 256;
const MAX_BUCKETS: u32 = 1 << 20;
/// Commands of one round trip.
pub(crate) const BATCH: usize = 512;
/// Bytes of rows that a build gathers before it sends them: what goes into one bucket goes in one command.
const GATHERED_BYTES: usize = 8 << 20;
/// Rows of one command, at the most: the server does nothing else meanwhile.
const COMMAND_ROWS: usize = 128;
/// Round trips of a build that may be under way at once: enough that neither side waits for the other.
const UNDER_WAY: usize = 4;
/// Bytes of one round trip, about: few enough for a slow line.
const WRITE_BYTES: usize = 1 << 20;
const READ_BYTES: usize = 1 << 20;
/// Bytes of a command and of each row in it that are not its values.
const AROUND: usize = 160;
const AROUND_ROW: usize = 16;

/// The operator's Redis as a store of dataset versions.
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

    fn number_of(&self, key: &[u8]) -> u32 {
        let digest = Sha256::digest(key);
        let first = digest.first_chunk::<4>().copied().unwrap_or_default();
        u32::from_le_bytes(first) % self.count
    }

    pub(crate) fn of(&self, key: &[u8]) -> String {
        self.name(self.number_of(key))
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
        Ok(Box::new(RedisWriter {
            link: self.link.clone(),
            buckets: Buckets::new(place, count),
            place: place.clone(),
            gathered: Vec::new(),
            under_way: JoinSet::new(),
        }))
    }

    async fn open(&self, place: &Place) -> Result<Arc<dyn KvReader>, AccelError> {
        let missing = || {
            AccelError::new(AccelErrorKind::Missing, "The rows of this dataset version are no longer in Redis. Build the dataset again.")
        };
        let text: Option<String> = self.link.run(Cmd::new().arg("HGET").arg(meta_key(place)).arg("sealed")).await?;
        let sealed: Sealed = serde_json::from_str(&text.ok_or_else(missing)?).map_err(AccelError::broken)?;
        let count = buckets_of(&self.link, place).await?.ok_or_else(missing)?;
        Ok(Arc::new(RedisReader { link: self.link.clone(), buckets: Buckets::new(place, count), sealed }))
    }

    async fn delta(&self, place: &Place, turn: i64) -> Result<(Box<dyn KvDelta>, Option<String>), AccelError> {
        let count = buckets_of(&self.link, place).await?.ok_or_else(AccelError::not_synced)?;
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
    gathered: Vec<Block>,
    /// What was sent and is not answered yet.
    under_way: JoinSet<Result<(), AccelError>>,
}

/// A row, by the number of its bucket.
type InBucket<'a> = (u32, (&'a [u8], &'a [u8]));

/// Commands of one round trip, each with how many rows it adds.
#[derive(Default)]
struct Portion {
    commands: Vec<Cmd>,
    rows: Vec<usize>,
    bytes: usize,
}

impl RedisWriter {
    /// Waits until no more than so many round trips are under way.
    async fn until(&mut self, most: usize) -> Result<(), AccelError> {
        while self.under_way.len() > most {
            let Some(done) = self.under_way.join_next().await else { return Ok(()) };
            done.map_err(AccelError::broken)??;
        }
        Ok(())
    }

    async fn send(&mut self, portion: Portion) -> Result<(), AccelError> {
        self.until(UNDER_WAY - 1).await?;
        self.under_way.spawn(add(self.link.clone(), portion));
        Ok(())
    }

    async fn send_gathered(&mut self) -> Result<(), AccelError> {
        let blocks = std::mem::take(&mut self.gathered);
        let mut rows: Vec<InBucket<'_>> = blocks.iter().flat_map(Block::pairs).map(|row| (self.buckets.number_of(row.0), row)).collect();
        rows.sort_unstable_by_key(|(bucket, _)| *bucket);
        let mut portion = Portion::default();
        for rows in rows.chunk_by(|(one, _), (next, _)| one == next).flat_map(|bucket| bucket.chunks(COMMAND_ROWS)) {
            let bytes: usize = rows.iter().map(|(_, (key, value))| key.len() + value.len() + AROUND_ROW).sum();
            let mut command = Cmd::with_capacity(2 + 2 * rows.len(), bytes + AROUND);
            command.arg("HSET").arg(self.buckets.name(rows[0].0));
            for (_, (key, value)) in rows {
                command.arg(*key).arg(*value);
            }
            portion.commands.push(command);
            portion.rows.push(rows.len());
            portion.bytes += bytes;
            if portion.commands.len() == BATCH || portion.bytes >= WRITE_BYTES {
                self.send(std::mem::take(&mut portion)).await?;
            }
        }
        self.send(portion).await
    }
}

/// Rows that were not there before.
async fn add(link: Link, portion: Portion) -> Result<(), AccelError> {
    let answers = link.run_all(portion.commands).await?;
    for (answer, rows) in answers.into_iter().zip(portion.rows) {
        if read::<usize>(answer)? != rows {
            return Err(AccelError::new(AccelErrorKind::Other, "The rows have a key twice. Build the dataset again."));
        }
    }
    Ok(())
}

#[async_trait]
impl KvWriter for RedisWriter {
    async fn write(&mut self, block: Block) -> Result<(), AccelError> {
        self.gathered.push(block);
        if self.gathered.iter().map(Block::bytes).sum::<usize>() < GATHERED_BYTES { Ok(()) } else { self.send_gathered().await }
    }

    async fn abandon(mut self: Box<Self>) {
        // What was sent may be done after whatever is sent next, over another connection.
        while self.under_way.join_next().await.is_some() {}
    }

    async fn seal(mut self: Box<Self>, sealed: &Sealed) -> Result<(), AccelError> {
        let sent = match self.send_gathered().await {
            Ok(()) => self.until(0).await,
            Err(error) => Err(error),
        };
        if let Err(error) = sent {
            self.abandon().await;
            return Err(error);
        }
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
            // Under the empty key, which no row has, stands the position of incremental sync.
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

    async fn scan(&self, visit: &mut Visit<'_>) -> Result<u64, AccelError> {
        let count = self.buckets.count;
        let ask = |numbers: Range<u32>| tokio::spawn(read_buckets(self.link.clone(), self.buckets.clone(), numbers));
        let (mut next, mut at_once, mut rows) = (1, 1, 0);
        let mut coming = ask(0..1);
        loop {
            let pairs = coming.await.map_err(AccelError::broken)??;
            let bytes = pairs.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>().max(1);
            let fitting = u32::try_from(READ_BYTES * at_once as usize / bytes).unwrap_or(u32::MAX);
            at_once = fitting.clamp(1, at_once * 2).min(BATCH as u32).min(count - next);
            // The next are on their way while these are looked at.
            coming = ask(next..next + at_once);
            for (key, value) in pairs.iter().filter(|(key, _)| !key.is_empty()) {
                visit(key, value)?;
                rows += 1;
            }
            if at_once == 0 {
                return Ok(rows);
            }
            next += at_once;
        }
    }
}

/// The fields of some buckets.
async fn read_buckets(link: Link, buckets: Buckets, numbers: Range<u32>) -> Result<Vec<(Vec<u8>, Vec<u8>)>, AccelError> {
    let commands = numbers.map(|number| Cmd::new().arg("HGETALL").arg(buckets.name(number)).clone()).collect();
    let mut pairs = Vec::new();
    for answer in link.run_all(commands).await? {
        for field in answer.into_map_iter().map_err(|answer| other_shape(&answer))? {
            match field {
                (Value::BulkString(key), Value::BulkString(value)) => pairs.push((key, value)),
                (key, _) => return Err(other_shape(&key)),
            }
        }
    }
    Ok(pairs)
}

fn other_shape(answer: &Value) -> AccelError {
    AccelError::broken(format!("an unexpected reply: {answer:?}"))
}

/// The bytes of a response as they are, without a copy.
fn value(answer: Value) -> Result<Option<Bytes>, AccelError> {
    match answer {
        Value::Nil => Ok(None),
        Value::BulkString(bytes) => Ok(Some(Bytes::from(bytes))),
        other => Err(other_shape(&other)),
    }
}
