//! Files of a crate that name each other in a circle can only be read, moved and built together. There is none that is not in the list.

mod file;
mod graph;

use std::collections::BTreeSet;

use self::graph::{Crate, Graph, circles};

/// A circle that there may be: its crate, its files below `src`, and why they name each other.
type Known = (&'static str, &'static [&'static str], &'static str);

/// The circles that there are. It only gets shorter.
const KNOWN: &[Known] = &[
    (
        "app",
        &["pages/api/api.rs", "pages/api/mod.rs", "pages/apps/api.rs"],
        "How long a grant lasts is read in both areas as the page of an API writes it.",
    ),
    ("app", &["pages/apis/api.rs", "pages/apis/mod.rs"], "The form of a new API begins with the draft that the server makes."),
    ("app", &["pages/editor/edits.rs", "pages/editor/filter_edits.rs"], "Edits of a form call one another."),
    ("app", &["pages/editor/union_edits.rs", "pages/editor/union_inputs.rs"], "Edits of a Union call one another."),
    ("app", &["pages/inbox/held.rs", "pages/inbox/request.rs"], "One page for both kinds of requests."),
    ("app", &["pages/sources/api.rs", "pages/sources/form.rs"], "The form posts what it is read from."),
    ("accel", &["any_decimal.rs", "key.rs"], "A decimal is one form of a key."),
    (
        "accel",
        &["columnar.rs", "delta.rs", "lib.rs", "lmdb.rs", "lmdb_delta.rs", "redis_delta.rs", "redis_store.rs"],
        "The traits of a store stand with the list of stores.",
    ),
    ("connect", &["egress.rs", "own_servers.rs", "policy.rs"], "The policy holds the rules, and rules ask the policy that is in force."),
    ("connect", &["sqlite/query.rs", "sqlite/times.rs"], "How times are written is learnt by a query."),
    ("control", &["apis/check.rs", "apis/steps.rs"], "A Union is checked by checking its steps."),
    (
        "control",
        &["audit.rs", "caller.rs", "lib.rs", "live/switches.rs", "refused.rs", "snapshot.rs", "sources/known.rs"],
        "`Control` holds what its use cases keep.",
    ),
    ("control", &["datasets/edit.rs", "datasets/held.rs", "datasets/job.rs", "review/held.rs"], "A held change is saved as an edit is."),
    ("control", &["documents/apply.rs", "documents/datasets.rs"], "What is planned of one document is a part of the whole plan."),
    ("control", &["sources/endpoint.rs", "sources/save.rs"], "Whether secrets are asked anew is told of the input that is saved."),
    ("engine", &["cells.rs", "evidence.rs", "json_cells.rs"], "A cell may hold a row, which has cells."),
    (
        "engine",
        &[
            "files/learn.rs",
            "files/parquet/mod.rs",
            "files/text/cells.rs",
            "files/text/learning.rs",
            "files/text/mod.rs",
            "files/text/scan.rs",
        ],
        "A table is learnt by the readers of its files, within the same bounds.",
    ),
    ("engine", &["files/text/guess.rs", "files/text/values.rs"], "Values are guessed by reading them."),
    ("engine", &["http/client.rs", "http/paging.rs"], "A page is an answer, and tells the next call."),
    ("gateway", &["plan.rs", "union/plan.rs"], "The plan of a Union holds the plans of its steps."),
    ("kafka", &["format/avro.rs", "format/protobuf.rs", "schemas.rs"], "A schema may name others of its registry."),
    ("model", &["dataset.rs", "gates.rs", "mapping.rs"], "A dataset holds its mapping and its checks, which are checked against it."),
    (
        "model",
        &["form/join.rs", "form/mod.rs", "source_types/mod.rs", "source_types/sqlite.rs", "source_types/tables.rs", "table.rs"],
        "A table knows what it can be joined on, and its columns their types.",
    ),
    ("model", &["form/sql.rs", "spec.rs", "union.rs"], "A Union is one kind of spec, with the fields of one."),
    ("model", &["script/mod.rs", "script/reader.rs"], "A script is made by its reader."),
    (
        "model",
        &["view/access.rs", "view/apis.rs", "view/datasets.rs", "view/reviews.rs"],
        "What is shown of one thing holds what is shown of others.",
    ),
    (
        "server",
        &["listen/connection.rs", "listen/request.rs", "listen/response.rs", "listen/streams.rs"],
        "Bodies tell their connection what moves.",
    ),
];

fn set(files: &[&str]) -> BTreeSet<String> {
    files.iter().map(|file| (*file).to_owned()).collect()
}

/// Which file of a circle names which other one of it, and by which path.
fn told(graph: &Graph, circle: &BTreeSet<String>) -> String {
    let mut lines = Vec::new();
    for file in circle {
        for (other, path) in graph[file].iter().filter(|(other, _)| circle.contains(*other)) {
            lines.push(format!("    {file} names {other} by {path}"));
        }
    }
    lines.join("\n")
}

#[test]
fn files_of_a_crate_name_each_other_in_no_circle() {
    let (mut wrong, mut crates, mut files) = (Vec::new(), 0, 0);
    for package in super::packages() {
        let name = package.name.to_string();
        let folder = package.manifest_path.as_std_path().parent().unwrap().join("src");
        let text_of = |path: &str| std::fs::read_to_string(folder.join(path)).ok();
        let Some(root) = ["lib.rs", "main.rs"].into_iter().find(|&root| text_of(root).is_some()) else { continue };
        let of_crate = Crate::read(root, &text_of);
        (crates, files) = (crates + 1, files + of_crate.files());
        let graph = of_crate.graph();
        let found = circles(&graph);
        let known: BTreeSet<BTreeSet<String>> = KNOWN.iter().filter(|(of, ..)| *of == name).map(|(_, files, _)| set(files)).collect();
        for circle in found.difference(&known) {
            let told = told(&graph, circle);
            wrong.push(format!(
                "{name} has a circle that is not in the list:\n{told}\n    Move what two of them share to a file that both may read."
            ));
        }
        for circle in known.difference(&found) {
            wrong.push(format!(
                "{name} has not this circle any more, as it stands in the list: {circle:?}. Take out the files that left it."
            ));
        }
    }
    assert!(crates > 10 && files > 300, "{files} files of {crates} crates were read: this test does not find them");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_list_of_circles_has_reasons_and_crates_that_exist() {
    let packages = super::packages();
    for (of, files, why) in KNOWN {
        assert!(packages.iter().any(|package| package.name.as_str() == *of), "there is no crate {of}");
        assert!(files.len() > 1 && !why.is_empty(), "{of}: {files:?} has no reason");
    }
}

/// The files that each file of a small crate names.
fn named(texts: &[(&str, &str)]) -> Graph {
    let text_of = |path: &str| texts.iter().find(|(known, _)| *known == path).map(|(_, text)| (*text).to_owned());
    Crate::read("lib.rs", &text_of).graph()
}

fn names(graph: &Graph, file: &str) -> Vec<String> {
    graph[file].keys().cloned().collect()
}

#[test]
fn a_path_leads_to_the_file_that_defines_what_it_names() {
    let graph = named(&[
        ("lib.rs", "mod room; mod user; pub use room::Thing; pub struct Root;"),
        ("room/mod.rs", "mod thing; mod other; pub use self::thing::{Thing, make}; pub(crate) use other::*;"),
        ("room/thing.rs", "pub struct Thing; pub fn make() -> super::other::Other { todo() }"),
        ("room/other.rs", "pub struct Other;"),
        (
            "user.rs",
            "use crate::{Root, room}; use crate::room::Other as Mine; fn f() -> crate::Thing { room::make(\"crate::gone\") } // crate::gone",
        ),
    ]);
    assert_eq!(names(&graph, "user.rs"), ["lib.rs", "room/mod.rs", "room/other.rs", "room/thing.rs"]);
    assert_eq!(names(&graph, "room/thing.rs"), ["room/other.rs"]);
    // What is passed on and not used is no matter of its own.
    assert!(names(&graph, "room/mod.rs").is_empty() && names(&graph, "lib.rs").is_empty());
    assert!(circles(&graph).is_empty());
}

#[test]
fn a_circle_is_found_and_tests_are_left_out() {
    let texts = [
        ("lib.rs", "mod a; mod b; mod c; pub use a::A; pub struct Root(A);"),
        ("a.rs", "pub struct A; impl A { fn b(&self, sign: char) -> bool { sign == '\"' && crate::b::is(self) } }"),
        ("b.rs", "use super::c; pub fn is<'a>(a: &'a str) -> bool { c::is(r#\"\"crate::lib\"\"#) }"),
        ("c.rs", "use crate::A; pub fn is(_: A) -> bool { true } #[cfg(test)] mod tests { use crate::Root; }"),
    ];
    let found = circles(&named(&texts));
    assert_eq!(found, BTreeSet::from([set(&["a.rs", "b.rs", "c.rs"])]));
}
