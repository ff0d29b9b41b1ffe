//! Passwords: argon2id with the library's defaults (19 MiB, 2 passes), off the async threads, few at a time.

use std::sync::Arc;
use std::time::Duration;

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use model::{ErrorCode, Problem};
use tokio::sync::Semaphore;

use crate::ports::Host;

pub(super) const MIN_LENGTH: usize = 10;
const MAX_LENGTH: usize = 200;
/// The longest password that is looked at, in bytes: 200 characters and more, whatever the script.
const MAX_BYTES: usize = 1_024;
/// Hashes that are computed at once, and those that may wait for it besides.
const AT_ONCE: usize = 2;
const WAITING: usize = 64;
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// A hash of nothing that anybody knows: checked when there is no such person, so that both take as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5$2yGX4cqTo9B1HcPpcNjPqSAbZGDP4I4xP1ukVRwKhgM";

/// Says what is wrong with a new password.
pub(super) fn check(password: &str) -> Result<(), Problem> {
    match password.chars().count() {
        short if short < MIN_LENGTH => {
            Err(Problem::field("password", format!("Enter at least {MIN_LENGTH} characters. A sentence is easy to remember.")))
        }
        long if long > MAX_LENGTH => Err(Problem::field("password", format!("At most {MAX_LENGTH} characters."))),
        _ => Ok(()),
    }
}

/// Refuses what is longer than any password, before anything is done with it.
pub(super) fn check_size(password: &str) -> Result<(), Problem> {
    if password.len() > MAX_BYTES { Err(Problem::field("password", "At most 1,024 bytes.")) } else { Ok(()) }
}

/// The hashing of this process. Each hash takes 19 MiB and a core for a moment, so that few are computed at once, few
/// wait, and none waits long.
pub(crate) struct Hasher {
    permits: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self { permits: Arc::new(Semaphore::new(AT_ONCE)), places: Arc::new(Semaphore::new(AT_ONCE + WAITING)) }
    }
}

impl Hasher {
    pub(super) async fn hash(&self, host: &dyn Host, password: String) -> Result<String, Problem> {
        let mut bytes = [0; 16];
        host.fill_random(&mut bytes);
        let salt = SaltString::encode_b64(&bytes).map_err(|error| failed(&error))?;
        self.run(move || Argon2::default().hash_password(password.as_bytes(), &salt).map(|hash| hash.to_string()))
            .await?
            .map_err(|error| failed(&error))
    }

    /// Whether the password is the one of the hash. Takes as long where there is no hash.
    pub(super) async fn matches(&self, hash: Option<String>, password: String) -> Result<bool, Problem> {
        self.run(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODY.into());
            let right =
                PasswordHash::new(&hash).is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
            known && right
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| busy())?;
        let permit = tokio::time::timeout(LONGEST_WAIT, self.permits.clone().acquire_owned()).await;
        let permit = permit.map_err(|_| busy())?.map_err(|error| failed(&error))?;
        let hashed = tokio::task::spawn_blocking(move || {
            let done = work();
            // Held by the thread itself: it hashes on where the caller has gone away.
            drop((permit, place));
            done
        });
        hashed.await.map_err(|error| failed(&error))
    }
}

fn busy() -> Problem {
    Problem::new(ErrorCode::TooManyRequests, "Too many sign-ins are in progress. Try again in a few seconds.")
}

fn failed(error: &dyn std::fmt::Display) -> Problem {
    tracing::error!(cause = %error, "a password could not be hashed");
    Problem::new(ErrorCode::Internal, "The password could not be checked. Try again.")
}
