//! What a step is asked: out of the caller's parameters, constants, and the answers of earlier steps.

use std::collections::HashSet;

use bytes::Bytes;
use model::number::grouped;
use model::{ErrorCode, Problem};
use serde_json::{Map, Value as Json};

use super::outcome::Outcome;
use super::plan::{FromPlan, InputPlan, StepPlan, Target, UnionPlan, json_of};
use crate::parameters::Call;

/// The calls that a step makes; none where what it needs is not there.
pub(crate) type Asked = Vec<Map<String, Json>>;

/// # Errors
/// More rows to ask for than the step may.
pub(crate) fn asked(union: &UnionPlan, step: &StepPlan, target: &Target, call: &Call, done: &[Option<Outcome>]) -> Result<Asked, Problem> {
    let rows = |of: usize| done.get(of).and_then(Option::as_ref).map_or(&[][..], |outcome| &outcome.rows);
    let Some((each, at_most)) = step.for_each else {
        return Ok(one(union, target, step, call, &rows, None).into_iter().collect());
    };
    if rows(each).len() > at_most {
        let detail = format!(
            "{} returned {} rows; {} accepts at most {}.",
            union.steps[each].name,
            grouped(rows(each).len()),
            step.name,
            grouped(at_most)
        );
        return Err(Problem::new(ErrorCode::TooLarge, detail));
    }
    // Each request once, however many rows lead to it.
    let mut seen = HashSet::new();
    let calls = rows(each).iter().filter_map(|row| {
        let row = object_of(&union.steps[each], row)?;
        one(union, target, step, call, &rows, Some((each, &row)))
    });
    Ok(calls.filter(|given| seen.insert(Json::Object(given.clone()).to_string())).collect())
}

/// One call; `None` where something that it needs has no value.
fn one<'a>(
    union: &UnionPlan,
    target: &Target,
    step: &StepPlan,
    call: &Call,
    rows: &dyn Fn(usize) -> &'a [Bytes],
    each: Option<(usize, &Map<String, Json>)>,
) -> Option<Map<String, Json>> {
    let mut given = Map::new();
    for input in &target.inputs {
        let value = match &input.from {
            FromPlan::Constant(value) => Some(value.clone()),
            FromPlan::Parameter(name) => call.arguments.get(name).map(json_of),
            FromPlan::Field(of, field) => match each {
                Some((row_of, row)) if row_of == *of => value_of(row, field).map(|value| listed(input, value)),
                _ => of_rows(&union.steps[*of], rows(*of), field, input),
            },
        };
        match value.or_else(|| input.default.clone()) {
            Some(value) => drop(given.insert(input.parameter.clone(), value)),
            None if input.needed => return None,
            None => {}
        }
    }
    let paged = target.plan.as_ref().is_ok_and(|plan| plan.api.spec.page_size().is_some());
    if let (Some(limit), true) = (step.limit, paged) {
        given.insert("limit".into(), limit.into());
    }
    Some(given)
}

fn listed(input: &InputPlan, value: Json) -> Json {
    if input.list { Json::Array(vec![value]) } else { value }
}

/// All values where a list is taken, else the first row's.
fn of_rows(step: &StepPlan, rows: &[Bytes], field: &str, input: &InputPlan) -> Option<Json> {
    if !input.list {
        return value_of(&object_of(step, rows.first()?)?, field);
    }
    let mut seen = HashSet::new();
    let values = rows.iter().filter_map(|row| value_of(&object_of(step, row)?, field));
    let values: Vec<Json> = values.filter(|value| seen.insert(value.to_string())).collect();
    (!values.is_empty()).then_some(Json::Array(values))
}

fn object_of(step: &StepPlan, row: &[u8]) -> Option<Map<String, Json>> {
    let mut text = Vec::new();
    step.reader.write(&mut text, row).ok()?;
    serde_json::from_slice(&text).ok()
}

fn value_of(row: &Map<String, Json>, field: &str) -> Option<Json> {
    row.get(field).filter(|value| !value.is_null()).cloned()
}
