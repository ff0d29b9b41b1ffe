//! What is masked of that which is made of masked columns: the columns of a dataset, the fields and parameters of an API.

use super::mask::Masks;
use crate::dataset::DatasetSpec;
use crate::hidden::Hidden;
use crate::mapping::{Made, Mask, Of};
use crate::spec::{ApiBody, Query, SqlBody};
use crate::table::TableRef;
use crate::{ApiSpec, Field};

/// The masked columns of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaskedTable {
    pub table: TableRef,
    pub columns: Masks,
}

/// What is masked of an API, by the names of fields and of parameters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ApiMasks {
    pub fields: Masks,
    /// Parameters that are compared with a masked column: who sees their values sees values of the column.
    pub parameters: Masks,
}

impl ApiMasks {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.parameters.is_empty()
    }

    /// These and others.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { fields: self.fields.and(other.fields), parameters: self.parameters.and(other.parameters) }
    }

    fn all() -> Self {
        Self { fields: Masks::all(), parameters: Masks::all() }
    }
}

/// The masked columns of a dataset, by those of its table. A column that the mapping hashes or redacts shows nothing any more.
#[must_use]
pub fn masks_of_dataset(spec: &DatasetSpec, table: &Masks) -> Masks {
    if table.is_empty() {
        return Masks::default();
    }
    let is_masked = |column: &&str| match spec.mapping.columns.iter().find(|made| made.name == **column) {
        None => table.has(column),
        Some(Made { mask: Some(Mask::Hash | Mask::Redact), .. }) => false,
        Some(Made { of: Of::Column(name), .. }) => table.has(name),
        Some(Made { of: Of::Expression(sql), .. }) => table.are_named_in(sql),
        Some(Made { of: Of::Constant(_), .. }) => false,
    };
    Masks::of(spec.written().map(|field| field.column.as_str()).filter(is_masked).map(str::to_owned))
}

/// The masked fields and parameters of a definition, by the masked columns of the tables that it reads. A form is followed column by
/// column. A script is not: one that names a masked column, or gives all columns of a table, is masked as a whole.
#[must_use]
pub fn masks_of_api(spec: &ApiSpec, tables: &[MaskedTable]) -> ApiMasks {
    if tables.iter().all(|table| table.columns.is_empty()) {
        return ApiMasks::default();
    }
    if let ApiBody::Sql(SqlBody { query: Query::Script(sql), .. }) = &spec.body {
        let is_named = tables.iter().any(|table| table.columns.are_named_in(sql));
        return if is_named || gives_all_columns(sql) { ApiMasks::all() } else { ApiMasks::default() };
    }
    let identity = |table: &MaskedTable| {
        let name = table.table.name.clone();
        table.columns.names().map(move |column| format!("{name}.{column}")).collect::<Vec<_>>()
    };
    let identities: Vec<String> = tables.iter().flat_map(identity).collect();
    let hidden = Hidden::of(spec, &identities);
    let fields = hidden.fields.iter().filter_map(|index| spec.fields.get(*index)).map(|field| field.name.clone());
    let parameters = hidden.parameters.iter().filter_map(|index| spec.parameters.get(*index)).map(|parameter| parameter.name.clone());
    ApiMasks { fields: Masks::of(fields), parameters: Masks::of(parameters) }
}

/// A star that is not the one of a count of rows.
fn gives_all_columns(sql: &str) -> bool {
    let squeezed: String = sql.chars().filter(|character| !character.is_whitespace()).collect();
    squeezed.replace("(*)", "").contains('*')
}

