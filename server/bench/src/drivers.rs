//! The stock load drivers, and the servers that they drive.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Seconds of one reading.
pub(crate) const SECONDS: u32 = 4;

/// A server of the bench, ended with its value.
pub(crate) struct Server(Child);

impl Server {
    /// Starts a program and waits until it listens.
    ///
    /// # Panics
    /// Where it cannot be started: there is nothing to measure then.
    #[must_use]
    pub(crate) fn start(program: &Path, arguments: &[&str], port: u16) -> Self {
        let child = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = child.unwrap_or_else(|error| panic!("{} cannot be started: {error}", program.display()));
        let deadline = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "{} does not listen on {port}", program.display());
            std::thread::sleep(Duration::from_millis(10));
        }
        Self(child)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A twin beside this program in the target folder.
#[must_use]
pub(crate) fn twin(name: &str) -> PathBuf {
    std::env::current_exe().ok().and_then(|path| Some(path.parent()?.join(name))).unwrap_or_else(|| PathBuf::from(name))
}

/// Requests a second that `wrk` gets; a script in Lua says what it sends.
#[must_use]
pub(crate) fn wrk(url: &str, script: Option<&Path>, connections: u32) -> f64 {
    let mut command = Command::new("wrk");
    command.args(["-t1", &format!("-c{connections}"), &format!("-d{SECONDS}s"), "--latency"]);
    if let Some(script) = script {
        command.arg("-s").arg(script);
    }
    let text = run(command.arg(url));
    assert!(!text.contains("Non-2xx"), "wrk met errors:\n{text}");
    number_after(&text, "Requests/sec:")
}

/// Requests a second that `h2load` gets with gRPC messages in `body`.
#[must_use]
pub(crate) fn h2load(url: &str, key: &str, body: &Path) -> f64 {
    let mut command = Command::new("h2load");
    command
        .args(["-c8", "-m32", "-t1", &format!("--duration={SECONDS}"), "--warm-up-time=1"])
        .args(["-H", "content-type: application/grpc", "-H", "te: trailers", "-H"])
        .arg(format!("authorization: Bearer {key}"))
        .arg("-d")
        .arg(body)
        .arg(url);
    let text = run(&mut command);
    let failed = number_after(&text, "done, ");
    assert!(failed > 0.0, "h2load did nothing:\n{text}");
    assert!(text.contains(" 0 failed"), "h2load met errors:\n{text}");
    number_after(&text, "finished in")
        .max(text.split("s, ").nth(1).and_then(|rest| rest.split(' ').next()).and_then(|text| text.parse().ok()).unwrap_or(0.0))
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}:\n{text}\n{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// The first number behind a label.
fn number_after(text: &str, label: &str) -> f64 {
    let rest = text.split(label).nth(1).unwrap_or_default().trim_start();
    let digits: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    digits.parse().unwrap_or(0.0)
}
