//! The unit for systemd, where the machine has the tool that reads it: it is right, and gives away little.

use std::path::Path;
use std::process::Command;

/// The highest rating that is let by, in tenths: what is left is the network, which the program is for.
const MOST_EXPOSED: &str = "20";

#[test]
fn the_unit_is_right_and_gives_away_little() {
    if !Command::new("systemd-analyze").arg("--version").output().is_ok_and(|output| output.status.success()) {
        println!("no systemd-analyze here, so the unit is not looked at");
        return;
    }
    let unit = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("deploy/sluice.service");
    // The program is not installed here.
    let text = std::fs::read_to_string(unit).unwrap().replace("ExecStart=/usr/local/bin/sluice", "ExecStart=/bin/true");
    let folder = testkit::folder();
    let copy = folder.path().join("sluice.service");
    std::fs::write(&copy, text).unwrap();
    for arguments in [&["verify"][..], &["security", "--offline=true", "--no-pager", "--threshold", MOST_EXPOSED]] {
        let output = Command::new("systemd-analyze").args(arguments).arg(&copy).output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{arguments:?}: {said}");
        assert!(arguments[0] != "verify" || !said.contains("sluice.service"), "{said}");
    }
}
