//! Which tables a plan of PostgreSQL reads from end to end.

use model::dialect::Dialect;

use crate::guard::Shape;

/// The tables of the scans that nothing narrows. Of the indexes that are read for nothing, some are narrow by themselves: they hold
/// those rows alone that the statement asks for.
pub(super) fn full_scans(sql: &str, lines: &[String], narrow: &[String]) -> Vec<String> {
    let sorts = lines.iter().any(|line| {
        let node = node(line);
        node.starts_with("Sort ") || node.starts_with("Incremental Sort ")
    });
    let scanned = (0..lines.len()).filter_map(|at| scanned(lines, at, narrow));
    Shape::of(sql, Dialect::Postgres).read_whole(scanned, sorts)
}

/// The indexes that are read without a condition.
pub(super) fn indexes_read_whole(lines: &[String]) -> Vec<String> {
    (0..lines.len()).filter(|at| !says(lines, *at, "Index Cond: ")).filter_map(|at| index(&lines[at]).map(str::to_owned)).collect()
}

/// The index that a node reads.
fn index(line: &str) -> Option<&str> {
    let this = node(line);
    let this = this.strip_prefix("Parallel ").unwrap_or(this);
    if let Some(of) = this.strip_prefix("Bitmap Index Scan on ") {
        return Some(name(of));
    }
    let is_scan = this.starts_with("Index Scan ") || this.starts_with("Index Only Scan ");
    this.split_once(" using ").filter(|_| is_scan).map(|(_, of)| name(of))
}

/// A line without what draws the tree.
fn node(line: &str) -> &str {
    let line = line.trim_start();
    line.strip_prefix("->").unwrap_or(line).trim_start()
}

