//! The documentation of an API, for those who are signed in and for everybody.

pub(crate) mod api;
mod manual;
mod public_page;

pub(crate) use manual::manual;
pub(crate) use public_page::PublicDocumentationPage;
