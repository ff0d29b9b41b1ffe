//! Numbers of protobuf fields, given when a version is frozen: a field keeps the number that earlier versions gave it,
//! a new or retyped one takes the next, and rows of a dataset have the dataset's own.

use std::collections::HashMap;

use model::dataset::{DatasetSpec, StoreKind};
use model::{ApiSpec, DataType, FieldError, Problem};

use crate::Control;
use crate::failure::api_spec;

impl Control {
    /// Numbers the fields and parameters of a definition that is about to be frozen.
    pub(crate) async fn give_numbers(&self, domain: &str, name: &str, spec: &mut ApiSpec) -> Result<(), Problem> {
        let mut earlier = Vec::new();
        if let Some(api) = self.store.api(domain, name).await? {
            // The oldest first: numbers are given in the order in which versions came.
            for version in self.store.versions_of(&api.id).await?.iter().rev() {
                earlier.push(api_spec(&api, version)?);
            }
        }
        number(spec, &earlier);
        if let Some(dataset) = spec.serve_from.dataset().map(str::to_owned) {
            let register = self.dataset_spec(domain, &dataset).await?;
            for field in &mut spec.fields {
                if let Some(known) = register.as_ref().and_then(|spec| spec.field(&field.column)) {
                    field.number = known.number;
                }
            }
        }
        Ok(())
    }

    pub(crate) async fn dataset_spec(&self, domain: &str, name: &str) -> Result<Option<DatasetSpec>, Problem> {
        let row = self.store.dataset(domain, name).await?;
        row.map(|row| row.definition().map_err(Problem::from)).transpose()
    }

    /// What a definition that is served from a dataset must have of it.
    pub(crate) async fn check_dataset(&self, domain: &str, spec: &ApiSpec, errors: &mut Vec<FieldError>) -> Result<(), Problem> {
        let Some(name) = spec.serve_from.dataset() else { return Ok(()) };
        let mut add = |message: String| errors.push(FieldError::new("serve_from", message));
        let model::ApiBody::Kv(kv) = &spec.body else {
            add("Only a key lookup can be served from a dataset.".into());
            return Ok(());
        };
        match self.dataset_spec(domain, name).await? {
            None => add(format!("Domain {domain} has no dataset {name}. Create the dataset first.")),
            Some(dataset) if dataset.store == StoreKind::Columnar => {
                add(format!("Dataset {name} is columnar: query it through a source of datasets. Choose a dataset with a key."));
            }
            Some(dataset) if dataset.store == StoreKind::Table => {
                add(format!("Dataset {name} is in a table of a database. Choose that database as the source of the API."));
            }
            Some(dataset) if dataset.source != spec.source || dataset.table != kv.table => {
                add(format!("Dataset {name} is built from table {} of {}, not from this table.", dataset.table.path(), dataset.source));
            }
            Some(dataset) if dataset.key != kv.key => {
                add(format!("The key of dataset {name} is {}. Choose the same key.", dataset.key.join(" and ")));
            }
            Some(dataset) => {
                for field in &spec.fields {
                    match dataset.field(&field.column) {
                        Some(known) if known.data_type == field.data_type => {}
                        _ => add(format!("Column {} of dataset {name} differs from the table. Build the dataset again.", field.column)),
                    }
                }
            }
        }
        Ok(())
    }
}

fn number(spec: &mut ApiSpec, earlier: &[ApiSpec]) {
    let (mut fields, mut parameters) = (Register::default(), Register::default());
    for old in earlier {
        old.fields.iter().enumerate().for_each(|(index, field)| fields.take(&field.name, field.data_type, false, old.field_number(index)));
        old.parameters
            .iter()
            .enumerate()
            .for_each(|(index, known)| parameters.take(&known.name, known.data_type, known.list, old.parameter_number(index)));
    }
    for field in &mut spec.fields {
        field.number = fields.give(&field.name, field.data_type, false);
    }
    for parameter in &mut spec.parameters {
        parameter.number = parameters.give(&parameter.name, parameter.data_type, parameter.list);
    }
}

/// Names and types with the number of each.
#[derive(Default)]
struct Register {
    numbers: HashMap<(String, DataType, bool), u32>,
    highest: u32,
}

impl Register {
    fn take(&mut self, name: &str, data_type: DataType, list: bool, number: u32) {
        self.numbers.entry((name.to_owned(), data_type, list)).or_insert(number);
        self.highest = self.highest.max(number);
    }

    fn give(&mut self, name: &str, data_type: DataType, list: bool) -> u32 {
        if let Some(known) = self.numbers.get(&(name.to_owned(), data_type, list)) {
            return *known;
        }
        self.take(name, data_type, list, self.highest + 1);
        self.highest
    }
}

#[cfg(test)]
mod tests {
    use model::Field;
    use model::spec::ApiKind;

    use super::*;

    fn spec(fields: &[(&str, DataType)]) -> ApiSpec {
        let field = |(name, data_type): &(&str, DataType)| Field { name: (*name).into(), data_type: *data_type, ..Field::default() };
        ApiSpec { fields: fields.iter().map(field).collect(), ..ApiSpec::empty(ApiKind::Kv) }
    }

    #[test]
    fn a_field_keeps_its_number_and_a_retyped_one_takes_the_next() {
        let mut first = spec(&[("tailnum", DataType::String), ("seats", DataType::Int32)]);
        number(&mut first, &[]);
        let mut second = spec(&[("year", DataType::Int32), ("seats", DataType::Int64), ("tailnum", DataType::String)]);
        number(&mut second, std::slice::from_ref(&first));
        assert_eq!(second.fields.iter().map(|field| field.number).collect::<Vec<_>>(), [3, 4, 1]);
        let mut third = spec(&[("seats", DataType::Int32)]);
        number(&mut third, &[first, second]);
        assert_eq!(third.fields[0].number, 2);
    }
}
