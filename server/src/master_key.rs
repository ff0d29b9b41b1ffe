//! The master key: given, or beside SQLite made once and kept in the data folder for its owner alone.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use connect::vault::Vault;
use control::ports::Host;

use crate::config::Config;

/// # Errors
/// A key that is none, a folder that cannot be written, or PostgreSQL without a key.
pub(crate) fn open_vault(config: &Config, host: &dyn Host) -> Result<Vault, String> {
    if let Some(key) = &config.master_key {
        return Vault::from_base64(key).map_err(|error| format!("SLUICE_MASTER_KEY: {error}"));
    }
    if !config.database_url().starts_with("sqlite:") {
        return Err("SLUICE_MASTER_KEY is required when the metadata is in PostgreSQL, and is the same on every node. Create one with: openssl rand -base64 32"
            .into());
    }
    let file = key_file(config);
    let key = match std::fs::read_to_string(&file) {
        Ok(key) => key,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(&file, host)?,
        Err(error) => return Err(format!("{} cannot be read: {error}", file.display())),
    };
    Vault::from_base64(&key).map_err(|error| format!("{}: {error}", file.display()))
}

/// The key that a rotation seals everything under.
pub(crate) struct NextKey {
    pub(crate) vault: Vault,
    /// Where the key stands until it takes the present one's place; `None` where the operator keeps the keys.
    file: Option<PathBuf>,
}

/// The next key: the operator's own out of a file where the master key is given, and otherwise one that is made here, or
/// was made by a rotation that was interrupted.
///
/// # Errors
/// A file that is missing, is not wanted or holds no key.
pub(crate) fn next_key(config: &Config, host: &dyn Host, given: Option<&Path>) -> Result<NextKey, String> {
    let read = |file: &Path| std::fs::read_to_string(file).map_err(|error| format!("{} cannot be read: {error}", file.display()));
    let opened = |key: &str, file: &Path| Vault::from_base64(key).map_err(|error| format!("{}: {error}", file.display()));
    match (config.master_key.is_some(), given) {
        (true, Some(file)) => Ok(NextKey { vault: opened(&read(file)?, file)?, file: None }),
        (true, None) => Err("the master key is set by SLUICE_MASTER_KEY, so the new key is required too: --new-key-file FILE. Create one with: openssl rand -base64 32"
            .into()),
        (false, Some(_)) => {
            Err("the master key is stored in the data folder, and the new key is created there; leave out --new-key-file".into())
        }
        (false, None) => {
            let file = next_file(config);
            let key = if file.exists() { read(&file)? } else { make(&file, host)? };
            Ok(NextKey { vault: opened(&key, &file)?, file: Some(file) })
        }
    }
}

/// Puts the next key in the present one's place, once everything is sealed under it.
///
/// # Errors
/// A folder that cannot be written; the rotation can be run again then.
pub(crate) fn take_over(config: &Config, next: &NextKey) -> Result<(), String> {
    let Some(file) = &next.file else { return Ok(()) };
    let present = key_file(config);
    std::fs::rename(file, &present)
        .map_err(|error| format!("{} cannot be written: {error}. Run sluice key rotate again", present.display()))
}

/// A rotation that was interrupted has to be finished: only then it is known which key the secrets are sealed under.
///
/// # Errors
/// Where there is one.
pub(crate) fn refuse_unfinished(config: &Config) -> Result<(), String> {
    let file = next_file(config);
    if config.master_key.is_none() && file.exists() {
        return Err(format!(
            "a rotation of the master key was interrupted ({} is there). Finish it with: sluice key rotate",
            file.display()
        ));
    }
    Ok(())
}

fn key_file(config: &Config) -> PathBuf {
    config.data_dir.join("master.key")
}

fn next_file(config: &Config) -> PathBuf {
    config.data_dir.join("master.key.next")
}

fn make(file: &Path, host: &dyn Host) -> Result<String, String> {
    let mut bytes = [0; 32];
    host.fill_random(&mut bytes);
    let key = STANDARD.encode(bytes);
    let failed = |error: std::io::Error| format!("{} cannot be written: {error}", file.display());
    let mut opened = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).map_err(failed)?;
    opened.write_all(key.as_bytes()).and_then(|()| opened.sync_all()).map_err(failed)?;
    tracing::info!("a master key was created in {}; the secrets of sources are encrypted with it, so keep a copy", file.display());
    Ok(key)
}
