//! People: signing in, sessions, tokens, invitations, domains and roles.

mod attempts;
mod domains;
mod invitations;
mod me;
mod password;
mod people;
mod refusals;
mod secret;
mod sessions;
mod sign_in;
mod tokens;

pub use sessions::SESSION_LIFE;
pub use sign_in::SignedIn;
pub use tokens::MAX_TOKEN_DAYS;

pub(crate) use attempts::Attempts;
pub(crate) use password::Hasher;
pub(crate) use refusals::Refusals;
pub(crate) use secret::{can_be_secret, hash_secret, new_secret};
