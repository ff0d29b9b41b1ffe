//! The request log: a list of requests, and what one of them did.

pub(crate) mod api;
mod list;
mod request;

pub(crate) use list::RequestLogPage;
pub(crate) use request::LoggedRequestPage;
