//! How much, how long and how many: bounds of all sources.

use std::time::Duration;

/// The longest any statement may run on a source, whatever an API allows: set in each session.
pub const SESSION_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a connection may take to be made.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections of one process to one binding.
pub const MAX_CONNECTIONS: u32 = 16;
/// Rows of one Arrow batch.
pub const BATCH_ROWS: usize = 1_024;
/// Bytes of texts and bytes after which a batch ends early.
pub const BATCH_BYTES: usize = 4 << 20;
/// The largest cell, and the largest row, of a response or a sample, in bytes.
pub const MAX_CELL_BYTES: usize = 16 << 20;
pub const MAX_ROW_BYTES: usize = 64 << 20;
/// The largest cell, and the largest row, of a build, in bytes.
pub const MAX_BUILD_CELL_BYTES: usize = 64 << 20;
pub const MAX_BUILD_ROW_BYTES: usize = 256 << 20;
