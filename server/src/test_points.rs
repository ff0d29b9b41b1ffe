//! For tests alone (`--features failpoints`): the process kills itself, as a machine that goes away, at the named
//! point in `SLUICE_KILL_AT`. That it died by SIGKILL shows that the point was hit. `SLUICE_SLEEP_AT` names a point and for how many
//! milliseconds whoever comes there stays, and leaves the file `sleeps` where the process was begun: `build.before-seal=5000`. `SLUICE_PART_ROWS` makes the parts small in which a table is read.
//! `SLUICE_PANIC_AT` names points, with commas between them, at which whoever comes there panics. With `SLUICE_READERS_DIE`, a file
//! `reader.row` or `reader.batch` where the process was begun says after how many rows or batches the reader panics that comes there.

use std::sync::atomic::{AtomicI64, Ordering};

/// Arms the point, where one is named.
#[allow(clippy::disallowed_methods, clippy::expect_used)] // a test's own switch, never in a released build
pub(crate) fn arm() {
    if let Ok(rows) = std::env::var("SLUICE_PART_ROWS") {
        fail::cfg("parts.rows", &format!("return({rows})")).expect("the point can be armed");
    }
    for name in std::env::var("SLUICE_PANIC_AT").iter().flat_map(|names| names.split(',')) {
        fail::cfg(name, "panic").expect("the point can be armed");
    }
    if let Ok(named) = std::env::var("SLUICE_SLEEP_AT") {
        let (name, millis) = named.split_once('=').expect("a point and a number");
        let long = std::time::Duration::from_millis(millis.parse().expect("a number"));
        fail::cfg_callback(name, move || {
            let _ = std::fs::write("sleeps", "");
            std::thread::sleep(long);
        })
        .expect("the point can be armed");
    }
    if std::env::var("SLUICE_READERS_DIE").is_ok() {
        for name in ["reader.row", "reader.batch"] {
            let left = AtomicI64::new(-1);
            fail::cfg_callback(name, move || die_in_time(name, &left)).expect("the point can be armed");
        }
    }
    let Ok(name) = std::env::var("SLUICE_KILL_AT") else { return };
    fail::cfg_callback(name, || {
        let _ = std::process::Command::new("kill").args(["-KILL", &std::process::id().to_string()]).status();
        loop {
            std::thread::park();
        }
    })
    .expect("the point can be armed");
}

/// Counts down from the number in the file, each time that there is one.
#[allow(clippy::panic)] // what is asked for
fn die_in_time(file: &str, left: &AtomicI64) {
    if let Ok(text) = std::fs::read_to_string(file) {
        let _ = std::fs::remove_file(file);
        left.store(text.trim().parse().unwrap_or(-1), Ordering::SeqCst);
    }
    if left.fetch_sub(1, Ordering::SeqCst) == 0 {
        panic!("a test wants this reader to die");
    }
}
