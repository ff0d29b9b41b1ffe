//! Hidden fields: which columns of an API an app does not get, and what follows from that in each version.
//!
//! A grant hides **columns**, not names. It keeps each hidden field by its name and its number ([`HiddenField`]); grants of
//! older programs have the name alone. For a snapshot this is followed through every version of the API ([`closed`]): a
//! field that shares its number, its name or the column that it is read from with a hidden one is the same column and is
//! hidden too, so that a version that renames, retypes or copies a field shows nothing more; so are the columns that a form
//! joins by. What comes out is a list of
//! identities, each a text:
//!
//! - `seats`: every field of this name;
//! - `#7`, `planes#7`: every field of this number, in the API's own register of numbers or in that of a dataset;
//! - `planes.seats`, `.seats`: every field read from this column of a table, or of this name in a statement's result.
//!
//! In one version ([`Hidden::of`]) the app does not get these fields, and cannot give the parameters that are compared
//! with a hidden column: the key of a key-value API, the filters of a form. For this app they do not exist. Rows may be
//! sorted by a hidden column, because the order is the definition's own and cursors are sealed. Where a request is impossible
//! without a hidden parameter, the version is closed to the app ([`Hidden::closes`]); a grant that would do so is refused.
//!
//! **A script cannot be traced.** What its parameters are compared with is not known, so they stay; its fields are hidden in
//! the response, by number, name and result column alone. Whoever hides a field of a script has to read the script.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Deserialize, Serialize};

use crate::form::{Filter, Join, Op, QueryForm, Selected};
use crate::spec::{ApiBody, Query, SqlBody, is_zero};
use crate::{ApiSpec, Field};

/// A field that a grant hides, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HiddenField {
    /// Its name when the grant was made.
    pub name: String,
    /// Its number then; 0 where none was known.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub number: u32,
    /// The dataset whose number it is; empty for the API's own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub dataset: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Name(String),
    Field(HiddenField),
}

/// Reads what a grant stores; older grants store names.
///
/// # Errors
/// Where the text is neither.
pub fn read_stored(text: &str) -> Result<Vec<HiddenField>, serde_json::Error> {
    let stored: Vec<Stored> = serde_json::from_str(text)?;
    let field = |one: Stored| match one {
        Stored::Name(name) => HiddenField { name, number: 0, dataset: String::new() },
        Stored::Field(field) => field,
    };
    Ok(stored.into_iter().map(field).collect())
}

/// The field of this name, as a grant that hides it stores it; the versions are the newest first. `None` where no
/// version has it.
#[must_use]
pub fn resolve(name: &str, versions: &[ApiSpec]) -> Option<HiddenField> {
    versions.iter().find_map(|spec| {
        let index = spec.fields.iter().position(|field| field.name == name)?;
        let dataset = spec.serve_from.dataset().unwrap_or_default().to_owned();
        Some(HiddenField { name: name.to_owned(), number: spec.field_number(index), dataset })
    })
}

/// The identities of all that these fields are in any version of their API.
#[must_use]
pub fn closed(hidden: &[HiddenField], versions: &[ApiSpec]) -> Vec<String> {
    let mut found: BTreeSet<String> = hidden.iter().map(|field| field.name.clone()).collect();
    found.extend(hidden.iter().filter(|field| field.number > 0).map(|field| numbered(&field.dataset, field.number)));
    let fields = versions.iter().flat_map(|spec| (0..spec.fields.len()).map(|index| identities(spec, index)));
    let same: Vec<Vec<String>> = fields.chain(versions.iter().flat_map(joined)).collect();
    loop {
        let before = found.len();
        for one in &same {
            if one.iter().any(|identity| found.contains(identity)) {
                found.extend(one.iter().cloned());
            }
        }
        if found.len() == before {
            return found.into_iter().collect();
        }
    }
}

/// The columns that a form joins by: each pair holds the same value, so that one tells the other.
fn joined(spec: &ApiSpec) -> Vec<Vec<String>> {
    let pairs = |form: &QueryForm| {
        let of = |join: &Join| {
            let table = join.table.name.clone();
            join.on.iter().map(move |on| vec![column_of(form, &on.left), format!("{table}.{}", on.right)]).collect::<Vec<_>>()
        };
        form.joins.iter().flat_map(of).collect()
    };
    form_of(spec).map(pairs).unwrap_or_default()
}

fn numbered(register: &str, number: u32) -> String {
    format!("{register}#{number}")
}

