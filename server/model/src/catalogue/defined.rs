//! The columns of what has a definition of ours: the fields of an API, and the columns that a dataset is written with.

use super::columns::ColumnSeen;
use crate::dataset::{DatasetSpec, RegisterField};
use crate::spec::{ApiSpec, Field};

/// The fields of an API, each with what its definition says of it.
#[must_use]
pub fn columns_of_api(spec: &ApiSpec) -> Vec<(ColumnSeen, String)> {
    let column = |(position, field): (i64, &Field)| {
        let number = (field.number > 0).then_some(i64::from(field.number));
        let seen = ColumnSeen { name: field.name.clone(), data_type: field.data_type.key().into(), position, number };
        (seen, field.about.trim().to_owned())
    };
    (1..).zip(&spec.fields).map(column).collect()
}

/// The columns that a dataset is written with. Nothing is said of them by its definition.
#[must_use]
pub fn columns_of_dataset(spec: &DatasetSpec) -> Vec<(ColumnSeen, String)> {
    let column = |(position, field): (i64, &RegisterField)| {
        let number = Some(i64::from(field.number));
        (ColumnSeen { name: field.column.clone(), data_type: field.data_type.key().into(), position, number }, String::new())
    };
    (1..).zip(spec.written()).map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DataType;
    use crate::spec::ApiKind;

    #[test]
    fn fields_are_columns_with_their_numbers() {
        let field = Field { number: 7, about: " The tail. ".into(), ..Field::plain("tailnum", DataType::String) };
        let spec = ApiSpec { fields: vec![field, Field::plain("seats", DataType::Int64)], ..ApiSpec::empty(ApiKind::Kv) };
        let found = columns_of_api(&spec);
        let tailnum = ColumnSeen { name: "tailnum".into(), data_type: "string".into(), position: 1, number: Some(7) };
        assert_eq!(found[0], (tailnum, "The tail.".into()));
        assert_eq!((found[1].0.position, found[1].0.number), (2, None));
    }

    #[test]
    fn a_retired_column_of_a_dataset_is_none() {
        let field = |number, column: &str, retired| RegisterField { number, column: column.into(), data_type: DataType::Date, retired };
        let spec = DatasetSpec { register: vec![field(1, "a", true), field(2, "b", false)], ..DatasetSpec::default() };
        let seen = ColumnSeen { name: "b".into(), data_type: "date".into(), position: 1, number: Some(2) };
        assert_eq!(columns_of_dataset(&spec), [(seen, String::new())]);
    }
}
