//! What a text of SQL uses, as far as it can be told.

use lineage::{Edges, How, Lineage, Unknown};
use model::ApiSpec;
use model::catalogue::{AssetPath, EdgeKind};
use model::script::Script;
use model::value::Value;

use super::tables::Tables;
use super::uses::Uses;

/// Each parameter as it is bound, with no value of its own: every optional part is kept.
static ABSENT: Value = Value::Null;

/// Adds what a script uses. What cannot be told of a column of the response is told at that column.
pub(super) fn add_script(uses: &mut Uses, api: &AssetPath, (spec, text): (&ApiSpec, &str), tables: &Tables) {
    let Some(dialect) = tables.dialect else {
        uses.unknown(api.clone(), format!("The source {} does not exist.", spec.source));
        return;
    };
    let script = match Script::parse(text, dialect) {
        Ok(script) => script,
        Err(error) => return uses.unknown(api.clone(), format!("The script cannot be read: {error}")),
    };
    let sql = script.render(dialect, &spec.parameters, |_| Some(&ABSENT)).sql;
    let lineage = lineage::of_text(&sql, dialect, tables);
    for table in &lineage.tables {
        uses.add(tables.asset(table), EdgeKind::Read, api.clone());
    }
    add_edges(uses, &lineage.rows, api, tables);
    if lineage.outputs.is_empty() {
        return;
    }
    for field in &spec.fields {
        let to = api.column(&field.name);
        match output(&lineage, &field.column) {
            Some(edges) => add_edges(uses, edges, &to, tables),
            None => uses.unknown(to, format!("The statement has no column {}, as far as its columns are known.", field.column)),
        }
    }
}

/// Where a column of the result comes from; where it is one of those that a star stands for, what is known of all of them.
fn output<'a>(lineage: &'a Lineage, column: &str) -> Option<&'a Edges> {
    let named =
        |same: fn(&str, &str) -> bool| lineage.outputs.iter().find(|output| output.name.as_deref().is_some_and(|name| same(name, column)));
    let found = named(|name, column| name == column).or_else(|| named(str::eq_ignore_ascii_case));
    found.or_else(|| lineage.outputs.iter().find(|output| output.is_rest)).map(|output| &output.edges)
}

fn add_edges(uses: &mut Uses, edges: &Edges, to: &AssetPath, tables: &Tables) {
    for edge in &edges.known {
        uses.add(tables.asset(&edge.from.table).column(&edge.from.column), kind(edge.how), to.clone());
    }
    for unknown in &edges.unknown {
        uses.unknown(to.clone(), told(unknown));
    }
}

pub(super) fn kind(how: How) -> EdgeKind {
    match how {
        How::Direct => EdgeKind::Direct,
        How::Filter => EdgeKind::Filter,
        How::Join => EdgeKind::Join,
        How::Group => EdgeKind::Group,
        How::Sort => EdgeKind::Sort,
    }
}

/// Why something is not known, with the place in the statement.
pub(super) fn told(unknown: &Unknown) -> String {
    match unknown.place {
        Some(place) => format!("{} ({place})", unknown.reason),
        None => unknown.reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use model::dialect::Dialect;
    use model::spec::ApiKind;
    use model::{DataType, Field, Parameter};

    use super::*;

    #[test]
    fn a_script_is_followed_with_all_of_its_optional_parts() {
        let tables = Tables::known("db", Dialect::Postgres, &[("flights", &["carrier", "dep", "month"])]);
        let spec = ApiSpec {
            source: "db".into(),
            parameters: vec![Parameter::new("month", DataType::Int64)],
            fields: vec![Field::plain("carrier", DataType::String), Field::plain("late", DataType::Float64)],
            ..ApiSpec::empty(ApiKind::Sql)
        };
        let api = AssetPath::api("t", "late");
        let edges_of = |text: &str| {
            let mut uses = Uses::of(api.clone());
            add_script(&mut uses, &api, (&spec, text), &tables);
            let defined = uses.defined(String::new());
            let edges: Vec<String> = defined.edges.iter().map(|edge| format!("{} {} {}", edge.from, edge.how.key(), edge.to)).collect();
            (edges, defined.unknown.into_iter().map(|one| one.place.to_string()).collect::<Vec<_>>())
        };
        let text = "SELECT carrier, avg(dep) AS late FROM flights [[WHERE month = :month]] GROUP BY carrier";
        let (mut edges, unknown) = edges_of(text);
        let mut expected = [
            "table:db/flights read api:t/late",
            "column:table:db/flights#carrier direct column:api:t/late#carrier",
            "column:table:db/flights#dep direct column:api:t/late#late",
            "column:table:db/flights#month filter api:t/late",
            "column:table:db/flights#carrier group api:t/late",
        ];
        edges.sort_unstable();
        expected.sort_unstable();
        assert_eq!((edges.iter().map(String::as_str).collect::<Vec<_>>(), unknown), (expected.to_vec(), Vec::new()));
        let (_, unknown) = edges_of("SELECT * FROM elsewhere");
        assert_eq!(unknown, ["column:api:t/late#carrier", "column:api:t/late#late"]);
        assert_eq!(edges_of("SELECT 'never closed").1, ["api:t/late"]);
    }
}
