//! One folder an area: the page, its parts, and `api.rs` with its server functions.

pub(crate) mod account;
pub(crate) mod alerts;
pub(crate) mod api;
pub(crate) mod apis;
pub(crate) mod apps;
pub(crate) mod audit;
pub(crate) mod datasets;
pub(crate) mod documentation;
pub(crate) mod domains;
pub(crate) mod editor;
pub(crate) mod home;
pub(crate) mod inbox;
pub(crate) mod monitoring;
pub(crate) mod not_found;
pub(crate) mod people;
pub(crate) mod requests_log;
pub(crate) mod sign_in;
pub(crate) mod sources;
