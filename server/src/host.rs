//! Time, ids and randomness of this process: handed to the crates, which never reach for them themselves.

use std::time::{SystemTime, UNIX_EPOCH};

use model::clock::Millis;
use rand::RngCore;
use uuid::Uuid;

/// The machine's own.
pub(crate) struct Machine;

impl Machine {
    #[allow(clippy::disallowed_methods)] // the one place that reads the clock
    fn millis() -> Millis {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)
    }

    #[allow(clippy::disallowed_methods)] // the one place that makes ids
    fn uuid() -> Uuid {
        Uuid::now_v7()
    }
}

impl control::ports::Host for Machine {
    fn now(&self) -> Millis {
        Self::millis()
    }

    fn id(&self) -> String {
        Self::uuid().to_string()
    }

    #[allow(clippy::disallowed_methods)] // the one place that draws randomness
    fn fill_random(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}

impl gateway::Clock for Machine {
    fn now(&self) -> Millis {
        Self::millis()
    }

    fn request_id(&self, now: Millis) -> [u8; 16] {
        let mut random = [0; 10];
        control::ports::Host::fill_random(self, &mut random);
        uuid::Builder::from_unix_timestamp_millis(u64::try_from(now).unwrap_or(0), &random).into_uuid().into_bytes()
    }
}

impl sync::Host for Machine {
    fn now(&self) -> Millis {
        Self::millis()
    }

    fn id(&self) -> String {
        Self::uuid().to_string()
    }
}
