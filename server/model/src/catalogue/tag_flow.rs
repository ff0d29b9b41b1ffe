//! Which tags hold for an asset: its own, and those that flow to it along the lineage. Paths are texts of [`AssetPath`]. Lineage may have
//! cycles and edges from an asset to itself.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::AssetPath;

/// The direct edges of a part of the lineage: values go from the first to the second.
pub struct TagFlow<'e> {
    into: BTreeMap<&'e str, Vec<&'e str>>,
}

/// A tag that an asset carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedTag {
    /// Its id.
    pub tag: String,
    pub flows: bool,
}

/// A tag that holds for an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HoldingTag<'t> {
    /// Its id.
    pub tag: &'t str,
    /// The asset that carries it, where that is another one: the nearest.
    pub from: Option<&'t str>,
}

impl<'e> TagFlow<'e> {
    #[must_use]
    pub fn new(edges: &'e [(String, String)]) -> Self {
        let mut into: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (from, to) in edges {
            into.entry(to).or_default().push(from);
        }
        Self { into }
    }

    /// Everything that an asset is made of, from however far, the nearest first; never itself.
    #[must_use]
    pub fn upstream<'s>(&self, path: &'s str) -> Vec<&'s str>
    where
        'e: 's,
    {
        let (mut found, mut seen) = (Vec::new(), BTreeSet::from([path]));
        let mut next = VecDeque::from([path]);
        while let Some(at) = next.pop_front() {
            for from in self.into.get(at).into_iter().flatten().copied() {
                if seen.insert(from) {
                    found.push(from);
                    next.push_back(from);
                }
            }
        }
        found
    }

    /// The tags that hold for an asset, its own first, each once. `carried` has the tags that assets carry, by their paths.
    #[must_use]
    pub fn tags<'t>(&self, path: &str, carried: &'t BTreeMap<String, Vec<CarriedTag>>) -> Vec<HoldingTag<'t>> {
        let own = carried.get(path).into_iter().flatten().map(|tag| HoldingTag { tag: &tag.tag, from: None });
        let of_others = self.upstream(path).into_iter().filter_map(|from| carried.get_key_value(from));
        let flowing = of_others.flat_map(|(from, tags)| {
            tags.iter().filter(|tag| tag.flows).map(|tag| HoldingTag { tag: &tag.tag, from: Some(from.as_str()) })
        });
        let mut seen = BTreeSet::new();
        own.chain(flowing).filter(|holding| seen.insert(holding.tag)).collect()
    }

    /// Which of the assets are masked. A masking tag holds for all that is part of the asset that carries it, and where it flows, for all
    /// that is made of that. `masking` has the assets that carry masking tags, and whether one of those flows.
    #[must_use]
    pub fn masked<'p>(&self, paths: &'p [String], masking: &BTreeMap<String, bool>) -> BTreeSet<&'p str> {
        let carries = |path: &str, must_flow: bool| {
            let is_carried = |part: &String| masking.get(part).is_some_and(|flows| *flows || !must_flow);
            with_parents(path).iter().any(is_carried)
        };
        let is_masked = |path: &str| carries(path, false) || self.upstream(path).into_iter().any(|from| carries(from, true));
        paths.iter().map(String::as_str).filter(|path| is_masked(path)).collect()
    }
}

/// An asset, and all that it is part of: a column, its table and its source.
#[must_use]
pub fn with_parents(path: &str) -> Vec<String> {
    let mut parts = vec![path.to_owned()];
    let mut parent = path.parse().ok().and_then(|path: AssetPath| path.parent());
    while let Some(of) = parent {
        parts.push(of.to_string());
        parent = of.parent();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: &str = "column:table:crm/people#mail";
    const COPY: &str = "column:dataset:sales/people#contact";
    const API: &str = "column:api:sales/people#contact";

    fn edges(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect()
    }

    fn carried(tags: &[(&str, &[(&str, bool)])]) -> BTreeMap<String, Vec<CarriedTag>> {
        let of_one = |tags: &[(&str, bool)]| tags.iter().map(|(tag, flows)| CarriedTag { tag: (*tag).into(), flows: *flows }).collect();
        tags.iter().map(|(path, tags)| ((*path).to_owned(), of_one(tags))).collect()
    }

    fn tags_of<'t>(
        edges: &[(String, String)],
        path: &str,
        carried: &'t BTreeMap<String, Vec<CarriedTag>>,
    ) -> Vec<(&'t str, Option<&'t str>)> {
        TagFlow::new(edges).tags(path, carried).into_iter().map(|holding| (holding.tag, holding.from)).collect()
    }

    #[test]
    fn tags_flow_where_they_are_marked_so_from_the_nearest() {
        let edges = edges(&[(RAW, COPY), (COPY, API)]);
        let tags = carried(&[(RAW, &[("pii", true), ("raw", false)]), (COPY, &[("checked", true)])]);
        assert_eq!(tags_of(&edges, RAW, &tags), [("pii", None), ("raw", None)]);
        assert_eq!(tags_of(&edges, COPY, &tags), [("checked", None), ("pii", Some(RAW))]);
        assert_eq!(tags_of(&edges, API, &tags), [("checked", Some(COPY)), ("pii", Some(RAW))]);
    }

    #[test]
    fn an_own_tag_is_told_once_and_as_its_own() {
        let edges = edges(&[(RAW, COPY)]);
        let tags = carried(&[(RAW, &[("pii", true)]), (COPY, &[("pii", true)])]);
        assert_eq!(tags_of(&edges, COPY, &tags), [("pii", None)]);
    }

    #[test]
    fn cycles_and_edges_to_oneself_end() {
        let edges = edges(&[(RAW, COPY), (COPY, RAW), (COPY, API), (API, API), (API, RAW)]);
        let flow = TagFlow::new(&edges);
        assert_eq!(flow.upstream(RAW), [COPY, API]);
        assert_eq!(flow.upstream(API), [COPY, RAW]);
        let tags = carried(&[(RAW, &[("pii", true)])]);
        assert_eq!(tags_of(&edges, RAW, &tags), [("pii", None)]);
        assert_eq!(tags_of(&edges, API, &tags), [("pii", Some(RAW))]);
    }

    #[test]
    fn a_mask_holds_for_parts_and_flows_where_it_is_marked_so() {
        let edges = edges(&[(RAW, COPY)]);
        let asked = [RAW, COPY, API, "table:crm/people", "column:table:crm/planes#seats"].map(str::to_owned);
        let masked = |masking: &[(&str, bool)]| {
            let masking = masking.iter().map(|(path, flows)| ((*path).to_owned(), *flows)).collect();
            TagFlow::new(&edges).masked(&asked, &masking).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(masked(&[]), Vec::<String>::new());
        assert_eq!(masked(&[(RAW, false)]), [RAW]);
        assert_eq!(masked(&[(RAW, true)]), [COPY, RAW]);
        assert_eq!(masked(&[("table:crm/people", false)]), [RAW, "table:crm/people"]);
        assert_eq!(masked(&[("table:crm/people", true)]), [COPY, RAW, "table:crm/people"]);
        assert_eq!(masked(&[("source:crm", false)]), ["column:table:crm/people#mail", "column:table:crm/planes#seats", "table:crm/people"]);
        assert_eq!(masked(&[("dataset:sales/people", true)]), [COPY], "it does not flow up");
    }
}
