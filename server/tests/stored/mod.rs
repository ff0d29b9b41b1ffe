//! Rows of the metadata are decoded in `store` alone: nowhere else can a text that cannot be read become a default.

use std::path::Path;

use crate::sources;

/// Who works with rows.
const WORK_WITH_ROWS: &[&str] = &["admin/src", "control/src", "sync/src"];
/// What stands in rows as JSON.
const STORED: &[&str] = &["ApiSpec", "BuildFigures", "Compared", "DatasetSpec", "IncrementalFigures", "JobSpec", "SourceLoad"];
/// Its columns.
const COLUMNS: &[&str] = &[".spec)", ".figures)"];

fn decodes_a_row(line: &str) -> bool {
    line.contains("serde_json::from_")
        && (STORED.iter().any(|stored| line.contains(&format!("::<{stored}>"))) || COLUMNS.iter().any(|column| line.contains(column)))
}

#[test]
fn rows_are_decoded_by_the_store() {
    assert!(decodes_a_row("let spec: JobSpec = serde_json::from_str(&row.spec)?;"));
    assert!(decodes_a_row("serde_json::from_str::<DatasetSpec>(&text).is_ok()") && !decodes_a_row("serde_json::from_str::<Json>(&text)"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut files, mut wrong) = (Vec::new(), Vec::new());
    WORK_WITH_ROWS.iter().for_each(|folder| sources(&root.join(folder), &mut files));
    assert!(files.len() > 100, "the sources were not found");
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        // Tests stand at the end of their file.
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let found = code.lines().enumerate().filter(|(_, line)| decodes_a_row(line));
        wrong.extend(found.map(|(index, _)| format!("{}:{}", file.display(), index + 1)));
    }
    assert!(wrong.is_empty(), "leave it to store/stored.rs and store/words.rs: {wrong:#?}");
}
