//! Sources that have no question language of their own, asked by DataFusion: files, Redis, JSON over HTTP.
//!
//! Each is a folder that says which tables there are ([`catalogue::Catalogue`]); the engine does the rest. Where rows
//! come from a service, a table is a [`rows::ReadRows`], and its types are read from a sample with the evidence shown.

mod catalogue;
mod errors;
mod evidence;
mod files;
mod http;
mod redis;
mod rows;
mod template;
mod types;

use connect::Connector;

pub use files::Files;
pub use http::HttpJson;
pub use redis::Redis;

/// The connectors of this crate, in the order of the form.
#[must_use]
pub fn connectors() -> Vec<&'static dyn Connector> {
    vec![&Files, &Redis, &HttpJson]
}
