//! The last good snapshot on disk: whole or not at all, secrets sealed, readable by its owner alone.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use model::snapshot::Snapshot;
use tokio::sync::Mutex;

/// With many APIs a snapshot is long, and writing it takes a core from the calls: a burst of changes is written once.
const APART: Duration = Duration::from_secs(5);

/// What is on disk: one writer at a time, and an older revision never after a newer.
#[derive(Default)]
pub(crate) struct Written {
    newest: AtomicI64,
    last: Mutex<Option<(i64, Instant)>>,
}

pub(crate) type OnDisk = Arc<Written>;

/// Writes in the background. A snapshot that a newer one has overtaken is not written.
pub(crate) fn write_soon(on_disk: &OnDisk, file: PathBuf, snapshot: Snapshot) {
    let on_disk = on_disk.clone();
    tokio::spawn(async move {
        let revision = snapshot.revision;
        on_disk.newest.fetch_max(revision, Ordering::AcqRel);
        let mut last = on_disk.last.lock().await;
        if let Some(wait) = last.as_ref().and_then(|(_, at)| APART.checked_sub(at.elapsed())) {
            tokio::time::sleep(wait).await;
        }
        // A newer one waits behind this one, or is there already.
        if on_disk.newest.load(Ordering::Acquire) > revision || last.as_ref().is_some_and(|(known, _)| *known >= revision) {
            return;
        }
        match tokio::task::spawn_blocking(move || write(&file, &snapshot)).await {
            Ok(Ok(())) => *last = Some((revision, Instant::now())),
            Ok(Err(error)) => tracing::warn!(cause = %error, "the last snapshot could not be stored on disk"),
            Err(error) => tracing::warn!(cause = %error, "the last snapshot could not be stored on disk"),
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
