//! Masking by tag: what is shown in place of a value of a column that carries a masking tag. A mask tells nothing of the value, not
//! even its length; NULL stays NULL, because a profile counts it anyway.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::profile::ColumnProfile;
use crate::DataType;
use crate::table::Sample;

/// What stands in place of a masked text.
pub const MASK: &str = "••••••";
/// What stands in place of a sentence of the platform that may name masked values.
const MASKED_SENTENCE: &str = "The details are masked by a tag.";

/// Columns of a table or fields of a response whose values are masked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Masks {
    /// By name.
    names: BTreeSet<String>,
    /// It cannot be told which: all of them.
    all: bool,
}

impl Masks {
    #[must_use]
    pub fn of(names: impl IntoIterator<Item = String>) -> Self {
        Self { names: names.into_iter().collect(), all: false }
    }

    /// For what is made of masked columns in a way that cannot be followed.
    #[must_use]
    pub fn all() -> Self {
        Self { names: BTreeSet::new(), all: true }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && !self.all
    }

    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.all || self.names.contains(name)
    }

    /// These and others.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.names.extend(other.names);
        self.all |= other.all;
        self
    }

    /// Those that are named; of [`Masks::all`], none are.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Whether a text of SQL names one of them, in whatever case and quotes: what is made of it is masked too.
    #[must_use]
    pub fn are_named_in(&self, sql: &str) -> bool {
        let sql = sql.to_lowercase();
        self.all || self.names.iter().any(|name| sql.contains(&name.to_lowercase()))
    }
}

/// The mask of a value by its type.
#[must_use]
pub fn mask_text(data_type: DataType) -> &'static str {
    match data_type {
        DataType::String | DataType::Uuid | DataType::Bytes | DataType::Json => MASK,
        DataType::Bool | DataType::Int32 | DataType::Int64 | DataType::Float64 | DataType::Decimal { .. } => "•••",
        DataType::Date => "••••-••-••",
        DataType::Time => "••:••:••",
        DataType::Timestamp => "••••-••-•• ••:••:••",
    }
}

/// A cell as JSON, masked.
#[must_use]
pub fn mask_cell(data_type: DataType, value: &Json) -> Json {
    if value.is_null() { Json::Null } else { Json::String(mask_text(data_type).to_owned()) }
}

/// Masks the columns of sample rows. What could not be read is told in sentences that name values: those are masked too.
pub fn mask_sample(sample: &mut Sample, masks: &Masks) {
    if masks.is_empty() {
        return;
    }
    for (place, column) in sample.columns.iter().enumerate() {
        let is_masked = masks.has(&column.name);
        for cell in sample.rows.iter_mut().filter_map(|row| row.get_mut(place)) {
            if is_masked {
                *cell = mask_cell(column.data_type, cell);
            } else {
                // A row of a step of a Union, in one cell.
                mask_members(cell, masks);
            }
        }
    }
    sample.unreadable.iter_mut().for_each(|note| *note = mask_sentence(note));
}

/// Takes all values out of the profile of a masked column; the numbers of rows stay.
pub fn mask_profile(column: &mut ColumnProfile) {
    column.masked = true;
    column.least = None;
    column.greatest = None;
    column.top.clear();
    for bar in &mut column.bars {
        bar.from.clear();
        bar.to.clear();
    }
}

/// Masks the members of the given names wherever they stand in a response: in one row, in rows, in the rows of a Union's steps.
pub fn mask_members(json: &mut Json, masks: &Masks) {
    match json {
        Json::Array(items) => items.iter_mut().for_each(|item| mask_members(item, masks)),
        Json::Object(members) => {
            for (name, value) in members.iter_mut() {
                if masks.has(name) {
                    mask_whole(value);
                } else {
                    mask_members(value, masks);
                }
            }
        }
        _ => {}
    }
}

/// Masks a value; of lists and objects, each value in them.
pub fn mask_whole(json: &mut Json) {
    match json {
        Json::Null => {}
        Json::Array(items) => items.iter_mut().for_each(mask_whole),
        Json::Object(members) => members.values_mut().for_each(mask_whole),
        _ => *json = Json::String(MASK.to_owned()),
    }
}

/// A row as its source wrote it. Of a JSON object, members that are known not to be masked stay; anything else is masked as a whole,
/// because nobody can tell where in it a value stands.
#[must_use]
pub fn mask_row_text(text: &str, masks: &Masks, known: &BTreeSet<String>) -> String {
    if masks.is_empty() || text.is_empty() {
        return text.to_owned();
    }
    let Ok(Json::Object(mut members)) = serde_json::from_str(text) else { return MASK.to_owned() };
    for (name, value) in &mut members {
        if masks.has(name) || !known.contains(name) {
            mask_whole(value);
        }
    }
    Json::Object(members).to_string()
}

/// How sentences of builds begin that name values only behind one of [`VALUES_FOLLOW`]. Any other sentence may begin with a value.
const KNOWN_SENTENCES: [&str; 2] = ["Check failed: ", "The key "];
const VALUES_FOLLOW: [&str; 3] = [", but the value is ", " (", ": "];

