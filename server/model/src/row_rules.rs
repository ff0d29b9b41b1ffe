//! What of a dataset decides which rows it has and what stands in them. Where live APIs read the dataset, a change of it is for
//! somebody else to decide. All else of a dataset says when and how it is built.

use serde::{Deserialize, Serialize};

use crate::dataset::DatasetSpec;
use crate::gates::{Gates, Rule};
use crate::incremental::Follow;
use crate::job::JobSpec;
use crate::mapping::{Condition, Made, Mapping, Of};
use crate::number::grouped;
use crate::rejected::DirtyLimit;
use crate::view::SettingChange;

/// The part of a dataset's definition and of its job that can change what APIs answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct RowRules {
    /// As somebody wrote it.
    pub mapping: Mapping,
    pub gates: Gates,
    pub follow: Option<Follow>,
    pub dirty: DirtyLimit,
}

impl RowRules {
    #[must_use]
    pub fn of(spec: &DatasetSpec, job: &JobSpec) -> Self {
        Self { mapping: spec.mapping.written(), gates: spec.gates.clone(), follow: job.follow.clone(), dirty: job.dirty }
    }

    /// A job with these rules in it; when and how it runs stays as it is.
    #[must_use]
    pub fn in_job(&self, job: &JobSpec) -> JobSpec {
        JobSpec { follow: self.follow.clone(), dirty: self.dirty, ..job.clone() }
    }

    /// These rules with as much of others as cannot change a response: a version that waits for an owner or is counted by its source,
    /// and another interval at which changes are looked for.
    #[must_use]
    pub fn with_harmless(&self, wanted: &Self) -> Self {
        let mut rules = self.clone();
        if asks_for_more(&self.gates, &wanted.gates) {
            rules.gates.clone_from(&wanted.gates);
        }
        if let (Some(follow), Some(wanted)) = (&mut rules.follow, &wanted.follow)
            && *follow == (Follow { every_s: follow.every_s, ..wanted.clone() })
        {
            follow.every_s = wanted.every_s;
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
        if let Some(follow) = &self.follow {
            all.extend(follow_settings(follow));
        }
        all.push(Setting::of("Allowed rejected rows", self.dirty.words(), &self.dirty));
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

fn follow_settings(follow: &Follow) -> [Setting; 6] {
    let gone = follow.gone_every_minutes.map(|minutes| format!("{} min", grouped(minutes))).unwrap_or_default();
    [
        Setting::of("Incremental sync by", if follow.cursor.is_empty() { "change stream" } else { follow.cursor.as_str() }, &follow.cursor),
        Setting::of("Deleted where", follow.deleted.clone(), &follow.deleted),
        Setting::of("Poll interval", format!("{} s", grouped(follow.every_s)), &follow.every_s),
        Setting::of("Lookback window", grouped(follow.overlap), &follow.overlap),
        Setting::of("Delete detection interval", gone, &follow.gone_every_minutes),
        Setting::of("Started at", if follow.start.is_empty() { "the earliest position" } else { follow.start.as_str() }, &follow.start),
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
        RowRules { follow: Some(Follow { cursor: "changed_at".into(), ..Follow::default() }), ..RowRules::default() }
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
        often.follow = Some(Follow { cursor: "changed_at".into(), every_s: 1, ..Follow::default() });
        assert_eq!(rules().with_harmless(&often), often);
        for follow in [None, Some(Follow { cursor: "changed_at".into(), deleted: "gone".into(), ..Follow::default() })] {
            assert_eq!(rules().with_harmless(&RowRules { follow, ..rules() }), rules());
        }
        assert_eq!(RowRules::default().with_harmless(&rules()), RowRules::default());
        let dirty = RowRules { dirty: DirtyLimit { rows: Some(1), percent: None }, ..rules() };
        let mapping = RowRules { mapping: Mapping { left_out: vec!["a".into()], ..Mapping::default() }, ..rules() };
        assert_eq!([rules().with_harmless(&dirty), rules().with_harmless(&mapping)], [rules(), rules()]);
    }

    #[test]
    fn each_difference_is_told() {
        let made = |of: Of, to: Option<DataType>| Made { name: "price".into(), of, to, mask: None };
        let after = RowRules {
            mapping: Mapping { columns: vec![made(Of::Column("amount".into()), Some(DataType::Int64))], ..Mapping::default() },
            gates: Gates { min_rows: Some(10), ..Gates::default() },
            follow: None,
            dirty: DirtyLimit::default(),
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
