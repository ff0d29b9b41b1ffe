//! Apps, the keys they call with, and the APIs that are open to them.

mod apps;
mod grants;
mod issuers;
mod keys;

pub use grants::{GrantTerms, MAX_DAYS};
pub use issuers::IssuerInput;
