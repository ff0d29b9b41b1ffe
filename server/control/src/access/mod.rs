//! Apps, the keys they call with, and the APIs that are open to them.

mod apps;
mod grants;
mod keys;
