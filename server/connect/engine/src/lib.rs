//! Sources that have no question language of their own, asked by DataFusion: files, Redis, JSON over HTTP, and the
//! columnar datasets of a domain.
//!
//! Each is a folder that says which tables there are ([`catalogue::Catalogue`]); the engine does the rest. Where rows
//! come from a service, here or in another crate, a table is a [`rows::ReadRows`], and its types are read from a sample with the evidence shown.

mod asked;
pub mod catalogue;
pub mod cells;
mod datasets;
mod digits;
mod errors;
pub mod evidence;
mod files;
mod http;
mod json_cells;
mod mapping;
mod redis;
mod row_sizes;
pub mod rows;
mod scans;
mod sending;
mod template;
mod text_decimals;
pub mod types;
mod widths;

use std::sync::Arc;

use connect::Connector;
use connect::live_catalog::LiveCatalog;

/// What the questions of one source share, for those who only hand it on.
pub use datafusion::execution::runtime_env::RuntimeEnv;
pub use datasets::Datasets;
pub use files::Files;
pub use http::HttpJson;
pub use mapping::Maps;
pub use redis::Redis;

/// The stack that the planner's recursion keeps free: with less left, it goes on on another one. Its frames are large, above all where
/// nothing is optimised: the library's own 128 KiB are less than one level there.
const STACK_LEFT: usize = 1 << 20;
/// The other one.
const STACK: usize = 8 << 20;

/// The connectors of this crate, in the order of the form. They stay for as long as the process does.
#[must_use]
pub fn connectors(live_catalog: Arc<LiveCatalog>) -> Vec<&'static dyn Connector> {
    recursive::set_minimum_stack_size(STACK_LEFT);
    recursive::set_stack_allocation_size(STACK);
    vec![&Files, &Redis, &HttpJson, Box::leak(Box::new(Datasets(live_catalog)))]
}
