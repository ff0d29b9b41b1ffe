//! Changes of a version in Redis: written where its rows are, bucket by bucket, and how far they go after them. A writer that
//! dies in between writes the same rows once more, which changes nothing. Each bucket remembers the turn that last wrote it, and
//! refuses a lower one in the same step, so that a writer that was taken over cannot undo what came after it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use redis::Cmd;

use crate::redis_link::read;
use crate::redis_store::{BATCH, Buckets, meta_key};
use crate::{AccelError, Change, KvDelta, Link, Place};

/// Takes a version: 1, or 0 where a higher turn has it, or -1 where there is none. Arguments: the turn.
const TAKE: &str = "if redis.call('EXISTS', KEYS[1]) == 0 then return -1 end
if tonumber(redis.call('HGET', KEYS[1], 'turn') or '0') > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'turn', ARGV[1])
return 1";
/// Writes rows of a bucket: 1, or 0 where a higher turn has written it. Arguments: the turn, and of each row whether it is put,
/// its key and its value. The turn stands under the empty key, which no row has.
const WRITE: &str = "if tonumber(redis.call('HGET', KEYS[1], '') or '0') > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], '', ARGV[1])
for i = 2, #ARGV, 3 do
  if ARGV[i] == '1' then redis.call('HSET', KEYS[1], ARGV[i + 1], ARGV[i + 2]) else redis.call('HDEL', KEYS[1], ARGV[i + 1]) end
end
return 1";
/// Moves the position on: 1, or 0 where it is another's turn or not the position that was. Arguments: the turn, the position that
/// was, and the one that is.
const MOVE: &str = "if redis.call('HGET', KEYS[1], 'turn') ~= ARGV[1] then return 0 end
if (redis.call('HGET', KEYS[1], 'position') or '') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'position', ARGV[3])
return 1";

pub(crate) struct RedisDelta {
    link: Link,
    buckets: Buckets,
    meta: String,
    turn: i64,
    /// As it stands there; empty before the first change.
    position: String,
}

fn script(text: &str, key: &str, arguments: &[&[u8]]) -> Cmd {
    let mut command = Cmd::new();
    command.arg("EVAL").arg(text).arg(1).arg(key).arg(arguments);
    command
}

impl RedisDelta {
    pub(crate) async fn take(link: Link, buckets: Buckets, place: &Place, turn: i64) -> Result<(Self, Option<String>), AccelError> {
        let mut delta = Self { link, buckets, meta: meta_key(place), turn, position: String::new() };
        match delta.link.run(&script(TAKE, &delta.meta, &[delta.turn_text().as_bytes()])).await? {
            1 => {}
            0 => return Err(AccelError::taken_over()),
            _ => return Err(AccelError::not_synced()),
        }
        let position: Option<String> = delta.link.run(Cmd::new().arg("HGET").arg(&delta.meta).arg("position")).await?;
        delta.position = position.clone().unwrap_or_default();
        Ok((delta, position))
    }

    fn turn_text(&self) -> String {
        self.turn.to_string()
    }

    /// Whether it is still its turn, and nothing that it wrote is lost: a server that comes back may have forgotten the last of it.
    async fn check(&self) -> Result<(), AccelError> {
        let command = Cmd::new().arg("HMGET").arg(&self.meta).arg("turn").arg("position").clone();
        let (turn, position): (Option<i64>, Option<String>) = self.link.run(&command).await?;
        if turn == Some(self.turn) && position.unwrap_or_default() == self.position { Ok(()) } else { Err(AccelError::moved()) }
    }
}

#[async_trait]
impl KvDelta for RedisDelta {
    async fn apply(&mut self, changes: Vec<Change>, position: &str) -> Result<(), AccelError> {
        let turn = self.turn_text();
        self.check().await?;
        for part in changes.chunks(BATCH) {
            let mut of_bucket: BTreeMap<String, Vec<&[u8]>> = BTreeMap::new();
            for change in part {
                let arguments = of_bucket.entry(self.buckets.of(change.key())).or_insert_with(|| vec![turn.as_bytes()]);
                match change {
                    Change::Put(key, value) => arguments.extend([&b"1"[..], key, value]),
                    Change::Delete(key) => arguments.extend([&b"0"[..], key, &[]]),
                }
            }
            let commands = of_bucket.iter().map(|(bucket, arguments)| script(WRITE, bucket, arguments)).collect();
            for answer in self.link.run_all(commands).await? {
                if read::<i64>(answer)? != 1 {
                    return Err(AccelError::taken_over());
                }
            }
        }
        let arguments = [turn.as_bytes(), self.position.as_bytes(), position.as_bytes()];
        let moved: i64 = self.link.run(&script(MOVE, &self.meta, &arguments)).await?;
        if moved != 1 {
            return Err(AccelError::moved());
        }
        position.clone_into(&mut self.position);
        Ok(())
    }
}
