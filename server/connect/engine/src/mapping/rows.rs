//! Batches of a table becoming batches of a dataset. What fails for a row is that row's fault alone.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray, new_null_array};
use arrow_schema::SchemaRef;
use connect::batch::arrow_type;
use connect::{MapRows, Mapped, SourceError, SourceErrorKind};
use datafusion::arrow::compute::{cast, concat};
use datafusion::error::DataFusionError;
use datafusion::physical_expr::PhysicalExpr;
use model::DataType;
use model::mapping::Mask;
use model::value::read_text;

use super::mask::Masks;
use super::only::Only;

/// How long a value may be that is named.
const EXAMPLE: usize = 60;

pub(super) enum Column {
    /// As it was read, by its place there.
    Copied(usize),
    Made(Made),
}

pub(super) struct Made {
    pub(super) name: String,
    pub(super) value: Arc<dyn PhysicalExpr>,
    /// What it is to be, before it is hidden.
    pub(super) data_type: DataType,
    /// Somebody asks for that type.
    pub(super) is_cast: bool,
    /// What it is made of is nothing to be read out.
    pub(super) is_hidden: bool,
    pub(super) mask: Option<Mask>,
}

pub(super) struct Rows {
    pub(super) columns: Vec<Column>,
    pub(super) only: Vec<Only>,
    pub(super) schema: SchemaRef,
    pub(super) masks: Arc<Masks>,
}

impl MapRows for Rows {
    fn map(&self, read: &RecordBatch) -> Result<Mapped, SourceError> {
        let out = self.out(read).map_err(|error| failed(&error))?;
        let mut bad = vec![None; read.num_rows()];
        let mut columns = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            columns.push(match column {
                Column::Copied(index) => read.column(*index).clone(),
                Column::Made(made) => self.made(made, read, &mut bad).map_err(|error| failed(&error))?,
            });
        }
        for (bad, out) in bad.iter_mut().zip(&out) {
            if *out {
                *bad = None;
            }
        }
        let rows = RecordBatch::try_new(self.schema.clone(), columns).map_err(|error| failed(&error.into()))?;
        Ok(Mapped { rows, out, bad })
    }
}

fn failed(error: &DataFusionError) -> SourceError {
    let sentence = "The mapping could not be applied. The log has the cause.";
    SourceError::new(SourceErrorKind::Mismatch, sentence.to_owned()).because(error.to_string())
}

impl Rows {
    /// Which rows do not meet every condition.
    fn out(&self, read: &RecordBatch) -> Result<Vec<bool>, DataFusionError> {
        let mut out = vec![false; read.num_rows()];
        for condition in &self.only {
            for (out, held) in out.iter_mut().zip(&condition.held(read)?) {
                *out |= held != Some(true);
            }
        }
        Ok(out)
    }

    fn made(&self, made: &Made, read: &RecordBatch, bad: &mut [Option<String>]) -> Result<ArrayRef, DataFusionError> {
        let own = match made.value.evaluate(read).and_then(|value| value.into_array(read.num_rows())) {
            Ok(values) => values,
            Err(_) => one_by_one(made, read, bad)?,
        };
        let values = cast(&own, &arrow_type(made.data_type))?;
        if made.is_cast || values.null_count() != own.null_count() {
            name_lost(made, (&own, &values), bad)?;
        }
        let Some(mask) = made.mask else { return Ok(values) };
        if let Some(bytes) = values.as_binary_opt::<i32>() {
            return Ok(Arc::new(self.masks.hide_bytes(bytes, mask)));
        }
        let texts = cast(&values, &arrow_type(DataType::String))?;
        Ok(Arc::new(self.masks.hide(texts.as_string::<i32>(), mask)))
    }
}

/// Where a whole batch fails, each row by itself, as some of them do not.
fn one_by_one(made: &Made, read: &RecordBatch, bad: &mut [Option<String>]) -> Result<ArrayRef, DataFusionError> {
    let data_type = made.value.data_type(&read.schema())?;
    let mut values = Vec::with_capacity(read.num_rows());
    for (row, bad) in bad.iter_mut().enumerate() {
        values.push(match made.value.evaluate(&read.slice(row, 1)).and_then(|value| value.into_array(1)) {
            Ok(value) => value,
            Err(error) => {
                bad.get_or_insert_with(|| format!("{} cannot be computed: {}.", made.name, why(&error)));
                new_null_array(&data_type, 1)
            }
        });
    }
    let values: Vec<&dyn Array> = values.iter().map(AsRef::as_ref).collect();
    Ok(concat(&values)?)
}

fn why(error: &DataFusionError) -> &'static str {
    let said = error.to_string();
    if said.contains("Divide by zero") {
        "division by zero"
    } else if said.contains("verflow") {
        "the number is too large"
    } else {
        "a value has the wrong type"
    }
}

/// Values that did not become what they were to be.
fn name_lost(made: &Made, (own, values): (&ArrayRef, &ArrayRef), bad: &mut [Option<String>]) -> Result<(), DataFusionError> {
    let checks = matches!(made.data_type, DataType::Uuid | DataType::Json);
    let mut texts: Option<StringArray> = None;
    for (row, bad) in bad.iter_mut().enumerate() {
        let lost = own.is_valid(row) && values.is_null(row);
        let wrong = checks && values.is_valid(row) && read_text(made.data_type, values.as_string::<i32>().value(row)).is_err();
        if !lost && !wrong {
            continue;
        }
        if made.is_hidden {
            bad.get_or_insert_with(|| format!("{} should be a {}; the masked value is not shown.", made.name, made.data_type.word()));
            continue;
        }
        if texts.is_none() {
            texts = Some(cast(own, &arrow_type(DataType::String))?.as_string::<i32>().clone());
        }
        let text: String = texts.as_ref().map(|texts| texts.value(row).chars().take(EXAMPLE).collect()).unwrap_or_default();
        bad.get_or_insert_with(|| format!("{} should be a {}, but the value is {text}.", made.name, made.data_type.word()));
    }
    Ok(())
}
