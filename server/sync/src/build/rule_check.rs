//! One rule of a dataset against the values of its column.

use std::cmp::Ordering;

use accel::{AccelError, Sorted, Sorter};
use model::dataset::DatasetSpec;
use model::gates::{Must, Rule};
use model::number::grouped;
use model::scalar::{days, decimal_order, micros, micros_of_day};
use model::value::read_text;
use model::{DataType, Value};
use regex::Regex;

use crate::failed::Failed;

/// Examples that are named of a broken rule.
const EXAMPLES: usize = 3;

/// One rule, and the rows that break it.
pub(super) struct RuleCheck {
    pub(super) rule: Rule,
    pub(super) column: usize,
    pub(super) data_type: DataType,
    pub(super) test: Test,
    pub(super) broken: u64,
    examples: Vec<String>,
}

/// What a rule asks of a value.
pub(super) enum Test {
    Filled,
    /// The values, to be sorted when all are there.
    Unique(Vec<Sorter>),
    Between(Option<Value>, Option<Value>),
    OneOf(Vec<Value>),
    Matches(Regex),
}

impl RuleCheck {
    /// # Errors
    /// A rule that cannot be read any more, as of a column that is gone.
    pub(super) fn new(spec: &DatasetSpec, rule: &Rule, sorter: impl Fn() -> Result<Sorter, AccelError>) -> Result<Self, Failed> {
        let wrong = || Failed::new(format!("The quality rule \"{}\" cannot be applied any more. Change the rule.", rule.words()));
        let column = spec.written().position(|field| field.column == rule.column).ok_or_else(wrong)?;
        let data_type = spec.field(&rule.column).ok_or_else(wrong)?.data_type;
        let read = |text: &String| read_text(data_type, text).map_err(|_| wrong());
        let bound = |text: &String| if text.is_empty() { Ok(None) } else { read(text).map(Some) };
        let test = match &rule.must {
            Must::BeFilled => Test::Filled,
            Must::BeUnique => Test::Unique(vec![sorter()?]),
            Must::BeBetween { least, most } => Test::Between(bound(least)?, bound(most)?),
            Must::BeOneOf(values) => Test::OneOf(values.iter().map(read).collect::<Result<_, _>>()?),
            Must::Match(pattern) => Test::Matches(Regex::new(&format!("^(?:{pattern})$")).map_err(|_| wrong())?),
        };
        Ok(Self { rule: rule.clone(), column, data_type, test, broken: 0, examples: Vec::new() })
    }

    pub(super) fn holds(&self, value: &Value) -> bool {
        let data_type = self.data_type;
        match (&self.test, value) {
            (Test::Filled, value) => *value != Value::Null,
            // What is empty has nothing to be wrong; that it is empty is for a rule of its own.
            (_, Value::Null) | (Test::Unique(_), _) => true,
            (Test::Between(least, most), value) => {
                let not_below = least.as_ref().is_none_or(|least| order(value, least, data_type).is_ge());
                not_below && most.as_ref().is_none_or(|most| order(value, most, data_type).is_le())
            }
            (Test::OneOf(values), value) => values.iter().any(|known| order(value, known, data_type).is_eq()),
            (Test::Matches(pattern), Value::Text(text)) => pattern.is_match(text),
            (Test::Matches(_), _) => false,
        }
    }

    pub(super) fn broke(&mut self, example: String) {
        self.broken += 1;
        self.example(example);
    }

    fn example(&mut self, example: String) {
        if self.examples.len() < EXAMPLES && !self.examples.contains(&example) {
            self.examples.push(example);
        }
    }

    /// Takes over what was found in another part, by the same rule.
    pub(super) fn join(&mut self, other: Self) {
        self.broken += other.broken;
        other.examples.into_iter().for_each(|example| self.example(example));
        if let (Test::Unique(seen), Test::Unique(others)) = (&mut self.test, other.test) {
            seen.extend(others);
        }
    }

