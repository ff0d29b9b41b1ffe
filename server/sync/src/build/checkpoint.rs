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
    #[serde(rename = "followed_from")]
    pub(crate) synced_from: Option<String>,
    pub(crate) position: Option<String>,
}

impl CheckpointWhole {
    /// Where what comes after it begins, where it is followed: of a feed, how far that was read.
    pub(crate) fn begin(self) -> Option<String> {
        self.synced_from.map(|from| self.position.unwrap_or(from))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::run;

    fn made_of(parts: &[&str]) -> Vec<String> {
        parts.iter().map(|part| (*part).to_owned()).collect()
    }

    fn part(name: &str) -> CheckpointPart {
        let runs: KeptRuns = serde_json::from_str(r#"{"rows":3,"files":[["try-1-part-0-0",18446744073709551615]]}"#).unwrap();
        let mut checksum = Checksum::default();
        checksum.add(b"key", b"row");
        let spot = Spot { folder: PathBuf::from("/scratch"), name: name.into(), side_by_side: 2 };
        let counts = Counts { read_rows: 3, row_bytes: i64::MAX, ..Counts::default() };
        CheckpointPart::new(&spot, (runs.clone(), vec![runs]), (checksum, counts))
    }

    #[test]
    fn a_list_is_read_as_it_was_saved_and_for_the_same_rows_alone() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("run");
        let (mut kept, found) = read(folder.clone(), &made_of(&["spec", "job"]));
        assert_eq!((found, kept.conditions.len(), kept.parts.len()), (folder.clone(), 0, 0));
        kept.moment = "snapshot 7".into();
        kept.conditions = vec!["year < 2013".into(), "year >= 2013".into()];
        kept.parts.insert(1, part("try-1-part-1"));
        kept.whole = Some(CheckpointWhole { synced_from: Some("a".into()), position: None });
        kept.save(&folder).unwrap();
        let text = |kept: &Checkpoint| serde_json::to_string(kept).unwrap();
        let (again, _) = read(folder.clone(), &made_of(&["spec", "job"]));
        assert_eq!(text(&again), text(&kept));
        assert_eq!(Checkpoint::spot(&folder, &again.parts[&1]).name, "try-1-part-1");
        for other in [made_of(&["spec", "another job"]), made_of(&["spec"]), made_of(&[])] {
            let (other, _) = read(folder.clone(), &other);
            assert!(other.moment.is_empty() && other.parts.is_empty() && other.whole.is_none());
        }
        // A list that was broken off is none.
        std::fs::write(folder.join(LIST), &text(&kept)[..20]).unwrap();
        assert!(read(folder, &made_of(&["spec", "job"])).0.parts.is_empty());
    }

    #[test]
    fn what_is_forgotten_stays_of_the_same_rows() {
        let scratch = tempfile::tempdir().unwrap();
        let (mut kept, folder) = read(scratch.path().to_owned(), &made_of(&["spec"]));
        kept.parts.insert(0, part("try-1-part-0"));
        kept.moment = "snapshot 7".into();
        kept.forget();
        kept.conditions = vec![String::new()];
        kept.save(&folder).unwrap();
        let (again, _) = read(folder, &made_of(&["spec"]));
        assert!(again.moment.is_empty() && again.parts.is_empty());
        assert_eq!(again.conditions, [""]);
    }

    #[test]
    fn changes_begin_where_a_feed_was_read_to_or_where_the_table_was_opened() {
        let of = |synced_from: Option<&str>, position: Option<&str>| {
            CheckpointWhole { synced_from: synced_from.map(Into::into), position: position.map(Into::into) }.begin()
        };
        assert_eq!(of(None, None), None);
        assert_eq!(of(None, Some("p")), None, "nobody follows it");
        assert_eq!(of(Some("f"), None).as_deref(), Some("f"));
        assert_eq!(of(Some(""), Some("p")).as_deref(), Some("p"));
    }

    #[test]
    fn folders_stay_of_runs_that_go_on() {
        let folders = made_of(&["over", "running", "waiting"]);
        let names = |going: &[RunRow]| unneeded(&folders, going).cloned().collect::<Vec<_>>();
        assert_eq!(names(&[run("waiting", RunState::Waiting), run("running", RunState::Running)]), ["over"]);
        assert_eq!(names(&[]), folders);
        assert!(unneeded(&[], &[run("running", RunState::Running)]).next().is_none());
    }
}
