//! What of a dataset decides which rows it has and what stands in them. Where live APIs read the dataset, a change of it is for
//! somebody else to decide. All else of a dataset says when and how it is built.

use serde::{Deserialize, Serialize};

use crate::dataset::DatasetSpec;
use crate::gates::{Gates, Rule};
use crate::incremental::Incremental;
use crate::job::JobSpec;
use crate::mapping::{Condition, Made, Mapping, Of};
use crate::number::grouped;
use crate::rejected::RejectedLimit;
use crate::view::SettingChange;

/// The part of a dataset's definition and of its job that can change what APIs answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct RowRules {
    /// As somebody wrote it.
    pub mapping: Mapping,
    pub gates: Gates,
    #[serde(rename = "follow")]
    pub incremental: Option<Incremental>,
    #[serde(rename = "dirty")]
    pub rejected: RejectedLimit,
}

impl RowRules {
    #[must_use]
    pub fn of(spec: &DatasetSpec, job: &JobSpec) -> Self {
        Self { mapping: spec.mapping.written(), gates: spec.gates.clone(), incremental: job.incremental.clone(), rejected: job.rejected }
    }

    /// A job with these rules in it; when and how it runs stays as it is.
    #[must_use]
    pub fn in_job(&self, job: &JobSpec) -> JobSpec {
        JobSpec { incremental: self.incremental.clone(), rejected: self.rejected, ..job.clone() }
    }

    /// These rules with as much of others as cannot change a response: a version that waits for an owner or is counted by its source,
    /// and another interval at which changes are looked for.
    #[must_use]
    pub fn with_harmless(&self, wanted: &Self) -> Self {
        let mut rules = self.clone();
        if asks_for_more(&self.gates, &wanted.gates) {
            rules.gates.clone_from(&wanted.gates);
        }
        if let (Some(incremental), Some(wanted)) = (&mut rules.incremental, &wanted.incremental)
            && *incremental == (Incremental { every_s: incremental.every_s, ..wanted.clone() })
        {
            incremental.every_s = wanted.every_s;
        }
        rules
    }

    /// What differs, setting by setting.
    #[must_use]
    pub fn changes(&self, after: &Self) -> Vec<SettingChange> {
        let (before, after) = (self.settings(), after.settings());
        let find = |settings: &[Setting], label: &str| settings.iter().find(|known| known.label == label).cloned().unwrap_or_default();
        let mut changes: Vec<SettingChange> = Vec::new();
        for label in before.iter().chain(&after).map(|setting| &setting.label) {
            let (was, is) = (find(&before, label), find(&after, label));
            // One that is empty says the same as one that is not there.
            let is_empty = was.words.is_empty() && is.words.is_empty();
            if was.exact == is.exact || is_empty || changes.iter().any(|known| known.label == *label) {
                continue;
            }
            // Two that read alike are told apart by how they are stored.
            let (before, after) = if was.words == is.words { (was.exact, is.exact) } else { (was.words, is.words) };
            changes.push(SettingChange { label: label.clone(), before, after });
        }
        changes
    }

    /// All that is set, in the order of the forms.
    fn settings(&self) -> Vec<Setting> {
        let Mapping { columns, left_out, only, latest_by, .. } = &self.mapping;
        let names: Vec<&str> = columns.iter().map(|made| made.name.as_str()).collect();
        let mut all = vec![
            Setting::of("Mapped columns", names.join(", "), &names),
            Setting::of("Excluded columns", left_out.join(", "), left_out),
            Setting::of("Row filter", joined(only, Condition::words), only),
            Setting::of("Keep the latest row of each key by", latest_by.clone().unwrap_or_default(), latest_by),
        ];
        all.extend(columns.iter().map(|made| Setting::of(format!("Column {}", made.name), made_words(made), made)));
        all.extend(gate_settings(&self.gates));
        if let Some(incremental) = &self.incremental {
            all.extend(incremental_settings(incremental));
        }
        all.push(Setting::of("Allowed rejected rows", self.rejected.words(), &self.rejected));
        all
    }
}

/// One setting in words, and as it is stored: words alone could be the same for two that differ.
#[derive(Debug, Clone, Default)]
struct Setting {
    label: String,
    words: String,
    exact: String,
}

impl Setting {
    fn of(label: impl Into<String>, words: impl Into<String>, exact: &impl Serialize) -> Self {
        Self { label: label.into(), words: words.into(), exact: serde_json::to_string(exact).unwrap_or_default() }
    }
}

fn gate_settings(gates: &Gates) -> [Setting; 6] {
    let number = |number: Option<u32>, unit: &str| number.map(|number| format!("{}{unit}", grouped(number))).unwrap_or_default();
    let yes = |yes: bool| if yes { "yes" } else { "no" };
    [
        Setting::of("Minimum rows", number(gates.min_rows, ""), &gates.min_rows),
        Setting::of("Maximum decrease", number(gates.shrink_percent, " %"), &gates.shrink_percent),
        Setting::of("Maximum increase", number(gates.growth_percent, " %"), &gates.growth_percent),
        Setting::of("Compare the row count with the source", yes(gates.count_source), &gates.count_source),
        Setting::of("Owner's approval", yes(gates.hold), &gates.hold),
        Setting::of("Rules", joined(&gates.rules, Rule::words), &gates.rules),
    ]
}

