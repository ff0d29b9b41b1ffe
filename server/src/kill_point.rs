//! For tests alone (`--features failpoints`): the process kills itself, as a machine that goes away, at the named
//! point in `SLUICE_KILL_AT`. That it died by SIGKILL shows that the point was hit.

/// Arms the point, where one is named.
#[allow(clippy::disallowed_methods, clippy::expect_used)] // a test's own switch, never in a released build
pub(crate) fn arm() {
    let Ok(name) = std::env::var("SLUICE_KILL_AT") else { return };
    fail::cfg_callback(name, || {
        let _ = std::process::Command::new("kill").args(["-KILL", &std::process::id().to_string()]).status();
        loop {
            std::thread::park();
        }
    })
    .expect("the point can be armed");
}
