//! Changes of a version in Redis: written where its rows are, key by key, and how far they go after them. A writer that dies
//! in between writes the same rows once more, which changes nothing.

use async_trait::async_trait;
use redis::Cmd;

use crate::redis_link::read;
use crate::redis_store::{BATCH, Buckets, meta_key};
use crate::{AccelError, Change, KvDelta, Link, Place};

pub(crate) struct RedisDelta {
    link: Link,
    buckets: Buckets,
    meta: String,
    turn: i64,
}

impl RedisDelta {
    pub(crate) async fn take(link: Link, buckets: Buckets, place: &Place, turn: i64) -> Result<(Self, Option<String>), AccelError> {
        let delta = Self { link, buckets, meta: meta_key(place), turn };
        if delta.turn().await? > turn {
            return Err(AccelError::taken_over());
        }
        let _: i64 = delta.link.run(Cmd::new().arg("HSET").arg(&delta.meta).arg("turn").arg(turn)).await?;
        let position = delta.link.run(Cmd::new().arg("HGET").arg(&delta.meta).arg("position")).await?;
        Ok((delta, position))
    }

    async fn turn(&self) -> Result<i64, AccelError> {
        let turn: Option<i64> = self.link.run(Cmd::new().arg("HGET").arg(&self.meta).arg("turn")).await?;
        Ok(turn.unwrap_or(0))
    }
}

#[async_trait]
impl KvDelta for RedisDelta {
    async fn apply(&mut self, changes: Vec<Change>, position: &str) -> Result<(), AccelError> {
        for part in changes.chunks(BATCH) {
            // Rows live in other slots than the turn, so the two cannot be of one transaction. A writer that was taken over
            // writes at most the part that it is at, which whoever took over writes again after it.
            if self.turn().await? != self.turn {
                return Err(AccelError::taken_over());
            }
            let command = |change: &Change| match change {
                Change::Put(key, value) => Cmd::new().arg("HSET").arg(self.buckets.of(key)).arg(key).arg(value).clone(),
                Change::Delete(key) => Cmd::new().arg("HDEL").arg(self.buckets.of(key)).arg(key).clone(),
            };
            for answer in self.link.run_all(part.iter().map(command).collect()).await? {
                let _: i64 = read(answer)?;
            }
        }
        let _: i64 = self.link.run(Cmd::new().arg("HSET").arg(&self.meta).arg("position").arg(position)).await?;
        Ok(())
    }
}
