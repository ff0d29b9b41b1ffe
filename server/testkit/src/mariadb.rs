//! A throw-away MariaDB: its own folder, its own port, gone with its value.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::free_port;

/// Where Debian puts it, which is on the path of root alone.
const DAEMON: &str = "/usr/sbin/mariadbd";

/// It does not run as root without being told so.
fn as_root() -> Option<&'static str> {
    let me = Command::new("id").arg("-u").output().expect("id is part of every system");
    (me.stdout.trim_ascii() == b"0").then_some("--user=root")
}

/// One of its own: a server that starts removes the temporary tables that it finds, of whatever server they are.
fn temporary(folder: &TempDir) -> std::path::PathBuf {
    folder.path().join("tmp")
}

/// A running server with one user `reader` (password `reader`) that may do anything.
pub struct MariaDb {
    folder: TempDir,
    port: u16,
    options: Vec<String>,
    child: Option<Child>,
}

impl MariaDb {
    #[must_use]
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// With more options, as they stand on its command line.
    #[must_use]
    pub fn with(options: &[&str]) -> Self {
        let folder = super::folder();
        std::fs::create_dir(temporary(&folder)).unwrap();
        let made = Command::new("mariadb-install-db")
            .env("TMPDIR", temporary(&folder))
            .args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", "--force"])
            .args(as_root())
            .arg(format!("--datadir={}", folder.path().join("data").display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("MariaDB is installed by scripts/setup.sh test");
        assert!(made.success(), "mariadb-install-db failed");
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        let mut server = Self { folder, port: free_port(), options, child: None };
        server.resume();
        server.run("mysql", "CREATE USER reader@'127.0.0.1' IDENTIFIED BY 'reader'; GRANT ALL ON *.* TO reader@'127.0.0.1'");
        server
    }

    /// Starts it (again) on its port.
    pub fn resume(&mut self) {
        let child = Command::new(if Path::new(DAEMON).exists() { DAEMON } else { "mariadbd" })
            .env("TMPDIR", temporary(&self.folder))
            .args(["--no-defaults"])
            .args(as_root())
            // 2 gives each commit to the system: what was committed is there again after the end of the process, which 0 does not promise.
            .args(["--bind-address=127.0.0.1", "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=2"])
            .arg(format!("--datadir={}", self.folder.path().join("data").display()))
            .arg(format!("--socket={}", self.socket().display()))
            .arg(format!("--pid-file={}", self.folder.path().join("pid").display()))
            .arg(format!("--port={}", self.port))
            .args(&self.options)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("MariaDB is installed by scripts/setup.sh test");
        self.child = Some(child);
        let deadline = Instant::now() + Duration::from_secs(60);
        while !self.client("mysql").args(["-e", "SELECT 1"]).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success() {
            assert!(Instant::now() < deadline, "MariaDB did not start");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends it at once.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Runs statements with the stock client.
    pub fn run(&self, database: &str, sql: &str) {
        let output = self.client(database).args(["-e", sql]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// What the stock client prints for a statement, a line a row, cells parted by tabs.
    #[must_use]
    pub fn ask(&self, database: &str, sql: &str) -> Vec<String> {
        let output = self.client(database).args(["--batch", "--skip-column-names", "-e", sql]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
    }

    fn client(&self, database: &str) -> Command {
        let mut command = Command::new("mariadb");
        command
            .args(["--no-defaults", "--user=root", "--default-character-set=utf8mb4"])
            .arg(format!("--socket={}", self.socket().display()))
            .arg(database);
        command
    }

    fn socket(&self) -> std::path::PathBuf {
        Path::new(self.folder.path()).join("sock")
    }
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        self.stop();
    }
}
