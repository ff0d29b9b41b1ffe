//! The last good snapshot on disk: whole or not at all, secrets sealed, readable by its owner alone.

use std::io;
use std::path::Path;

use model::snapshot::Snapshot;

pub(crate) async fn write(file: &Path, snapshot: &Snapshot) -> io::Result<()> {
    let text = serde_json::to_vec(snapshot).map_err(io::Error::other)?;
    let part = file.with_extension("part");
    tokio::fs::write(&part, text).await?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        tokio::fs::set_permissions(&part, std::fs::Permissions::from_mode(0o600)).await?;
    }
    tokio::fs::rename(&part, file).await
}

pub(crate) async fn read(file: &Path) -> io::Result<Snapshot> {
    serde_json::from_slice(&tokio::fs::read(file).await?).map_err(io::Error::other)
}
