//! What was said in the log, so that the same is not said each second.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long the same is not said again.
const SAID_FOR: Duration = Duration::from_secs(600);

/// What was said of rows that cannot be read, and when.
#[derive(Debug, Default)]
pub struct Said(Mutex<HashMap<String, Instant>>);

impl Said {
    /// Says it, unless that was done a while ago.
    pub(crate) fn now_and_then(&self, what: String, say: impl FnOnce(&str)) {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        said.retain(|_, at| at.elapsed() < SAID_FOR);
        said.entry(what).or_insert_with_key(|what| {
            say(what);
            Instant::now()
        });
    }
}
