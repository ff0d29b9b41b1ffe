//! The way of one column through the columns of other assets.

use std::collections::{BTreeSet, HashMap};

use super::{AssetKind, AssetPath, LineageEdge};

/// A column, all that it is made of, and all that it is used for: columns, and assets whose rows they decide over. Behind such an asset it
/// is not followed: everything there hangs on it.
#[must_use]
pub fn trace(edges: &[LineageEdge], column: &AssetPath) -> BTreeSet<AssetPath> {
    let mut found = follow(edges, column, |edge| (&edge.from, &edge.to));
    found.extend(follow(edges, column, |edge| (&edge.to, &edge.from)));
    found
}

fn follow<'a>(
    edges: &'a [LineageEdge],
    column: &AssetPath,
    ends: impl Fn(&'a LineageEdge) -> (&'a AssetPath, &'a AssetPath),
) -> BTreeSet<AssetPath> {
    let mut next: HashMap<&AssetPath, Vec<&AssetPath>> = HashMap::new();
    for (here, there) in edges.iter().map(ends) {
        next.entry(here).or_default().push(there);
    }
    let mut found = BTreeSet::new();
    let mut left = vec![column];
    while let Some(place) = left.pop() {
        if found.insert(place.clone()) && place.kind() == AssetKind::Column {
            left.extend(next.get(place).into_iter().flatten());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::EdgeKind;

    #[test]
    fn a_column_is_followed_both_ways_and_not_beyond_an_asset() {
        let path = |text: &str| text.parse::<AssetPath>().unwrap();
        let edge = |from: &str, how: EdgeKind, to: &str| LineageEdge { from: path(from), how, to: path(to), by: path("api:t/x") };
        let edges = [
            edge("column:table:db/f#dep", EdgeKind::Direct, "column:dataset:t/f#delay"),
            edge("column:table:db/f#arr", EdgeKind::Direct, "column:dataset:t/f#delay"),
            edge("column:dataset:t/f#delay", EdgeKind::Direct, "column:api:t/x#late"),
            edge("column:dataset:t/f#delay", EdgeKind::Filter, "api:t/x"),
            edge("api:t/x", EdgeKind::Call, "app:t/a"),
            edge("column:api:t/x#late", EdgeKind::Direct, "column:dataset:t/f#delay"),
        ];
        let found: Vec<String> = trace(&edges, &path("column:dataset:t/f#delay")).iter().map(ToString::to_string).collect();
        let expected = ["column:table:db/f#arr", "column:table:db/f#dep", "column:dataset:t/f#delay", "column:api:t/x#late", "api:t/x"];
        assert_eq!(found, expected);
    }
}
