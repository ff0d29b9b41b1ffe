//! Files that sources may read: those of the operator's folders, in whatever way a path leads there, and no other.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};

use crate::common::binary;

/// The kinds of source that read files, each with the end of its file's name.
const KINDS: [(&str, &str); 3] = [("sqlite", "db"), ("files", "csv"), ("logs", "log")];

fn config(kind: &str, path: &str) -> Json {
    match kind {
        "logs" => json!({"logs": format!("seen = {path} text")}),
        _ => json!({"path": path}),
    }
}

/// What a test of the connection says, and then what reading says of a source that was saved so.
async fn tried(builder: &Admin, kind: &str, path: &str) -> [(u16, String); 2] {
    let name = format!("by-{kind}");
    let input = json!({"name": name, "domain": "travel", "driver": kind, "bindings": {"prod": {"config": config(kind, path)}}});
    let (status, test) = builder.call(Method::POST, &format!("/sources/{name}-test/prod/test"), Some(input)).await;
    builder.put_source(&name, kind, json!({"config": config(kind, path)})).await;
    let (read, tables) = builder.call(Method::GET, &format!("/sources/{name}/prod/tables"), None).await;
    [(status.as_u16(), test.to_string()), (read.as_u16(), tables.to_string())]
}

async fn is_refused(builder: &Admin, kind: &str, path: &str) {
    for (status, said) in tried(builder, kind, path).await {
        assert!(status == 400 && said.contains("source_roots"), "{kind} {path}: {status} {said}");
    }
}

/// Files of each kind, each with a word that tells whether it was read.
fn write(folder: &Path, word: &str) {
    testkit::sqlite3(&folder.join("seen.db"), &format!("CREATE TABLE seen (line TEXT); INSERT INTO seen VALUES ('{word}')"));
    std::fs::write(folder.join("seen.csv"), format!("line\n{word}\n")).unwrap();
    std::fs::write(folder.join("seen.log"), format!("{word}\n")).unwrap();
}

async fn sample(builder: &Admin, kind: &str) -> (u16, String) {
    let (status, sample) = builder.call(Method::GET, &format!("/sources/by-{kind}/prod/tables/seen/sample"), None).await;
    (status.as_u16(), sample.to_string())
}

#[tokio::test]
async fn sources_read_the_operators_folders_and_nothing_else() {
    let folder = testkit::folder();
    // The data folder lies in the operator's, and stays closed.
    let (root, outside) = (folder.path().join("root"), folder.path().join("outside"));
    let data = root.join("data");
    for made in [&root, &outside, &data] {
        std::fs::create_dir(made).unwrap();
    }
    write(&root, "allowed");
    write(&outside, "stolen");
    symlink(&outside, root.join("away")).unwrap();
    let roots = root.display().to_string();
    let server = Sluice::start(binary(), "demo", &data, &[("SLUICE_SOURCE_ROOTS", &roots)]);
    let builder = Admin::demo(&server, "builder@demo").await;
    let data = data.display().to_string();
    for (kind, end) in KINDS {
        let link = root.join(format!("link.{end}"));
        symlink(outside.join(format!("seen.{end}")), &link).unwrap();
        for path in [
            format!("{data}/sluice.db"),
            format!("{data}/demo.key"),
            format!("{data}/sources/../sluice.db"),
            "/etc/shadow".to_owned(),
            "/etc/passwd".to_owned(),
            "/proc/self/environ".to_owned(),
            "/proc/self/cwd/sluice.db".to_owned(),
            "/dev/stdin".to_owned(),
            format!("{roots}/away/seen.{end}"),
            format!("{roots}/../outside/seen.{end}"),
            format!("{}/seen.{end}", outside.display()),
            format!("{roots}/none/at/../../../outside/seen.{end}"),
            link.display().to_string(),
            format!("{}/is-not-there.{end}", outside.display()),
        ] {
            is_refused(&builder, kind, &path).await;
        }
        let path = root.join(format!("seen.{end}")).display().to_string();
        for (status, said) in tried(&builder, kind, &path).await {
            assert_eq!(status, 200, "{kind}: {said}");
        }
        let (status, said) = sample(&builder, kind).await;
        assert!(status == 200 && said.contains("allowed"), "{kind}: {status} {said}");
    }
    for address in [format!("file:{data}/sluice.db?mode=ro"), format!("file://{data}/sluice.db"), ":memory:".to_owned()] {
        is_refused(&builder, "sqlite", &address).await;
    }
    // A link that takes the place of a file which was allowed.
    for (kind, end) in &KINDS[1..] {
        let file = root.join(format!("seen.{end}"));
        std::fs::remove_file(&file).unwrap();
        symlink(outside.join(format!("seen.{end}")), &file).unwrap();
        let (status, said) = sample(&builder, kind).await;
        assert!(matches!(status, 400 | 503) && !said.contains("stolen"), "{kind}: {status} {said}");
    }
    // The folder that the demo brings along is one of those that are allowed.
    std::fs::write(server.data().join("sources/mine.csv"), "id\n1\n").unwrap();
    for (status, said) in tried(&builder, "files", &format!("{data}/sources/mine.csv")).await {
        assert_eq!(status, 200, "{said}");
    }
}

#[tokio::test]
async fn without_folders_nothing_is_read_and_the_data_folder_is_never_one() {
    let folder = testkit::folder();
    write(folder.path(), "closed");
    let server = Sluice::demo_with(binary(), &[("SLUICE_SOURCE_ROOTS", "")]);
    let builder = Admin::demo(&server, "builder@demo").await;
    for (kind, end) in KINDS {
        is_refused(&builder, kind, &folder.path().join(format!("seen.{end}")).display().to_string()).await;
    }
    for root in [server.data().display().to_string(), "/proc".to_owned(), "relative".to_owned()] {
        let output = Command::new(binary())
            .arg("migrate")
            .env("SLUICE_DATA_DIR", server.data())
            .env("SLUICE_SOURCE_ROOTS", &root)
            .current_dir(server.data())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains("source_roots"), "{root}: {said}");
    }
}
