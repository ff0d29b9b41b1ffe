//! Checkpoints: rows that a run has read, stored so that a later attempt resumes from there. They are files of the node that
//! reads, so another node begins again. Each file is checked against its sum before it is used again.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use accel::{Checksum, KeptRuns};
use model::job::RunState;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{RunRow, StoreError};

use crate::Worker;
use crate::build::counts::Counts;
use crate::failed::Failed;

const LIST: &str = "kept.json";

/// Where what is read of one part is stored, and what its files' names begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) folder: PathBuf,
    pub(crate) name: String,
    /// How many are read at a time.
    pub(crate) side_by_side: usize,
}

/// The list of what a run has kept.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    /// Of what the rows were made, and how; what was kept of anything else is of no use.
    of: String,
    /// The state of the source that they were read from, where it has a name.
    pub(crate) moment: String,
    /// How the table was divided.
    pub(crate) conditions: Vec<String>,
    /// By the number of their condition.
    pub(crate) parts: BTreeMap<usize, CheckpointPart>,
    /// Once all were read, and what was read has passed.
    pub(crate) whole: Option<CheckpointWhole>,
}

/// One part that was read to its end, with nothing in it that is for people to look at.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CheckpointPart {
    name: String,
    pub(crate) runs: KeptRuns,
    pub(crate) unique: Vec<KeptRuns>,
    pub(crate) checksum: Checksum,
    pub(crate) counts: Counts,
}

impl CheckpointPart {
    pub(crate) fn new(spot: &Spot, (runs, unique): (KeptRuns, Vec<KeptRuns>), (checksum, counts): (Checksum, Counts)) -> Self {
        Self { name: spot.name.clone(), runs, unique, checksum, counts }
    }
}

/// Where the changes begin that are not among what was read.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct CheckpointWhole {
    pub(crate) followed_from: Option<String>,
    pub(crate) position: Option<String>,
}

impl CheckpointWhole {
    /// Where what comes after it begins, where it is followed: of a feed, how far that was read.
    pub(crate) fn begin(self) -> Option<String> {
        self.followed_from.map(|from| self.position.unwrap_or(from))
    }
}

fn folder_of(worker: &Worker, run_id: &str) -> PathBuf {
    worker.stores.scratch().join(run_id)
}

/// The list of a run, where it is of the same rows; the folder it stands in.
pub(crate) fn of(worker: &Worker, run: &RunRow, made_of: &[String]) -> (Checkpoint, PathBuf) {
    read(folder_of(worker, &run.id), made_of)
}

/// The list in a folder, where it is of the same rows; one without anything otherwise.
fn read(folder: PathBuf, made_of: &[String]) -> (Checkpoint, PathBuf) {
    let of = Sha256::digest(made_of.join("\n")).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let known = std::fs::read(folder.join(LIST)).ok().and_then(|text| serde_json::from_slice::<Checkpoint>(&text).ok());
    match known.filter(|kept| kept.of == of) {
        Some(kept) => (kept, folder),
        None => (Checkpoint { of, ..Checkpoint::default() }, folder),
    }
}

impl Checkpoint {
    /// Forgets what was read of another state, and another division.
    pub(crate) fn forget(&mut self) {
        *self = Self { of: std::mem::take(&mut self.of), ..Self::default() };
    }

    pub(crate) fn spot(folder: &Path, part: &CheckpointPart) -> Spot {
        Spot { folder: folder.to_owned(), name: part.name.clone(), side_by_side: 1 }
    }

    /// Writes the list: all of it, or it stays as it was.
    ///
    /// # Errors
    /// Where it cannot be written: most often a full disk.
    pub(crate) fn save(&self, folder: &Path) -> Result<(), Failed> {
        let text = serde_json::to_vec(self).unwrap_or_default();
        let write = || {
            std::fs::create_dir_all(folder)?;
            let new = folder.join(format!("{LIST}.new"));
            let mut file = std::fs::File::create(&new)?;
            file.write_all(&text)?;
            file.sync_data()?;
            std::fs::rename(new, folder.join(LIST))
        };
        write().map_err(|error: std::io::Error| Failed::from(accel::AccelError::of_io(&error)))
    }
}

fn remove(worker: &Worker, run_id: &str) {
    match std::fs::remove_dir_all(folder_of(worker, run_id)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(cause = %error, run = run_id, "the checkpoint of a run could not be removed");
        }
        _ => {}
    }
}

/// Removes what runs have kept that are over by now, whoever was to do it.
///
/// # Errors
/// Where the metadata does not answer.
pub(crate) async fn remove_unneeded(worker: &Worker) -> Result<(), StoreError> {
    let Ok(entries) = std::fs::read_dir(worker.stores.scratch()) else { return Ok(()) };
    // Before it is asked which runs go on: what a new one makes meanwhile is not among them.
    let folders: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    if folders.is_empty() {
        return Ok(());
    }
    let mut going = worker.store.runs_in(RunState::Running.key()).await?;
    going.extend(worker.store.runs_in(RunState::Waiting.key()).await?);
    unneeded(&folders, &going).for_each(|folder| remove(worker, folder));
    Ok(())
}

/// The folders of runs that do not go on.
fn unneeded<'f>(folders: &'f [String], going: &[RunRow]) -> impl Iterator<Item = &'f String> {
    folders.iter().filter(move |folder| going.iter().all(|run| run.id != **folder))
}
