//! A throw-away server that speaks S3, gone with its value.

use std::io::Write;
use std::process::{Child, Command, Stdio};

use crate::free_port;
use crate::python;
use crate::redis::wait_for;

/// A server with one bucket.
pub struct S3 {
    child: Child,
    /// `http://127.0.0.1:…`
    pub url: String,
    bucket: String,
}

impl S3 {
    #[must_use]
    pub fn start(bucket: &str) -> Self {
        let port = free_port();
        let script = format!("import moto.server; moto.server.main(['-H', '127.0.0.1', '-p', '{port}'])");
        let child = Command::new(python())
            .args(["-c", &script])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("moto is installed by scripts/setup.sh test");
        let server = Self { child, url: format!("http://127.0.0.1:{port}"), bucket: bucket.into() };
        wait_for(port);
        server.curl("", b"");
        server
    }

    /// Puts an object with the stock tool for HTTP.
    pub fn put(&self, path: &str, bytes: &[u8]) {
        self.curl(path, bytes);
    }

    fn curl(&self, path: &str, bytes: &[u8]) {
        let url = format!("{}/{}/{path}", self.url, self.bucket);
        let mut child = Command::new("curl")
            .args(["-s", "--fail-with-body", "-X", "PUT", "-H", "content-type: application/octet-stream", "--data-binary", "@-", &url])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(bytes).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{path}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
