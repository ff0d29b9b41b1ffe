//! `sluice key rotate`: every stored secret under a new master key.

use std::io::ErrorKind;
use std::path::Path;

use control::{Caller, Control};

use super::say;
use crate::config::Config;
use crate::host::Machine;
use crate::{compose, master_key};

/// # Errors
/// A node that still runs, a key that is none, a secret that cannot be opened; in a sentence.
pub(super) async fn rotate(config: &Config, control: &Control, new_key_file: Option<&Path>) -> Result<(), String> {
    let system = Caller::system();
    // Before a key is made, so that a refusal leaves nothing behind.
    control.refuse_rotation_while_served(&system).await.map_err(|problem| problem.detail)?;
    let next = master_key::next_key(config, &Machine, new_key_file)?;
    let secrets = control.rotate_master_key(&system, &next.vault).await.map_err(|problem| problem.detail)?;
    master_key::take_over(config, &next)?;
    // Its secrets are sealed under the old key. The next start writes another one.
    let snapshot = compose::snapshot_file(config);
    if let Err(error) = std::fs::remove_file(&snapshot)
        && error.kind() != ErrorKind::NotFound
    {
        return Err(format!("{} cannot be removed: {error}. Remove it before the next start", snapshot.display()));
    }
    say(&format!("{secrets} secrets are encrypted under the new master key."));
    if config.master_key.is_some() {
        say("Start every node with the new key in SLUICE_MASTER_KEY, and delete the file snapshot.json of every node first.");
    }
    say("Build datasets with hashed columns again: the hashes depend on the master key.");
    Ok(())
}
