//! What one app gets to see of an API's rows: which fields, as JSON and as protobuf bytes.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use accel::mask::Mask;
use accel::row_json::{JsonField, JsonRows, RowJson};
use bytes::Bytes;
use model::hidden::Hidden;
use model::union::Step;
use model::wire::Broken;
use model::{ApiSpec, ErrorCode, Field, Problem};

/// A set of shown fields, compiled.
pub(crate) struct View {
    /// Positions in the definition's fields.
    pub(crate) fields: Vec<usize>,
    pub(crate) json: RowJson,
    /// `None` where stored bytes hold these fields and no others.
    mask: Option<Mask>,
    /// What the app does not know of; `None` where nothing is hidden from it.
    hidden: Option<Arc<Hidden>>,
}

impl View {
    /// `stored` are the numbers that rows may have beyond the fields of the definition.
    pub(crate) fn new(spec: &ApiSpec, fields: Vec<usize>, stored: &[u32]) -> Self {
        Self::compiled(spec, fields, None, stored)
    }

    /// What is left once something is hidden.
    pub(crate) fn without(spec: &ApiSpec, hidden: Hidden, stored: &[u32]) -> Self {
        let shown = (0..spec.fields.len()).filter(|index| !hidden.fields.contains(index)).collect();
        Self::compiled(spec, shown, Some(Arc::new(hidden)), stored)
    }

    fn compiled(spec: &ApiSpec, fields: Vec<usize>, hidden: Option<Arc<Hidden>>, stored: &[u32]) -> Self {
        let is_inside = |step: &Step, field: &Field| {
            hidden.as_ref().and_then(|hidden| hidden.inside.get(&step.name)).is_none_or(|names| !names.contains(&field.name))
        };
        let rows_of = |step: &Step| JsonRows {
            fields: step.fields.iter().filter(|field| is_inside(step, field)).map(|field| json_field(field, field.number)).collect(),
            list: step.gives_list(),
        };
        let shown: Vec<JsonField> = fields
            .iter()
            .filter_map(|index| {
                let field = spec.fields.get(*index)?;
                let rows = spec.step_of(field).map(rows_of);
                Some(JsonField { rows, ..json_field(field, spec.field_number(*index)) })
            })
            .collect();
        let numbers: HashSet<u32> = shown.iter().map(|field| field.number).collect();
        let all = stored.iter().all(|number| numbers.contains(number));
        let narrow = hidden.as_ref().is_some_and(|hidden| !hidden.inside.is_empty());
        let inside = shown.iter().filter(|_| narrow).filter_map(|field| {
            let rows = field.rows.as_ref()?;
            Some((field.number, Mask::new(rows.fields.iter().map(|inner| inner.number))))
        });
        let inside: Vec<(u32, Mask)> = inside.collect();
        let mask = (!all || !inside.is_empty()).then(|| Mask::new(numbers).with_inside(inside));
        Self { json: RowJson::new(&shown), mask, fields, hidden }
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

    /// Whether a parameter is one that the app cannot give.
    pub(crate) fn refuses(&self, spec: &ApiSpec, name: &str) -> bool {
        let is_it = |index: &usize| spec.parameters.get(*index).is_some_and(|parameter| parameter.name == name);
        self.hidden.as_ref().is_some_and(|hidden| hidden.parameters.iter().any(is_it))
    }

    /// The definition as the app knows it, for the documents that it is given.
    pub(crate) fn visible<'a>(&self, spec: &'a ApiSpec) -> Cow<'a, ApiSpec> {
        self.hidden.as_ref().map_or(Cow::Borrowed(spec), |hidden| Cow::Owned(hidden.visible(spec)))
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
        return Err(Problem::field("fields", format!("Unknown field {name}.")));
    }
    Ok(Arc::new(View::compiled(spec, wanted.to_vec(), view.hidden.clone(), stored)))
}

/// A stored row that cannot be read is ours to mend.
pub(crate) fn broken_row(path: &str, error: Broken) -> Problem {
    tracing::error!(api = path, cause = %error, "a stored row cannot be read");
    Problem::new(ErrorCode::Internal, "A stored row cannot be read. Ask the owner of the API to build the dataset again.")
}
