//! Lists that are longer than a page: what is asked of one, as it stands in the address of its page, and what is given.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::redirect::query_value;

/// Rows of one page of a list.
pub const PAGE_ROWS: u32 = 50;
/// Longer than any value that a list is searched or filtered by.
const MAX_TEXT: usize = 200;

/// What is asked of a list. What it does not name is as the list has it by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    /// Words, all of which a row has.
    pub search: String,
    pub sort: Option<Sort>,
    /// From 1; 0 means the first one too.
    pub page: u32,
    /// Values that a row must have, by the name of the filter.
    pub filters: BTreeMap<String, String>,
    /// Columns that are not shown.
    pub hidden: BTreeSet<String>,
}

/// The order of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    pub column: String,
    pub descending: bool,
}

impl ListQuery {
    /// Reads the query of an address: `q`, `sort` (with a minus before it for the other direction), `page` and `hide`; all others are
    /// filters. What is empty or cannot be read is not asked for.
    #[must_use]
    pub fn of<K: AsRef<str>>(pairs: impl IntoIterator<Item = (K, String)>) -> Self {
        let mut query = Self::default();
        for (name, value) in pairs {
            let value: String = value.trim().chars().take(MAX_TEXT).collect();
            match name.as_ref() {
                _ if value.is_empty() => {}
                "q" => query.search = value,
                "sort" => query.sort = Some(Sort::of(&value)),
                "page" => query.page = value.parse().unwrap_or_default(),
                "hide" => query.hidden = value.split(',').filter(|column| !column.is_empty()).map(str::to_owned).collect(),
                filter => {
                    query.filters.insert(filter.to_owned(), value);
                }
            }
        }
        query
    }

    /// The same as the query of an address, with its question mark; empty where nothing is asked for.
    #[must_use]
    pub fn address(&self) -> String {
        let mut out = String::new();
        let mut put = |name: &str, value: &str| {
            if !value.is_empty() {
                let mark = if out.is_empty() { '?' } else { '&' };
                // Writing to a String cannot fail.
                let _ = write!(out, "{mark}{}={}", query_value(name), query_value(value));
            }
        };
        put("q", &self.search);
        for (name, value) in &self.filters {
            put(name, value);
        }
        put("sort", &self.sort_text());
        put("hide", &self.hidden_text());
        put("page", &if self.page > 1 { self.page.to_string() } else { String::new() });
        out
    }

    /// The order as the address has it; empty for the list's own.
    #[must_use]
    pub fn sort_text(&self) -> String {
        self.sort.as_ref().map(|sort| format!("{}{}", if sort.descending { "-" } else { "" }, sort.column)).unwrap_or_default()
    }

    /// The columns that are not shown, as the address has them.
    #[must_use]
    pub fn hidden_text(&self) -> String {
        self.hidden.iter().map(String::as_str).collect::<Vec<_>>().join(",")
    }

    /// The value of a filter; empty where all rows are asked for.
    #[must_use]
    pub fn filter(&self, name: &str) -> &str {
        self.filters.get(name).map(String::as_str).unwrap_or_default()
    }

    /// Whether the list is in the order of a column and, if so, whether that is descending.
    #[must_use]
    pub fn sorted_by(&self, column: &str) -> Option<bool> {
        self.sort.as_ref().filter(|sort| sort.column == column).map(|sort| sort.descending)
    }

    /// The first page in the order of a column: ascending, and descending where it is ascending now.
    #[must_use]
    pub fn sorted(&self, column: &str) -> Self {
        let descending = self.sorted_by(column) == Some(false);
        Self { sort: Some(Sort { column: column.to_owned(), descending }), page: 0, ..self.clone() }
    }

    #[must_use]
    pub fn at_page(&self, page: u32) -> Self {
        Self { page, ..self.clone() }
    }

    /// With a column shown that is hidden, or hidden that is shown.
    #[must_use]
    pub fn toggled(&self, column: &str) -> Self {
        let mut query = self.clone();
        if !query.hidden.remove(column) {
            query.hidden.insert(column.to_owned());
        }
        query
    }

    /// What decides which rows are given: hidden columns do not.
    #[must_use]
    pub fn of_rows(&self) -> Self {
        Self { hidden: BTreeSet::new(), ..self.clone() }
    }

