//! What clicks about joined tables do to the form of a question.

use model::ApiSpec;
use model::form::{Filter, Join, JoinOn, Relation};
use model::table::{TableInfo, TableRef};

use super::edits::{form_mut, form_of, type_form};

/// Joins a table as a relation says, under its own name or one that is free.
pub(super) fn add_join(spec: &mut ApiSpec, relation: &Relation) {
    let Some(form) = form_mut(spec) else { return };
    let base = relation.table.name.clone();
    let taken = |name: &String| form.joins.iter().any(|join| &join.name == name) || &form.table.name == name;
    let Some(name) = (1..).map(|n| if n == 1 { base.clone() } else { format!("{base}_{n}") }).find(|name| !taken(name)) else { return };
    form.joins.push(Join { name, table: relation.table.clone(), on: relation.on.clone(), inner: false });
}

/// Takes a joined table away, with all that was about its columns.
pub(super) fn remove_join(spec: &mut ApiSpec, tables: &[TableInfo], name: &str) {
    let Some(form) = form_mut(spec) else { return };
    let prefix = format!("{name}.");
    form.joins.retain(|join| join.name != name);
    form.select.retain(|selected| !selected.column.starts_with(&prefix));
    let other = |filter: &Filter| !filter.column.starts_with(&prefix);
    form.filters.retain(other);
    form.any_of.iter_mut().for_each(|group| group.retain(other));
    form.any_of.retain(|group| !group.is_empty());
    let names: Vec<String> = form.select.iter().map(|selected| selected.name.clone()).collect();
    form.having.retain(|filter| names.contains(&filter.column));
    form.sort.retain(|sort| names.contains(&sort.field));
    let used: Vec<String> = form.conditions().chain(&form.having).flat_map(Filter::parameters).collect();
    let info = model::form::joined_table(form, tables);
    spec.parameters.retain(|parameter| used.contains(&parameter.name));
    if let Some(info) = info {
        type_form(spec, &info);
    }
}

pub(super) fn set_inner(spec: &mut ApiSpec, tables: &[TableInfo], name: &str, inner: bool) {
    let Some(form) = form_mut(spec) else { return };
    form.joins.iter_mut().filter(|join| join.name == name).for_each(|join| join.inner = inner);
    if let Some(info) = model::form::joined_table(form, tables) {
        type_form(spec, &info);
    }
}

/// Adds a pair of columns that must be the same, or takes it out where it is there.
pub(super) fn toggle_pair(spec: &mut ApiSpec, name: &str, pair: &JoinOn) {
    let Some(join) = form_mut(spec).and_then(|form| form.joins.iter_mut().find(|join| join.name == name)) else { return };
    if join.on.contains(pair) {
        join.on.retain(|on| on != pair);
    } else if !pair.left.is_empty() && !pair.right.is_empty() {
        join.on.push(pair.clone());
    }
}

/// The relations of the form's first table that are not joined yet.
pub(super) fn offered(spec: &ApiSpec, tables: &[TableInfo]) -> Vec<Relation> {
    let Some(form) = form_of(spec) else { return Vec::new() };
    let Some(first) = tables.iter().find(|info| info.table.name == form.table.name) else { return Vec::new() };
    let joined = |table: &TableRef| form.joins.iter().any(|join| join.table.name == table.name);
    model::form::relations(first, tables).into_iter().filter(|relation| relation.declared || !joined(&relation.table)).collect()
}

#[cfg(test)]
mod tests {
    use model::DataType;
    use model::spec::ApiKind;
    use model::table::Column;

    use super::super::edits::{choose_table, set_given};
    use super::super::filter_edits::{About, add_filter};
    use super::*;

    fn table(name: &str, key: &str, columns: &[&str]) -> TableInfo {
        let column = |name: &&str| Column { name: (*name).into(), data_type: DataType::String, nullable: false, native: String::new() };
        TableInfo {
            table: TableRef::new(name),
            columns: columns.iter().map(column).collect(),
            key: vec![key.into()],
            ..TableInfo::default()
        }
    }

    #[test]
    fn a_joined_table_comes_with_its_columns_and_goes_with_all_about_them() {
        let tables = [table("flights", "id", &["id", "tailnum"]), table("planes", "tailnum", &["tailnum", "maker"])];
        let mut spec = ApiSpec::empty(ApiKind::Sql);
        choose_table(&mut spec, &tables[0]);
        let relation = offered(&spec, &tables).remove(0);
        add_join(&mut spec, &relation);
        assert!(offered(&spec, &tables).is_empty());
        let whole = model::form::joined_table(form_of(&spec).unwrap(), &tables).unwrap();
        set_given(&mut spec, &whole, "planes.maker", true);
        set_given(&mut spec, &whole, "planes.tailnum", true);
        assert_eq!(spec.fields.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["id", "tailnum", "planes_tailnum", "maker"]);
        assert!(spec.fields[3].nullable);
        let about = About { name: "planes.maker".into(), data_type: DataType::String, computed: false };
        add_filter(&mut spec, &about, model::form::Op::Is, None, None);
        assert_eq!(spec.parameters[0].name, "planes_maker");
        remove_join(&mut spec, &tables, "planes");
        assert_eq!(spec.fields.len(), 2);
        assert!(spec.parameters.is_empty());
    }
}
