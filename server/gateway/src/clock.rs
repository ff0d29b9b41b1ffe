//! The time that a gateway goes by.

use model::clock::Millis;

/// Time and request ids, handed in from outside.
pub trait Clock: Send + Sync {
    fn now(&self) -> Millis;
    /// A new UUIDv7 for a request that begins at `now`.
    fn request_id(&self, now: Millis) -> [u8; 16];
}
