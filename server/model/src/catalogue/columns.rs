//! Which column is which, after its table has changed: a column keeps its asset through a rename and another type where the evidence allows
//! only one answer. Otherwise a person is asked.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

/// Pairs that a person is asked about, for one table: more would not be read.
const MAX_OFFERED: usize = 100;
/// Candidates that are offered for one new column.
const MAX_CANDIDATES: usize = 3;

/// A column, as it is known or as it is seen now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnSeen {
    pub name: String,
    /// The source's or the dataset's word for its type.
    pub data_type: String,
    /// Where it stands in its table.
    pub position: i64,
    /// Of a dataset: the number of its field, which a rename keeps.
    pub number: Option<i64>,
}

/// What became of the columns of a table: indices into those that were known, and into those that are seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnMatches {
    /// The same column; under another name, where the names differ.
    pub same: Vec<(usize, usize)>,
    /// Columns that are new.
    pub new: Vec<usize>,
    /// Known columns that are not there any more.
    pub gone: Vec<usize>,
    /// Known columns that are gone, and new ones that they may have become.
    pub offered: Vec<(usize, usize)>,
}

/// Compares the known columns of a table with those that are seen. The same name is the same column, whatever its type is now. A column
/// that vanished has another name now where a new one has its field number, or stands at its position with its type. Positions count where
/// all columns that stayed stand where they stood, and no fewer stayed than got another name: otherwise it may be another table.
#[must_use]
pub fn match_columns(known: &[ColumnSeen], seen: &[ColumnSeen]) -> ColumnMatches {
    let by_name: HashMap<&str, usize> = seen.iter().enumerate().map(|(index, column)| (column.name.as_str(), index)).collect();
    let mut matches = ColumnMatches::default();
    let mut is_taken = vec![false; seen.len()];
    for (index, column) in known.iter().enumerate() {
        match by_name.get(column.name.as_str()) {
            Some(found) if !is_taken[*found] => {
                is_taken[*found] = true;
                matches.same.push((index, *found));
            }
            _ => matches.gone.push(index),
        }
    }
    matches.new = (0..seen.len()).filter(|index| !is_taken[*index]).collect();
    let (gone, new) = ((known, matches.gone.as_slice()), (seen, matches.new.as_slice()));
    let mut renamed = pairs_by(gone, new, |column| column.number);
    if matches.same.iter().all(|(before, now)| known[*before].position == seen[*now].position) {
        let by_place = pairs_by(gone, new, |column| column.number.is_none().then_some((column.position, column.data_type.as_str())));
        renamed.extend(if by_place.len() <= matches.same.len() { by_place } else { Vec::new() });
    }
    let (gone, new): (HashSet<usize>, HashSet<usize>) = renamed.iter().copied().unzip();
    matches.gone.retain(|index| !gone.contains(index));
    matches.new.retain(|index| !new.contains(index));
    matches.same.extend(renamed);
    matches.offered = offers((known, &matches.gone), (seen, &matches.new));
    matches
}

