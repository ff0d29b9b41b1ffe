//! The arrows of the house: which crate may use which. An arrow that is not in the list fails here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

mod circles;
mod literals;
mod stored;
mod tokens;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Every arrow there may be, outside tests. `server` may use all of them, and nobody uses `server`.
const ARROWS: &[(&str, &[&str])] = &[
    ("frontend", &["app"]),
    ("app", &["model", "control"]),
    ("admin", &["control"]),
    ("control", &["store", "connect", "accel", "observe", "request-log", "model"]),
    ("gateway", &["connect", "accel", "observe", "request-log", "model"]),
    ("sync", &["connect", "accel", "store", "observe", "model"]),
    ("observe", &["model"]),
    ("request-log", &["model"]),
    ("accel", &["model"]),
    ("connect", &["observe", "model"]),
    ("engine", &["connect", "model"]),
    ("kafka", &["connect", "engine", "model"]),
    ("logs", &["connect", "engine", "model"]),
    ("store", &["model"]),
    ("model", &[]),
];
/// What `model` must never touch: it is also built for the browser.
const NOT_IN_MODEL: &[&str] = &["tokio", "sqlx", "axum", "leptos", "futures", "async-trait", "hyper", "regex"];

fn packages() -> Vec<cargo_metadata::Package> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let metadata = cargo_metadata::MetadataCommand::new().manifest_path(root).no_deps().exec().unwrap();
    metadata.packages
}

