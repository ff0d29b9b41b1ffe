//! Which rows of a list are on the page that was asked for: how it is searched, filtered, sorted and cut.

use std::cmp::Ordering;

use model::list::{Extent, ListPage, ListQuery, PAGE_ROWS};

/// A column by which a list can be sorted, by its name in the address.
type Order<T> = (&'static str, fn(&T, &T) -> Ordering);
/// Whether a row has a value.
type Has<T> = fn(&T, &str) -> bool;
/// A filter, by its name in the address.
type Filter<T> = (&'static str, Has<T>);

/// What can be asked of the rows of one list. An order or a filter that the list does not have is passed over.
pub(crate) struct Listing<T: 'static> {
    /// The texts of a row in which words are looked for.
    pub(crate) texts: fn(&T) -> Vec<&str>,
    pub(crate) orders: &'static [Order<T>],
    pub(crate) filters: &'static [Filter<T>],
}

impl<T: 'static> Listing<T> {
    /// One page of the rows that the caller may see, which come in the list's own order.
    pub(crate) fn page(&self, rows: Vec<T>, query: &ListQuery) -> ListPage<T> {
        let all = rows.len() as u64;
        let (words, wanted) = (query.words(), self.wanted(query));
        let mut found: Vec<T> = rows.into_iter().filter(|row| self.has(row, &words, &wanted)).collect();
        if let Some(sort) = &query.sort
            && let Some((_, order)) = self.orders.iter().find(|(column, _)| *column == sort.column)
        {
            found.sort_by(|a, b| if sort.descending { order(b, a) } else { order(a, b) });
        }
        let extent = Extent::new(query, found.len() as u64, all);
        let before = usize::try_from(extent.before()).unwrap_or(usize::MAX);
        let rows = found.into_iter().skip(before).take(PAGE_ROWS as usize).collect();
        ListPage { rows, extent }
    }

    /// The filters that are set, each with its value.
    fn wanted<'a>(&self, query: &'a ListQuery) -> Vec<(Has<T>, &'a str)> {
        self.filters.iter().map(|(name, has)| (*has, query.filter(name))).filter(|(_, value)| !value.is_empty()).collect()
    }

    fn has(&self, row: &T, words: &[String], wanted: &[(Has<T>, &str)]) -> bool {
        if !wanted.iter().all(|(has, value)| has(row, value)) {
            return false;
        }
        if words.is_empty() {
            return true;
        }
        let texts: Vec<String> = (self.texts)(row).into_iter().map(str::to_lowercase).collect();
        words.iter().all(|word| texts.iter().any(|text| text.contains(word.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIRS: Listing<(u32, String)> = Listing {
        texts: |(_, text)| vec![text.as_str()],
        orders: &[("number", |a, b| a.0.cmp(&b.0))],
        filters: &[("odd", |(number, _), value| (number % 2 == 1) == (value == "yes"))],
    };

    fn ask(pairs: &[(&str, &str)]) -> (Vec<u32>, Extent) {
        let rows = (0..1_000).rev().map(|number| (number, format!("Row {number}"))).collect();
        let query = ListQuery::of(pairs.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let page = PAIRS.page(rows, &query);
        (page.rows.into_iter().map(|(number, _)| number).collect(), page.extent)
    }

    #[test]
    fn rows_are_searched_filtered_sorted_and_cut() {
        let (first, extent) = ask(&[]);
        assert_eq!((first[0], first.len(), extent.found, extent.all), (999, 50, 1_000, 1_000));
        let (sorted, extent) = ask(&[("sort", "number"), ("odd", "yes"), ("page", "2")]);
        assert_eq!((sorted[0], sorted[49], extent.found, extent.page), (101, 199, 500, 2));
        assert_eq!(ask(&[("sort", "-number")]).0[0], 999);
        // All words, whatever their case; nothing found is a page too.
        assert_eq!(ask(&[("q", "ROW 77"), ("sort", "number"), ("odd", "no")]).0, [770, 772, 774, 776, 778]);
        assert_eq!(ask(&[("q", "nothing")]), (Vec::new(), Extent { found: 0, all: 1_000, page: 1 }));
        // An order and a filter that the list does not have.
        assert_eq!(ask(&[("sort", "colour"), ("colour", "red")]).1.found, 1_000);
    }
}
