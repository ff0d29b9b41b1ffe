//! The rules of a dataset against the rows of a build: how many break each, with examples.

use std::cmp::Ordering;

use accel::{AccelError, KeptRuns, Sorted, Sorter, key};
use arrow_array::RecordBatch;
use connect::proto::value_of;
use model::dataset::DatasetSpec;
use model::gates::{Must, Rule};
use model::scalar::decimal_order;
use model::value::read_text;
use model::{DataType, Value};
use regex::Regex;

use crate::Worker;
use crate::build::checkpoint::Spot;
use crate::failed::Failed;

/// Examples that are named of a broken rule.
const EXAMPLES: usize = 3;

/// The rules of one build, looked at as its rows are read.
pub(crate) struct Rules {
    watches: Vec<Watch>,
}

struct Watch {
    rule: Rule,
    column: usize,
    data_type: DataType,
    test: Test,
    broken: u64,
    examples: Vec<String>,
}

enum Test {
    Filled,
    /// The values, to be sorted when all are there.
    Unique(Vec<Sorter>),
    Between(Option<Value>, Option<Value>),
    OneOf(Vec<Value>),
    Matches(Regex),
}

impl Rules {
    /// # Errors
    /// A rule that cannot be read any more, as of a column that is gone.
    pub(crate) fn new(worker: &Worker, spec: &DatasetSpec, spot: Option<&Spot>) -> Result<Self, Failed> {
        let scratch = worker.stores.scratch();
        let sorter = |number: usize| match spot {
            Some(spot) => Ok(Sorter::named(&spot.folder, &unique_name(spot, number))?.beside(spot.side_by_side)),
            None => Sorter::new(&scratch),
        };
        let rules = spec.gates.rules.iter().enumerate();
        let watches = rules.map(|(number, rule)| Watch::new(spec, rule, || sorter(number))).collect::<Result<_, _>>()?;
        Ok(Self { watches })
    }

    /// As an earlier try has left them of a part that broke none; nothing where what it stored is not all there.
    ///
    /// # Errors
    /// As [`Rules::new`].
    pub(crate) fn again(worker: &Worker, spec: &DatasetSpec, spot: &Spot, kept: &[KeptRuns]) -> Result<Option<Self>, Failed> {
        let mut rules = Self::new(worker, spec, None)?;
        let mut kept = kept.iter();
        for (number, watch) in rules.watches.iter_mut().enumerate() {
            let Test::Unique(seen) = &mut watch.test else { continue };
            let Some(kept) = kept.next() else { return Ok(None) };
            let Some(again) = Sorter::again(&spot.folder, &unique_name(spot, number), kept, |_| {})? else { return Ok(None) };
            *seen = vec![again];
        }
        Ok(Some(rules))
    }

    /// Looks at a row; which rule it breaks by itself, where it does.
    pub(crate) fn broken_by(&mut self, batch: &RecordBatch, row: usize) -> Option<String> {
        let mut broken = None;
        for watch in &mut self.watches {
            let value = value_of(batch, watch.column, row, watch.data_type);
            if !watch.holds(&value) {
                let example = text_of(&value);
                broken.get_or_insert_with(|| format!("Check failed: {}, but the value is {example}.", watch.rule.words()));
                watch.broke(example);
            }
        }
        broken
    }

    /// Puts aside what must be different in each row.
    ///
    /// # Errors
    /// Where it cannot be kept.
    pub(crate) fn put_aside(&mut self, batch: &RecordBatch, row: usize) -> Result<(), Failed> {
        for watch in &mut self.watches {
            let (column, data_type) = (watch.column, watch.data_type);
            let Test::Unique(seen) = &mut watch.test else { continue };
            let value = value_of(batch, column, row, data_type);
            let mut bytes = Vec::new();
            // What is empty is not compared.
            if value != Value::Null && key::push(&mut bytes, data_type, &value).is_ok() {
                let text = text_of(&value).into_bytes();
                seen.first_mut().map_or(Ok(()), |seen| seen.push(&bytes, &text))?;
            }
        }
        Ok(())
    }

    /// Whether no row broke a rule by itself.
    pub(crate) fn is_clean(&self) -> bool {
        self.watches.iter().all(|watch| watch.broken == 0)
    }

    /// Takes over what was found in another part.
    pub(crate) fn join(&mut self, other: Self) {
        for (watch, other) in self.watches.iter_mut().zip(other.watches) {
            watch.broken += other.broken;
            watch.examples.extend(other.examples);
            watch.examples.truncate(EXAMPLES);
            if let (Test::Unique(seen), Test::Unique(others)) = (&mut watch.test, other.test) {
                seen.extend(others);
            }
        }
    }

    /// Puts what must be different under names, for a later try: a file for each rule that asks for it.
    ///
    /// # Errors
    /// Where it cannot be spilled.
    pub(crate) fn keep(&mut self) -> Result<Vec<KeptRuns>, Failed> {
        let mut kept = Vec::new();
        for watch in &mut self.watches {
            let Test::Unique(seen) = &mut watch.test else { continue };
            let [sorter] = seen.as_mut_slice() else { continue };
            kept.extend(sorter.keep()?);
        }
        Ok(kept)
    }

    /// With `left_out`, rows that break a rule by themselves are not there any more.
    ///
    /// # Errors
    /// Every rule that is broken, by how many rows, with examples.
    pub(crate) fn pass(&mut self, left_out: bool) -> Result<(), Failed> {
        let mut faults = Vec::new();
        for watch in std::mem::take(&mut self.watches).into_iter().filter(|watch| !left_out || matches!(watch.test, Test::Unique(_))) {
            faults.extend(watch.fault()?);
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Failed::new(format!("{} Correct the rows at the source, or change the quality rule.", faults.join(" "))))
        }
    }
}

impl Watch {
    fn new(spec: &DatasetSpec, rule: &Rule, sorter: impl Fn() -> Result<Sorter, AccelError>) -> Result<Self, Failed> {
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

    fn holds(&self, value: &Value) -> bool {
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

    fn broke(&mut self, example: String) {
        self.broken += 1;
        if self.examples.len() < EXAMPLES && !self.examples.contains(&example) {
            self.examples.push(example);
        }
    }

    fn fault(mut self) -> Result<Option<String>, Failed> {
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

fn unique_name(spot: &Spot, rule: usize) -> String {
    format!("{}-rule-{rule}", spot.name)
}

fn text_of(value: &Value) -> String {
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