fn incremental_settings(incremental: &Incremental) -> [Setting; 6] {
    let gone = incremental.gone_every_minutes.map(|minutes| format!("{} min", grouped(minutes))).unwrap_or_default();
    [
        Setting::of(
            "Incremental sync by",
            if incremental.cursor.is_empty() { "change stream" } else { incremental.cursor.as_str() },
            &incremental.cursor,
        ),
        Setting::of("Deleted where", incremental.deleted.clone(), &incremental.deleted),
        Setting::of("Poll interval", format!("{} s", grouped(incremental.every_s)), &incremental.every_s),
        Setting::of("Lookback window", grouped(incremental.overlap), &incremental.overlap),
        Setting::of("Delete detection interval", gone, &incremental.gone_every_minutes),
        Setting::of(
            "Started at",
            if incremental.start.is_empty() { "the earliest position" } else { incremental.start.as_str() },
            &incremental.start,
        ),
    ]
}

fn made_words(made: &Made) -> String {
    let of = match &made.of {
        Of::Column(column) => format!("column {column}"),
        Of::Constant(value) => format!("always {value}"),
        Of::Expression(sql) => sql.clone(),
    };
    let to = made.to.map(|to| format!(", as {}", to.word())).unwrap_or_default();
    let mask = made.mask.map(|mask| format!(", {}", mask.words())).unwrap_or_default();
    format!("{of}{to}{mask}")
}

fn joined<T>(items: &[T], words: fn(&T) -> String) -> String {
    items.iter().map(words).collect::<Vec<_>>().join("; ")
}

/// Whether a build passes no more than before: an owner or the source itself is asked beside, and all else is the same.
fn asks_for_more(now: &Gates, wanted: &Gates) -> bool {
    let else_same = Gates { hold: now.hold, count_source: now.count_source, ..wanted.clone() } == *now;
    else_same && (wanted.hold || !now.hold) && (wanted.count_source || !now.count_source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DataType;
    use crate::gates::Must;

    fn rules() -> RowRules {
        RowRules { incremental: Some(Incremental { cursor: "changed_at".into(), ..Incremental::default() }), ..RowRules::default() }
    }

    fn with_gates(gates: Gates) -> RowRules {
        RowRules { gates, ..rules() }
    }

    #[test]
    fn only_what_cannot_change_an_answer_is_harmless() {
        let held = with_gates(Gates { hold: true, count_source: true, ..Gates::default() });
        assert_eq!(rules().with_harmless(&held), held, "an owner is asked beside");
        assert_eq!(held.with_harmless(&rules()), held, "an owner is not asked any more");
        let least = with_gates(Gates { hold: true, min_rows: Some(0), ..Gates::default() });
        assert_eq!(rules().with_harmless(&least), rules());
        let mut often = rules();
        often.incremental = Some(Incremental { cursor: "changed_at".into(), every_s: 1, ..Incremental::default() });
        assert_eq!(rules().with_harmless(&often), often);
        for incremental in [None, Some(Incremental { cursor: "changed_at".into(), deleted: "gone".into(), ..Incremental::default() })] {
            assert_eq!(rules().with_harmless(&RowRules { incremental, ..rules() }), rules());
        }
        assert_eq!(RowRules::default().with_harmless(&rules()), RowRules::default());
        let rejected = RowRules { rejected: RejectedLimit { rows: Some(1), percent: None }, ..rules() };
        let mapping = RowRules { mapping: Mapping { left_out: vec!["a".into()], ..Mapping::default() }, ..rules() };
        assert_eq!([rules().with_harmless(&rejected), rules().with_harmless(&mapping)], [rules(), rules()]);
    }

    #[test]
    fn each_difference_is_told() {
        let made = |of: Of, to: Option<DataType>| Made { name: "price".into(), of, to, mask: None };
        let after = RowRules {
            mapping: Mapping { columns: vec![made(Of::Column("amount".into()), Some(DataType::Int64))], ..Mapping::default() },
            gates: Gates { min_rows: Some(10), ..Gates::default() },
            incremental: None,
            rejected: RejectedLimit::default(),
        };
        let told = rules().changes(&after);
        let of = |label: &str| {
            let found = told.iter().find(|change| change.label == label).unwrap_or_else(|| panic!("{label}: {told:?}"));
            (found.before.as_str(), found.after.as_str())
        };
        assert_eq!(of("Column price").0, "");
        assert!(of("Column price").1.starts_with("column amount, as "), "{told:?}");
        assert_eq!(of("Minimum rows"), ("", "10"));
        assert_eq!(of("Incremental sync by"), ("changed_at", ""));
        assert!(rules().changes(&rules()).is_empty());
        // The words of these two are the same.
        let rule = |values: &[&str]| {
            let must = Must::BeOneOf(values.iter().map(|value| (*value).to_owned()).collect());
            with_gates(Gates { rules: vec![Rule { column: "a".into(), must }], ..Gates::default() })
        };
        let told = rule(&["x, y"]).changes(&rule(&["x", "y"]));
        assert!(told.len() == 1 && told[0].before != told[0].after, "{told:?}");
    }
}
