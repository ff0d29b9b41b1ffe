//! What the rows of a dataset must be like before they go live, as people write it down in a form.

use serde::{Deserialize, Serialize};

use crate::dataset::DatasetSpec;
use crate::number::{FormNumbers, grouped};
use crate::value::read_text;
use crate::{DataType, FieldError};

/// Rules of one dataset.
pub const MAX_RULES: usize = 50;

/// What a build passes before it goes live, beside its own proof. Failing one keeps what is live as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Gates {
    /// Rows that there must be at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_rows: Option<u32>,
    /// How much smaller than the live version it may be, in hundredths of its rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shrink_percent: Option<u32>,
    /// How much larger than the live version it may be, in hundredths of its rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub growth_percent: Option<u32>,
    /// The source counts its rows before and after, and as many must have been read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub count_source: bool,
    /// Once it is checked, it waits for an owner's yes.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hold: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
}

/// What each row must be like in one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub column: String,
    pub must: Must,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Must {
    /// Never empty.
    BeFilled,
    /// No two rows have the same; empty ones are not compared.
    BeUnique,
    /// From the one to the other, both included; either may be left out.
    BeBetween {
        #[serde(default)]
        least: String,
        #[serde(default)]
        most: String,
    },
    BeOneOf(Vec<String>),
    /// A regular expression that the whole text fits.
    Match(String),
}

impl Rule {
    /// `seats is between 1 and 600`.
    #[must_use]
    pub fn words(&self) -> String {
        let column = &self.column;
        match &self.must {
            Must::BeFilled => format!("{column} is never empty"),
            Must::BeUnique => format!("{column} is unique"),
            Must::BeBetween { least, most } if most.is_empty() => format!("{column} is at least {least}"),
            Must::BeBetween { least, most } if least.is_empty() => format!("{column} is at most {most}"),
            Must::BeBetween { least, most } => format!("{column} is between {least} and {most}"),
            Must::BeOneOf(values) => format!("{column} is one of {}", values.join(", ")),
            Must::Match(pattern) => format!("{column} matches {pattern}"),
        }
    }

    fn error(&self, data_type: DataType) -> Option<String> {
        let unreadable = |text: &String| read_text(data_type, text).err();
        match &self.must {
            Must::BeFilled | Must::BeUnique => None,
            Must::BeBetween { least, most } if least.is_empty() && most.is_empty() => Some("Enter a minimum or a maximum.".into()),
            Must::BeBetween { .. } if matches!(data_type, DataType::Bool | DataType::Json | DataType::Bytes) => {
                Some(format!("A {} cannot be compared by size. Choose another rule.", data_type.word()))
            }
            Must::BeBetween { least, most } => [least, most].into_iter().filter(|text| !text.is_empty()).find_map(unreadable),
            Must::BeOneOf(values) if values.is_empty() => Some("Enter the allowed values, separated by commas.".into()),
            Must::BeOneOf(values) => values.iter().find_map(unreadable),
            Must::Match(_) if data_type != DataType::String => {
                Some(format!("Only a string has a pattern; this column is a {}.", data_type.word()))
            }
            Must::Match(pattern) if pattern.is_empty() => Some("Enter the pattern.".into()),
            Must::Match(_) => None,
        }
    }
}

impl Gates {
    /// Takes the numbers that were typed into its form.
    pub fn take_numbers(&mut self, numbers: &mut FormNumbers<'_>) {
        numbers.optional("min_rows", &mut self.min_rows, &(0..=u32::MAX));
        numbers.optional("shrink_percent", &mut self.shrink_percent, &(0..=100));
        numbers.optional("growth_percent", &mut self.growth_percent, &(0..=u32::MAX));
    }

