//! A throw-away ClickHouse: its engine out of `chdb` behind the HTTP interface, gone with its value.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// The Python with the stock clients, as `scripts/setup.sh test` makes it.
#[must_use]
pub fn python() -> String {
    std::env::var("SLUICE_PYTHON").unwrap_or_else(|_| format!("{}/.cache/sluice/python/bin/python", std::env::var("HOME").unwrap()))
}

/// A running engine.
pub struct ClickHouse {
    child: Child,
    /// `http://127.0.0.1:…`
    pub url: String,
    _folder: TempDir,
}

impl ClickHouse {
    #[must_use]
    pub fn start() -> Self {
        let folder = super::folder();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/clickhouse.py");
        let mut child = Command::new(python())
            .arg(script)
            .arg(folder.path().join("data"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("chdb is installed by scripts/setup.sh test");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port: u16 = line.trim().parse().expect("chdb is installed by scripts/setup.sh test");
        Self { child, url: format!("http://127.0.0.1:{port}"), _folder: folder }
    }

    /// Runs one statement with the stock tool for HTTP.
    pub fn run(&self, database: &str, sql: &str) {
        self.send(database, sql);
    }

    /// What it answers to a statement, a line a row.
    #[must_use]
    pub fn ask(&self, database: &str, sql: &str) -> Vec<String> {
        self.send(database, sql).lines().map(str::to_owned).collect()
    }

    fn send(&self, database: &str, sql: &str) -> String {
        let url = format!("{}/?database={database}", self.url);
        let output = Command::new("curl").args(["-s", "--fail-with-body", "--data-binary", sql, &url]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{sql}: {said}");
        said
    }
}

impl Drop for ClickHouse {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
