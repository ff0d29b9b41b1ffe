//! Whatever the program keeps on disk is for its owner alone: what it makes, and what an earlier version left open.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::common::{Http, People, aircraft, binary, until};
use serde_json::json;
use testkit::Sluice;

/// Everything in a folder with its mode. What ends while it is looked at is left out.
fn modes(folder: &Path, found: &mut Vec<(PathBuf, bool, u32)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(about) = entry.metadata() else { continue };
        found.push((entry.path(), about.is_dir(), about.permissions().mode() & 0o777));
        if about.is_dir() {
            modes(&entry.path(), found);
        }
    }
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn every_file_and_folder_is_for_its_owner_alone() {
    // What machines come with: a program that does not narrow it makes files that everybody can read.
    rustix::process::umask(rustix::fs::Mode::WGRP | rustix::fs::Mode::WOTH);
    let folder = testkit::folder();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    // A database without a table yet, open to everybody, as an earlier version would have made it.
    let database = data.join("sluice.db");
    std::fs::write(&database, "").unwrap();
    set_mode(&data, 0o755);
    set_mode(&database, 0o644);
    let server = Sluice::start_from_nothing(binary(), "demo", &data, &[]);
    let people = People::of(&server).await;
    for store in ["embedded", "columnar"] {
        let built = people.planes_dataset(&format!("planes-{store}"), json!({"store": store})).await;
        assert_eq!(built["state"], "live", "{built}");
    }
    people.publish("hangar", aircraft(json!({"dataset": "planes-embedded"})), json!({})).await;
    let http = Http::new(&server);
    assert_eq!(http.json(http.get("/api/travel/hangar?tailnum=N14228")).await.0, 200);
    until(Duration::from_secs(20), "a snapshot on disk", async || data.join("snapshot.json").exists()).await;
    let mut found = vec![(data.clone(), true, std::fs::metadata(&data).unwrap().permissions().mode() & 0o777)];
    modes(&data, &mut found);
    for wanted in ["sluice.db", "sluice.db-wal", "snapshot.json", "master.key", "demo.key", "sources/flights.db", "datasets"] {
        assert!(found.iter().any(|(path, _, _)| *path == data.join(wanted)), "{wanted} is not there: {found:?}");
    }
    let deep = found.iter().filter(|(path, folder, _)| !folder && path.starts_with(data.join("datasets"))).count();
    assert!(deep >= 3, "no files of datasets were looked at: {found:?}");
    let open: Vec<_> = found.iter().filter(|(_, folder, mode)| *mode != if *folder { 0o700 } else { 0o600 }).collect();
    assert!(open.is_empty(), "others can reach these: {open:?}");
}

#[test]
fn a_folder_that_everybody_shares_is_refused() {
    let folder = testkit::folder();
    set_mode(folder.path(), 0o1777);
    let output = std::process::Command::new(binary()).arg("migrate").env("SLUICE_DATA_DIR", folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("SLUICE_DATA_DIR to a folder for Sluice alone"), "{said}");
    assert_eq!(std::fs::metadata(folder.path()).unwrap().permissions().mode() & 0o7777, 0o1777);
}
