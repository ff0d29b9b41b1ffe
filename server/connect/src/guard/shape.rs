//! What the text of a statement says about its plan: the names by which plans call its tables, and whether it can end at its LIMIT.

use std::ops::ControlFlow;

use model::dialect::Dialect;
use sqlparser::ast::{
    Expr, GroupByExpr, LimitClause, ObjectNamePart, Query, Select, SetExpr, Statement, TableFactor, TableWithJoins, Visit, Visitor,
    visit_expressions,
};

use super::{STACK, STACK_LEFT, tree};

/// A statement, as far as plans are read by it.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    /// What a table is called in the statement, and the table.
    tables: Vec<(String, String)>,
    /// What is called as a table and is none: parts of WITH, and queries inside FROM.
    parts: Vec<String>,
    /// What queries call their one table of which they take the first rows as they come, for each such query.
    first_rows: Vec<String>,
    calls: bool,
    ends_at_limit: bool,
}

impl Shape {
    /// Of a statement that cannot be read nothing is known.
    pub(crate) fn of(sql: &str, dialect: Dialect) -> Self {
        stacker::maybe_grow(STACK_LEFT, STACK, || {
            let Some(statement) = tree(sql, dialect) else { return Self::default() };
            let mut reading = Reading::new(dialect);
            let _ = statement.visit(&mut reading);
            let mut shape = reading.shape;
            // What looks like any call may be an aggregate of all rows.
            shape.ends_at_limit = ends_at_limit(&statement) && !shape.calls;
            shape
        })
    }

    /// The table that a plan's text begins with, where plans call tables as the statement does; nothing for what is no table.
    pub(crate) fn table(&self, text: &str) -> Option<String> {
        let begins = |name: &str| text.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
        let longest = |a: &&str, b: &&str| a.len().cmp(&b.len());
        let part = self.parts.iter().map(String::as_str).filter(|part| begins(part)).max_by(longest);
        let known = self.tables.iter().filter(|(called, _)| begins(called)).max_by_key(|(called, _)| called.len());
        match (known, part) {
            (Some((called, _)), Some(part)) if part.len() > called.len() => None,
            (Some((_, table)), _) => Some(table.clone()),
            (None, Some(_)) => None,
            // A view is read by the tables that it is made of, which the statement does not name.
            (None, None) => text.split_whitespace().next().map(str::to_owned),
        }
    }

    /// How many queries of the statement, such as one that looks up the newest row, take the first rows of a table as they come. That is for
    /// plans that say nothing of limits.
    pub(crate) fn takes_first(&self, called: &str) -> usize {
        self.first_rows.iter().filter(|known| *known == called).count()
    }

    /// The tables that are read from end to end, each once, where a plan scans these. A statement of one table that ends at its LIMIT
    /// reads a page of it; one that sorts has read everything before.
    pub(crate) fn read_whole(&self, scanned: impl IntoIterator<Item = String>, sorts: bool) -> Vec<String> {
        let mut whole: Vec<String> = Vec::new();
        for table in scanned {
            if !whole.contains(&table) {
                whole.push(table);
            }
        }
        // A view may group or join before its first row is there: its tables are not those of the statement.
        let are_named = whole.iter().all(|scanned| self.tables.iter().any(|(_, table)| table == scanned));
        if self.ends_at_limit && !sorts && are_named { Vec::new() } else { whole }
    }
}

/// The parts of one WITH, in the order in which they are made.
struct Scope {
    parts: Vec<String>,
    /// How many of them have been read.
    made: usize,
    /// Whether each of them can be named in all of them, also in itself.
    names_all: bool,
}

impl Scope {
    fn names(&self, name: &str) -> bool {
        let seen = if self.names_all { self.parts.len() } else { self.made };
        self.parts.iter().take(seen).any(|part| part == name)
    }
}

/// A statement while it is read: the scopes of the queries around the place, the outermost first.
struct Reading {
    shape: Shape,
    within: Vec<Scope>,
    dialect: Dialect,
}

impl Reading {
    fn new(dialect: Dialect) -> Self {
        Self { shape: Shape::default(), within: Vec::new(), dialect }
    }

    /// A part of WITH that has its table's own name reads the table: its name is the part's only after it.
    fn is_part(&self, name: &str) -> bool {
        self.within.iter().any(|scope| scope.names(name))
    }
}

