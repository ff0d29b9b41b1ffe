//! What becomes of a version that was built: it goes live, is shown where it is a table of a database, and is removed once nobody needs it.

pub(crate) mod garbage_collection;
pub(crate) mod switch;
pub(crate) mod table_store;
pub(crate) mod view_publisher;
