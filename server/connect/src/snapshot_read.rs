//! One state of a source that several statements look at side by side, and how a table is divided among them.
//!
//! A table is divided by the first column of one of its indexes, at values that a sample of it gives, in the order that the source
//! itself has for them: so a text, a time or a uuid divides as well as a number.

use async_trait::async_trait;
use model::dialect::Dialect;
use model::table::TableRef;

use crate::{BatchStream, SourceError, Statement};

/// A state of a source that stays as it is for as long as this is held.
#[async_trait]
pub trait SnapshotRead: Send + Sync {
    /// How many statements it answers side by side.
    fn readers(&self) -> usize;
    /// Names the state, for [`SnapshotRead::is_as_it_was`]; empty where nothing can be said of it later.
    fn name(&self) -> &str;
    /// Divides the table into at most so many ranges of about the same size, as conditions of which each row meets one. A single one that
    /// all rows meet is empty.
    async fn divide(&self, table: &TableRef, parts: usize) -> Result<Vec<String>, SourceError>;
    /// Runs a statement without bound values against this state.
    async fn query(&self, statement: Statement) -> Result<BatchStream, SourceError>;
    /// Whether the rows of a condition are the same now as they were in a state of another name, when there were so many.
    async fn is_as_it_was(&self, table: &TableRef, condition: &str, name: &str, rows: i64) -> Result<bool, SourceError>;
}

/// Ranges between values that stand in the source's own order, each written as the source reads it; empty rows are in the first.
pub(crate) fn ranges(column: &str, splits: &[String], dialect: Dialect) -> Vec<String> {
    let column = dialect.quote(column);
    let text = |value: &String| format!("'{}'", value.replace('\'', "''"));
    let Some((first, last)) = splits.first().zip(splits.last()) else { return vec![String::new()] };
    let mut ranges = vec![format!("{column} < {} OR {column} IS NULL", text(first))];
    ranges.extend(splits.windows(2).map(|pair| format!("{column} >= {} AND {column} < {}", text(&pair[0]), text(&pair[1]))));
    ranges.push(format!("{column} >= {}", text(last)));
    ranges
}

/// The values of an ordered sample at which it falls into so many parts; each once.
pub(crate) fn splits(sample: &[String], parts: usize) -> Vec<String> {
    let mut splits: Vec<String> = Vec::new();
    for part in 1..parts {
        let value = &sample[part * sample.len() / parts];
        // Nothing is less than the least: its range would be empty.
        if splits.last() != Some(value) && sample.first() != Some(value) {
            splits.push(value.clone());
        }
    }
    splits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_split_where_its_values_change() {
        let of = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
        assert_eq!(splits(&of("abcdefgh"), 4), of("ceg"));
        assert_eq!(splits(&of("aaaaabbb"), 4), of("b"));
        assert!(splits(&of("aaaa"), 4).is_empty());
        assert_eq!(ranges("k", &[], Dialect::Postgres), [""]);
        let some = ranges("k", &of("c'"), Dialect::Postgres);
        assert_eq!(some, ["\"k\" < 'c' OR \"k\" IS NULL", "\"k\" >= 'c' AND \"k\" < ''''", "\"k\" >= ''''"]);
    }
}