/// All that a field of a version is known by.
#[must_use]
pub fn identities(spec: &ApiSpec, index: usize) -> Vec<String> {
    let Some(field) = spec.fields.get(index) else { return Vec::new() };
    let mut out = vec![field.name.clone(), numbered(spec.serve_from.dataset().unwrap_or_default(), spec.field_number(index))];
    match &spec.body {
        ApiBody::Kv(kv) if !field.column.is_empty() => out.push(format!("{}.{}", kv.table.name, field.column)),
        ApiBody::Kv(_) => {}
        ApiBody::Sql(_) | ApiBody::Union(_) if !field.column.is_empty() => out.push(format!(".{}", field.column)),
        ApiBody::Sql(_) | ApiBody::Union(_) => {}
    }
    if let Some((form, selected)) = selected_of(spec, field)
        && !selected.column.is_empty()
    {
        out.push(column_of(form, &selected.column));
    }
    out
}

fn form_of(spec: &ApiSpec) -> Option<&QueryForm> {
    match &spec.body {
        ApiBody::Sql(SqlBody { query: Query::Form(form), .. }) => Some(form),
        _ => None,
    }
}

fn selected_of<'a>(spec: &'a ApiSpec, field: &Field) -> Option<(&'a QueryForm, &'a Selected)> {
    let form = form_of(spec)?;
    let selected = form.select.iter().find(|selected| selected.name == field.column || selected.name == field.name)?;
    Some((form, selected))
}

/// A column of a form by the name of its table, whatever its join is called.
fn column_of(form: &QueryForm, column: &str) -> String {
    let joined = column.split_once('.').and_then(|(name, column)| {
        let join = form.joins.iter().find(|join| join.name == name)?;
        Some((&join.table, column))
    });
    let (table, column) = joined.unwrap_or((&form.table, column));
    format!("{}.{column}", table.name)
}

/// What one app does not get of one version, and what it cannot give.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hidden {
    /// By their positions in the definition.
    pub fields: BTreeSet<usize>,
    /// By their positions in the definition.
    pub parameters: BTreeSet<usize>,
    /// Unions of steps side by side: fields inside of a step's answer, by the step's name.
    pub inside: BTreeMap<String, BTreeSet<String>>,
}

impl Hidden {
    /// What is hidden of a version by these identities.
    #[must_use]
    pub fn of(spec: &ApiSpec, hidden: &[String]) -> Self {
        if hidden.is_empty() {
            return Self::default();
        }
        let hidden: HashSet<&str> = hidden.iter().map(String::as_str).collect();
        let is_hidden = |index: &usize| identities(spec, *index).iter().any(|identity| hidden.contains(identity.as_str()));
        let fields: BTreeSet<usize> = (0..spec.fields.len()).filter(is_hidden).collect();
        let names = compared(spec, &fields, &hidden);
        let parameters = (0..spec.parameters.len()).filter(|index| names.contains(&spec.parameters[*index].name)).collect();
        Self { fields, parameters, inside: BTreeMap::new() }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.parameters.is_empty() && self.inside.is_empty()
    }

    /// A parameter that the app cannot give and without which there is no call; `None` where calls are possible.
    #[must_use]
    pub fn closes<'a>(&self, spec: &'a ApiSpec) -> Option<&'a str> {
        let needed = self.parameters.iter().filter_map(|index| spec.parameters.get(*index));
        needed.filter(|parameter| parameter.required && parameter.default.is_none()).map(|parameter| parameter.name.as_str()).next()
    }

    /// The definition as the app knows it, for the documents that it is given. Numbers stay.
    #[must_use]
    pub fn visible(&self, spec: &ApiSpec) -> ApiSpec {
        let mut out = spec.clone();
        for (index, field) in out.fields.iter_mut().enumerate() {
            field.number = spec.field_number(index);
        }
        for (index, parameter) in out.parameters.iter_mut().enumerate() {
            parameter.number = spec.parameter_number(index);
        }
        out.fields = shown(out.fields, &self.fields);
        out.parameters = shown(out.parameters, &self.parameters);
        if let ApiBody::Union(union) = &mut out.body {
            for step in &mut union.steps {
                if let Some(inside) = self.inside.get(&step.name) {
                    step.fields.retain(|field| !inside.contains(&field.name));
                }
            }
        }
        out
    }
}

fn shown<T>(items: Vec<T>, hidden: &BTreeSet<usize>) -> Vec<T> {
    items.into_iter().enumerate().filter(|(index, _)| !hidden.contains(index)).map(|(_, item)| item).collect()
}

