//! What a statement names that its source does not have, and what may have been meant.

use std::ops::ControlFlow;

use model::dialect::Dialect;
use model::near::near as nearest;
use model::table::TableInfo;
use sqlparser::ast::{Expr, Ident, ObjectNamePart, Query, Select, SelectItem, TableAlias, TableFactor, Visit, Visitor};

use super::{STACK, STACK_LEFT, tree};

/// A name that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    pub said: String,
    /// Its line and column in the statement.
    pub place: Option<(usize, usize)>,
    /// Names of the source that are near, the nearest first.
    pub meant: Vec<String>,
}

/// The first table, or else the first column, that a statement names and the source does not have, where a name of the source is near.
#[must_use]
pub fn unknown_name(sql: &str, dialect: Dialect, tables: &[TableInfo]) -> Option<Unknown> {
    stacker::maybe_grow(STACK_LEFT, STACK, || {
        let statement = tree(sql, dialect)?;
        let mut names = Names::default();
        let _ = statement.visit(&mut names);
        names.unknown_table(tables).or_else(|| names.unknown_column(tables))
    })
}

/// What a statement names.
#[derive(Default)]
struct Names {
    tables: Vec<Ident>,
    columns: Vec<Ident>,
    /// Parts of WITH, which are no tables.
    parts: Vec<String>,
    /// Other names that the statement itself gives.
    own: Vec<String>,
}

impl Names {
    fn unknown_table(&self, tables: &[TableInfo]) -> Option<Unknown> {
        let known = || tables.iter().map(|info| info.table.name.as_str());
        let is_there = |name: &&Ident| is_in(&self.parts, &name.value) || known().any(|known| known.eq_ignore_ascii_case(&name.value));
        self.tables.iter().filter(|name| !is_there(name)).find_map(|said| unknown(said, known()))
    }

    fn unknown_column(&self, tables: &[TableInfo]) -> Option<Unknown> {
        let used = |info: &&TableInfo| self.tables.iter().any(|name| name.value.eq_ignore_ascii_case(&info.table.name));
        let known: Vec<&str> = tables.iter().filter(used).flat_map(|info| &info.columns).map(|column| column.name.as_str()).collect();
        let is_there = |name: &&Ident| is_in(&self.own, &name.value) || known.iter().any(|known| known.eq_ignore_ascii_case(&name.value));
        self.columns.iter().filter(|name| !is_there(name)).find_map(|said| unknown(said, known.iter().copied()))
    }

    fn give(&mut self, alias: &TableAlias) {
        self.own.push(alias.name.value.clone());
        self.own.extend(alias.columns.iter().map(|column| column.name.value.clone()));
    }
}

fn is_in(names: &[String], name: &str) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn unknown<'a>(said: &Ident, known: impl Iterator<Item = &'a str>) -> Option<Unknown> {
    let at = said.span.start;
    let place = usize::try_from(at.line).ok().zip(usize::try_from(at.column).ok()).filter(|(line, _)| *line > 0);
    let meant: Vec<String> = nearest(&said.value, known).into_iter().map(str::to_owned).collect();
    (!meant.is_empty()).then(|| Unknown { said: said.value.clone(), place, meant })
}

impl Visitor for Names {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        for part in query.with.iter().flat_map(|with| &with.cte_tables) {
            self.parts.push(part.alias.name.value.clone());
            self.give(&part.alias);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        self.own.extend(select.projection.iter().filter_map(|item| match item {
            SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.clone()),
            _ => None,
        }));
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        match factor {
            TableFactor::Table { name, alias, args: None, .. } => {
                self.tables.extend(name.0.last().and_then(ObjectNamePart::as_ident).cloned());
                alias.iter().for_each(|alias| self.give(alias));
            }
            TableFactor::Derived { alias: Some(alias), .. } => self.give(alias),
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        let column: Option<&Ident> = match expression {
            Expr::Identifier(name) => Some(name),
            Expr::CompoundIdentifier(parts) => parts.last(),
            _ => None,
        };
        self.columns.extend(column.cloned());
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use model::DataType;
    use model::table::{Column, TableRef};

    use super::*;

    fn flights() -> TableInfo {
        let column = |name: &str| Column { name: name.into(), data_type: DataType::String, nullable: true, native: String::new() };
        TableInfo { table: TableRef::new("flights"), columns: vec![column("carrier"), column("dep_delay")], ..TableInfo::default() }
    }

    #[test]
    fn the_name_that_is_not_there_is_told_with_what_may_have_been_meant() {
        let of = |sql: &str| {
            let found = unknown_name(sql, Dialect::Postgres, &[flights()]);
            found.map(|found| (found.said, found.meant.join(",")))
        };
        let told = |said: &str, meant: &str| Some((said.to_owned(), meant.to_owned()));
        assert_eq!(of("select carrier from flight"), told("flight", "flights"));
        assert_eq!(of("select carier from flights"), told("carier", "carrier"));
        assert_eq!(of("select f.dep_dely from flights f where f.carrier = $1"), told("dep_dely", "dep_delay"));
        assert_eq!(of("with flight as (select carrier as carier from flights) select carier from flight order by carier"), None);
        assert_eq!(of("select carrier, avg(dep_delay) as d from flights group by carrier order by d"), None);
        assert_eq!(of("select something from flights"), None);
        assert_eq!(of("selec"), None);
        let place = |sql: &str| unknown_name(sql, Dialect::Postgres, &[flights()]).and_then(|found| found.place);
        assert_eq!(place("select carrier\nfrom flight"), Some((2, 6)));
    }
}
