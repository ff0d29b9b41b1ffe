//! The rules of a dataset against the rows of a build: how many break each, with examples.

use accel::{KeptRuns, Sorter, key};
use arrow_array::RecordBatch;
use connect::proto::value_of;
use model::Value;
use model::dataset::DatasetSpec;

use crate::Worker;
use crate::build::checkpoint::Spot;
use crate::build::rule_check::{RuleCheck, Test, text_of};
use crate::failed::Failed;

/// The rules of one build, looked at as its rows are read.
pub(crate) struct Rules {
    checks: Vec<RuleCheck>,
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
        let checks = rules.map(|(number, rule)| RuleCheck::new(spec, rule, || sorter(number))).collect::<Result<_, _>>()?;
        Ok(Self { checks })
    }

    /// As an earlier try has left them of a part that broke none; nothing where what it stored is not all there.
    ///
    /// # Errors
    /// As [`Rules::new`].
    pub(crate) fn again(worker: &Worker, spec: &DatasetSpec, spot: &Spot, kept: &[KeptRuns]) -> Result<Option<Self>, Failed> {
        let mut rules = Self::new(worker, spec, None)?;
        let mut kept = kept.iter();
        for (number, check) in rules.checks.iter_mut().enumerate() {
            let Test::Unique(seen) = &mut check.test else { continue };
            let Some(kept) = kept.next() else { return Ok(None) };
            let Some(again) = Sorter::again(&spot.folder, &unique_name(spot, number), kept, |_| {})? else { return Ok(None) };
            *seen = vec![again];
        }
        Ok(Some(rules))
    }

    /// Looks at a row; which rule it breaks by itself, where it does.
    pub(crate) fn broken_by(&mut self, batch: &RecordBatch, row: usize) -> Option<String> {
        let mut broken = None;
        for check in &mut self.checks {
            let value = value_of(batch, check.column, row, check.data_type);
            if !check.holds(&value) {
                let example = text_of(&value);
                broken.get_or_insert_with(|| format!("Check failed: {}, but the value is {example}.", check.rule.words()));
                check.broke(example);
            }
        }
        broken
    }

    /// Puts aside what must be different in each row.
    ///
    /// # Errors
    /// Where it cannot be kept.
    pub(crate) fn put_aside(&mut self, batch: &RecordBatch, row: usize) -> Result<(), Failed> {
        for check in &mut self.checks {
            let (column, data_type) = (check.column, check.data_type);
            let Test::Unique(seen) = &mut check.test else { continue };
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
        self.checks.iter().all(|check| check.broken == 0)
    }

    /// Takes over what was found in another part.
    pub(crate) fn join(&mut self, other: Self) {
        for (check, other) in self.checks.iter_mut().zip(other.checks) {
            check.join(other);
        }
    }

    /// Puts what must be different under names, for a later try: a file for each rule that asks for it.
    ///
    /// # Errors
    /// Where it cannot be spilled.
    pub(crate) fn keep(&mut self) -> Result<Vec<KeptRuns>, Failed> {
        let mut kept = Vec::new();
        for check in &mut self.checks {
            let Test::Unique(seen) = &mut check.test else { continue };
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
        for check in std::mem::take(&mut self.checks).into_iter().filter(|check| !left_out || matches!(check.test, Test::Unique(_))) {
            faults.extend(check.fault()?);
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Failed::new(format!("{} Correct the rows at the source, or change the quality rule.", faults.join(" "))))
        }
    }
}

fn unique_name(spot: &Spot, rule: usize) -> String {
    format!("{}-rule-{rule}", spot.name)
}
