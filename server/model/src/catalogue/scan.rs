//! Scans of a source: what of it is registered, when, and what a scan found.

use serde::{Deserialize, Serialize};

use super::text::label_error;
use crate::FieldError;
use crate::clock::{MINUTE, Millis};
use crate::snapshot::Environment;
use crate::table::TableRef;

/// The shortest and the longest time between two scans, in minutes.
const MINUTES: std::ops::RangeInclusive<u32> = 5..=7 * 24 * 60;
const MAX_CHOSEN: usize = 1_000;
const MAX_NAME: usize = 255;

/// What of a source is registered, and how often it is scanned again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ScanSpec {
    /// The settings of the source that are scanned with.
    pub environment: Environment,
    /// Schemas whose tables are registered. Empty for the schema of the source's settings alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schemas: Vec<String>,
    /// The tables that are registered. Empty for all tables of the schemas.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<TableRef>,
    /// Minutes between two scans; absent, the source is scanned only when somebody asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every_minutes: Option<u32>,
}

impl ScanSpec {
    /// Whether a table is registered.
    #[must_use]
    pub fn has(&self, table: &TableRef) -> bool {
        self.tables.is_empty() || self.tables.contains(table)
    }

    /// Whether a table that is known by this text is still chosen. Tables of the schema of the settings have no schema in it.
    #[must_use]
    pub fn chooses(&self, table: &str) -> bool {
        if !self.tables.is_empty() {
            return self.tables.iter().any(|chosen| chosen.path() == table);
        }
        let in_schema = |schema: &String| table.strip_prefix(schema.as_str()).is_some_and(|rest| rest.starts_with('.'));
        self.schemas.is_empty() || !table.contains('.') || self.schemas.iter().any(in_schema)
    }

    /// When the next scan is due.
    #[must_use]
    pub fn next(&self, now: Millis) -> Option<Millis> {
        self.every_minutes.map(|minutes| now + Millis::from(minutes) * MINUTE)
    }

    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.every_minutes.is_some_and(|minutes| !MINUTES.contains(&minutes)) {
            let (least, most) = (MINUTES.start(), MINUTES.end());
            errors.push(FieldError::new("every_minutes", format!("Enter {least} to {most} minutes. Leave empty for no schedule.")));
        }
        for (field, chosen) in [("schemas", self.schemas.len()), ("tables", self.tables.len())] {
            if chosen > MAX_CHOSEN {
                let message = format!("Choose at most {MAX_CHOSEN}. Leave empty for all.");
                errors.push(FieldError::new(field, message));
            }
        }
        let named = |field: &str, index: usize, name: &str| {
            label_error(name, MAX_NAME).map(|message| FieldError::new(format!("{field}.{index}"), message))
        };
        errors.extend(self.schemas.iter().enumerate().filter_map(|(index, schema)| named("schemas", index, schema)));
        let written = |table: &TableRef| if table.schema.is_empty() { table.name.clone() } else { table.path() };
        errors.extend(self.tables.iter().enumerate().filter_map(|(index, table)| named("tables", index, &written(table))));
        errors
    }
}

/// How the last scan of a source ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ScanState {
    /// It was not scanned yet.
    Waiting,
    /// What was found is in the catalogue.
    Done,
    /// The source did not answer: nothing was changed.
    Failed,
    /// Far fewer tables were found than are known: nothing is changed before somebody has decided.
    Held,
}

impl ScanState {
    pub const ALL: [ScanState; 4] = [Self::Waiting, Self::Done, Self::Failed, Self::Held];

    /// The word in the store.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Held => "held",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }
}

/// What a scan found, and what it changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ScanCounts {
    /// Tables that were known and not gone before the scan.
    pub known: u64,
    /// Known tables that were found.
    pub found: u64,
    pub new_tables: u64,
    pub gone_tables: u64,
    pub new_columns: u64,
    pub gone_columns: u64,
    pub renamed_columns: u64,
    pub retyped_columns: u64,
    /// Columns that may be others under a new name: a person is asked.
    pub offered: u64,
    /// Tables and columns whose names cannot be kept, and columns of the same name as another one of their table.
    pub left_out: u64,
}

/// Whether fewer than half of the known tables were found: a person should look before they are taken for gone.
#[must_use]
pub fn is_suspicious(known: u64, found: u64) -> bool {
    found.saturating_mul(2) < known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_that_finds_fewer_than_half_of_the_tables_is_suspicious() {
        for (known, found, wanted) in
            [(0, 0, false), (1, 0, true), (1, 1, false), (2, 1, false), (10, 5, false), (10, 4, true), (3, 1, true)]
        {
            assert_eq!(is_suspicious(known, found), wanted, "{found} of {known}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_scan_is_named_by_its_field() {
        let fields = |spec: &ScanSpec| spec.errors().into_iter().map(|error| error.field).collect::<Vec<_>>();
        assert!(fields(&ScanSpec { every_minutes: Some(60), tables: vec![TableRef::new("planes")], ..ScanSpec::default() }).is_empty());
        assert_eq!(fields(&ScanSpec { every_minutes: Some(1), ..ScanSpec::default() }), ["every_minutes"]);
        assert_eq!(fields(&ScanSpec { schemas: vec!["public".into(), "a\u{202e}b".into()], ..ScanSpec::default() }), ["schemas.1"]);
        assert_eq!(fields(&ScanSpec { tables: vec![TableRef::new("")], ..ScanSpec::default() }), ["tables.0"]);
        assert_eq!(fields(&ScanSpec { tables: vec![TableRef::new("t"); MAX_CHOSEN + 1], ..ScanSpec::default() }), ["tables"]);
    }

    #[test]
    fn tables_are_chosen_by_their_names_or_all_of_them_are() {
        let spec = ScanSpec { tables: vec![TableRef::new("planes")], every_minutes: Some(60), ..ScanSpec::default() };
        assert_eq!([TableRef::new("planes"), TableRef::new("flights")].map(|table| spec.has(&table)), [true, false]);
        assert!(ScanSpec::default().has(&TableRef::new("flights")));
        assert_eq!((spec.next(5), ScanSpec::default().next(5)), (Some(5 + 60 * MINUTE), None));
        assert_eq!(["planes", "flights", "public.planes"].map(|table| spec.chooses(table)), [true, false, false]);
        let of_schema = ScanSpec { schemas: vec!["sales".into()], ..ScanSpec::default() };
        assert_eq!(["sales.orders", "salesmen.x", "orders"].map(|table| of_schema.chooses(table)), [true, false, true]);
        assert!(ScanSpec::default().chooses("any.thing"));
    }
}
