//! What an app does not get of an API. A Union inherits what is hidden from the app of each step: the step's hidden fields are
//! not in the response, and a parameter that goes to a hidden parameter of a step cannot be given. Fields that are equal to a
//! hidden one by the definition, because steps are joined or asked by it, are hidden with it. Steps themselves are run whole:
//! what is kept of their answers, and what one step is asked with, is the same for every app.

use std::collections::BTreeSet;

use model::ApiSpec;
use model::hidden::{Hidden, equal_fields, identities};
use model::union::{Shape, UnionBody};

use super::plan::{FallbackPlan, FromPlan, InputPlan, UnionPlan};
use crate::plan::{Backend, Plan};

/// A field of a step: the step's place, and the field's name.
type StepField = (usize, String);

/// An API that a step calls.
struct Called<'a> {
    step: usize,
    spec: &'a ApiSpec,
    inputs: &'a [InputPlan],
    hidden: Hidden,
}

/// `own` is what the app's grant of this API hides; `of_api` says the same of another API, by its id.
pub(crate) fn hidden_of(plan: &Plan, own: &[String], of_api: &dyn Fn(&str) -> Vec<String>) -> Hidden {
    let spec = &plan.api.spec;
    let mut hidden = Hidden::of(spec, own);
    let (Backend::Union(union), Some(body)) = (&plan.backend, spec.union()) else { return hidden };
    let called = called(union, of_api);
    let fields = step_fields(spec, body, &called, &hidden);
    if fields.is_empty() && called.iter().all(|called| called.hidden.is_empty()) {
        return hidden;
    }
    for (index, field) in spec.fields.iter().enumerate() {
        if let Some(step) = spec.step_of(field) {
            let place = body.steps.iter().position(|known| known.name == step.name);
            let names: BTreeSet<String> = fields.iter().filter(|(of, _)| Some(*of) == place).map(|(_, name)| name.clone()).collect();
            if !names.is_empty() {
                hidden.inside.insert(step.name.clone(), names);
            }
        } else if origin(body, &field.column).is_some_and(|origin| fields.contains(&origin)) {
            hidden.fields.insert(index);
        }
    }
    let refused: BTreeSet<&str> = called.iter().flat_map(|called| refused(called, &fields)).collect();
    hidden.parameters.extend((0..spec.parameters.len()).filter(|index| refused.contains(spec.parameters[*index].name.as_str())));
    hidden
}

fn called<'a>(union: &'a UnionPlan, of_api: &dyn Fn(&str) -> Vec<String>) -> Vec<Called<'a>> {
    let mut all = Vec::with_capacity(union.steps.len());
    for (index, step) in union.steps.iter().enumerate() {
        let other = match &step.fallback {
            FallbackPlan::Api(target) => Some(target),
            _ => None,
        };
        for target in std::iter::once(&step.target).chain(other) {
            let Ok(plan) = &target.plan else { continue };
            let hidden = hidden_of(plan, &of_api(&plan.api.id), of_api);
            all.push(Called { step: index, spec: &plan.api.spec, inputs: &target.inputs, hidden });
        }
    }
    all
}

/// The fields of steps that are hidden, with all that are equal to them.
fn step_fields(spec: &ApiSpec, body: &UnionBody, called: &[Called<'_>], own: &Hidden) -> BTreeSet<StepField> {
    let of_own = own.fields.iter().filter_map(|index| origin(body, &spec.fields.get(*index)?.column));
    let mut fields: BTreeSet<StepField> = of_own.collect();
    for one in called {
        // Rows inside of a row are hidden whole where something in them is: here they are a value.
        let is_hidden =
            |(index, field): &(usize, &model::Field)| one.hidden.fields.contains(index) || one.hidden.inside.contains_key(&field.column);
        let names = one.spec.fields.iter().enumerate().filter(is_hidden).map(|(_, field)| (one.step, field.name.clone()));
        fields.extend(names);
    }
    let equal = equal(body, called);
    loop {
        let before = fields.len();
        for (left, right) in &equal {
            if fields.contains(left) {
                fields.insert(right.clone());
            } else if fields.contains(right) {
                fields.insert(left.clone());
            }
        }
        if fields.len() == before {
            return fields;
        }
    }
}

/// Pairs of fields that are equal by the definition.
fn equal(body: &UnionBody, called: &[Called<'_>]) -> Vec<(StepField, StepField)> {
    let place = |name: &str| body.steps.iter().position(|step| step.name == name);
    let mut pairs = Vec::new();
    if let Shape::Joined(joined) = &body.shape {
        let pair =
            |key: &model::union::JoinKey| Some(((place(&joined.first)?, key.first_field.clone()), (place(&key.step)?, key.field.clone())));
        pairs.extend(joined.on.iter().filter_map(pair));
    }
    for one in called {
        for input in one.inputs {
            let FromPlan::Field(of, field) = &input.from else { continue };
            let same = equal_fields(one.spec, &input.parameter).into_iter();
            pairs.extend(same.map(|known| ((*of, field.clone()), (one.step, known.name.clone()))));
        }
    }
    pairs
}

/// The parameters of the Union that go to parameters of the step which its app cannot give.
fn refused<'a>(called: &Called<'a>, fields: &BTreeSet<StepField>) -> Vec<&'a str> {
    let is_hidden = |index: &usize| fields.contains(&(called.step, called.spec.fields[*index].name.clone()));
    let known: Vec<String> = (0..called.spec.fields.len()).filter(is_hidden).flat_map(|index| identities(called.spec, index)).collect();
    let by_fields = Hidden::of(called.spec, &known).parameters;
    let is_refused = |name: &str| {
        let place = called.spec.parameters.iter().position(|parameter| parameter.name == name);
        place.is_some_and(|place| called.hidden.parameters.contains(&place) || by_fields.contains(&place))
    };
    let from = called.inputs.iter().filter(|input| is_refused(&input.parameter)).filter_map(|input| match &input.from {
        FromPlan::Parameter(name) => Some(name.as_str()),
        FromPlan::Constant(_) | FromPlan::Field(..) => None,
    });
    from.collect()
}

fn origin(body: &UnionBody, column: &str) -> Option<StepField> {
    let (step, field) = body.origin(column)?;
    Some((body.steps.iter().position(|known| known.name == step.name)?, field.name.clone()))
}