/// The names of the parameters that are compared with a hidden column.
fn compared(spec: &ApiSpec, fields: &BTreeSet<usize>, hidden: &HashSet<&str>) -> HashSet<String> {
    let is_field = |is: &dyn Fn(&Field) -> bool| spec.fields.iter().enumerate().any(|(index, field)| fields.contains(&index) && is(field));
    match &spec.body {
        ApiBody::Kv(kv) => {
            let of_key = spec.fields.iter().enumerate().filter(|(index, field)| fields.contains(index) && kv.key.contains(&field.column));
            of_key.map(|(_, field)| field.name.clone()).collect()
        }
        ApiBody::Sql(SqlBody { query: Query::Form(form), .. }) => {
            let columns = form.conditions().filter(|filter| hidden.contains(column_of(form, &filter.column).as_str()));
            let computed =
                form.having.iter().filter(|filter| is_field(&|field| field.name == filter.column || field.column == filter.column));
            columns.chain(computed).flat_map(Filter::parameters).collect()
        }
        ApiBody::Sql(_) | ApiBody::Union(_) => HashSet::new(),
    }
}

/// The fields whose value is that of a parameter in every row: the key, and what a form asks to be the same.
#[must_use]
pub fn equal_fields<'a>(spec: &'a ApiSpec, parameter: &str) -> Vec<&'a Field> {
    match &spec.body {
        ApiBody::Kv(kv) => spec.fields.iter().filter(|field| field.name == parameter && kv.key.contains(&field.column)).collect(),
        ApiBody::Sql(SqlBody { query: Query::Form(form), .. }) => {
            let same =
                |filter: &&Filter| matches!(filter.op, Op::Is | Op::In) && filter.constant.is_none() && filter.parameter == parameter;
            let columns: Vec<String> = form.filters.iter().filter(same).map(|filter| column_of(form, &filter.column)).collect();
            let is_one = |field: &&Field| {
                selected_of(spec, field)
                    .is_some_and(|(form, selected)| !selected.is_computed() && columns.contains(&column_of(form, &selected.column)))
            };
            spec.fields.iter().filter(is_one).collect()
        }
        ApiBody::Sql(_) | ApiBody::Union(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::JoinOn;
    use crate::spec::{ApiKind, KvBody};
    use crate::table::TableRef;
    use crate::{DataType, Parameter};

    /// Fields as name, column, number.
    fn kv(fields: &[(&str, &str, u32)]) -> ApiSpec {
        let field = |(name, column, number): &(&str, &str, u32)| Field {
            name: (*name).into(),
            column: (*column).into(),
            number: *number,
            ..Field::default()
        };
        ApiSpec {
            fields: fields.iter().map(field).collect(),
            body: ApiBody::Kv(KvBody { table: TableRef::new("planes"), key: vec!["tailnum".into()] }),
            parameters: vec![Parameter::new("tailnum", DataType::String).required()],
            ..ApiSpec::empty(ApiKind::Kv)
        }
    }

    #[test]
    fn a_column_stays_hidden_under_another_name_number_or_beside_itself() {
        let versions = [
            kv(&[("tailnum", "tailnum", 1), ("places", "seats", 3), ("year", "year", 4)]),
            kv(&[("tailnum", "tailnum", 1), ("seats", "seats", 2), ("again", "seats", 5)]),
        ];
        let stored = resolve("seats", &versions).unwrap();
        assert_eq!((stored.name.as_str(), stored.number, stored.dataset.as_str()), ("seats", 2, ""));
        assert_eq!(resolve("wings", &versions), None);
        let identities = closed(&[stored], &versions);
        assert_eq!(Hidden::of(&versions[0], &identities).fields, BTreeSet::from([1]));
        assert_eq!(Hidden::of(&versions[1], &identities).fields, BTreeSet::from([1, 2]));
        // Numbers of a dataset are its own.
        let mut of_dataset = kv(&[("tailnum", "tailnum", 1), ("engines", "engines", 2)]);
        of_dataset.serve_from = crate::spec::ServeFrom::Dataset("planes".into());
        assert!(Hidden::of(&of_dataset, &identities).is_empty());
    }

    #[test]
    fn stored_names_of_older_grants_are_read() {
        let read = read_stored(r#"["seats",{"name":"year","number":4,"dataset":"planes"}]"#).unwrap();
        assert_eq!((read[0].name.as_str(), read[0].number, read[1].number), ("seats", 0, 4));
        assert_eq!(read_stored(&serde_json::to_string(&read).unwrap()).unwrap(), read);
        assert!(read_stored("{}").is_err());
    }

    #[test]
    fn a_hidden_key_closes_a_version_and_a_document_does_not_name_what_is_hidden() {
        let spec = kv(&[("tailnum", "tailnum", 0), ("seats", "seats", 0), ("year", "year", 0)]);
        let key = Hidden::of(&spec, &["tailnum".into()]);
        assert_eq!((key.parameters.len(), key.closes(&spec)), (1, Some("tailnum")));
        let seats = Hidden::of(&spec, &["planes.seats".into()]);
        assert_eq!(seats.closes(&spec), None);
        let visible = seats.visible(&spec);
        let fields: Vec<(&str, u32)> = visible.fields.iter().map(|field| (field.name.as_str(), field.number)).collect();
        assert_eq!(fields, [("tailnum", 1), ("year", 3)]);
    }

    #[test]
    fn what_is_joined_by_a_hidden_column_is_hidden_with_it() {
        let mut spec = ApiSpec::empty(ApiKind::Sql);
        let on = vec![JoinOn { left: "tailnum".into(), right: "tailnum".into() }];
        let again = vec![JoinOn { left: "p.tailnum".into(), right: "plane".into() }];
        let join = |name: &str, table: &str, on| Join { name: name.into(), table: TableRef::new(table), on, inner: false };
        let selected = |name: &str, column: &str| Selected { name: name.into(), column: column.into(), ..Selected::default() };
        let form = QueryForm {
            table: TableRef::new("flights"),
            joins: vec![join("p", "planes", on), join("r", "repairs", again)],
            select: vec![
                selected("plane", "p.tailnum"),
                selected("flown", "tailnum"),
                selected("mended", "r.plane"),
                selected("day", "day"),
            ],
            filters: vec![Filter { column: "tailnum".into(), op: Op::Is, parameter: "flown".into(), ..Filter::default() }],
            ..QueryForm::default()
        };
        spec.fields = ["plane", "flown", "mended", "day"].map(|name| Field::plain(name, DataType::String)).into();
        spec.parameters = vec![Parameter::new("flown", DataType::String)];
        spec.body = ApiBody::Sql(SqlBody { query: Query::Form(form), page_size: None, keyset: false });
        let hidden = Hidden::of(&spec, &closed(&[resolve("plane", std::slice::from_ref(&spec)).unwrap()], std::slice::from_ref(&spec)));
        assert_eq!((hidden.fields, hidden.parameters), (BTreeSet::from([0, 1, 2]), BTreeSet::from([0])));
    }

    #[test]
    fn filters_on_a_hidden_column_are_hidden_however_its_table_is_called() {
        let filter =
            |column: &str, op, parameter: &str| Filter { column: column.into(), op, parameter: parameter.into(), ..Filter::default() };
        let form = QueryForm {
            table: TableRef::new("flights"),
            joins: vec![Join { name: "p".into(), table: TableRef::new("planes"), ..Join::default() }],
            select: vec![
                Selected { name: "carrier".into(), column: "carrier".into(), ..Selected::default() },
                Selected { name: "seats".into(), column: "p.seats".into(), ..Selected::default() },
            ],
            filters: vec![filter("p.seats", Op::Between, "seats"), filter("carrier", Op::Is, "carrier")],
            ..QueryForm::default()
        };
        let mut spec = ApiSpec::empty(ApiKind::Sql);
        spec.fields = ["carrier", "seats"].map(|name| Field::plain(name, DataType::String)).into();
        spec.parameters = ["seats_from", "seats_to", "carrier"].map(|name| Parameter::new(name, DataType::String)).into();
        spec.body = ApiBody::Sql(SqlBody { query: Query::Form(form), page_size: None, keyset: false });
        let hidden = Hidden::of(&spec, &["planes.seats".into()]);
        assert_eq!((hidden.fields.clone(), hidden.parameters.clone()), (BTreeSet::from([1]), BTreeSet::from([0, 1])));
        let visible = hidden.visible(&spec);
        let names: Vec<&str> = visible.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        assert_eq!(names, ["carrier"]);
        assert_eq!(equal_fields(&spec, "carrier").iter().map(|field| field.name.as_str()).collect::<Vec<_>>(), ["carrier"]);
        assert!(equal_fields(&spec, "seats_from").is_empty());
    }
}
