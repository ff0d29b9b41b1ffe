//! The master key: given, or beside SQLite made once and kept in the data folder for its owner alone.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

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
        return Err("SLUICE_MASTER_KEY must be given when the metadata is in PostgreSQL: every node needs the same one. \
                    Make one with: openssl rand -base64 32"
            .into());
    }
    let file = config.data_dir.join("master.key");
    let key = match std::fs::read_to_string(&file) {
        Ok(key) => key,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(&file, host)?,
        Err(error) => return Err(format!("{} cannot be read: {error}", file.display())),
    };
    Vault::from_base64(&key).map_err(|error| format!("{}: {error}", file.display()))
}

fn make(file: &Path, host: &dyn Host) -> Result<String, String> {
    let mut bytes = [0; 32];
    host.fill_random(&mut bytes);
    let key = STANDARD.encode(bytes);
    let failed = |error: std::io::Error| format!("{} cannot be written: {error}", file.display());
    let mut opened = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).map_err(failed)?;
    opened.write_all(key.as_bytes()).and_then(|()| opened.sync_all()).map_err(failed)?;
    tracing::info!("a master key was made in {}; secrets of sources are sealed with it, so keep a copy", file.display());
    Ok(key)
}