impl Visitor for Reading {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let parts: Vec<String> = query.with.iter().flat_map(|with| &with.cte_tables).map(|part| part.alias.name.value.clone()).collect();
        self.shape.parts.extend(parts.iter().cloned());
        self.shape.first_rows.extend(first_rows(query));
        // SQLite finds each part from each other one, and refuses circles.
        let names_all = self.dialect == Dialect::Sqlite || query.with.as_ref().is_some_and(|with| with.recursive);
        self.within.push(Scope { parts, made: 0, names_all });
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _query: &Query) -> ControlFlow<()> {
        self.within.pop();
        // The queries right inside of another one are first those of its WITH, each once and in order.
        if let Some(around) = self.within.last_mut()
            && around.made < around.parts.len()
        {
            around.made += 1;
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { name, alias, args: None, .. } = factor
            && let Some(table) = name.0.last().and_then(ObjectNamePart::as_ident)
        {
            let called = alias.as_ref().map_or(&table.value, |alias| &alias.name.value).clone();
            // A part of WITH under another name is no table either.
            if name.0.len() == 1 && self.is_part(&table.value) {
                self.shape.parts.push(called);
            } else {
                self.shape.tables.push((called, table.value.clone()));
            }
        }
        ControlFlow::Continue(())
    }

    // Behind what it is made of, where its name says nothing yet.
    fn post_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Derived { alias: Some(alias), .. } = factor {
            self.shape.parts.push(alias.name.value.clone());
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        // A question inside of it is asked of another table, once for each row.
        self.shape.calls |= matches!(expression, Expr::Function(_) | Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. });
        ControlFlow::Continue(())
    }
}

/// Whether it takes the first rows of one table as they come: without a condition that rows are looked for by, and without anything that
/// is made of several rows.
fn ends_at_limit(statement: &Statement) -> bool {
    let Statement::Query(query) = statement else { return false };
    let SetExpr::Select(select) = query.body.as_ref() else { return false };
    let limited = match &query.limit_clause {
        Some(LimitClause::LimitOffset { limit, limit_by, .. }) => limit.is_some() && limit_by.is_empty(),
        Some(LimitClause::OffsetCommaLimit { .. }) => true,
        None => query.fetch.is_some(),
    };
    limited && query.with.is_none() && takes_rows_as_they_are(select)
}

/// Rows that are few beside a whole table, those that are left out before the first one too.
const FEW: u64 = 10_000;

