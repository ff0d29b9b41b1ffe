//! The check of an API whose dataset makes its rows, or is made of a feed: what it names are columns of the dataset, and its source has no
//! question for them, so what it would answer is seen on rows that are made for it.

use connect::registry;
use model::dataset::DatasetSpec;
use model::table::Sample;
use model::validate::validate;
use model::view::CheckReport;
use model::{ApiBody, ApiSpec, FieldError, Problem};

use super::check::type_kv_fields;
use crate::Control;
use crate::sources::Resolved;

impl Control {
    /// The dataset that a definition is served from, where that has columns or rows other than its table, or its source has to read all
    /// that it ever told to answer a question.
    pub(super) async fn making_dataset(&self, domain: &str, spec: &ApiSpec, source: &Resolved) -> Result<Option<DatasetSpec>, Problem> {
        let Some(name) = spec.serve_from.dataset().filter(|_| matches!(spec.body, ApiBody::Kv(_))) else { return Ok(None) };
        let feeds = registry::feeds(&source.snapshot.driver);
        Ok(self.dataset_spec(domain, name).await?.filter(|dataset| feeds || dataset.mapping.makes_rows()))
    }

    pub(super) async fn check_made(
        &self,
        source: &Resolved,
        dataset: &DatasetSpec,
        domain: &str,
        (spec, report): (&mut ApiSpec, &mut CheckReport),
    ) -> Result<(), Problem> {
        type_kv_fields(spec, &dataset.as_table(), &mut report.errors);
        self.check_dataset(domain, spec, &mut report.errors).await?;
        report.errors.extend(validate(spec, Some(source.dialect)));
        if report.errors.is_empty() {
            match self.first_made(dataset, source).await {
                Ok(made) => report.sample = only(&made.sample, spec),
                Err(problem) if problem.errors.is_empty() => return Err(problem),
                Err(problem) => report.errors.extend(problem.errors.into_iter().map(|error| FieldError::new("serve_from", error.message))),
            }
        }
        report.fields.clone_from(&spec.fields);
        Ok(())
    }
}

/// The columns that are given out, under their names in the answer.
fn only(sample: &Sample, spec: &ApiSpec) -> Sample {
    let place = |column: &str| sample.columns.iter().position(|known| known.name == column);
    let places: Vec<(usize, &str)> = spec.fields.iter().filter_map(|field| Some((place(&field.column)?, field.name.as_str()))).collect();
    let mut columns = Vec::with_capacity(places.len());
    for (index, name) in &places {
        let mut column = sample.columns[*index].clone();
        column.name = (*name).to_owned();
        columns.push(column);
    }
    let rows = sample.rows.iter().map(|row| places.iter().map(|(index, _)| row[*index].clone()).collect()).collect();
    Sample { columns, rows, unreadable: sample.unreadable.clone(), took_ms: sample.took_ms }
}