    /// What a form can know to be wrong with them. Patterns are looked at by the server alone.
    #[must_use]
    pub fn errors(&self, spec: &DatasetSpec) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.shrink_percent.is_some_and(|percent| percent > 100) {
            errors.push(FieldError::new("shrink_percent", "Give at most 100 %."));
        }
        if self.rules.len() > MAX_RULES {
            errors.push(FieldError::new("rules", format!("At most {MAX_RULES} quality rules.")));
        }
        for (index, rule) in self.rules.iter().enumerate() {
            let message = match spec.field(&rule.column) {
                None => Some(format!("The dataset has no column {}.", rule.column)),
                Some(field) => rule.error(field.data_type),
            };
            errors.extend(message.map(|message| FieldError::new(format!("rules.{index}"), message)));
        }
        errors
    }

    /// Whether a build lost all rows, those that it read or those of the live version, and no check says that this is right: then an owner is
    /// asked before it goes live.
    #[must_use]
    pub fn asks_about_no_rows(&self, (read, written): (i64, i64), live: Option<i64>) -> bool {
        let says = self.min_rows.is_some() || self.shrink_percent.is_some();
        written == 0 && !says && (read > 0 || live.is_some_and(|live| live > 0))
    }

    /// Whether a number of rows is too far from that of the live version; the sentence that says so.
    #[must_use]
    pub fn size_fault(&self, rows: i64, live: Option<i64>) -> Option<String> {
        if let Some(least) = self.min_rows.filter(|least| rows < i64::from(*least)) {
            return Some(format!("There are {} rows; at least {} are required.", grouped(rows), grouped(least)));
        }
        let live = live.filter(|live| *live > 0)?;
        let change = (i128::from(rows) - i128::from(live)) * 100;
        let sizes = format!("There are {} rows, and the live version has {}.", grouped(rows), grouped(live));
        let beyond = |percent: Option<u32>, change: i128| percent.filter(|percent| change > i128::from(*percent) * i128::from(live));
        if let Some(percent) = beyond(self.shrink_percent, -change) {
            return Some(format!("{sizes} At most {percent} % fewer rows are allowed."));
        }
        let percent = beyond(self.growth_percent, change)?;
        Some(format!("{sizes} At most {percent} % more rows are allowed."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::RegisterField;

    #[test]
    fn a_size_is_held_against_the_live_one() {
        let gates = Gates { min_rows: Some(10), shrink_percent: Some(20), growth_percent: Some(50), ..Gates::default() };
        for (rows, live, fault) in [
            (9, None, Some("at least 10 are required")),
            (10, None, None),
            (80, Some(100), None),
            (79, Some(100), Some("20 % fewer rows")),
            (150, Some(100), None),
            (151, Some(100), Some("50 % more rows")),
            (1_000, Some(0), None),
        ] {
            let said = gates.size_fault(rows, live);
            assert!(said.is_some() == fault.is_some() && said.unwrap_or_default().contains(fault.unwrap_or_default()), "{rows} {live:?}");
        }
    }

    #[test]
    fn no_rows_are_asked_about_unless_a_check_speaks_of_them() {
        let none = Gates::default();
        assert!(none.asks_about_no_rows((0, 0), Some(5)) && none.asks_about_no_rows((5, 0), None));
        assert!(
            !none.asks_about_no_rows((0, 0), None)
                && !none.asks_about_no_rows((0, 0), Some(0))
                && !none.asks_about_no_rows((5, 1), Some(5))
        );
        for says in [Gates { min_rows: Some(0), ..Gates::default() }, Gates { shrink_percent: Some(100), ..Gates::default() }] {
            assert!(!says.asks_about_no_rows((5, 0), Some(5)));
        }
    }

    #[test]
    fn a_rule_must_make_sense_of_its_column() {
        let field = |column: &str, data_type| RegisterField { number: 1, column: column.into(), data_type, retired: false };
        let spec =
            DatasetSpec { register: vec![field("seats", DataType::Int64), field("name", DataType::String)], ..DatasetSpec::default() };
        let fault = |column: &str, must| {
            let gates = Gates { rules: vec![Rule { column: column.into(), must }], ..Gates::default() };
            gates.errors(&spec).pop().map(|error| error.message).unwrap_or_default()
        };
        let between = |least: &str, most: &str| Must::BeBetween { least: least.into(), most: most.into() };
        assert_eq!(fault("seats", between("1", "600")), "");
        assert!(!fault("seats", between("one", "")).is_empty());
        assert!(fault("seats", between("", "")).contains("minimum"));
        assert!(fault("seats", Must::Match("x".into())).contains("Only a string"));
        assert!(fault("wings", Must::BeFilled).contains("no column"));
        assert_eq!(fault("name", Must::BeOneOf(vec!["a".into()])), "");
        assert!(fault("name", Must::BeOneOf(Vec::new())).contains("allowed values"));
    }
}
