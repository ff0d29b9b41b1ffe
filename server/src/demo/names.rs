//! What the parts of the demo are called.

pub(super) const DOMAIN: &str = "travel";
pub(super) const SOURCE: &str = "flights-db";