#[test]
fn no_crate_uses_another_against_the_arrows() {
    let packages = packages();
    let ours: BTreeSet<String> = packages.iter().map(|package| package.name.to_string()).collect();
    let mut wrong = Vec::new();
    for package in &packages {
        let name = package.name.to_string();
        let allowed = match ARROWS.iter().find(|(of, _)| *of == name) {
            Some((_, allowed)) => *allowed,
            None if matches!(name.as_str(), "server" | "testkit" | "bench" | "end2end") => continue,
            None => panic!("{name} is new: say in ARROWS what it may use, and in ARCHITECTURE.md what it is for"),
        };
        for dependency in &package.dependencies {
            let own = ours.contains(&dependency.name);
            if own && dependency.kind == cargo_metadata::DependencyKind::Normal && !allowed.contains(&dependency.name.as_str()) {
                wrong.push(format!("{name} -> {}", dependency.name));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that are not in the design: {wrong:?}");
}

#[test]
fn nobody_uses_the_server_or_the_tests_tools() {
    for package in packages() {
        for dependency in &package.dependencies {
            assert_ne!(dependency.name, "server", "{} uses server", package.name);
            let is_tool = matches!(dependency.name.as_str(), "testkit" | "playwright-rs");
            assert!(
                !is_tool
                    || matches!(package.name.as_str(), "end2end" | "bench")
                    || dependency.kind == cargo_metadata::DependencyKind::Development,
                "{} uses {}",
                package.name,
                dependency.name
            );
        }
    }
}

#[test]
fn the_model_stays_pure() {
    let packages = packages();
    let model = packages.iter().find(|package| package.name.as_str() == "model").unwrap();
    let touched: Vec<&String> =
        model.dependencies.iter().map(|dependency| &dependency.name).filter(|name| NOT_IN_MODEL.contains(&name.as_str())).collect();
    assert!(touched.is_empty(), "model uses {touched:?}");
}

/// Every file of Rust below a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

/// The portal's own sources, with their path below `app/src`.
fn portal_sources() -> Vec<(String, String)> {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../app/src"));
    let mut files = Vec::new();
    sources(root, &mut files);
    assert!(files.len() > 20, "the portal was not found");
    files.iter().map(|file| (file.strip_prefix(root).unwrap().display().to_string(), std::fs::read_to_string(file).unwrap())).collect()
}

#[test]
fn the_portal_holds_no_sql() {
    for (file, text) in portal_sources() {
        assert!(!text.contains("sqlx"), "{file} speaks SQL");
    }
}

/// The framework escapes texts and attributes, but not what stands in these places: each has at most one file that may
/// write it.
const RAW_PLACES: &[(&str, &[&str])] = &[
    ("<textarea", &["ui/text_area.rs"]),
    ("textarea()", &[]),
    ("inner_html", &["ui/drawn.rs"]),
    ("insert_adjacent_html", &[]),
    ("<Title", &["ui/head.rs"]),
    ("leptos_meta::", &["ui/head.rs", "routes.rs", "shell.rs"]),
    ("<script", &["shell.rs"]),
    ("<style", &[]),
    ("<noscript", &[]),
    ("<iframe", &[]),
    ("<template", &["shell.rs"]),
    // It panics at bytes that no header may hold, and leads wherever it is told.
    ("leptos_axum::redirect", &["session.rs"]),
];

#[test]
fn raw_places_of_a_page_are_written_in_one_file_each() {
    let mut wrong = Vec::new();
    for (file, text) in portal_sources() {
        for (what, may) in RAW_PLACES {
            if text.contains(what) && !may.contains(&file.as_str()) {
                wrong.push(format!("{file} writes {what}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}: nothing is checked there; use ui::TextArea, ui::PageName and session::go_to");
}

/// How the frame of a table goes on after its class: whoever has no mouse can reach it and scroll it.
const REACHED: &str = " tabindex=\"0\" role=\"region\" aria-label=";

#[test]
fn each_table_that_can_scroll_is_a_named_region_for_the_keyboard() {
    let mut found = 0;
    for (file, text) in portal_sources() {
        for rest in text.split("class=\"table-wrap").skip(1) {
            found += 1;
            let after = rest.split_once('"').unwrap().1;
            let named = after.strip_prefix(REACHED).is_some_and(|label| !label.starts_with("\"\""));
            assert!(named, "{file}: write the frame of a table as <div class=\"table-wrap\"{REACHED}\"…\">");
        }
    }
    assert!(found > 20, "{found} tables were found");
}

/// Where SQL of one server is written by whoever speaks to that server alone, the metadata's own, and that of tests.
const OWN_SQL: &[&str] = &[
    "model/src/dialect",
    "connect/src/sqlite/",
    "connect/src/postgres/",
    "connect/src/mysql/",
    "connect/src/clickhouse/",
    "connect/src/guard_by_chance.rs",
    "store/src/",
    "testkit/src/",
    "bench/src/",
];
/// What dialects write each in their own way, and how it goes on where it is SQL and no sentence.
const OF_A_DIALECT: &[(&str, &[&str])] = &[
    ("LIMIT ", &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "{", "?", "$", "\""]),
    ("OFFSET ", &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "{", "?", "$", "\""]),
    ("FETCH ", &["NEXT", "FIRST", "{"]),
    ("substr(", &[""]),
    ("substring(", &[""]),
    ("replace('\"', ", &[""]),
    ("replace('`', ", &[""]),
];

/// What of a line only a dialect may write.
fn of_a_dialect(line: &str) -> Option<&'static str> {
    let goes_on = |word: &str, behind: &[&str]| line.split(word).skip(1).any(|rest| behind.iter().any(|begin| rest.starts_with(*begin)));
    OF_A_DIALECT.iter().find(|(word, behind)| goes_on(word, behind)).map(|(word, _)| *word)
}

#[test]
fn pages_names_and_substrings_are_written_by_the_dialect() {
    assert!(
        of_a_dialect("format!(\"SELECT a FROM t LIMIT {rows}\")").is_some() && of_a_dialect("\"The SQL has a LIMIT of its own\"").is_none()
    );
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut files, mut wrong) = (Vec::new(), Vec::new());
    sources(root, &mut files);
    assert!(files.len() > 300, "the sources were not found");
    for file in files {
        let name = file.strip_prefix(root).unwrap().display().to_string();
        if !name.contains("src/") || OWN_SQL.iter().any(|own| name.starts_with(own)) {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        // Tests stand at the end of their file.
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for (index, line) in code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            if let Some(word) = of_a_dialect(line) {
                wrong.push(format!("{name}:{} writes {word}", index + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "leave it to model/dialect.rs: {wrong:#?}");
}

/// The pages that lead people to files.
const GUIDES: &[&str] = &["ARCHITECTURE.md", "CONTRIBUTING.md"];
/// The longest line of them.
const COLUMNS: usize = 120;
/// How the name of a file ends that is written without its folder.
const ENDINGS: &[&str] = &[".rs", ".md", ".toml", ".sql", ".sh", ".py", ".css", ".txt"];

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

fn guide(name: &str) -> String {
    std::fs::read_to_string(project().join(name)).unwrap()
}

/// Each line outside of blocks of code, with its number.
fn prose(text: &str) -> Vec<(usize, &str)> {
    let mut in_block = false;
    let mut lines = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            in_block = !in_block;
        } else if !in_block {
            lines.push((index + 1, line));
        }
    }
    lines
}

/// Whether what stands in backticks can only be a file or a folder of the project. An address begins with a slash, and a pattern for
/// names holds `NNNN`.
fn names_a_file(token: &str) -> bool {
    let is_plain = token.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-./".contains(letter));
    let is_path = token.contains('/') || ENDINGS.iter().any(|ending| token.ends_with(ending));
    is_plain && is_path && !token.starts_with('/') && !token.contains("NNNN")
}

/// The guides leave out `server` and `src`: `gateway/stack.rs` is `server/gateway/src/stack.rs`.
fn is_there(root: &Path, path: &str) -> bool {
    let path = path.trim_end_matches('/');
    ["", "server", "server/connect"].iter().any(|folder| {
        let folder = root.join(folder);
        let short = path.split_once('/').map(|(part, rest)| folder.join(part).join("src").join(rest));
        folder.join(path).exists() || short.is_some_and(|short| short.exists())
    })
}

#[test]
fn the_guides_name_files_that_exist() {
    let root = project();
    let mut wrong = Vec::new();
    for name in GUIDES {
        let text = guide(name);
        let mut found = 0;
        for (number, line) in prose(&text) {
            let parts: Vec<&str> = line.split('`').collect();
            assert!(parts.len() % 2 == 1, "{name}:{number}: a backtick is not closed on its line");
            for token in parts.into_iter().skip(1).step_by(2).filter(|token| names_a_file(token)) {
                found += 1;
                if !is_there(&root, token) {
                    wrong.push(format!("{name}:{number}: {token}"));
                }
            }
        }
        assert!(found > 10, "{name} names {found} files: this test does not find them");
    }
    assert!(wrong.is_empty(), "these files are not there: {wrong:#?}");
}

#[test]
fn the_guides_have_short_lines() {
    for name in GUIDES {
        let text = guide(name);
        let long: Vec<usize> =
            prose(&text).into_iter().filter(|(_, line)| line.chars().count() > COLUMNS).map(|(number, _)| number).collect();
        assert!(long.is_empty(), "{name} has lines of more than {COLUMNS} columns: {long:?}");
    }
}

#[test]
fn the_map_has_every_crate() {
    let (root, map) = (project(), guide("ARCHITECTURE.md"));
    for package in packages() {
        let manifest = package.manifest_path.as_std_path().canonicalize().unwrap();
        let folder = manifest.parent().unwrap().strip_prefix(&root).unwrap().display().to_string();
        assert!(map.contains(&format!("| `{folder}/` |")), "ARCHITECTURE.md does not say what {folder}/ is for");
    }
}

#[test]
fn every_decision_is_in_their_index() {
    let folder = project().join("docs/decisions");
    let index = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let mut records = BTreeSet::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name != "README.md" {
            assert!(index.contains(&format!("]({name})")), "docs/decisions/README.md does not list {name}");
            let number = name.split_once('-').unwrap().0.to_owned();
            assert!(records.insert(number), "{name} has the number of another record");
        }
    }
    assert!(!records.is_empty(), "no decision was found");
}