fn depth(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The table of a node that reads all of it.
fn scanned(lines: &[String], at: usize, narrow: &[String]) -> Option<String> {
    let this = node(&lines[at]);
    let this = this.strip_prefix("Parallel ").unwrap_or(this);
    let is_read_whole = |at: usize| {
        let is_narrow = index(&lines[at]).is_some_and(|index| narrow.iter().any(|known| known == index));
        !is_narrow && !says(lines, at, "Index Cond: ")
    };
    let is_whole = if this.starts_with("Seq Scan on ") {
        !is_cut_short(lines, at)
    } else if this.starts_with("Index Scan ") || this.starts_with("Index Only Scan ") {
        is_read_whole(at) && !is_cut_short(lines, at)
    } else if this.starts_with("Bitmap Heap Scan on ") {
        let below = (at + 1..lines.len()).take_while(|below| depth(&lines[*below]) > depth(&lines[at]));
        let mut indexes = below.filter(|below| node(&lines[*below]).starts_with("Bitmap Index Scan on "));
        indexes.any(is_read_whole)
    } else {
        false
    };
    is_whole.then(|| this.split_once(" on ").map(|(_, rest)| name(rest).to_owned()))?
}

/// Whether the rows of a scan are taken as they come, and not all of them: right below a Limit that costs less than the scan would.
fn is_cut_short(lines: &[String], at: usize) -> bool {
    let above = (0..at).rev().find(|above| depth(&lines[*above]) < depth(&lines[at])).map(|above| lines[above].as_str());
    let Some(limit) = above.filter(|line| node(line).starts_with("Limit ")) else { return false };
    // An OFFSET alone is a Limit, too, and reads everything.
    let costs_less = cost(limit).zip(cost(&lines[at])).is_some_and(|(limit, scan)| limit < scan);
    costs_less && !says(lines, at, "Filter: ")
}

/// What it costs until the last row is there.
fn cost(line: &str) -> Option<f64> {
    let (_, costs) = line.rsplit_once("(cost=")?;
    costs.split_once("..")?.1.split(' ').next()?.parse().ok()
}

/// What the lines of a node say, before the next one.
fn says(lines: &[String], at: usize, beginning: &str) -> bool {
    let own = lines[at + 1..].iter().map(|line| line.trim_start()).take_while(|line| !line.starts_with("->"));
    let mut own = own.take_while(|line| !["SubPlan ", "InitPlan ", "CTE "].iter().any(|other| line.starts_with(other)));
    own.any(|line| line.starts_with(beginning))
}

/// The name of a table or an index. A table's stands before the name that the statement calls it by.
fn name(rest: &str) -> &str {
    match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or(quoted),
        None => rest.split_whitespace().next().unwrap_or(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::{full_scans, indexes_read_whole};

    fn lines(plan: &str) -> Vec<String> {
        plan.lines().map(str::to_owned).collect()
    }

    /// Statements with the plans that PostgreSQL 15 makes of them, and the tables that they read whole.
    #[test]
    fn an_index_that_is_looked_into_for_nothing_is_read_whole() {
        let cases: [(&str, &str, &[&str]); 15] = [
            (
                "SELECT model FROM planes WHERE seats > 100",
                "Seq Scan on planes  (cost=0.00..81.52 rows=2011 width=12)\n  Filter: (seats > 100)",
                &["planes"],
            ),
            (
                "SELECT carrier, count(*) FROM flights f GROUP BY carrier",
                "Finalize GroupAggregate  (cost=1000.44..9014.35 rows=16 width=11)\n  Group Key: carrier\n  ->  Gather Merge  (cost=1000.44..9014.03 rows=32 width=11)\n        Workers Planned: 2\n        ->  Partial GroupAggregate  (cost=0.42..8010.32 rows=16 width=11)\n              Group Key: carrier\n              ->  Parallel Index Only Scan using flights_by_carrier_month on flights f  (cost=0.42..7308.54 rows=140323 width=3)",
                &["flights"],
            ),
            (
                "SELECT avg(dep_delay) FROM flights GROUP BY carrier",
                "GroupAggregate  (cost=0.42..28114.36 rows=16 width=35)\n  Group Key: carrier\n  ->  Index Scan using flights_by_carrier_month on flights  (cost=0.42..26430.28 rows=336776 width=7)",
                &["flights"],
            ),
            (
                "SELECT model FROM planes WHERE tailnum = $1",
                "Index Scan using planes_pkey on planes  (cost=0.28..8.30 rows=1 width=9)\n  Index Cond: (tailnum = 'N14228'::text)",
                &[],
            ),
            (
                "SELECT tailnum FROM planes ORDER BY tailnum LIMIT 9",
                "Limit  (cost=0.28..0.57 rows=9 width=7)\n  ->  Index Only Scan using planes_pkey on planes  (cost=0.28..106.11 rows=3322 width=7)",
                &[],
            ),
            (
                "SELECT tailnum FROM planes WHERE seats = 3 ORDER BY tailnum LIMIT 9",
                "Limit  (cost=0.28..69.11 rows=9 width=7)\n  ->  Index Scan Backward using planes_pkey on planes  (cost=0.28..160.42 rows=21 width=7)\n        Filter: (seats = 3)",
                &["planes"],
            ),
            (
                "SELECT model FROM planes ORDER BY seats LIMIT 9",
                "Limit  (cost=141.39..141.41 rows=9 width=13)\n  ->  Sort  (cost=141.39..149.69 rows=3322 width=13)\n        Sort Key: seats\n        ->  Seq Scan on planes  (cost=0.00..73.22 rows=3322 width=13)",
                &["planes"],
            ),
            (
                "SELECT f.flight, p.model FROM flights f JOIN \"my planes\" p ON p.tailnum = f.tailnum WHERE f.carrier = $1",
                "Hash Join  (cost=117.69..5713.98 rows=32000 width=13)\n  Hash Cond: (f.tailnum = p.tailnum)\n  ->  Bitmap Heap Scan on flights f  (cost=372.43..5884.51 rows=32686 width=10)\n        Recheck Cond: (carrier = 'AA'::text)\n        ->  Bitmap Index Scan on flights_by_carrier_month  (cost=0.00..364.26 rows=32686 width=0)\n              Index Cond: (carrier = 'AA'::text)\n  ->  Hash  (cost=73.22..73.22 rows=3322 width=16)\n        ->  Seq Scan on \"my planes\" p  (cost=0.00..73.22 rows=3322 width=16)",
                &["my planes"],
            ),
            (
                "SELECT note FROM notes WHERE words @@ $1",
                "Bitmap Heap Scan on notes  (cost=12.01..16.26 rows=1 width=32)\n  Recheck Cond: (words @@ '!x'::tsquery)\n  ->  Bitmap Index Scan on notes_words  (cost=0.00..12.01 rows=1 width=0)",
                &["notes"],
            ),
            (
                "WITH c AS (SELECT carrier FROM flights) SELECT * FROM c",
                "CTE Scan on c  (cost=9163.76..15899.28 rows=336776 width=3)\n  CTE c\n    ->  Seq Scan on flights  (cost=0.00..9163.76 rows=336776 width=3)",
                &["flights"],
            ),
            (
                "SELECT * FROM flights WHERE id = (SELECT id FROM flights ORDER BY time_hour DESC LIMIT 1)",
                "Index Scan using flights_pkey on flights  (cost=0.87..8.88 rows=1 width=72)\n  Index Cond: (id = $0)\n  InitPlan 1 (returns $0)\n    ->  Limit  (cost=0.42..0.45 rows=1 width=12)\n          ->  Index Scan Backward using flights_by_time on flights flights_1  (cost=0.42..12006.06 rows=336776 width=12)",
                &[],
            ),
            (
                "SELECT f.id FROM flights f ORDER BY f.time_hour LIMIT (SELECT 3)",
                "Limit  (cost=0.43..1201.01 rows=33678 width=20)\n  InitPlan 1 (returns $0)\n    ->  Result  (cost=0.00..0.01 rows=1 width=4)\n  ->  Index Scan using flights_by_time on flights f  (cost=0.42..12006.06 rows=336776 width=20)",
                &[],
            ),
            (
                "SELECT count(*) FROM (SELECT id FROM flights ORDER BY id OFFSET 10) AS page",
                "Aggregate  (cost=10006.06..10006.07 rows=1 width=8)\n  ->  Limit  (cost=0.72..9006.06 rows=336766 width=8)\n        ->  Index Only Scan using flights_pkey on flights  (cost=0.42..9006.06 rows=336776 width=8)",
                &["flights"],
            ),
            (
                "SELECT * FROM (SELECT model FROM planes WHERE seats = 3 LIMIT 1) AS page WHERE model <> ''",
                "Subquery Scan on page  (cost=0.00..3.90 rows=1 width=9)\n  Filter: (page.model <> ''::text)\n  ->  Limit  (cost=0.00..3.88 rows=1 width=9)\n        ->  Seq Scan on planes  (cost=0.00..81.52 rows=21 width=9)\n              Filter: (seats = 3)",
                &["planes"],
            ),
            ("SELECT 1", "Result  (cost=0.00..0.01 rows=1 width=4)", &[]),
        ];
        for (sql, plan, whole) in cases {
            assert_eq!(full_scans(sql, &lines(plan), &[]), whole, "{sql}");
        }
    }

    #[test]
    fn an_index_of_few_rows_is_not_the_table() {
        for (plan, index) in [
            ("Index Scan using flights_late on flights  (cost=0.28..501.30 rows=900 width=72)", "flights_late"),
            ("Index Only Scan Backward using \"Late ones\" on flights f  (cost=0.28..501.30 rows=900 width=72)", "Late ones"),
            (
                "Bitmap Heap Scan on flights  (cost=12.01..1016.26 rows=900 width=32)\n  Recheck Cond: (dep_delay > 600)\n  ->  Bitmap Index Scan on flights_late  (cost=0.00..12.01 rows=900 width=0)",
                "flights_late",
            ),
        ] {
            let sql = "SELECT * FROM flights AS f WHERE dep_delay > 600";
            assert_eq!(indexes_read_whole(&lines(plan)), [index]);
            assert_eq!(full_scans(sql, &lines(plan), &[]), ["flights"], "{plan}");
            assert!(full_scans(sql, &lines(plan), &[index.to_owned()]).is_empty(), "{plan}");
        }
    }
}
