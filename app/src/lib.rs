//! The portal: rendered on the server, hydrated in the browser.
//!
//! A page is a folder in [`pages`]: its view, its parts, and `api.rs` with its server functions, each of which calls
//! one use case of `control` and maps what comes back. To add a page: a folder, a line in `routes.rs`, a line in
//! `lazy.rs` for what loads its code, a line in `navigation.rs` for a new area, and a row for each server function in
//! the authority matrix.

#![allow(clippy::must_use_candidate)] // components are called by the view macro
#![allow(clippy::needless_pass_by_value)] // props of components are values
#![allow(clippy::unused_async)] // a server function is async, whatever it does
#![allow(clippy::module_inception, clippy::type_complexity)] // an API's page has an api.rs too; views have long types
#![allow(clippy::too_many_arguments)] // a server function takes the fields of its form
#![allow(unreachable_pub)] // the macros of components and server functions write `pub`
#![recursion_limit = "512"]

mod error;
mod frame;
mod lazy;
mod left_drafts;
mod navigation;
mod not_loaded;
pub mod pages;
mod routes;
mod shell;
mod signed_in;
mod ui;
mod words;

#[cfg(feature = "ssr")]
mod session;

pub use lazy::LazyArea;
pub use not_loaded::NotLoaded;
pub use routes::App;
pub use shell::{PageFiles, shell};
pub use ui::ICONS;

#[cfg(feature = "hydrate")]
pub use not_loaded::say_not_loaded;
#[cfg(feature = "ssr")]
pub use session::{PortalContext, caller_of};
