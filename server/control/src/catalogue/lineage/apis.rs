//! What an API uses: of its table or its dataset by key, by the form of a question, or by its script.

use model::ApiSpec;
use model::catalogue::{AssetPath, EdgeKind};
use model::form::{QueryForm, Selected};
use model::spec::{ApiBody, KvBody, Query};
use model::table::TableRef;

use super::scripts::add_script;
use super::tables::Tables;
use super::unions::add_union;
use super::uses::Uses;

/// Adds what one version of an API uses.
pub(super) fn add_api(uses: &mut Uses, (domain, api): (&str, &AssetPath), spec: &ApiSpec, tables: &Tables) {
    match &spec.body {
        ApiBody::Kv(kv) => {
            let from = match spec.serve_from.dataset() {
                Some(dataset) => AssetPath::dataset(domain, dataset),
                None => tables.asset(&kv.table),
            };
            add_lookup(uses, api, (spec, kv), &from);
        }
        ApiBody::Sql(sql) => match &sql.query {
            Query::Form(form) => Form { form, tables, api }.add(uses, spec),
            Query::Script(text) => add_script(uses, api, (spec, text), tables),
        },
        ApiBody::Union(body) => add_union(uses, (domain, api), spec, body),
    }
}

/// The text of the script of an API; nothing of one that is asked otherwise.
pub(super) fn script_of(spec: &ApiSpec) -> Option<&str> {
    match &spec.body {
        ApiBody::Sql(sql) => match &sql.query {
            Query::Script(text) => Some(text),
            Query::Form(_) => None,
        },
        _ => None,
    }
}

fn add_lookup(uses: &mut Uses, api: &AssetPath, (spec, kv): (&ApiSpec, &KvBody), from: &AssetPath) {
    uses.add(from.clone(), EdgeKind::Read, api.clone());
    for field in &spec.fields {
        uses.add(from.column(&field.column), EdgeKind::Direct, api.column(&field.name));
    }
    for key in &kv.key {
        uses.add(from.column(key), EdgeKind::Filter, api.clone());
    }
}

/// A question by form: every column in it stands with its table.
struct Form<'a> {
    form: &'a QueryForm,
    tables: &'a Tables,
    api: &'a AssetPath,
}

impl Form<'_> {
    fn add(&self, uses: &mut Uses, spec: &ApiSpec) {
        let form = self.form;
        for table in std::iter::once(&form.table).chain(form.joins.iter().map(|join| &join.table)) {
            uses.add(self.tables.asset(table), EdgeKind::Read, self.api.clone());
        }
        for field in &spec.fields {
            if let Some(from) = self.selected(&field.column).and_then(|selected| self.origin(selected)) {
                uses.add(from, EdgeKind::Direct, self.api.column(&field.name));
            }
        }
        for filter in form.conditions() {
            self.decides(uses, Some(self.column(&filter.column)), EdgeKind::Filter);
        }
        for filter in &form.having {
            self.decides(uses, self.selected(&filter.column).and_then(|selected| self.origin(selected)), EdgeKind::Filter);
        }
        for join in &form.joins {
            for on in &join.on {
                self.decides(uses, Some(self.column(&on.left)), EdgeKind::Join);
                self.decides(uses, Some(self.tables.asset(&join.table).column(&on.right)), EdgeKind::Join);
            }
        }
        if form.is_grouped() || form.distinct {
            let groups = form.select.iter().filter(|selected| form.distinct || selected.aggregate.is_none());
            groups.for_each(|selected| self.decides(uses, self.origin(selected), EdgeKind::Group));
        }
        for sort in &form.sort {
            self.decides(uses, self.selected(&sort.field).and_then(|selected| self.origin(selected)), EdgeKind::Sort);
        }
    }

    fn decides(&self, uses: &mut Uses, from: Option<AssetPath>, how: EdgeKind) {
        if let Some(from) = from {
            uses.add(from, how, self.api.clone());
        }
    }

    fn selected(&self, name: &str) -> Option<&Selected> {
        self.form.select.iter().find(|selected| selected.name == name)
    }

    /// The column that a field is made of; none of a plain count of rows.
    fn origin(&self, selected: &Selected) -> Option<AssetPath> {
        (!selected.column.is_empty()).then(|| self.column(&selected.column))
    }

    /// A column as a form writes it: `planes.seats` by the name of the join, or of the first table by its name alone.
    fn column(&self, name: &str) -> AssetPath {
        let joined = name.split_once('.').and_then(|(join, column)| {
            let join = self.form.joins.iter().find(|known| known.name == join)?;
            Some((&join.table, column))
        });
        let (table, column): (&TableRef, &str) = joined.unwrap_or((&self.form.table, name));
        self.tables.asset(table).column(column)
    }
}