/// The masked fields of a Union, by those of its steps: at any depth by the names of the steps' own fields, and under the names that the
/// Union gives them.
#[must_use]
pub fn masks_of_union(spec: &ApiSpec, step: impl Fn(&str) -> Masks) -> ApiMasks {
    let Some(union) = spec.union() else { return ApiMasks::default() };
    let mut fields = Masks::default();
    for of in &union.steps {
        fields = of.apis().map(&step).fold(fields, Masks::and);
    }
    let is_masked = |field: &&Field| union.origin(&field.column).is_some_and(|(_, inner)| fields.has(&inner.name));
    let renamed: Vec<String> = spec.fields.iter().filter(is_masked).map(|field| field.name.clone()).collect();
    // What a parameter of a Union is compared with is known to its steps alone.
    let parameters = if fields.is_empty() { Masks::default() } else { Masks::all() };
    ApiMasks { fields: fields.and(Masks::of(renamed)), parameters }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::RegisterField;
    use crate::form::{Filter, Join, JoinOn, Op, QueryForm, Selected};
    use crate::mapping::Mapping;
    use crate::spec::{ApiKind, KvBody};
    use crate::{DataType, Parameter};

    fn masks(names: &[&str]) -> Masks {
        Masks::of(names.iter().map(|name| (*name).to_owned()))
    }

    fn people(columns: &[&str]) -> Vec<MaskedTable> {
        vec![MaskedTable { table: TableRef { schema: "public".into(), name: "people".into() }, columns: masks(columns) }]
    }

    #[test]
    fn a_dataset_masks_what_it_copies_renames_and_makes_of_masked_columns() {
        let made = |name: &str, of, mask| Made { name: name.into(), of, to: None, mask };
        let columns = vec![
            made("mail", Of::Column("email".into()), None),
            made("domain", Of::Expression("split_part(\"Email\", '@', 2)".into()), None),
            made("hash", Of::Column("email".into()), Some(Mask::Hash)),
            made("end", Of::Column("email".into()), Some(Mask::LastFour)),
            made("fixed", Of::Constant("email".into()), None),
            made("upper", Of::Expression("upper(name)".into()), None),
        ];
        let names = ["id", "email", "mail", "domain", "hash", "end", "fixed", "upper"];
        let field = |column: &&str| RegisterField { number: 1, column: (*column).into(), data_type: DataType::String, retired: false };
        let spec = DatasetSpec {
            register: names.iter().map(field).collect(),
            mapping: Mapping { columns, ..Mapping::default() },
            ..DatasetSpec::default()
        };
        let masked = masks_of_dataset(&spec, &masks(&["email"]));
        let shown: Vec<&str> = names.into_iter().filter(|name| !masked.has(name)).collect();
        assert_eq!(shown, ["id", "hash", "fixed", "upper"]);
        assert!(masks_of_dataset(&spec, &Masks::default()).is_empty());
    }

    fn field(name: &str, column: &str) -> Field {
        Field { name: name.into(), column: column.into(), ..Field::default() }
    }

    #[test]
    fn a_lookup_masks_its_fields_and_the_parameter_of_its_key() {
        let mut spec = ApiSpec::empty(ApiKind::Kv);
        let table = TableRef { schema: "public".into(), name: "people".into() };
        spec.body = ApiBody::Kv(KvBody { table, key: vec!["email".into()] });
        spec.fields = vec![field("mail", "email"), field("name", "name")];
        spec.parameters = vec![Parameter::new("mail", DataType::String)];
        let masked = masks_of_api(&spec, &people(&["email"]));
        assert!(masked.fields.has("mail") && !masked.fields.has("name") && masked.parameters.has("mail"));
        assert!(masks_of_api(&spec, &people(&[])).is_empty());
    }

    #[test]
    fn a_form_is_followed_through_joins_functions_and_filters() {
        let selected = |name: &str, column: &str| Selected { name: name.into(), column: column.into(), ..Selected::default() };
        let join = Join {
            name: "p".into(),
            table: TableRef::new("people"),
            on: vec![JoinOn { left: "person".into(), right: "id".into() }],
            ..Join::default()
        };
        let filter = Filter { column: "p.email".into(), op: Op::Is, parameter: "mail".into(), ..Filter::default() };
        let form = QueryForm {
            table: TableRef::new("orders"),
            joins: vec![join],
            select: vec![selected("id", "id"), selected("who", "p.email")],
            filters: vec![filter],
            ..QueryForm::default()
        };
        let mut spec = ApiSpec::empty(ApiKind::Sql);
        spec.body = ApiBody::Sql(SqlBody { query: Query::Form(form), page_size: None, keyset: false });
        spec.fields = vec![field("id", "id"), field("who", "who")];
        spec.parameters = vec![Parameter::new("mail", DataType::String)];
        let masked = masks_of_api(&spec, &people(&["email"]));
        assert!(masked.fields.has("who") && !masked.fields.has("id") && masked.parameters.has("mail"));
    }

    #[test]
    fn a_script_is_masked_as_a_whole_where_it_may_give_a_masked_column() {
        let masked = |sql: &str| {
            let mut spec = ApiSpec::empty(ApiKind::Sql);
            spec.body = ApiBody::Sql(SqlBody { query: Query::Script(sql.into()), page_size: None, keyset: false });
            masks_of_api(&spec, &people(&["email"])).fields.has("anything")
        };
        assert!(masked("SELECT lower(\"EMAIL\") AS x FROM people") && masked("SELECT p.* FROM people p"));
        assert!(!masked("SELECT name, count( * ) FROM people GROUP BY name"));
    }

    #[test]
    fn a_union_masks_what_its_steps_mask_under_every_name() {
        use crate::union::{Shape, Step, UnionBody};
        let step = Step { name: "who".into(), api: "person".into(), fields: vec![field("email", "email")], ..Step::default() };
        let mut spec = ApiSpec::empty(ApiKind::Union);
        spec.body = ApiBody::Union(UnionBody { steps: vec![step], shape: Shape::default() });
        spec.fields = vec![field("mail", "who.email"), field("name", "who.name")];
        let masked = masks_of_union(&spec, |api| if api == "person" { masks(&["email"]) } else { Masks::default() });
        assert!(masked.fields.has("email") && masked.fields.has("mail") && !masked.fields.has("name"));
        assert!(masked.parameters.has("anything"));
        assert!(masks_of_union(&spec, |_| Masks::default()).is_empty());
    }
}
