//! The stock load drivers, and the servers that they drive.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::records::RECORDS;

/// Seconds of one reading.
pub(crate) const SECONDS: u32 = 4;
/// Readings of each side.
pub(crate) const ROUNDS: usize = 3;

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

/// What wrk sends: a GET of one of the records by chance, with the key of the app.
pub(crate) fn script(folder: &Path, name: &str, key: &str, path: &str) -> PathBuf {
    let file = folder.join(format!("{name}.lua"));
    let text = format!(
        "math.randomseed(os.time())\nlocal headers = {{ authorization = \"Bearer {key}\" }}\n\
         request = function()\n  local id = string.format(\"r%07d\", math.random(0, {}))\n  return wrk.format(\"GET\", {path}, headers)\nend\n",
        RECORDS - 1
    );
    std::fs::write(&file, text).unwrap();
    file
}

/// Readings of two sides in turn, and the ratio of each pair.
pub(crate) fn in_turn(mut ours: impl FnMut() -> f64, mut theirs: impl FnMut() -> f64) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    // Both sides warm: pages mapped, connections made.
    let (_, _) = (ours(), theirs());
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        a.push(ours());
        b.push(theirs());
    }
    let ratios = a.iter().zip(&b).map(|(a, b)| a / b).collect();
    (a, b, ratios)
}

/// What `wrk` says of one reading.
pub(crate) struct Calls {
    pub(crate) per_second: f64,
    pub(crate) count: f64,
    pub(crate) p99_ms: f64,
}

/// Requests a second that `wrk` gets; a script in Lua says what it sends.
#[must_use]
pub(crate) fn wrk(url: &str, script: Option<&Path>, connections: u32) -> f64 {
    calls(url, script, connections, SECONDS).per_second
}

/// The same for so many seconds, with what else `wrk` says.
#[must_use]
pub(crate) fn calls(url: &str, script: Option<&Path>, connections: u32, seconds: u32) -> Calls {
    let mut command = Command::new("wrk");
    command.args(["-t1", &format!("-c{connections}"), &format!("-d{seconds}s"), "--latency"]);
    if let Some(script) = script {
        command.arg("-s").arg(script);
    }
    let text = run(command.arg(url));
    assert!(!text.contains("Non-2xx"), "wrk met errors:\n{text}");
    let count =
        text.split(" requests in").next().and_then(|before| before.split_whitespace().next_back()).and_then(|count| count.parse().ok());
    Calls {
        per_second: number_after(&text, "Requests/sec:"),
        count: count.unwrap_or_else(|| panic!("wrk does not say how many requests it sent:\n{text}")),
        p99_ms: p99_ms(&text).unwrap_or_else(|| panic!("wrk does not say how long requests took:\n{text}")),
    }
}

/// Of the line `99%    1.23ms`.
fn p99_ms(text: &str) -> Option<f64> {
    let time = text.lines().find_map(|line| line.trim().strip_prefix("99%"))?.trim();
    let digits = time.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let millis = match &time[digits.len()..] {
        "us" => 0.001,
        "ms" => 1.0,
        "s" => 1_000.0,
        _ => return None,
    };
    Some(digits.parse::<f64>().ok()? * millis)
}

/// The number that a program of the bench prints.
#[must_use]
pub(crate) fn number_of(program: &Path) -> f64 {
    run(&mut Command::new(program)).trim().parse().unwrap()
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