#[cfg(test)]
mod tests {
    use model::dialect::Dialect;
    use model::form::{Aggregate, Filter, Join, JoinOn, Op, Sort};
    use model::spec::{ApiKind, ServeFrom, SqlBody};
    use model::{DataType, Field};

    use super::*;

    fn edges_of(spec: &ApiSpec) -> Vec<String> {
        let api = AssetPath::api("t", "x");
        let mut uses = Uses::of(api.clone());
        add_api(&mut uses, ("t", &api), spec, &Tables::known("db", Dialect::Postgres, &[]));
        let defined = uses.defined(String::new());
        let mut edges: Vec<String> = defined
            .edges
            .iter()
            .map(|edge| {
                format!("{} {} {}", edge.from, edge.how.key(), edge.to).replace("column:table:db/", "").replace("column:api:t/x", "")
            })
            .collect();
        edges.sort_unstable();
        edges
    }

    #[test]
    fn a_lookup_reads_its_table_or_its_dataset_by_key() {
        let field = Field { name: "seats_total".into(), ..Field::plain("seats", DataType::Int64) };
        let body = ApiBody::Kv(KvBody { table: TableRef::new("planes"), key: vec!["tailnum".into()] });
        let spec = ApiSpec { source: "db".into(), body, fields: vec![field], ..ApiSpec::empty(ApiKind::Kv) };
        assert_eq!(edges_of(&spec), ["planes#seats direct #seats_total", "planes#tailnum filter api:t/x", "table:db/planes read api:t/x"]);
        let served = ApiSpec { serve_from: ServeFrom::Dataset("hangar".into()), ..spec };
        assert!(edges_of(&served).contains(&"dataset:t/hangar read api:t/x".into()));
    }

    #[test]
    fn a_form_says_what_decides_over_its_rows() {
        let plain = |name: &str, column: &str| Selected { name: name.into(), column: column.into(), ..Selected::default() };
        let form = QueryForm {
            table: TableRef::new("flights"),
            joins: vec![Join {
                name: "planes".into(),
                table: TableRef::new("planes"),
                on: vec![JoinOn { left: "tailnum".into(), right: "tailnum".into() }],
                inner: false,
            }],
            select: vec![
                plain("carrier", "carrier"),
                Selected { aggregate: Some(Aggregate::Sum), ..plain("seats", "planes.seats") },
                Selected { aggregate: Some(Aggregate::Count), ..plain("flights", "") },
            ],
            filters: vec![Filter { column: "planes.year".into(), op: Op::AtLeast, parameter: "y".into(), ..Filter::default() }],
            any_of: vec![vec![Filter { column: "month".into(), op: Op::Is, parameter: "m".into(), ..Filter::default() }]],
            having: vec![Filter { column: "seats".into(), op: Op::Less, constant: Some("9".into()), ..Filter::default() }],
            sort: vec![Sort { field: "flights".into(), descending: true }, Sort { field: "carrier".into(), descending: false }],
            ..QueryForm::default()
        };
        let body = ApiBody::Sql(SqlBody { query: Query::Form(form), page_size: None, keyset: false });
        let fields = ["carrier", "seats", "flights"].map(|name| Field::plain(name, DataType::String)).to_vec();
        let spec = ApiSpec { source: "db".into(), body, fields, ..ApiSpec::empty(ApiKind::Sql) };
        assert_eq!(
            edges_of(&spec),
            [
                "flights#carrier direct #carrier",
                "flights#carrier group api:t/x",
                "flights#carrier sort api:t/x",
                "flights#month filter api:t/x",
                "flights#tailnum join api:t/x",
                "planes#seats direct #seats",
                "planes#seats filter api:t/x",
                "planes#tailnum join api:t/x",
                "planes#year filter api:t/x",
                "table:db/flights read api:t/x",
                "table:db/planes read api:t/x",
            ]
        );
    }
}
