//! Journeys through the portal in a real browser. One program, so that they run beside each other.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

mod accelerating;
mod alerts;
mod axe;
mod data_plane;
mod forms;
mod incremental_sync;
mod joins;
mod lazy_areas;
mod main_job;
mod monitoring;
mod unions;
