//! The rules against columns that Faker made, more than half of which hold nothing: how often a suggestion is right, and how much is found.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)] // tests

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::LazyLock;

use classify::{Column, Finding, Tag, ValueType, suggest};
use serde_json::Value as Json;

/// Seeds that nobody looked at while the rules were made: those were below 110.
const SEEDS: &[&str] = &["201", "202", "203", "204", "205", "206"];
const LEAST_PRECISION: f64 = 0.95;
const LEAST_RECALL: f64 = 0.8;

/// What was right, what was wrong, and what was missed.
#[derive(Default, Clone, Copy)]
struct Score {
    right: u32,
    wrong: u32,
    missed: u32,
}

impl Score {
    fn precision(self) -> f64 {
        f64::from(self.right) / f64::from((self.right + self.wrong).max(1))
    }

    fn recall(self) -> f64 {
        f64::from(self.right) / f64::from((self.right + self.missed).max(1))
    }

    fn line(self, name: &str) -> String {
        let Self { right, wrong, missed } = self;
        let (precision, recall) = (self.precision(), self.recall());
        format!("{name:16} precision {precision:.3}  recall {recall:.3}  right {right:4}  wrong {wrong:3}  missed {missed:3}")
    }
}

#[test]
fn suggestions_are_right_and_little_is_missed() {
    let columns = &*COLUMNS;
    let negatives = columns.iter().filter(|column| tags(column).is_empty()).count();
    assert!(negatives * 2 >= columns.len(), "{negatives} of {} columns hold nothing", columns.len());
    let mut scores: BTreeMap<&str, Score> = Tag::ALL.iter().map(|tag| (tag.word(), Score::default())).collect();
    for column in columns {
        let (expected, findings) = (tags(column), judged(column));
        for tag in Tag::ALL.iter().map(|tag| tag.word()) {
            let found = findings.iter().find(|finding| finding.tag.word() == tag);
            let score = scores.get_mut(tag).unwrap();
            match (expected.contains(&tag), found) {
                (true, Some(_)) => score.right += 1,
                (false, Some(finding)) => score.wrong += tell("wrong", column, tag, Some(finding)),
                (true, None) => score.missed += tell("missed", column, tag, None),
                (false, None) => (),
            }
        }
    }
    let sum = |part: fn(&Score) -> u32| scores.values().map(part).sum();
    let all = Score { right: sum(|score| score.right), wrong: sum(|score| score.wrong), missed: sum(|score| score.missed) };
    println!("{} columns, of which {negatives} hold nothing; rules of version {}", columns.len(), classify::VERSION);
    for (tag, score) in &scores {
        println!("{}", score.line(tag));
    }
    println!("{}", all.line("all"));
    assert!(all.precision() >= LEAST_PRECISION && all.recall() >= LEAST_RECALL, "{}", all.line("all"));
    for (tag, score) in scores {
        assert!(score.precision() >= LEAST_PRECISION && score.recall() >= LEAST_RECALL, "{}", score.line(tag));
    }
}

/// Evidence may be read by people who may not read the values.
#[test]
fn no_evidence_has_a_value_in_it() {
    let columns = &*COLUMNS;
    let mut told = 0;
    for column in columns {
        for finding in judged(column) {
            for shape in finding.evidence.shapes {
                let letters: String = shape.shape.chars().filter(|letter| letter.is_alphanumeric()).collect();
                assert!(letters.chars().all(|letter| "9aA字".contains(letter)), "{}: {}", column["name"], shape.shape);
                told += 1;
            }
        }
    }
    assert!(told > 100, "{told} shapes");
}

/// Another sample of the same column is the same evidence.
#[test]
fn a_fingerprint_outlives_the_sample() {
    let columns = &*COLUMNS;
    let halves = |column: &Json, from: usize| {
        let mut half = column.clone();
        half["values"] = column["values"].as_array().unwrap()[from..from + 80].to_vec().into();
        judged(&half)
    };
    let (mut same, mut all) = (0, 0);
    for column in columns.iter().filter(|column| !tags(column).is_empty()) {
        let (one, other) = (halves(column, 0), halves(column, 80));
        for finding in &one {
            all += 1;
            same += usize::from(other.iter().any(|again| again.fingerprint == finding.fingerprint));
        }
    }
    println!("{same} of {all} fingerprints are those of another sample");
    assert!(same * 100 >= all * 95, "{same} of {all}");
}

/// The columns of all seeds.
static COLUMNS: LazyLock<Vec<Json>> = LazyLock::new(|| {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faker_columns.py");
    let output = Command::new(testkit::python()).arg(script).args(SEEDS).output().expect("Faker is installed by scripts/setup.sh test");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
});

fn tags(column: &Json) -> Vec<&str> {
    column["tags"].as_array().unwrap().iter().map(|tag| tag.as_str().unwrap()).collect()
}

fn judged(column: &Json) -> Vec<Finding> {
    let values: Vec<Option<&str>> = column["values"].as_array().unwrap().iter().map(Json::as_str).collect();
    let text = |key: &str| column[key].as_str().unwrap();
    let value_type = ValueType::of_word(text("type"));
    suggest(&Column { name: text("name"), table: text("table"), value_type, values: &values, rows: column["rows"].as_u64().unwrap() })
}

/// Prints one mistake, for whoever looks into the rules; counts it.
fn tell(what: &str, column: &Json, tag: &str, finding: Option<&Finding>) -> u32 {
    let examples: Vec<&Json> = column["values"].as_array().unwrap().iter().filter(|value| !value.is_null()).take(4).collect();
    let why = finding.map(|finding| format!("{} {:?} {}", finding.evidence.rule, finding.evidence.basis, finding.confidence));
    println!("{what} {tag}: {} {}.{} {} {examples:?} {why:?}", column["locale"], column["table"], column["name"], column["group"]);
    1
}
