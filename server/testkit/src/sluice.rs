//! The binary itself, started on a free port as an operator would.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

/// A running `sluice`.
pub struct Sluice {
    child: Child,
    /// `http://127.0.0.1:…`
    pub url: String,
    /// `127.0.0.1:…`, where it answers gRPC.
    pub grpc: String,
    folder: Option<TempDir>,
    data: PathBuf,
    /// What it said on its standard output before it listened, a line each.
    pub said: Vec<String>,
}

/// How many APIs the demo begins with.
pub const DEMO_APIS: usize = 6;

/// The binary in the target folder that the tests were built into.
#[must_use]
pub fn binary_beside_tests() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().and_then(Path::parent).unwrap().join("sluice")
}

/// The demo's flights, loaded by the binary itself once for all tests: that takes a build without optimization several seconds. They are
/// kept beside the binary.
fn loaded_flights(binary: &Path) -> &'static Path {
    static LOADED: OnceLock<PathBuf> = OnceLock::new();
    LOADED.get_or_init(|| {
        let mut made_of = DefaultHasher::new();
        include_str!("../../src/demo/flights.rs").hash(&mut made_of);
        include_bytes!("../../../assets/demo/flights.csv.zst").hash(&mut made_of);
        let kept = binary.with_file_name(format!("flights-{:016x}.db", made_of.finish()));
        if !kept.exists() {
            let folder = super::folder();
            let _first = Sluice::start_from_nothing(binary, "demo", folder.path(), &[]);
            // Whole or not there: another test binary may ask for it.
            let part = tempfile::NamedTempFile::new_in(binary.parent().unwrap()).unwrap();
            std::fs::copy(flights_in(folder.path()), part.path()).unwrap();
            part.persist(&kept).unwrap();
        }
        kept
    })
}

fn flights_in(data: &Path) -> PathBuf {
    data.join("sources/flights.db")
}

/// Where neither this layout of the folder nor the earlier one has them.
fn bring_flights(binary: &Path, data: &Path) {
    let flights = flights_in(data);
    if flights.exists() || data.join("flights.db").exists() {
        return;
    }
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(flights.parent().unwrap()).unwrap();
    std::fs::copy(loaded_flights(binary), &flights).unwrap();
}

impl Sluice {
    /// The demo in a folder of its own.
    #[must_use]
    pub fn demo(binary: &Path) -> Self {
        Self::demo_with(binary, &[])
    }

    /// The same with more of an environment.
    #[must_use]
    pub fn demo_with(binary: &Path, environment: &[(&str, &str)]) -> Self {
        let folder = super::folder();
        let data = folder.path().to_owned();
        let mut started = Self::start(binary, "demo", &data, environment);
        started.folder = Some(folder);
        started
    }

    /// Starts `command` on a data folder with more of an environment. Waits until it listens.
    #[must_use]
    pub fn start(binary: &Path, command: &str, data: &Path, environment: &[(&str, &str)]) -> Self {
        if command == "demo" {
            bring_flights(binary, data);
        }
        Self::start_from_nothing(binary, command, data, environment)
    }

    /// The same, where the demo loads its flights itself.
    #[must_use]
    pub fn start_from_nothing(binary: &Path, command: &str, data: &Path, environment: &[(&str, &str)]) -> Self {
        let mut child = Command::new(binary)
            .arg(command)
            .env("SLUICE_HTTP_ADDR", "127.0.0.1:0")
            .env("SLUICE_GRPC_ADDR", "127.0.0.1:0")
            .env("SLUICE_DATA_DIR", data)
            // Tests keep their source files in temporary folders, and their services on this machine.
            .env("SLUICE_SOURCE_ROOTS", std::env::temp_dir())
            .env("SLUICE_EGRESS_ALLOW", "127.0.0.0/8,::1")
            .env("SLUICE_LOG", "warn")
            .env("RUST_BACKTRACE", "0")
            // A test that starts several servers leaves connections to the first ones alone for longer than a client would.
            .env("SLUICE_CONNECTION_TIMEOUT_S", "90")
            .envs(environment.iter().copied())
            .current_dir(data)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = Vec::new();
        let url = loop {
            let line = lines.next().unwrap_or_else(|| panic!("sluice {command} ended before it listened: {said:?}")).unwrap();
            if let Some((_, url)) = line.split_once("listens on ") {
                break url.trim().to_owned();
            }
            said.push(line);
        };
        // The pipe is read on, so that the process never waits for us.
        std::thread::spawn(move || lines.for_each(drop));
        let grpc = said.iter().find_map(|line| line.split_once("listens for gRPC on ")).map(|(_, address)| address.trim().to_owned());
        Self { child, url, grpc: grpc.unwrap_or_default(), folder: None, data: data.to_owned(), said }
    }

    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The demo app's key.
    #[must_use]
    pub fn demo_key(&self) -> String {
        std::fs::read_to_string(self.data.join("demo.key")).unwrap()
    }

    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL: as a machine that goes away.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Waits for it to end by itself, and says how.
    pub fn wait(&mut self) -> std::process::ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Sluice {
    fn drop(&mut self) {
        self.kill();
    }
}
