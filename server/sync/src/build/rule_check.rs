//! One rule of a dataset against the values of its column.

use std::cmp::Ordering;

use accel::{AccelError, Sorted, Sorter};
use model::dataset::DatasetSpec;
use model::gates::{Must, Rule};
use model::scalar::decimal_order;
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
        if self.examples.len() < EXAMPLES && !self.examples.contains(&example) {
            self.examples.push(example);
        }
    }

    /// Takes over what was found in another part, by the same rule.
    pub(super) fn join(&mut self, other: Self) {
        self.broken += other.broken;
        self.examples.extend(other.examples);
        self.examples.truncate(EXAMPLES);
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
        let broken_rows = if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") };
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

/// Dates and times are written so that their texts stand in their order; decimals are compared as numbers.
fn order(value: &Value, other: &Value, data_type: DataType) -> Ordering {
    match (value, other) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Float(a), Value::Float(b)) => a.total_cmp(b),
        (Value::Text(a), Value::Text(b)) => match data_type {
            DataType::Decimal { .. } => decimal_order(a, b),
            _ => a.cmp(b),
        },
        (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
        _ => Ordering::Less,
    }
}
