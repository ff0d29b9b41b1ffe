//! What changes at once: limits, priorities, purges. Live records beside the immutable definitions, each change audited.

mod compartments;
mod switches;

pub(crate) use switches::{rate_of, switches_of};
