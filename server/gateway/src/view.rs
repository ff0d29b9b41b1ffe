//! What one app gets to see of an API's rows: which fields, as JSON and as protobuf bytes.

use std::collections::HashSet;
use std::sync::Arc;

use accel::mask::Mask;
use accel::row_json::{JsonField, JsonRows, RowJson};
use bytes::Bytes;
use model::wire::Broken;
use model::{ApiSpec, ErrorCode, Field, Problem};

/// A set of shown fields, compiled.
pub(crate) struct View {
    /// Positions in the definition's fields.
    pub(crate) fields: Vec<usize>,
    pub(crate) json: RowJson,
    /// `None` where stored bytes hold these fields and no others.
    mask: Option<Mask>,
}

impl View {
    /// `stored` are the numbers that rows may have beyond the fields of the definition.
    pub(crate) fn new(spec: &ApiSpec, fields: Vec<usize>, stored: &[u32]) -> Self {
        let shown: Vec<JsonField> = fields
            .iter()
            .filter_map(|index| {
                let field = spec.fields.get(*index)?;
                let rows = spec.step_of(field).map(|step| JsonRows { fields: json_fields(&step.fields), list: step.gives_list() });
                Some(JsonField { rows, ..json_field(field, spec.field_number(*index)) })
            })
            .collect();
        let numbers: HashSet<u32> = shown.iter().map(|field| field.number).collect();
        let all = stored.iter().all(|number| numbers.contains(number));
        Self { json: RowJson::new(&shown), mask: (!all).then(|| Mask::new(numbers)), fields }
    }

    /// Appends a row's bytes as they may be seen: the stored bytes as they are wherever nothing is hidden.
    pub(crate) fn write_message(&self, out: &mut Vec<u8>, row: &[u8]) -> Result<(), Broken> {
        match &self.mask {
            None => {
                out.extend_from_slice(row);
                Ok(())
            }
            Some(mask) => mask.apply(out, row),
        }
    }

    /// The same for a row at hand, without a copy where nothing is hidden.
    pub(crate) fn message(&self, row: &Bytes) -> Result<Bytes, Broken> {
        let Some(mask) = &self.mask else { return Ok(row.clone()) };
        let mut out = Vec::with_capacity(row.len());
        mask.apply(&mut out, row)?;
        Ok(Bytes::from(out))
    }

    pub(crate) fn shows_all(&self) -> bool {
        self.mask.is_none()
    }
}

/// Fields under the numbers that were written down with them.
pub(crate) fn json_fields(fields: &[Field]) -> Vec<JsonField> {
    fields.iter().map(|field| json_field(field, field.number)).collect()
}

fn json_field(field: &Field, number: u32) -> JsonField {
    JsonField { number, name: field.name.clone(), data_type: field.data_type, as_string: field.as_string, rows: None }
}

/// The view of a caller that asked for some fields only, out of what it may see.
pub(crate) fn narrowed(spec: &ApiSpec, view: &Arc<View>, wanted: Option<&[usize]>, stored: &[u32]) -> Result<Arc<View>, Problem> {
    let Some(wanted) = wanted else { return Ok(view.clone()) };
    if let Some(hidden) = wanted.iter().find(|index| !view.fields.contains(index)) {
        let name = spec.fields.get(*hidden).map_or("", |field| field.name.as_str());
        return Err(Problem::field("fields", format!("There is no field {name}.")));
    }
    Ok(Arc::new(View::new(spec, wanted.to_vec(), stored)))
}

/// A stored row that cannot be read is ours to mend.
pub(crate) fn broken_row(path: &str, error: Broken) -> Problem {
    tracing::error!(api = path, cause = %error, "a stored row cannot be read");
    Problem::new(ErrorCode::Internal, "A stored row cannot be read. The owner of the API has to build its dataset anew.")
}