    /// By how many rows it is broken, with examples; nothing where it holds.
    ///
    /// # Errors
    /// Where what was put aside cannot be read.
    pub(super) fn fault(mut self) -> Result<Option<String>, Failed> {
        if let Test::Unique(seen) = std::mem::replace(&mut self.test, Test::Filled) {
            Sorted::of(seen)?.twins(|text| self.broke(String::from_utf8_lossy(text).into_owned()))?;
        }
        let (rows, words) = (self.broken, self.rule.words());
        let examples = match self.examples.as_slice() {
            [] => String::new(),
            some => format!(", for example {}", some.join(", ")),
        };
        let broken_rows = if rows == 1 { "1 row".to_owned() } else { format!("{} rows", grouped(rows)) };
        Ok((rows > 0).then(|| format!("Check failed: {words} ({broken_rows}{examples}).")))
    }
}

/// A value as an example shows it.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(yes) => yes.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Text(text) => text.chars().take(60).collect(),
        Value::Bytes(bytes) => format!("{} bytes", bytes.len()),
        Value::List(items) => format!("{} values", items.len()),
    }
}

/// Dates, times and decimals are compared by what they say: their texts do not stand in that order, as with a part of a second, or a year of
/// five digits.
fn order(value: &Value, other: &Value, data_type: DataType) -> Ordering {
    match (value, other) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Float(a), Value::Float(b)) => a.total_cmp(b),
        (Value::Text(a), Value::Text(b)) => match data_type {
            DataType::Decimal { .. } => decimal_order(a, b),
            DataType::Date => days(a).cmp(&days(b)),
            DataType::Time => micros_of_day(a).cmp(&micros_of_day(b)),
            DataType::Timestamp => micros(a).cmp(&micros(b)),
            _ => a.cmp(b),
        },
        (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
        _ => Ordering::Less,
    }
}

#[cfg(test)]
mod tests {
    use model::scalar::{date_text, timestamp_text};

    use super::*;
    use crate::samples::spec;

    const DECIMAL: DataType = DataType::Decimal { precision: 38, scale: 2 };

    fn check(data_type: DataType, must: Must) -> RuleCheck {
        let folder = tempfile::tempdir().unwrap();
        let rule = Rule { column: "c".into(), must };
        RuleCheck::new(&spec(&[("id", DataType::Int64), ("c", data_type)], &["id"]), &rule, || Sorter::new(folder.path())).unwrap()
    }

    fn between(least: &str, most: &str) -> Must {
        Must::BeBetween { least: least.into(), most: most.into() }
    }

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn bounds_are_of_the_type_and_are_in_it_themselves() {
        for (data_type, must, within, beyond) in [
            (DataType::Int64, between("2", "10"), vec![Value::Int(2), Value::Int(10)], vec![Value::Int(1), Value::Int(11)]),
            (DataType::Int64, between("", "0"), vec![Value::Int(i64::MIN)], vec![Value::Int(i64::MAX)]),
            (DataType::Float64, between("0.5", ""), vec![Value::Float(0.5), Value::Float(f64::INFINITY)], vec![Value::Float(0.25)]),
            (DECIMAL, between("9.00", "10.00"), vec![text("9.00"), text("10.00")], vec![text("8.99"), text("10.01"), text("-9.50")]),
            (DataType::String, between("b", "c"), vec![text("b"), text("bz")], vec![text("a"), text("ca")]),
        ] {
            let check = check(data_type, must);
            assert!(within.iter().all(|value| check.holds(value)), "{data_type:?}");
            assert!(!beyond.iter().any(|value| check.holds(value)), "{data_type:?}");
            assert!(check.holds(&Value::Null), "what is empty is for a rule of its own");
        }
    }

    #[test]
    fn times_are_compared_by_what_they_say() {
        let timestamps = check(DataType::Timestamp, between("2013-01-01T10:00:00Z", "2013-01-01T10:00:01Z"));
        for (micros, holds) in [(-1, false), (0, true), (500_000, true), (1_000_000, true), (1_000_001, false)] {
            let value = text(&timestamp_text(1_357_034_400_000_000 + micros));
            assert_eq!(timestamps.holds(&value), holds, "{value:?}");
        }
        let dates = check(DataType::Date, between("2013-01-01", ""));
        assert!(dates.holds(&text(&date_text(4_000_000))), "the year {}", date_text(4_000_000));
        assert!(!dates.holds(&text(&date_text(-4_000_000))), "the year {}", date_text(-4_000_000));
        let times = check(DataType::Time, between("10:00:00", "10:00:01"));
        for (time, holds) in [("09:59:59.999999", false), ("10:00:00", true), ("10:00:00.5", true), ("10:00:01.000001", false)] {
            assert_eq!(times.holds(&text(time)), holds, "{time}");
        }
    }