    /// The words that are searched for, in lower case.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        self.search.split_whitespace().map(str::to_lowercase).collect()
    }
}

impl Sort {
    fn of(text: &str) -> Self {
        let column = text.strip_prefix('-');
        Self { column: column.unwrap_or(text).to_owned(), descending: column.is_some() }
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListPage<T> {
    pub rows: Vec<T>,
    pub extent: Extent,
}

/// How long a list is, and where in it a page stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// Rows that were asked for, on all pages.
    pub found: u64,
    /// Rows that the reader may see, whatever was asked for.
    pub all: u64,
    /// The page that is given, from 1: the last one, where a later one was asked for.
    pub page: u32,
}

impl Extent {
    #[must_use]
    pub fn new(query: &ListQuery, found: u64, all: u64) -> Self {
        let extent = Self { found, all, page: 1 };
        Self { page: query.page.clamp(1, extent.pages()), ..extent }
    }

    /// How many pages there are: an empty list has one.
    #[must_use]
    pub fn pages(&self) -> u32 {
        u32::try_from(self.found.div_ceil(u64::from(PAGE_ROWS))).unwrap_or(u32::MAX).max(1)
    }

    /// Rows on the pages before this one.
    #[must_use]
    pub fn before(&self) -> u64 {
        u64::from(self.page.saturating_sub(1)) * u64::from(PAGE_ROWS)
    }

    /// The number of the last row on this page.
    #[must_use]
    pub fn last(&self) -> u64 {
        (self.before() + u64::from(PAGE_ROWS)).min(self.found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> ListQuery {
        ListQuery::of(pairs.iter().map(|(name, value)| (*name, (*value).to_owned())))
    }

    #[test]
    fn an_address_is_read_and_written_alike() {
        let cases: &[(&[(&str, &str)], &str)] = &[
            (&[], ""),
            (&[("q", "two words"), ("domain", "travel")], "?q=two%20words&domain=travel"),
            (&[("sort", "-owner"), ("page", "3")], "?sort=-owner&page=3"),
            (&[("hide", "source,owner"), ("q", "é&=")], "?q=%C3%A9%26%3D&hide=owner%2Csource"),
            // What a form sends of fields that were left empty, and what cannot be read.
            (&[("q", "  "), ("domain", ""), ("page", "x"), ("sort", "")], ""),
            (&[("page", "1")], ""),
            (&[("page", "-4")], ""),
        ];
        for (pairs, address) in cases {
            let query = of(pairs);
            assert_eq!(query.address(), *address);
        }
        assert_eq!(of(&[("q", &"x".repeat(1_000))]).search.len(), MAX_TEXT);
    }

    #[test]
    fn an_order_turns_and_begins_at_the_first_page() {
        let query = of(&[("page", "7"), ("domain", "travel")]);
        let once = query.sorted("owner");
        assert_eq!((once.sorted_by("owner"), once.page, once.filter("domain")), (Some(false), 0, "travel"));
        let twice = once.sorted("owner");
        assert_eq!(twice.sorted_by("owner"), Some(true));
        assert_eq!(twice.sorted("owner").sorted_by("owner"), Some(false));
        assert_eq!(twice.sorted("source").sorted_by("owner"), None);
    }

    #[test]
    fn hidden_columns_ask_for_no_other_rows() {
        let query = of(&[("q", "a")]);
        let without = query.toggled("owner");
        assert_eq!((without.hidden_text().as_str(), without.of_rows()), ("owner", query.clone()));
        assert_eq!(without.toggled("owner"), query);
    }

    #[test]
    fn a_page_stands_inside_of_its_list() {
        let at = |page: u32, found: u64| {
            let extent = Extent::new(&ListQuery { page, ..ListQuery::default() }, found, found);
            (extent.page, extent.pages(), extent.before(), extent.last())
        };
        assert_eq!(at(0, 0), (1, 1, 0, 0));
        assert_eq!(at(1, 50), (1, 1, 0, 50));
        assert_eq!(at(2, 51), (2, 2, 50, 51));
        assert_eq!(at(99, 10_000), (99, 200, 4_900, 4_950));
        assert_eq!(at(u32::MAX, 10_000), (200, 200, 9_950, 10_000));
    }
}
