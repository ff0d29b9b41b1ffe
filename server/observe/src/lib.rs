//! Figures over time: what is measured, how it is rolled up, and what is read of it for a chart. Pure: no clock, no I/O.
//!
//! Whoever measures holds counters that only grow, and [`LiveLatencies`]. Just behind each full ten seconds, a [`Reading`] of each
//! series goes into the [`Recorder`] of the process. It gives the chunks that are to be written (`store::SeriesStore`), and is told once
//! they are. A chart has a [`Plan`], and [`read`] makes its intervals of the stored chunks of all nodes.

mod chunk;
mod errors;
mod latencies;
mod malformed;
mod packed;
mod point;
mod reader;
mod recorder;
#[cfg(test)]
mod seeded;
mod series;
mod tier;
mod varint;
mod window;

pub use chunk::{decode, encode};
pub use errors::LiveErrors;
pub use latencies::{Latencies, LatenciesSum, LiveLatencies};
pub use malformed::Malformed;
pub use packed::PackedLatencies;
pub use point::{GaugeRange, Point};
pub use reader::{Chart, Interval, MAX_POINTS, Plan, State, StoredChunk, Unreadable, intervals, read};
pub use recorder::{Chunk, HELD_FOR, Reading, Recorder, Tick};
pub use series::{Counter, Gauge, SeriesKey, SeriesKind};
pub use tier::Tier;
pub use window::{outcomes, sample};
