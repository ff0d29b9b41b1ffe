//! The files of `tests/cases/shared`, taken apart: what the database's own client runs, and what somebody writes into an API.

use std::path::Path;

use super::right;

/// A kind of database server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Server {
    Postgres,
    MariaDb,
    ClickHouse,
    Sqlite,
}

impl Server {
    /// The one that a name or a remark names.
    fn named(text: &str) -> Option<Self> {
        text.split(|letter: char| !letter.is_ascii_alphanumeric()).find_map(|word| match word {
            "pg" | "postgres" | "postgresql" => Some(Self::Postgres),
            "mysql" | "mariadb" => Some(Self::MariaDb),
            "clickhouse" => Some(Self::ClickHouse),
            "sqlite" => Some(Self::Sqlite),
            _ => None,
        })
    }
}

/// A statement that somebody writes into an API, with the remark at its end.
pub(super) struct Script {
    pub server: Server,
    pub text: String,
}

/// One file.
pub(super) struct CaseFile {
    /// Without its ending.
    pub name: String,
    pub server: Server,
    /// What its server's own client runs.
    pub setup: String,
    pub scripts: Vec<Script>,
}

/// What a statement begins with that the client runs. A line that begins with another word goes on with the statement before it.
const STATEMENTS: [&str; 9] = ["create", "insert", "update", "delete", "alter", "drop", "set", "use", "with"];

impl CaseFile {
    /// All files of the folder, in the order of their names.
    pub(super) fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/shared");
        let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.file_name().is_some_and(|name| name != "README.md"));
        paths.sort();
        paths.iter().map(|path| Self::read(path)).collect()
    }

    fn read(path: &Path) -> Self {
        assert!(path.extension().is_some_and(|ending| ending == "sql"), "{} is not SQL: nobody reads it", path.display());
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let known = right::SERVERS.iter().find(|(file, _)| *file == name).map(|(_, server)| *server);
        let server = Server::named(&name).or(known);
        let server = server.unwrap_or_else(|| panic!("{name}: its name names no database; name it in shared_cases/right.rs"));
        let text = std::fs::read_to_string(path).unwrap();
        let (mut setup, mut scripts, mut in_script) = (String::new(), Vec::<String>::new(), false);
        for line in text.lines() {
            let first = line.split(|letter: char| !letter.is_ascii_alphabetic()).next().unwrap_or_default().to_ascii_lowercase();
            if line.starts_with("--") || line.trim().is_empty() {
                in_script = false;
            } else if first == "select" {
                scripts.push(line.to_owned());
                in_script = true;
            } else if let Some(script) = scripts.last_mut().filter(|_| in_script && !STATEMENTS.contains(&first.as_str())) {
                script.push('\n');
                script.push_str(line);
            } else {
                in_script = false;
                setup.push_str(line);
                setup.push('\n');
            }
        }
        if matches!(server, Server::Sqlite | Server::MariaDb) {
            setup = unescaped(&setup);
        }
        let of_its_own = |text: &str| text.split("-- ").skip(1).find_map(Server::named);
        let scripts = scripts.into_iter().map(|text| Script { server: of_its_own(&text).unwrap_or(server), text }).collect();
        Self { name, server, setup, scripts }
    }

    /// Whether a server has anything to do with it.
    pub(super) fn is_for(&self, server: Server) -> bool {
        self.server == server || self.scripts.iter().any(|script| script.server == server)
    }
}

/// `\u00e9` as its character.
fn unescaped(text: &str) -> String {
    let mut parts = text.split("\\u");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let letter = part.get(..4).and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
        match letter {
            Some(letter) => {
                out.push(letter);
                out.push_str(&part[4..]);
            }
            None => {
                out.push_str("\\u");
                out.push_str(part);
            }
        }
    }
    out
}
