//! The documentation of an API, for those who are signed in and for everybody.

mod manual;

pub(crate) use manual::manual;
