//! One row on its way into a dataset, alike for builds and incremental sync: what it becomes, or why it cannot be taken.

use arrow_array::RecordBatch;
use connect::{Origin, Spoiled};
use model::dataset::DatasetSpec;

use crate::Worker;
use crate::build::checkpoint::Spot;
use crate::build::encoder::{EncodedRows, Encoder};
use crate::build::mapped::{MappedRows, Maps};
use crate::build::rules::Rules;
use crate::failed::Failed;

pub(crate) struct RowValidator {
    maps: Maps,
    encoder: Encoder,
    pub(crate) rules: Rules,
    key: String,
}

/// What came of a row.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RowOutcome {
    /// It is so: its key and its message.
    Put(Vec<u8>, Vec<u8>),
    /// There is no row of this key any more.
    End(Vec<u8>),
    /// Nobody wants it; its key, where it has one.
    Out(Option<Vec<u8>>),
    /// It could not be made, and why.
    Unmade(String),
    /// It says which row it is, or ends, with nothing of its key; its message, and why that is wrong.
    Unnamed(Vec<u8>, String),
    /// It breaks a rule by itself, and which.
    Broken(String),
}

/// What is known of a row beside its cells.
enum Fate {
    /// The mapping does not want it.
    Out,
    /// It is told to be gone.
    Ends,
    /// It is wanted; the rule that it breaks by itself, where it does.
    Wanted(Option<String>),
}

/// What comes of a row with its key, where that is whole, and its message; `named` is what the key is called.
fn outcome((key, message): (Option<Vec<u8>>, Vec<u8>), fate: Fate, named: &str) -> RowOutcome {
    match (key, fate) {
        (key, Fate::Out) => RowOutcome::Out(key),
        (Some(key), Fate::Ends) => RowOutcome::End(key),
        (Some(key), Fate::Wanted(None)) => RowOutcome::Put(key, message),
        (Some(_), Fate::Wanted(Some(broken))) => RowOutcome::Broken(broken),
        (None, Fate::Ends) => RowOutcome::Unnamed(message, format!("The message deletes a row, but has no key {named}.")),
        (None, Fate::Wanted(_)) => RowOutcome::Unnamed(message, format!("The key {named} is empty.")),
    }
}

impl RowValidator {
    /// # Errors
    /// A mapping or a rule that cannot be read any more. `spot` is where its rules store what a later attempt may need.
    pub(crate) fn new(worker: &Worker, spec: &DatasetSpec, spot: Option<&Spot>) -> Result<Self, Failed> {
        Ok(Self {
            maps: Maps::new(worker, spec)?,
            encoder: Encoder::new(spec),
            rules: Rules::new(worker, spec, spot)?,
            key: spec.key.join(" and "),
        })
    }

    /// # Errors
    /// Only where a whole batch cannot be made.
    pub(crate) fn map(&self, read: &RecordBatch) -> Result<MappedRows, Failed> {
        self.maps.map(read)
    }

    /// The rows of a batch, as they are to be looked at.
    pub(crate) fn encoded<'r>(&self, rows: &'r MappedRows) -> EncodedRows<'r> {
        self.encoder.rows(&rows.rows)
    }

    /// A row, or with `ends` what is known of one that is gone.
    pub(crate) fn at(&mut self, (rows, encoded): (&MappedRows, &EncodedRows<'_>), row: usize, ends: bool) -> RowOutcome {
        let is_out = !ends && rows.is_out(row);
        if let Some(bad) = rows.bad(row).filter(|_| !ends) {
            return RowOutcome::Unmade(bad.to_owned());
        }
        let broken = if ends || is_out { None } else { self.rules.broken_by(&rows.rows, row) };
        let fate = match (is_out, ends) {
            (true, _) => Fate::Out,
            (false, true) => Fate::Ends,
            (false, false) => Fate::Wanted(broken),
        };
        outcome(encoded.encode(row), fate, &self.key)
    }

    /// A row that cannot be taken: as it came, where that is known, and as it was read otherwise.
    pub(crate) fn spoiled(&self, (rows, row): (&MappedRows, usize), origins: &[Origin], reason: String) -> Spoiled {
        match origins.get(row) {
            Some(origin) => origin.spoiled(reason),
            None => self.maps.spoiled(rows, row, reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_of_a_row_by_its_key_and_its_fate() {
        let (key, message) = (b"k".to_vec(), b"m".to_vec());
        let broken = || Fate::Wanted(Some("seats is at most 600".into()));
        let of = |key: Option<&Vec<u8>>, fate| outcome((key.cloned(), message.clone()), fate, "tailnum and year");
        assert_eq!(of(Some(&key), Fate::Wanted(None)), RowOutcome::Put(key.clone(), message.clone()));
        assert_eq!(of(Some(&key), broken()), RowOutcome::Broken("seats is at most 600".into()));
        assert_eq!(of(Some(&key), Fate::Ends), RowOutcome::End(key.clone()));
        assert_eq!(of(Some(&key), Fate::Out), RowOutcome::Out(Some(key.clone())));
        // Without a whole key.
        assert_eq!(of(None, Fate::Out), RowOutcome::Out(None));
        let unnamed = |text: &str| RowOutcome::Unnamed(message.clone(), text.into());
        assert_eq!(of(None, Fate::Wanted(None)), unnamed("The key tailnum and year is empty."));
        assert_eq!(of(None, broken()), unnamed("The key tailnum and year is empty."));
        assert_eq!(of(None, Fate::Ends), unnamed("The message deletes a row, but has no key tailnum and year."));
    }
}
