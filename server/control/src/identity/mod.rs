//! People: signing in, sessions, tokens, invitations, domains and roles.

mod domains;
mod invitations;
mod me;
mod password;
mod people;
mod secret;
mod sessions;
mod sign_in;
mod tokens;

pub use sessions::SESSION_LIFE;
pub use sign_in::SignedIn;

pub(crate) use secret::{hash_secret, new_secret};
