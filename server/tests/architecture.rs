//! The arrows of the house: which crate may use which. An arrow that is not in the list fails here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

use std::collections::BTreeSet;

/// Every arrow there may be, outside tests. `server` may use all of them, and nobody uses `server`.
const ARROWS: &[(&str, &[&str])] = &[
    ("frontend", &["app"]),
    ("app", &["model", "control"]),
    ("admin", &["control"]),
    ("control", &["store", "connect", "accel", "model"]),
    ("gateway", &["connect", "accel", "model"]),
    ("sync", &["connect", "accel", "store", "model"]),
    ("accel", &["model"]),
    ("connect", &["model"]),
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

/// The portal's own sources, with their path below `app/src`.
fn portal_sources() -> Vec<(String, String)> {
    fn sources(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.push(path);
            }
        }
    }
    let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../app/src"));
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
    ("inner_html", &[]),
    ("insert_adjacent_html", &[]),
    ("<Title", &["ui/head.rs"]),
    ("leptos_meta::", &["ui/head.rs", "routes.rs", "shell.rs"]),
    ("<script", &[]),
    ("<style", &[]),
    ("<noscript", &[]),
    ("<iframe", &[]),
    ("<template", &[]),
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
