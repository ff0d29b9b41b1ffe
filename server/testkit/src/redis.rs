//! Throw-away Redis servers: one, one over TLS, a cluster of three, and a master with a sentinel. Gone with their values.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::certificates::Certificates;
use crate::free_port;

/// One server on its own port and folder.
pub struct Redis {
    folder: TempDir,
    port: u16,
    options: Vec<String>,
    child: Option<Child>,
}

impl Redis {
    #[must_use]
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// With more options, as they stand on its command line.
    #[must_use]
    pub fn with(options: &[&str]) -> Self {
        let folder = super::folder();
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        let mut server = Self { folder, port: free_port(), options, child: None };
        server.resume();
        server
    }

    /// With a password, over TLS alone; gives the certificate of its authority too.
    #[must_use]
    pub fn with_tls(password: &str) -> (Self, Vec<u8>) {
        let (folder, certificates) = (super::folder(), Certificates::new("client"));
        let port = free_port();
        let options = vec![
            "--tls-port".into(),
            port.to_string(),
            "--tls-cert-file".into(),
            certificates.file("server.crt"),
            "--tls-key-file".into(),
            certificates.file("server.key"),
            "--tls-ca-cert-file".into(),
            certificates.file("ca.crt"),
            "--tls-auth-clients".into(),
            "no".into(),
            "--requirepass".into(),
            password.into(),
        ];
        let mut server = Self { folder, port, options, child: None };
        server.resume();
        // Read once, at its start.
        (server, certificates.pem("ca.crt").into_bytes())
    }

    /// Starts it (again) on its port.
    pub fn resume(&mut self) {
        let tls = self.options.iter().any(|option| option == "--tls-port");
        let plain = if tls { "0".to_owned() } else { self.port.to_string() };
        let child = Command::new("redis-server")
            .args(["--port", &plain, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"])
            .arg(self.folder.path())
            .args(&self.options)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("redis-server is installed by scripts/setup.sh test");
        self.child = Some(child);
        wait_for(self.port);
    }

    /// Kills it, as a machine that goes away.
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

    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Runs the stock client on it.
    #[must_use]
    pub fn cli(&self, arguments: &[&str]) -> String {
        cli(self.port, arguments)
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.stop();
    }
}

fn cli(port: u16, arguments: &[&str]) -> String {
    let output = Command::new("redis-cli").args(["-p", &port.to_string()]).args(arguments).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

pub(crate) fn wait_for(port: u16) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < deadline, "nothing listens on {port}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Three masters that share the slots.
pub struct RedisCluster {
    nodes: Vec<Redis>,
}

impl RedisCluster {
    #[must_use]
    pub fn start() -> Self {
        let nodes: Vec<Redis> = (0..3).map(|_| Redis::with(&["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"])).collect();
        let addresses: Vec<String> = nodes.iter().map(|node| format!("127.0.0.1:{}", node.port)).collect();
        let mut arguments = vec!["--cluster", "create"];
        arguments.extend(addresses.iter().map(String::as_str));
        arguments.extend(["--cluster-yes", "--cluster-replicas", "0"]);
        let made = Command::new("redis-cli").args(&arguments).stdout(Stdio::null()).status().unwrap();
        assert!(made.success(), "the cluster could not be made");
        let cluster = Self { nodes };
        let deadline = Instant::now() + Duration::from_secs(20);
        while !cluster.nodes.iter().all(|node| node.cli(&["cluster", "info"]).contains("cluster_state:ok")) {
            assert!(Instant::now() < deadline, "the cluster does not agree");
            std::thread::sleep(Duration::from_millis(20));
        }
        cluster
    }

    #[must_use]
    pub fn url(&self) -> String {
        let nodes: Vec<String> = self.nodes.iter().map(|node| format!("127.0.0.1:{}", node.port)).collect();
        format!("redis-cluster://{}", nodes.join(","))
    }

    /// Keys on each node.
    #[must_use]
    pub fn sizes(&self) -> Vec<u64> {
        self.nodes.iter().map(|node| node.cli(&["dbsize"]).parse().unwrap()).collect()
    }
}

/// A master that a sentinel names.
pub struct RedisSentinel {
    pub master: Redis,
    sentinel: Child,
    port: u16,
    _folder: TempDir,
}

impl RedisSentinel {
    #[must_use]
    pub fn start() -> Self {
        let master = Redis::with(&["--requirepass", "quite secret"]);
        let (folder, port) = (super::folder(), free_port());
        let file = folder.path().join("sentinel.conf");
        let text = format!(
            "port {port}\nbind 127.0.0.1\nsentinel monitor main 127.0.0.1 {} 1\nsentinel auth-pass main \"quite secret\"\n",
            master.port
        );
        std::fs::write(&file, text).unwrap();
        let sentinel = Command::new("redis-server").arg(&file).arg("--sentinel").stdout(Stdio::null()).spawn().unwrap();
        wait_for(port);
        Self { master, sentinel, port, _folder: folder }
    }

    #[must_use]
    pub fn url(&self) -> String {
        format!("redis-sentinel://:quite secret@127.0.0.1:{}/main", self.port)
    }
}

impl Drop for RedisSentinel {
    fn drop(&mut self) {
        let _ = self.sentinel.kill();
        let _ = self.sentinel.wait();
    }
}
