//! The request log of one node. [`Sampler`] says which requests are kept, one for each API; [`RequestLog`] takes them and writes them into
//! segments, on a thread of its own; [`Reader`] searches both the segments and what is not written yet.
//! [`Found::merged`] makes one page out of those of several nodes.
//!
//! Whoever answers a request never waits for any of it: what there is no room for is dropped and counted.

mod entry;
mod folder;
mod merge;
mod pace;
mod reader;
mod sampler;
mod search;
mod segment;
mod shared;
mod writer;

pub use entry::{MAX_SPANS, RequestEntry, masked};
pub use reader::{Found, Reader};
pub use sampler::Sampler;
pub use search::{CodeFilter, Cursor, Search, Sees};
pub use shared::Figures;
pub use writer::{RequestLog, Settings};