/// A sentence about rows that have masked columns. Of a check or a key that failed, what stands before the first value stays.
#[must_use]
pub fn mask_sentence(sentence: &str) -> String {
    if sentence.is_empty() || sentence.ends_with(MASKED_SENTENCE) {
        return sentence.to_owned();
    }
    let begins = KNOWN_SENTENCES.iter().find_map(|begin| Some((*begin, sentence.strip_prefix(begin)?)));
    let Some((begin, rest)) = begins else { return MASKED_SENTENCE.to_owned() };
    match VALUES_FOLLOW.iter().filter_map(|mark| rest.find(mark)).min() {
        Some(place) => format!("{begin}{}. {MASKED_SENTENCE}", &rest[..place]),
        None => MASKED_SENTENCE.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalogue::{Bar, TopValue};
    use crate::table::Column;

    fn email() -> Masks {
        Masks::of(["email".to_owned()])
    }

    #[test]
    fn a_mask_tells_nothing_of_a_value_but_that_it_is_there() {
        for data_type in DataType::OFFERED {
            let of = |value| mask_cell(data_type, &value);
            assert_eq!(of(json!("a")), of(json!("a much longer one")), "{data_type:?}");
            assert_eq!(of(Json::Null), Json::Null);
            assert!(mask_text(data_type).chars().all(|c| !c.is_alphanumeric()), "{data_type:?}");
        }
    }

    #[test]
    fn only_the_named_columns_of_a_sample_are_masked_and_notes_of_cells_always() {
        let column = |name: &str| Column { name: name.into(), data_type: DataType::String, nullable: true, native: String::new() };
        let sample = Sample {
            columns: vec![column("id"), column("email")],
            rows: vec![vec![json!("1"), json!("a@b.c")], vec![json!("2"), Json::Null]],
            unreadable: vec!["email of row 2 has x@y.z, which is no text.".into()],
            took_ms: 0.0,
        };
        let mut shown = sample.clone();
        mask_sample(&mut shown, &email());
        assert_eq!(shown.rows, [vec![json!("1"), json!(MASK)], vec![json!("2"), Json::Null]]);
        assert_eq!(shown.unreadable, [MASKED_SENTENCE]);
        let nested = json!({"email": "a@b.c", "id": 1});
        let mut union = Sample { columns: vec![column("who")], rows: vec![vec![nested]], ..Sample::default() };
        mask_sample(&mut union, &email());
        assert_eq!(union.rows[0][0], json!({"email": MASK, "id": 1}));
        let mut all = sample.clone();
        mask_sample(&mut all, &Masks::all());
        assert_eq!(all.rows[0], [json!(MASK), json!(MASK)]);
        let mut none = sample.clone();
        mask_sample(&mut none, &Masks::default());
        assert_eq!(none, sample);
    }

    #[test]
    fn the_profile_of_a_masked_column_keeps_its_counts_alone() {
        let mut column = ColumnProfile {
            name: "email".into(),
            nulls: 3,
            distinct: 9,
            least: Some("a@b.c".into()),
            greatest: Some("x@b.c".into()),
            top: vec![TopValue { value: "a@b.c".into(), rows: 2 }],
            bars: vec![Bar { from: "1".into(), to: "2".into(), rows: 5 }],
            ..ColumnProfile::default()
        };
        mask_profile(&mut column);
        assert_eq!((column.nulls, column.distinct, column.bars[0].rows, column.masked), (3, 9, 5, true));
        let text = serde_json::to_string(&column).unwrap();
        assert!(!text.contains("b.c") && !text.contains("\"1\""), "{text}");
    }

    #[test]
    fn members_are_masked_at_any_depth() {
        let mut body = json!({"rows": [{"email": "a@b.c", "n": 1}], "plane": {"owner": {"email": ["x", null, {"a": 5}]}}});
        mask_members(&mut body, &email());
        let wanted = json!({"rows": [{"email": MASK, "n": 1}], "plane": {"owner": {"email": [MASK, null, {"a": MASK}]}}});
        assert_eq!(body, wanted);
    }

    #[test]
    fn of_a_row_as_it_came_only_what_is_known_to_be_harmless_stays() {
        let known = BTreeSet::from(["id".to_owned(), "email".to_owned()]);
        let of = |text: &str| mask_row_text(text, &email(), &known);
        assert_eq!(
            of(r#"{"id":1,"email":"a@b.c","mail_address":"a@b.c"}"#),
            format!(r#"{{"id":1,"email":"{MASK}","mail_address":"{MASK}"}}"#)
        );
        assert_eq!(of("1;a@b.c"), MASK);
        assert_eq!(of(""), "");
        assert_eq!(mask_row_text("1;a@b.c", &Masks::default(), &known), "1;a@b.c");
    }

    #[test]
    fn sentences_end_before_the_first_value() {
        for (sentence, shown) in [
            ("Check failed: seats is between 1 and 300, but the value is 999.", "Check failed: seats is between 1 and 300. "),
            ("Check failed: c is at least 1 (6 rows, for example 0, -1).", "Check failed: c is at least 1. "),
            ("The key id is not unique: 2 rows have the key of another row, for example {\"id\":7}. Add.", "The key id is not unique. "),
            ("a@b.c has 17 MiB; a value can have 16 MiB.", ""),
            ("3 rows are rejected; allowed: none. row 1: x.", ""),
        ] {
            assert_eq!(mask_sentence(sentence), format!("{shown}{MASKED_SENTENCE}"), "{sentence}");
            assert_eq!(mask_sentence(&mask_sentence(sentence)), mask_sentence(sentence), "{sentence}");
        }
        assert_eq!(mask_sentence(""), "");
    }

    #[test]
    fn an_expression_is_masked_by_any_masked_name_in_it() {
        assert!(email().are_named_in("lower(\"Email\") || '!'") && !email().are_named_in("lower(name)"));
        assert!(Masks::all().are_named_in("1") && !Masks::default().are_named_in("email"));
    }
}
