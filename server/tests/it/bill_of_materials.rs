//! What `make build` says that the binary is made of, against the tree that cargo prints and against the lock file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use crate::common::binary;
use serde_json::Value as Json;

fn output(command: &mut Command) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let output = command.current_dir(root).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The packages of crates.io that a package links, as `name@version`.
fn tree(package: &str, target: &[&str]) -> BTreeSet<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--locked", "-p", package, "-e", "normal", "--prefix", "none", "--format", "{p}"]).args(target);
    let lines = output(&mut cargo);
    // Crates of this repository are followed by their folder.
    let foreign = lines.lines().filter(|line| !line.contains("(/")).filter_map(|line| line.split_once(" v"));
    foreign.map(|(name, version)| format!("{name}@{}", version.split(' ').next().unwrap())).collect()
}

#[test]
fn the_bill_of_materials_names_all_that_is_linked_with_its_checksum() {
    let folder = testkit::folder();
    let file = folder.path().join("sluice.cdx.json");
    output(Command::new(testkit::python()).arg("scripts/sbom.py").arg(binary()).arg(&file));
    let document: Json = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!((document["bomFormat"].as_str(), document["specVersion"].as_str()), (Some("CycloneDX"), Some("1.5")));
    let all = document["components"].as_array().unwrap();
    let of =
        |kind: &'static str| all.iter().filter_map(move |component| Some((component["purl"].as_str()?.strip_prefix(kind)?, component)));
    let components: BTreeMap<&str, &Json> = of("pkg:cargo/").collect();
    let linked: BTreeSet<String> =
        tree("server", &[]).into_iter().chain(tree("frontend", &["--target", "wasm32-unknown-unknown"])).collect();
    assert!(linked.len() > 200, "{linked:?}");
    let missing: Vec<&String> = linked.iter().filter(|package| !components.contains_key(package.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let lock = std::fs::read_to_string(root.join("Cargo.lock")).unwrap();
    for (package, component) in &components {
        let (name, version) = package.split_once('@').unwrap();
        let checksum = component["hashes"][0]["content"].as_str().unwrap();
        let source = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
        assert!(
            lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"\n{source}\nchecksum = \"{checksum}\"")),
            "{package} is another one in the lock file"
        );
        assert!(component["licenses"][0]["expression"].is_string(), "{package} has no licence");
    }
    // What the SQL editor is made of, at the versions that are pinned.
    let editor: BTreeMap<&str, &Json> = of("pkg:npm/").collect();
    assert_eq!(components.len() + editor.len(), all.len());
    let pinned = std::fs::read_to_string(root.join("scripts/setup.sh")).unwrap();
    assert!(editor.keys().any(|package| package.starts_with("%40codemirror/view@")), "{editor:?}");
    for (package, component) in &editor {
        assert!(pinned.contains(&format!(" {}", package.replace("%40", "@"))), "scripts/setup.sh does not pin {package}");
        assert_eq!(component["hashes"][0]["content"].as_str().unwrap().len(), 128, "{package}");
        assert_eq!(component["licenses"][0]["expression"], "MIT", "{package}");
    }
    // What only the tests use is not in the binary.
    for of_tests in ["proptest@", "playwright-rs@", "testkit@"] {
        assert!(!components.keys().any(|package| package.starts_with(of_tests)), "{of_tests}");
    }
}