    #[test]
    fn filled_one_of_and_patterns() {
        let filled = check(DataType::String, Must::BeFilled);
        assert!(!filled.holds(&Value::Null) && filled.holds(&text("")));
        let known = check(DECIMAL, Must::BeOneOf(vec!["1.5".into(), "2".into()]));
        assert!(known.holds(&text("1.50")) && known.holds(&text("2.00")) && !known.holds(&text("1.51")) && known.holds(&Value::Null));
        let pattern = check(DataType::String, Must::Match("N[0-9]+|x".into()));
        for (value, holds) in [("N12", true), ("x", true), ("N12a", false), ("aN12", false), ("N", false), ("", false)] {
            assert_eq!(pattern.holds(&text(value)), holds, "{value}: the whole text has to fit");
        }
    }

    #[test]
    fn a_rule_of_what_is_gone_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let spec = spec(&[("c", DataType::Int64)], &["c"]);
        for (column, must) in [("wings", Must::BeFilled), ("c", between("one", "")), ("c", Must::Match("(".into()))] {
            let rule = Rule { column: column.into(), must };
            let said = RuleCheck::new(&spec, &rule, || Sorter::new(folder.path())).err().map(|failed| failed.reason);
            assert!(said.as_ref().is_some_and(|said| said.contains("cannot be applied any more")), "{rule:?}: {said:?}");
        }
    }

    #[test]
    fn broken_rows_are_counted_over_parts_with_three_different_examples() {
        let fault = |values: &[&str]| {
            let (mut one, mut other) = (check(DataType::Int64, between("1", "")), check(DataType::Int64, between("1", "")));
            let (first, rest) = values.split_at(values.len() / 2);
            first.iter().for_each(|value| one.broke((*value).to_owned()));
            rest.iter().for_each(|value| other.broke((*value).to_owned()));
            one.join(other);
            one.fault().unwrap()
        };
        assert_eq!(fault(&[]), None);
        assert_eq!(fault(&["0"]).unwrap(), "Check failed: c is at least 1 (1 row, for example 0).");
        assert_eq!(fault(&["0", "0"]).unwrap(), "Check failed: c is at least 1 (2 rows, for example 0).");
        let said = fault(&["0", "-1", "-2", "-3", "-4", "-5"]).unwrap();
        assert!(said.contains("6 rows, for example 0, -1, -2)"), "{said}");
    }

    #[test]
    fn values_that_come_twice_are_found_over_parts() {
        let folder = tempfile::tempdir().unwrap();
        let unique = |values: &[&str]| {
            let mut check = check(DataType::String, Must::BeUnique);
            let mut sorter = Sorter::new(folder.path()).unwrap();
            values.iter().for_each(|value| sorter.push(value.as_bytes(), value.as_bytes()).unwrap());
            check.test = Test::Unique(vec![sorter]);
            check
        };
        let fault = |one: &[&str], other: &[&str]| {
            let mut check = unique(one);
            check.join(unique(other));
            check.fault().unwrap()
        };
        assert_eq!(fault(&[], &[]), None);
        assert_eq!(fault(&["a", "b"], &["c"]), None);
        assert_eq!(fault(&["b", "a"], &["a"]).unwrap(), "Check failed: c is unique (1 row, for example a).");
        assert!(fault(&["a", "a", "a"], &[]).unwrap().contains("2 rows, for example a)"));
    }

    #[test]
    fn examples_are_short() {
        assert_eq!(text_of(&text(&"é".repeat(61))).chars().count(), 60);
        let of = [Value::Null, Value::Bool(true), Value::Int(-1), Value::Bytes(vec![0; 3])].map(|value| text_of(&value));
        assert_eq!(of, ["null", "true", "-1", "3 bytes"]);
    }
}
