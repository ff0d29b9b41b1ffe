//! Code of the generic service, generated from its `.proto`.

tonic::include_proto!("sluice.v1");

/// The descriptors of this file and of what it imports, for reflection.
pub(crate) const FILES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/data.fds"));
