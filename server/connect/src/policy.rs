//! What sources may reach, as the operator of the program allows it: which files of this machine, which addresses, and none of the program's
//! own servers.
//!
//! The program sets it once, when it is put together; where nothing was set, no file is read and no address of the machine is dialled.

use std::sync::{LazyLock, OnceLock};

use crate::egress::Egress;
use crate::own_servers::ServerAddress;
use crate::places::Places;

static POLICY: OnceLock<Policy> = OnceLock::new();
static NOTHING: LazyLock<Policy> = LazyLock::new(Policy::default);

/// What the operator allows.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    pub places: Places,
    pub egress: Egress,
    /// The program's own, which no source reads.
    pub own_servers: Vec<ServerAddress>,
}

/// Sets what sources may reach, once, before the first is opened.
pub fn set(policy: Policy) {
    // A second call is that of another test in the same process, with the same policy.
    let _ = POLICY.set(policy);
}

/// Which files sources may read.
#[must_use]
pub fn places() -> &'static Places {
    &POLICY.get().unwrap_or(&NOTHING).places
}

/// Which addresses sources may be dialled at.
#[must_use]
pub fn egress() -> &'static Egress {
    &POLICY.get().unwrap_or(&NOTHING).egress
}

/// The servers that are the program's own.
pub(crate) fn own_servers() -> &'static [ServerAddress] {
    &POLICY.get().unwrap_or(&NOTHING).own_servers
}
