//! A throw-away schema registry, gone with its value. Those that speak as Confluent's does come in no package; this is what they
//! document, in memory.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use crate::python;

/// A registry that lets one user in.
pub struct SchemaRegistry {
    child: Child,
    /// `http://127.0.0.1:…`
    pub url: String,
}

impl SchemaRegistry {
    #[must_use]
    pub fn start(user: &str, password: &str) -> Self {
        let mut child = Command::new(python())
            .args(["-c", include_str!("../schema_registry.py"), user, password])
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is installed by scripts/setup.sh test");
        let mut port = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut port).unwrap();
        Self { child, url: format!("http://127.0.0.1:{}", port.trim()) }
    }
}

impl Drop for SchemaRegistry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
