//! The pages that several nodes give to one search, as one page.

use crate::reader::Found;
use crate::search::Cursor;

impl Found {
    /// One page out of those of several nodes, the newest entries first. A page may end before its log does. What lies behind that end is
    /// left to the next page: the node may have entries there that come before those of the other nodes.
    #[must_use]
    pub fn merged(pages: Vec<Self>, limit: usize) -> Self {
        let mut all = Self::default();
        for page in pages {
            all.entries.extend(page.entries);
            all.unreadable.extend(page.unreadable);
            all.opened += page.opened;
            all.read += page.read;
            all.next = all.next.max(page.next);
        }
        if let Some(end) = &all.next {
            all.entries.retain(|entry| (entry.at, entry.request_id.as_str()) >= (end.at, end.request_id.as_str()));
        }
        all.keep_newest(limit);
        if all.entries.len() > limit {
            all.entries.truncate(limit);
            all.next = all.entries.last().map(Cursor::of);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use model::view::LoggedCaller;

    use super::*;
    use crate::entry::RequestEntry;
    use crate::search::{Search, Sees};

    fn entry(at: i64, node: &str) -> RequestEntry {
        RequestEntry {
            at,
            request_id: format!("{at}-{node}"),
            trace_id: String::new(),
            api: "travel/plane".into(),
            version: None,
            environment: None,
            app: String::new(),
            caller: LoggedCaller::Nobody,
            code: None,
            total_us: 0,
            gateway_us: 0,
            cache_us: 0,
            source_us: 0,
            cache: String::new(),
            bytes: None,
            node: node.into(),
            parameters: Vec::new(),
            spans: Vec::new(),
        }
    }

    /// A page as a node gives it that has these entries.
    fn page(log: &[RequestEntry], search: &Search) -> Found {
        let entries = log.iter().filter(|entry| search.admits(entry)).cloned().collect();
        Found::merged(vec![Found { entries, ..Found::default() }], search.limit)
    }

    #[test]
    fn page_by_page_all_entries_of_all_nodes_come_once_and_in_their_order() {
        let log = |node: &str, times: &[i64]| times.iter().map(|at| entry(*at, node)).collect::<Vec<_>>();
        let dense: Vec<i64> = (0..40).collect();
        let logs = [log("a", &dense), log("b", &[3, 3_000, 5]), log("c", &[]), log("d", &[39, 38, 20, 0])];
        let mut wanted: Vec<RequestEntry> = logs.concat();
        wanted.sort_by(|a, b| (b.at, &b.request_id).cmp(&(a.at, &a.request_id)));
        wanted.dedup();
        for limit in [1, 2, 7, 200] {
            let (mut found, mut after) = (Vec::new(), None);
            loop {
                let search = Search { after, limit, sees: Sees::All, ..Search::default() };
                let merged = Found::merged(logs.iter().map(|log| page(log, &search)).collect(), limit);
                assert!(merged.entries.len() <= limit);
                found.extend(merged.entries);
                match merged.next {
                    Some(next) => after = Some(next),
                    None => break,
                }
            }
            assert_eq!(found, wanted, "{limit}");
        }
    }

    #[test]
    fn what_lies_behind_the_end_of_one_log_waits_for_the_next_page() {
        let ended = Cursor { at: 50, request_id: String::new() };
        let bounded = Found { entries: vec![entry(60, "a")], next: Some(ended.clone()), ..Found::default() };
        let other =
            Found { entries: vec![entry(70, "b"), entry(10, "b")], unreadable: vec!["b: 1-2-0.parquet".into()], ..Found::default() };
        let merged = Found::merged(vec![bounded, other], 10);
        assert_eq!(merged.entries.iter().map(|entry| entry.at).collect::<Vec<_>>(), [70, 60]);
        assert_eq!((merged.next, merged.unreadable.len()), (Some(ended), 1));
    }

    #[test]
    fn a_search_goes_to_another_node_as_it_is_and_what_is_not_known_is_refused() {
        let search = Search {
            api: Some("travel/plane".into()),
            limit: 7,
            sees: Sees::Of { apis: vec!["travel".into()], apps: vec![] },
            ..Search::default()
        };
        let text = serde_json::to_string(&search).unwrap();
        let read: Search = serde_json::from_str(&text).unwrap();
        assert_eq!(format!("{read:?}"), format!("{search:?}"));
        assert!(read.admits(&entry(1, "a")));
        assert!(serde_json::from_str::<Search>(&text.replace("\"limit\"", "\"newer\"")).is_err());
        let nothing: Search = serde_json::from_str("{}").unwrap();
        assert!(!nothing.admits(&entry(1, "a")), "who does not say what may be seen sees nothing");
    }
}
