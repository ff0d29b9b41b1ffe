//! What a click among the filters of a form does to its definition: pure, so that it can be tested without a browser.

use model::form::{Filter, Op};
use model::spec::ApiSpec;
use model::table::TableInfo;
use model::{DataType, Field, Parameter};

use super::edits::{form_mut, form_of};

/// What a filter is about: a column, or a computed field of the answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct About {
    pub(super) name: String,
    pub(super) data_type: DataType,
    pub(super) computed: bool,
}

impl About {
    /// Tells it from all others: a computed field may be called what a column is called.
    pub(super) fn key(&self) -> String {
        if self.computed { format!(":{}", self.name) } else { self.name.clone() }
    }
}

/// Everything that can be filtered by: the columns of the table, then the computed fields.
pub(super) fn filterable(spec: &ApiSpec, info: &TableInfo) -> Vec<About> {
    let columns = info.columns.iter().map(|column| About { name: column.name.clone(), data_type: column.data_type, computed: false });
    let is_computed = |field: &&Field| {
        form_of(spec).is_some_and(|form| form.select.iter().any(|selected| selected.name == field.name && selected.aggregate.is_some()))
    };
    let computed =
        spec.fields.iter().filter(is_computed).map(|field| About { name: field.name.clone(), data_type: field.data_type, computed: true });
    columns.chain(computed).collect()
}

/// Adds a filter: with a constant, or with the parameters that it binds, named after what it is about.
/// With `group` it is one of those of which one is enough: the group at that place, or a new one behind the last.
pub(super) fn add_filter(spec: &mut ApiSpec, about: &About, op: Op, constant: Option<String>, group: Option<usize>) {
    let base = about.name.to_ascii_lowercase().replace('.', "_");
    let taken = |name: &String| {
        let names = Filter { column: about.name.clone(), op, parameter: name.clone(), ..Filter::default() }.parameters();
        names.iter().any(|name| spec.parameter(name).is_some()) || model::parameter::RESERVED.contains(&name.as_str())
    };
    let name = (1..).map(|n| if n == 1 { base.clone() } else { format!("{base}_{n}") }).find(|name| !taken(name)).unwrap_or(base.clone());
    let parameter = if op.takes_value() && constant.is_none() { name } else { String::new() };
    let constant_type = constant.as_ref().map(|_| about.data_type);
    let filter = Filter { column: about.name.clone(), op, parameter, constant, constant_type };
    for name in filter.parameters() {
        spec.parameters.push(Parameter { list: op == Op::In, ..Parameter::new(name, about.data_type) });
    }
    if let Some(form) = form_mut(spec) {
        match group {
            _ if about.computed => form.having.push(filter),
            None => form.filters.push(filter),
            Some(place) => match form.any_of.get_mut(place) {
                Some(group) => group.push(filter),
                None => form.any_of.push(vec![filter]),
            },
        }
    }
}

/// Every filter in its order, with the group of which one is enough where it is in one.
pub(super) fn filters_of(spec: &ApiSpec) -> Vec<(Filter, Option<usize>)> {
    let Some(form) = form_of(spec) else { return Vec::new() };
    let plain = |filter: &Filter| (filter.clone(), None);
    let either = form.any_of.iter().enumerate().flat_map(|(place, group)| group.iter().map(move |filter| (filter.clone(), Some(place))));
    form.filters.iter().map(plain).chain(either).chain(form.having.iter().map(plain)).collect()
}

/// Takes out the filter at a place in [`filters_of`].
pub(super) fn remove_filter(spec: &mut ApiSpec, index: usize) {
    let Some(form) = form_mut(spec) else { return };
    let mut at = index;
    let mut gone = None;
    for list in std::iter::once(&mut form.filters).chain(&mut form.any_of).chain(std::iter::once(&mut form.having)) {
        if at < list.len() {
            gone = Some(list.remove(at));
            break;
        }
        at -= list.len();
    }
    form.any_of.retain(|group| !group.is_empty());
    let names = gone.map(|filter| filter.parameters()).unwrap_or_default();
    spec.parameters.retain(|parameter| !names.contains(&parameter.name));
}

#[cfg(test)]
mod tests {
    use model::form::Aggregate;

    use super::super::edits::tests::{form, planes};
    use super::super::edits::{add_aggregate, remove_selected, rename};
    use super::*;

    #[test]
    fn filters_bring_their_parameters_and_take_them_away() {
        let mut spec = form();
        let year = filterable(&spec, &planes())[1].clone();
        add_filter(&mut spec, &year, Op::Between, None, None);
        add_filter(&mut spec, &year, Op::In, None, None);
        assert_eq!(spec.parameters.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["year_from", "year_to", "year"]);
        assert_eq!(model::validate::validate(&spec, None), vec![]);
        remove_filter(&mut spec, 0);
        assert_eq!(spec.parameters.len(), 1);
    }

    #[test]
    fn filters_stand_in_groups_of_which_one_is_enough() {
        let mut spec = form();
        let columns = filterable(&spec, &planes());
        for (column, group) in [(0, None), (1, Some(0)), (2, Some(0)), (1, Some(1)), (2, Some(9))] {
            add_filter(&mut spec, &columns[column], Op::Is, Some("1".into()), group);
        }
        let groups = |spec: &ApiSpec| filters_of(spec).into_iter().map(|(filter, group)| (filter.column, group)).collect::<Vec<_>>();
        let expected = [("tailnum", None), ("year", Some(0)), ("model", Some(0)), ("year", Some(1)), ("model", Some(2))];
        assert_eq!(groups(&spec), expected.map(|(name, group)| (name.to_owned(), group)));
        remove_filter(&mut spec, 3);
        assert_eq!(groups(&spec).pop(), Some(("model".to_owned(), Some(1))), "an empty group is gone");
    }

    #[test]
    fn a_condition_on_a_computed_field_goes_with_it() {
        let mut spec = form();
        add_aggregate(&mut spec, &planes(), Aggregate::Count, "");
        let count = filterable(&spec, &planes()).pop().unwrap();
        assert!(count.computed);
        add_filter(&mut spec, &count, Op::AtLeast, None, None);
        add_filter(&mut spec, &count, Op::Less, Some("9".into()), None);
        assert_eq!(model::validate::validate(&spec, None), vec![]);
        rename(&mut spec, "count", "planes");
        assert_eq!(model::validate::validate(&spec, None), vec![], "the conditions follow the name");
        remove_selected(&mut spec, &planes(), "planes");
        assert!(spec.parameters.is_empty() && form_of(&spec).is_some_and(|form| form.having.is_empty()));
    }
}
