//! Certificates for tests, made by the stock tool: an authority, a server for 127.0.0.1, and a client.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// `ca.crt`, `server.crt`, `server.key`, `client.crt` and `client.key` in a folder of their own.
pub struct Certificates {
    folder: TempDir,
}

impl Certificates {
    /// The client's name is the one that it signs in with, where a server takes that from the certificate.
    #[must_use]
    pub fn new(client: &str) -> Self {
        let made = Self { folder: super::folder() };
        std::fs::write(made.path("san"), "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n").unwrap();
        made.openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -keyout ca.key -out ca.crt -subj /CN=authority-of-a-test");
        made.signed("server", "127.0.0.1");
        made.signed("client", client);
        made
    }

    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file's path as an argument.
    #[must_use]
    pub fn file(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// A file's text.
    #[must_use]
    pub fn pem(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn signed(&self, file: &str, name: &str) {
        self.openssl(&format!("req -newkey rsa:2048 -nodes -keyout {file}.key -out {file}.csr -subj /CN={name}"));
        self.openssl(&format!("x509 -req -in {file}.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile san -out {file}.crt"));
    }

    fn openssl(&self, arguments: &str) {
        let mut command = Command::new("openssl");
        let made = command.args(arguments.split(' ')).current_dir(self.folder.path()).stderr(Stdio::null()).status().unwrap();
        assert!(made.success(), "openssl {arguments}");
    }
}
