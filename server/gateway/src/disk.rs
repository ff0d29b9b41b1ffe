//! The last good snapshot on disk: whole or not at all, secrets sealed, readable by its owner alone.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::snapshot::Snapshot;
use tokio::sync::Mutex;

/// The revision on disk: one writer at a time, and an older one never after a newer.
pub(crate) type OnDisk = Arc<Mutex<i64>>;

/// Writes in the background. A snapshot that a newer one has overtaken is not written.
pub(crate) fn write_soon(on_disk: &OnDisk, file: PathBuf, snapshot: Snapshot) {
    let on_disk = on_disk.clone();
    tokio::spawn(async move {
        let mut written = on_disk.lock().await;
        if *written >= snapshot.revision {
            return;
        }
        let revision = snapshot.revision;
        match tokio::task::spawn_blocking(move || write(&file, &snapshot)).await {
            Ok(Ok(())) => *written = revision,
            Ok(Err(error)) => tracing::warn!(cause = %error, "the last snapshot could not be kept on disk"),
            Err(error) => tracing::warn!(cause = %error, "the last snapshot could not be kept on disk"),
        }
    });
}

fn write(file: &Path, snapshot: &Snapshot) -> io::Result<()> {
    let text = serde_json::to_vec(snapshot).map_err(io::Error::other)?;
    let part = file.with_extension("part");
    std::fs::write(&part, text)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&part, std::fs::Permissions::from_mode(0o600))?;
    }
    std::fs::rename(&part, file)
}

pub(crate) async fn read(file: &Path) -> io::Result<Snapshot> {
    serde_json::from_slice(&tokio::fs::read(file).await?).map_err(io::Error::other)
}
