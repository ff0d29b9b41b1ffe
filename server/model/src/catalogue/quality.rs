//! The quality checks of a dataset in sentences, and what came of each at the last build.

use serde::{Deserialize, Serialize};

use crate::clock::Millis;
use crate::dataset::DatasetSpec;
use crate::job::{JobSpec, RunState};
use crate::number::grouped;
use crate::reconcile::Compared;

/// What a check looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum QualityCheckKind {
    Key,
    RowCount,
    SourceCount,
    Rule,
    Reconciliation,
}

/// One check, and whether it passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QualityCheck {
    pub kind: QualityCheckKind,
    /// `seats is between 1 and 600`.
    pub words: String,
    /// Of a rule: the column that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Nothing where it was not run yet, or the run ended before it.
    pub passed: Option<bool>,
}

/// How the last build that came to its end did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastBuild<'a> {
    pub state: RunState,
    /// Why it failed; empty otherwise.
    pub reason: &'a str,
}

impl LastBuild<'_> {
    /// What came of a check that says so of a reason.
    fn passed(self, is_failure: fn(&str) -> bool) -> Option<bool> {
        match self.state {
            RunState::Done => Some(true),
            RunState::Failed if is_failure(self.reason) => Some(false),
            _ => None,
        }
    }

    /// The same of a rule. All rules are looked at together, so the others passed where one is named.
    fn passed_rule(self, words: &str) -> Option<bool> {
        match self.state {
            RunState::Failed if self.reason.contains(&format!("{FAILED}{words} (")) => Some(false),
            RunState::Failed if self.reason.starts_with(FAILED) => Some(true),
            RunState::Done => Some(true),
            _ => None,
        }
    }
}

/// How the reason of a build begins that failed by a rule.
const FAILED: &str = "Check failed: ";

/// The checks of a dataset, with what came of them at the last build and the last reconciliation.
#[must_use]
pub fn dataset_checks(spec: &DatasetSpec, job: &JobSpec, last: Option<LastBuild<'_>>, compared: Option<&Compared>) -> Vec<QualityCheck> {
    let mut checks = Vec::new();
    let mut add = |kind, words: String, column: Option<String>, passed| checks.push(QualityCheck { kind, words, column, passed });
    let built = |is_failure: fn(&str) -> bool| last.and_then(|last| last.passed(is_failure));
    if !spec.key.is_empty() {
        add(
            QualityCheckKind::Key,
            format!("{} is filled and unique", spec.key.join(" and ")),
            None,
            built(|reason| reason.starts_with("The key ")),
        );
    }
    let gates = &spec.gates;
    let sizes = [
        gates.min_rows.map(|rows| format!("There are at least {} rows", grouped(rows))),
        gates.shrink_percent.map(|percent| format!("There are at most {percent} % fewer rows than in the live version")),
        gates.growth_percent.map(|percent| format!("There are at most {percent} % more rows than in the live version")),
    ];
    for words in sizes.into_iter().flatten() {
        add(QualityCheckKind::RowCount, words, None, built(|reason| reason.starts_with("There are ")));
    }
    if gates.count_source {
        add(
            QualityCheckKind::SourceCount,
            "The row count matches the source".into(),
            None,
            built(|reason| reason.contains(" were read, but the source had ")),
        );
    }
    for rule in &gates.rules {
        let words = rule.words();
        let passed = last.and_then(|last| last.passed_rule(&words));
        add(QualityCheckKind::Rule, words, Some(rule.column.clone()), passed);
    }
    if let Some(compare) = job.compare {
        let passed = compared.map(|compared| compared.differ() <= i64::from(compare.at_most));
        let words = match compare.at_most {
            0 => "No row differs from the source".to_owned(),
            rows => format!("At most {} rows differ from the source", grouped(rows)),
        };
        add(QualityCheckKind::Reconciliation, words, None, passed);
    }
    checks
}

/// How new the rows of a dataset are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DatasetFreshness {
    /// When its newest rows came: its build, or the last time that it had caught up with its source.
    pub at: Millis,
    /// When newer rows are expected at the latest; nothing where nobody said so.
    pub expected_by: Option<Millis>,
}

impl DatasetFreshness {
    #[must_use]
    pub fn is_late(&self, now: Millis) -> bool {
        self.expected_by.is_some_and(|expected| now > expected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gates::{Gates, Must, Rule};
    use crate::reconcile::Compare;

    fn checks(last: Option<(RunState, &str)>, compared: Option<&Compared>) -> Vec<(String, Option<bool>)> {
        let between = Must::BeBetween { least: "1".into(), most: "600".into() };
        let rules = vec![Rule { column: "seats".into(), must: between }, Rule { column: "id".into(), must: Must::BeFilled }];
        let gates = Gates { min_rows: Some(1_000), count_source: true, rules, ..Gates::default() };
        let spec = DatasetSpec { key: vec!["id".into()], gates, ..DatasetSpec::default() };
        let job = JobSpec { compare: Some(Compare { at_most: 0, ..Compare::default() }), ..JobSpec::default() };
        let last = last.map(|(state, reason)| LastBuild { state, reason });
        dataset_checks(&spec, &job, last, compared).into_iter().map(|check| (check.words, check.passed)).collect()
    }

    #[test]
    fn what_was_built_passed_and_what_was_not_run_is_not_known() {
        let passed: Vec<Option<bool>> = checks(Some((RunState::Done, "")), None).into_iter().map(|(_, passed)| passed).collect();
        assert_eq!(passed, [Some(true), Some(true), Some(true), Some(true), Some(true), None]);
        for last in [None, Some((RunState::Stopped, "")), Some((RunState::Failed, "flights-db: the source does not respond."))] {
            assert!(checks(last, None).iter().all(|(_, passed)| passed.is_none()), "{last:?}");
        }
    }

    #[test]
    fn a_failed_build_says_which_check_it_was() {
        let failed = |reason: &str| {
            let checks = checks(Some((RunState::Failed, reason)), None);
            checks.into_iter().filter_map(|(words, passed)| passed.map(|passed| (words, passed))).collect::<Vec<_>>()
        };
        let said = |words: &str, passed| (words.to_owned(), passed);
        let rules = [said("seats is between 1 and 600", false), said("id is never empty", true)];
        assert_eq!(failed("Check failed: seats is between 1 and 600 (2 rows, for example 0). Correct the rows."), rules);
        assert_eq!(failed("There are 7 rows; at least 1,000 are required."), [said("There are at least 1,000 rows", false)]);
        assert_eq!(failed("The key id is not unique: 2 rows."), [said("id is filled and unique", false)]);
        assert_eq!(failed("4 rows were read, but the source had 9 rows before."), [said("The row count matches the source", false)]);
    }

    #[test]
    fn a_reconciliation_counts_the_rows_that_differ() {
        let last = |missing| checks(None, Some(&Compared { missing, ..Compared::default() })).pop().unwrap();
        assert_eq!(last(0), ("No row differs from the source".into(), Some(true)));
        assert_eq!(last(1).1, Some(false));
    }

    #[test]
    fn rows_are_late_once_newer_ones_were_expected() {
        let of = |expected_by| DatasetFreshness { at: 10, expected_by }.is_late(20);
        assert_eq!([None, Some(20), Some(19)].map(of), [false, false, true]);
    }
}
