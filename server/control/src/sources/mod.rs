//! Sources: registering them, testing them, and looking into them.

mod browse;
mod checked;
mod endpoint;
mod held;
mod known;
mod list;
mod load_limits;
mod resolve;
mod rights;
mod save;

pub use save::{BindingInput, SourceInput};

pub(crate) use browse::{read_rows, sample_of};
pub(crate) use known::Told;
pub(crate) use load_limits::{load_errors, load_query_error};
pub(crate) use resolve::Resolved;
pub(crate) use save::{PreparedSource, config_text};
