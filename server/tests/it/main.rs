//! The tests of the whole program, through its ports, with real servers: one binary, so that they are linked once and run beside one another.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

mod common;

mod answers;
mod authority;
mod bad_sources;
mod bindings_and_eyes;
mod callers_faults;
mod bill_of_materials;
mod by_chance;
mod calls;
mod columnar;
mod data_plane;
mod deploy;
mod documents;
mod egress;
mod fair_sources;
mod faults;
mod file_modes;
mod first_call;
mod follow;
mod gates;
mod hidden_fields;
mod hostile_text;
mod generated_requests;
mod identity;
mod jobs;
mod kafka;
mod kafka_clusters;
mod kills;
mod limits_and_tokens;
mod logs;
mod mapping;
mod master_key;
mod nodes;
mod parts;
mod response_bounds;
mod portal_guard;
mod reviews;
mod sign_in_flood;
mod sinks;
mod source_places;
mod slow_clients;
mod sqlmap;
mod sync_faults;
mod throttle;
mod tokens_and_sessions;
mod tls;
mod unions;
