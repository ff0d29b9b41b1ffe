//! Passwords: argon2id with the library's defaults (19 MiB, 2 passes), off the async threads.

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use model::{ErrorCode, Problem};

use crate::ports::Host;

pub(super) const MIN_LENGTH: usize = 10;
const MAX_LENGTH: usize = 200;
/// A hash of nothing that anybody knows: checked when there is no such person, so that both take as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5$2yGX4cqTo9B1HcPpcNjPqSAbZGDP4I4xP1ukVRwKhgM";

/// Says what is wrong with a new password.
pub(super) fn check(password: &str) -> Result<(), Problem> {
    match password.chars().count() {
        short if short < MIN_LENGTH => {
            Err(Problem::field("password", format!("At least {MIN_LENGTH} characters; a sentence is easy to keep in mind.")))
        }
        long if long > MAX_LENGTH => Err(Problem::field("password", format!("At most {MAX_LENGTH} characters."))),
        _ => Ok(()),
    }
}

pub(super) async fn hash(host: &dyn Host, password: String) -> Result<String, Problem> {
    let mut bytes = [0; 16];
    host.fill_random(&mut bytes);
    let salt = SaltString::encode_b64(&bytes).map_err(|error| failed(&error))?;
    blocking(move || Argon2::default().hash_password(password.as_bytes(), &salt).map(|hash| hash.to_string()))
        .await?
        .map_err(|error| failed(&error))
}

/// Whether the password is the one of the hash. Takes as long where there is no hash.
pub(super) async fn matches(hash: Option<String>, password: String) -> Result<bool, Problem> {
    blocking(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.into());
        let right = PasswordHash::new(&hash).is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
        known && right
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|error| failed(&error))
}

fn failed(error: &dyn std::fmt::Display) -> Problem {
    tracing::error!(cause = %error, "a password could not be hashed");
    Problem::new(ErrorCode::Internal, "The password could not be checked. Try again.")
}
