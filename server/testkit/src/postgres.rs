//! A throw-away PostgreSQL: its own folder, its own port, gone with its value.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::certificates::Certificates;

/// A running server with one superuser `postgres` and trust on loopback.
pub struct Postgres {
    folder: TempDir,
    port: u16,
    options: Vec<String>,
    child: Option<Child>,
}

fn programs() -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .expect("PostgreSQL is installed by scripts/setup.sh test")
        .map(|entry| entry.unwrap().path().join("bin"))
        .collect();
    found.sort();
    found.pop().expect("a version of PostgreSQL")
}

/// PostgreSQL refuses to run as root, so there it runs as the account that its package made.
fn as_server(program: &Path) -> Command {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0);
    if is_root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

impl Postgres {
    #[must_use]
    pub fn start() -> Self {
        let mut server = Self::prepared();
        server.resume();
        server
    }

    /// Over TLS alone, for those whose certificate the authority has signed.
    #[must_use]
    pub fn with_tls(certificates: &Certificates) -> Self {
        let mut server = Self::prepared();
        let data = server.folder.path().join("data");
        for name in ["ca.crt", "server.crt", "server.key"] {
            // Copied by the server's own account: it takes no key that belongs to others.
            let file = data.join(name);
            let mut child = as_server(Path::new("tee")).arg(&file).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
            std::io::Write::write_all(&mut child.stdin.take().unwrap(), certificates.pem(name).as_bytes()).unwrap();
            assert!(child.wait().unwrap().success());
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        std::fs::write(data.join("pg_hba.conf"), "hostssl all all 127.0.0.1/32 trust clientcert=verify-ca\n").unwrap();
        let on = ["ssl=on", "ssl_ca_file=ca.crt", "ssl_cert_file=server.crt", "ssl_key_file=server.key"];
        server.options = on.into_iter().flat_map(|setting| ["-c".to_owned(), setting.to_owned()]).collect();
        server.resume();
        server
    }

    fn prepared() -> Self {
        let folder = tempfile::Builder::new().prefix("sluice-pg-").tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        let data = folder.path().join("data");
        let made = as_server(&programs().join("initdb"))
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync", "-D"])
            .arg(&data)
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(made.success(), "initdb failed");
        Self { folder, port: crate::free_port(), options: Vec::new(), child: None }
    }

    /// Starts it (again) on its port.
    pub fn resume(&mut self) {
        let child = as_server(&programs().join("postgres"))
            .arg("-D")
            .arg(self.folder.path().join("data"))
            .args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "unix_socket_directories="])
            .args(&self.options)
            .current_dir(self.folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.child = Some(child);
        let deadline = Instant::now() + Duration::from_secs(30);
        let ready = || {
            Command::new(programs().join("pg_isready"))
                .args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()])
                .status()
                .unwrap()
                .success()
        };
        while !ready() {
            assert!(Instant::now() < deadline, "PostgreSQL did not start");
            std::thread::yield_now();
        }
    }

    /// Stops it at once, as a machine that goes away.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let pid = child.id().to_string();
            // An immediate shutdown; its children go with it.
            let _ = Command::new("kill").args(["-QUIT", &pid]).status();
            let _ = child.wait();
        }
    }

    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Makes a database and gives its address.
    pub async fn database(&self, name: &str) -> String {
        use sqlx::Connection;
        let mut connection = sqlx::PgConnection::connect(&self.url("postgres")).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE \"{name}\""))).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        self.url(name)
    }

    /// Runs statements in a database.
    pub async fn run(&self, database: &str, sql: &str) {
        use sqlx::Connection;
        let mut connection = sqlx::PgConnection::connect(&self.url(database)).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    /// The first column of a query's rows, as text.
    pub async fn ask(&self, database: &str, sql: &str) -> Vec<String> {
        use sqlx::Connection;
        let mut connection = sqlx::PgConnection::connect(&self.url(database)).await.unwrap();
        let rows = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        rows
    }

    /// Runs statements with the stock client, and gives what it prints: the rows alone, times in UTC.
    pub fn psql(&self, database: &str, sql: &str) -> String {
        let mut child = Command::new(programs().join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", "postgres", "-d", database, "-f", "-", "-p"])
            .arg(self.port.to_string())
            .envs([("PGTZ", "UTC"), ("PGCLIENTENCODING", "UTF8")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), sql.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs statements in a transaction that stays open until what is given is dropped: a lock, for instance.
    pub async fn hold(&self, database: &str, sql: &str) -> Held {
        use sqlx::Connection;
        let mut connection = sqlx::PgConnection::connect(&self.url(database)).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("BEGIN; {sql}"))).execute(&mut connection).await.unwrap();
        Held { _connection: connection }
    }

    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }
}

/// An open transaction; the server rolls it back once this is dropped.
pub struct Held {
    _connection: sqlx::PgConnection,
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
        // What the server's account wrote may not be ours to remove when we are not root.
        let _ = as_server(Path::new("/bin/rm")).arg("-rf").arg(self.folder.path().join("data")).status();
    }
}
