//! The answers of the steps as one.

use std::collections::HashMap;

use accel::row_json::RowJson;
use bytes::Bytes;
use model::ApiSpec;
use model::wire::{Broken, put_bytes};

use super::outcome::Outcome;
use super::plan::{JoinPlan, ShapePlan, UnionPlan};
use crate::rows::Rows;

/// # Errors
/// A row that is not a message.
pub(crate) fn merge(spec: &ApiSpec, union: &UnionPlan, done: &[Outcome]) -> Result<Rows, Broken> {
    let degraded = done.iter().filter_map(|outcome| outcome.degraded.clone()).collect();
    let (rows, truncated) = match &union.shape {
        ShapePlan::Named(numbers) => (vec![named(numbers, union, done)], false),
        ShapePlan::Flat(changes) => {
            let mut row = Vec::new();
            for (change, outcome) in changes.iter().zip(done) {
                if let Some(first) = outcome.rows.first() {
                    change.append(&mut row, first)?;
                }
            }
            (vec![row.into()], false)
        }
        ShapePlan::Joined { first, own, others } => {
            let tables = others.iter().map(|other| table(other, &done[other.step].rows)).collect::<Result<Vec<_>, _>>()?;
            let cap = spec.policy.max_rows as usize;
            let mut rows = Vec::new();
            for row in &done[*first].rows {
                let mut start = Vec::new();
                own.append(&mut start, row)?;
                let mut lines = vec![start];
                for (other, table) in others.iter().zip(&tables) {
                    lines = beside(other, table, row, lines)?;
                }
                rows.extend(lines.into_iter().map(Bytes::from));
                if rows.len() > cap {
                    break;
                }
            }
            let more = rows.len() > cap || done[*first].more;
            rows.truncate(cap);
            (rows, more)
        }
    };
    Ok(Rows { rows, next: None, truncated, degraded })
}

fn named(numbers: &[Option<u32>], union: &UnionPlan, done: &[Outcome]) -> Bytes {
    let mut row = Vec::new();
    for ((number, step), outcome) in numbers.iter().zip(&union.steps).zip(done) {
        let Some(number) = number else { continue };
        let most = if step.list { usize::MAX } else { 1 };
        outcome.rows.iter().take(most).for_each(|inner| put_bytes(&mut row, *number, inner));
    }
    row.into()
}

/// What a field without a name and without a value is written as.
const NOTHING: &[u8] = br#"{"":null}"#;

/// The rows of a step by their key, as the text of its JSON; a key with something empty matches nothing.
type Table<'a> = HashMap<Vec<u8>, Vec<&'a Bytes>>;

fn table<'a>(join: &JoinPlan, rows: &'a [Bytes]) -> Result<Table<'a>, Broken> {
    let mut table = Table::new();
    for row in rows {
        if let Some(key) = key_of(&join.own_key, row)? {
            table.entry(key).or_default().push(row);
        }
    }
    Ok(table)
}

fn key_of(fields: &[RowJson], row: &[u8]) -> Result<Option<Vec<u8>>, Broken> {
    let mut key = Vec::new();
    for field in fields {
        let start = key.len();
        field.write(&mut key, row)?;
        if &key[start..] == NOTHING {
            return Ok(None);
        }
    }
    Ok(Some(key))
}

/// Each line with the fields of each row of its key; without one it stays as it is.
fn beside(join: &JoinPlan, table: &Table<'_>, first: &[u8], lines: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>, Broken> {
    let key = key_of(&join.first_key, first)?;
    let Some(found) = key.and_then(|key| table.get(&key)) else { return Ok(lines) };
    let mut out = Vec::with_capacity(lines.len() * found.len());
    for line in &lines {
        for row in found {
            let mut longer = line.clone();
            join.renumber.append(&mut longer, row)?;
            out.push(longer);
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use accel::row_json::JsonField;
    use model::DataType;
    use model::wire::put_int;

    use super::*;

    #[test]
    fn a_key_is_empty_where_a_field_is_absent_and_not_where_its_text_says_so() {
        let field = |number, data_type| RowJson::new(&[JsonField { number, name: String::new(), data_type, as_string: false, rows: None }]);
        let key = [field(1, DataType::String), field(2, DataType::Int64)];
        let row = |text: &str, number: Option<i64>| {
            let mut row = Vec::new();
            put_bytes(&mut row, 1, text.as_bytes());
            number.into_iter().for_each(|number| put_int(&mut row, 2, number));
            row
        };
        assert!(key_of(&key, &row("a:null", Some(1))).unwrap().is_some());
        assert!(key_of(&key, &row("null", Some(1))).unwrap().is_some());
        assert!(key_of(&key, &row("a", None)).unwrap().is_none());
        assert!(key_of(&key, &row("a", Some(1))).unwrap() != key_of(&key, &row("a", Some(2))).unwrap());
    }
}
