//! Sources: registering them, testing them, and looking into them.

mod browse;
mod list;
mod resolve;
mod save;

pub use save::{BindingInput, SourceInput};

pub(crate) use browse::read_rows;
pub(crate) use resolve::Resolved;
pub(crate) use save::PreparedSource;