/// Pairs of columns that have the same evidence, where no other column of either side has it.
fn pairs_by<'a, K: Hash + Eq>(
    (known, gone): (&'a [ColumnSeen], &[usize]),
    (seen, new): (&'a [ColumnSeen], &[usize]),
    evidence: impl Fn(&'a ColumnSeen) -> Option<K>,
) -> Vec<(usize, usize)> {
    let mut sides: HashMap<K, (Vec<usize>, Vec<usize>)> = HashMap::new();
    for index in gone {
        if let Some(key) = evidence(&known[*index]) {
            sides.entry(key).or_default().0.push(*index);
        }
    }
    for index in new {
        if let Some(key) = evidence(&seen[*index]) {
            sides.entry(key).or_default().1.push(*index);
        }
    }
    let mut pairs: Vec<(usize, usize)> = sides
        .into_values()
        .filter_map(|sides| match (sides.0.as_slice(), sides.1.as_slice()) {
            ([before], [now]) => Some((*before, *now)),
            _ => None,
        })
        .collect();
    pairs.sort_unstable();
    pairs
}

/// For each new column, those that vanished with its type or from its position, the nearest first. Columns with numbers of their own are
/// other columns where these differ.
fn offers((known, gone): (&[ColumnSeen], &[usize]), (seen, new): (&[ColumnSeen], &[usize])) -> Vec<(usize, usize)> {
    let mut offered = Vec::new();
    for now in new {
        let column = &seen[*now];
        let may_be = |before: &&usize| {
            let known = &known[**before];
            let is_numbered = known.number.is_some() || column.number.is_some();
            !is_numbered && (known.data_type == column.data_type || known.position == column.position)
        };
        let mut candidates: Vec<usize> = gone.iter().filter(may_be).copied().collect();
        candidates.sort_by_key(|before| known[*before].position.abs_diff(column.position));
        offered.extend(candidates.into_iter().take(MAX_CANDIDATES).map(|before| (before, *now)));
        if offered.len() >= MAX_OFFERED {
            break;
        }
    }
    offered.truncate(MAX_OFFERED);
    offered
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns as `name:type`, in their order.
    fn table(text: &str) -> Vec<ColumnSeen> {
        let of = |(index, word): (usize, &str)| {
            let (name, data_type) = word.split_once(':').unwrap_or((word, "int"));
            ColumnSeen { name: name.into(), data_type: data_type.into(), position: index as i64 + 1, number: None }
        };
        text.split(' ').enumerate().map(of).collect()
    }

    /// What became of columns: `a=b` for one that has another name or type, `+b` for new, `-a` for gone, `a?b` for a pair that is offered.
    fn changes(before: &[ColumnSeen], now: &[ColumnSeen]) -> String {
        let matches = match_columns(before, now);
        let of = |(a, b): &(usize, usize), sign: &str| format!("{}{sign}{}", before[*a].name, now[*b].name);
        let is_another = |(a, b): &&(usize, usize)| before[*a].name != now[*b].name || before[*a].data_type != now[*b].data_type;
        let mut words: Vec<String> = matches.same.iter().filter(is_another).map(|pair| of(pair, "=")).collect();
        words.extend(matches.new.iter().map(|index| format!("+{}", now[*index].name)));
        words.extend(matches.gone.iter().map(|index| format!("-{}", before[*index].name)));
        words.extend(matches.offered.iter().map(|pair| of(pair, "?")));
        words.join(" ")
    }

    #[test]
    fn a_column_keeps_its_asset_where_the_evidence_has_one_answer() {
        for (before, now, wanted) in [
            ("a b c", "a b c", ""),
            // Another type alone, or another name alone, also of several.
            ("a b c", "a b:text c", "b=b"),
            ("a b c", "a x c", "b=x"),
            ("a b c d", "x y c d", "a=x b=y"),
            // Another name and another type: a person says.
            ("a b c", "a x:text c", "+x -b b?x"),
            // One is dropped, and one is added at the end.
            ("a b c", "a c d", "+d -b b?d"),
            // Columns moved: what stands where another stood says nothing.
            ("a b c", "b y z", "+y +z -a -c a?y c?y c?z a?z"),
            // More have another name than stayed: it may be another table.
            ("a b c", "x y c", "+x +y -a -b a?x b?x b?y a?y"),
            ("a", "a b", "+b"),
            ("a b", "a", "-b"),
        ] {
            assert_eq!(changes(&table(before), &table(now)), wanted, "{before} -> {now}");
        }
    }

    #[test]
    fn a_field_number_says_more_than_a_position() {
        let numbered = |columns: &[(&str, i64)]| -> Vec<ColumnSeen> {
            let of = |(index, (name, number)): (usize, &(&str, i64))| ColumnSeen {
                name: (*name).into(),
                data_type: "string".into(),
                position: index as i64,
                number: Some(*number),
            };
            columns.iter().enumerate().map(of).collect()
        };
        let found = match_columns(&numbered(&[("a", 1), ("b", 2)]), &numbered(&[("x", 2), ("y", 3)]));
        assert_eq!(found, ColumnMatches { same: vec![(1, 0)], new: vec![1], gone: vec![0], offered: Vec::new() });
    }

    #[test]
    fn a_large_table_that_is_another_one_offers_few_pairs() {
        let wide = |name: &str, first: i64| -> Vec<ColumnSeen> {
            let of =
                |index: i64| ColumnSeen { name: format!("{name}{index}"), data_type: "int".into(), position: first + index, number: None };
            (0..5_000).map(of).collect()
        };
        let found = match_columns(&wide("a", 0), &wide("b", 10_000));
        assert_eq!((found.same.len(), found.new.len(), found.gone.len(), found.offered.len()), (0, 5_000, 5_000, MAX_OFFERED));
        let mut now = wide("a", 0);
        now[2_500].name = "renamed".into();
        assert_eq!(match_columns(&wide("a", 0), &now).same.len(), 5_000);
    }
}
