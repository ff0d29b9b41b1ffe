//! Nodes of the same metadata ask one another, over their HTTP ports, for what each keeps for itself. They show who they are with short
//! tokens that are signed with a key derived from the master key, which they share.

mod address;
mod client;
mod routes;
mod token;

pub(crate) use address::check_address;
pub(crate) use client::{NodeClient, body_within};
pub(crate) use routes::{SEARCH, router};
pub(crate) use token::NodeKey;