/// What a query calls its one table of which it takes the first few rows, where numbers say so.
fn first_rows(query: &Query) -> Option<String> {
    let SetExpr::Select(select) = query.body.as_ref() else { return None };
    let number = |written: &Expr| written.to_string().parse::<u64>().ok();
    let (limit, offset) = match query.limit_clause.as_ref()? {
        LimitClause::LimitOffset { limit, offset, limit_by } if limit_by.is_empty() => {
            (number(limit.as_ref()?)?, offset.as_ref().map_or(Some(0), |offset| number(&offset.value))?)
        }
        LimitClause::OffsetCommaLimit { offset, limit } => (number(limit)?, number(offset)?),
        LimitClause::LimitOffset { .. } => return None,
    };
    // What looks like any call may be an aggregate of all rows.
    let calls = visit_expressions(&select.projection, |part| match part {
        Expr::Function(_) => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    if calls.is_break() || !takes_rows_as_they_are(select) || limit.saturating_add(offset) > FEW {
        return None;
    }
    let [TableWithJoins { relation: TableFactor::Table { name, alias, .. }, .. }] = select.from.as_slice() else { return None };
    let table = &name.0.last()?.as_ident()?.value;
    Some(alias.as_ref().map_or(table, |alias| &alias.name.value).clone())
}

fn takes_rows_as_they_are(select: &Select) -> bool {
    let one =
        matches!(select.from.as_slice(), [from] if from.joins.is_empty() && matches!(from.relation, TableFactor::Table { args: None, .. }));
    let ungrouped = matches!(&select.group_by, GroupByExpr::Expressions(by, _) if by.is_empty());
    let unconditional = select.selection.is_none() && select.prewhere.is_none() && select.having.is_none() && select.qualify.is_none();
    one && ungrouped && unconditional && select.distinct.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(sql: &str, scanned: &[&str]) -> Vec<String> {
        let shape = Shape::of(sql, Dialect::Sqlite);
        shape.read_whole(scanned.iter().filter_map(|text| shape.table(text)), false)
    }

    #[test]
    fn plans_call_tables_as_the_statement_does() {
        let sql = "SELECT f.carrier FROM flights AS f JOIN \"my planes\" p ON p.a = f.a";
        assert_eq!(whole(sql, &["f", "p USING INDEX i", "f"]), ["flights", "my planes"]);
        assert_eq!(whole("SELECT 1 FROM \"my planes\"", &["my planes USING COVERING INDEX i"]), ["my planes"]);
        assert_eq!(whole("WITH c AS (SELECT 1 FROM flights) SELECT * FROM c AS d", &["flights", "c", "d"]), ["flights"]);
        assert_eq!(whole("SELECT * FROM (SELECT a FROM flights) AS page WHERE a > 1", &["flights", "page"]), ["flights"]);
        // Of a view, and where the text cannot be read.
        assert_eq!(whole("SELECT a FROM some_view", &["flights USING INDEX i"]), ["flights"]);
        // A part that has the name of its table.
        assert_eq!(whole("SELECT * FROM (SELECT a FROM flights WHERE b = 1) AS flights", &["flights"]), ["flights"]);
        assert_eq!(whole("no SQL", &["flights USING INDEX i"]), ["flights"]);
    }

    #[test]
    fn a_part_with_its_tables_own_name_hides_no_scan() {
        let scanned = |sql: &str, dialect| Shape::of(sql, dialect).table("flights");
        let read = Some("flights".to_owned());
        for sql in [
            "WITH flights AS (SELECT * FROM flights WHERE dep_delay > 9) SELECT * FROM flights",
            "WITH late AS (SELECT 1 AS a), flights AS (SELECT * FROM flights, late) SELECT * FROM flights",
            "SELECT * FROM (WITH flights AS (SELECT * FROM flights) SELECT * FROM flights) AS page",
            "WITH c AS (WITH flights AS (SELECT 1 AS a) SELECT * FROM flights) SELECT * FROM c, flights",
        ] {
            for dialect in [Dialect::Postgres, Dialect::Mysql, Dialect::Clickhouse] {
                assert_eq!(scanned(sql, dialect), read, "{sql}");
            }
        }
        // The part may be of its own name, or of one before it.
        let recursive = "WITH RECURSIVE flights AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM flights WHERE a < 9) SELECT * FROM flights";
        assert_eq!(scanned(recursive, Dialect::Postgres), None);
        let before = "WITH flights AS (SELECT 1 AS a), d AS (SELECT * FROM flights) SELECT * FROM d";
        assert_eq!(scanned(before, Dialect::Mysql), None);
        let qualified = "WITH flights AS (SELECT * FROM main.flights) SELECT * FROM flights";
        assert_eq!(scanned(qualified, Dialect::Sqlite), read);
        let other_order = "WITH c AS (SELECT * FROM d), d AS (SELECT * FROM planes) SELECT * FROM c";
        assert_eq!(Shape::of(other_order, Dialect::Sqlite).table("d"), None);
    }

    #[test]
    fn a_page_of_one_table_as_it_comes_is_not_all_of_it() {
        assert!(whole("SELECT a, b FROM flights ORDER BY a LIMIT ?1 OFFSET ?2", &["flights USING INDEX i"]).is_empty());
        for all in [
            "SELECT a FROM flights ORDER BY a",
            "SELECT a FROM flights WHERE b = 1 LIMIT 9",
            "SELECT a, count(*) FROM flights GROUP BY a LIMIT 9",
            "SELECT DISTINCT a FROM flights LIMIT 9",
            "SELECT max(a) FROM flights LIMIT 9",
            "SELECT f.a FROM flights f, planes p LIMIT 9",
            "SELECT a FROM flights UNION SELECT a FROM planes LIMIT 9",
        ] {
            let called = if all.contains("flights f") { "f" } else { "flights" };
            assert_eq!(whole(all, &[called]), ["flights"], "{all}");
        }
        // What stands inside is asked for each row, and a view may group before its first row is there.
        let inside = "SELECT a, (SELECT p.b FROM planes p WHERE p.a = flights.a) FROM flights LIMIT 9";
        assert_eq!(whole(inside, &["flights", "p"]), ["flights", "planes"]);
        assert_eq!(whole("SELECT a FROM by_carrier LIMIT 9", &["flights"]), ["flights"]);
        let sorted = Shape::of("SELECT a FROM flights ORDER BY a LIMIT 9", Dialect::Sqlite);
        assert_eq!(sorted.read_whole(["flights".to_owned()], true), ["flights"]);
    }
}
