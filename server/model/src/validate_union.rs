//! The pure rules of a Union's definition.

use std::collections::HashSet;

use crate::name::is_identifier;
use crate::number::grouped;
use crate::spec::MAX_TIMEOUT_MS;
use crate::union::{From, Grade, Input, MAX_FAN_OUT, MAX_RETRIES, MAX_STEPS, Shape, Step, UnionBody};
use crate::{ApiSpec, FieldError};

/// Everything wrong with the steps and the shape; what their APIs say is part of the check.
#[must_use]
pub(crate) fn check_union(spec: &ApiSpec, body: &UnionBody) -> Vec<FieldError> {
    let mut found = Vec::new();
    if body.steps.is_empty() {
        found.push(FieldError::new("steps", "Add a step: an API that the Union calls."));
    }
    if body.steps.len() > MAX_STEPS {
        found.push(FieldError::new("steps", format!("At most {MAX_STEPS} steps.")));
    }
    let mut names = HashSet::new();
    for step in &body.steps {
        if !names.insert(&step.name) {
            found.push(FieldError::new(place(step, "name"), "Two steps have this name. Rename one."));
        }
        check_step(spec, body, step, &mut found);
    }
    if let Some(name) = body.knot() {
        found.push(FieldError::new(
            format!("steps.{name}.after"),
            "The step waits for itself through other steps. Remove one of these dependencies.",
        ));
    }
    check_shape(spec, body, &mut found);
    let used: HashSet<&str> = body.steps.iter().flat_map(Step::all_inputs).filter_map(parameter_of).collect();
    for parameter in &spec.parameters {
        if !used.contains(parameter.name.as_str()) {
            found.push(FieldError::new(format!("parameters.{}", parameter.name), "No step uses this parameter. Use it or remove it."));
        }
    }
    if spec.policy.cache.is_some() {
        found.push(FieldError::new("cache", "A Union has no response cache of its own. Set the response cache of its steps."));
    }
    found
}

fn place(step: &Step, part: &str) -> String {
    format!("steps.{}.{part}", step.name)
}

fn parameter_of(input: &Input) -> Option<&str> {
    match &input.from {
        From::Parameter(name) => Some(name),
        _ => None,
    }
}

fn check_step(spec: &ApiSpec, body: &UnionBody, step: &Step, found: &mut Vec<FieldError>) {
    let mut add = |part: &str, message: String| found.push(FieldError::new(place(step, part), message));
    if !is_identifier(&step.name) {
        add("name", "Use letters, digits and underscores, beginning with a letter.".into());
    }
    if step.api.is_empty() {
        add("api", "Choose an API.".into());
    }
    if step.retries > MAX_RETRIES {
        add("retries", format!("At most {MAX_RETRIES} retries."));
    }
    if step.timeout_ms.is_some_and(|timeout| !(1..=MAX_TIMEOUT_MS).contains(&timeout)) {
        add("timeout_ms", format!("Give a time-out between 1 and {} ms.", grouped(MAX_TIMEOUT_MS)));
    }
    if step.for_each.as_ref().is_some_and(|each| !(1..=MAX_FAN_OUT).contains(&each.at_most)) {
        add("for_each", format!("Give a number between 1 and {} requests.", grouped(MAX_FAN_OUT)));
    }
    if step.grade == Grade::Core && !step.fallback.is_empty() {
        add("fallback", "A core step has no fallback: if it fails, the request fails. Make the step secondary.".into());
    }
    for name in step.needs() {
        if body.step(name).is_none() {
            add("inputs", format!("Step {name} does not exist. Choose another."));
        }
    }
    let mut taken = HashSet::new();
    for input in &step.inputs {
        if !taken.insert(&input.parameter) {
            add(&format!("inputs.{}", input.parameter), "The parameter is given twice. Remove one.".into());
        }
    }
    for input in step.all_inputs() {
        if let Some(name) = parameter_of(input)
            && spec.parameter(name).is_none()
        {
            add(&format!("inputs.{}", input.parameter), format!("Parameter {name} does not exist. Add it, or use another."));
        }
    }
}

fn check_shape(spec: &ApiSpec, body: &UnionBody, found: &mut Vec<FieldError>) {
    let mut add = |message: String| found.push(FieldError::new("shape", message));
    if let Shape::Joined(joined) = &body.shape {
        if body.step(&joined.first).is_none() {
            add("Choose the step whose rows are the list.".into());
        }
        for key in &joined.on {
            if body.step(&key.step).is_none() || key.step == joined.first {
                add(format!("There is no other step {}. Choose another.", key.step));
            }
        }
        for step in body.steps.iter().filter(|step| step.name != joined.first) {
            if !joined.on.iter().any(|key| key.step == step.name) && picks_from(spec, &step.name) {
                add(format!("Choose the fields that join {} with {}.", step.name, joined.first));
            }
        }
    }
    if body.shape == Shape::Named {
        for field in &spec.fields {
            if body.step(&field.column).is_none() {
                found.push(FieldError::new(
                    format!("fields.{}", field.name),
                    format!("Step {} does not exist. Choose another.", field.column),
                ));
            }
        }
    }
}

fn picks_from(spec: &ApiSpec, step: &str) -> bool {
    spec.fields.iter().any(|field| field.column.split_once('.').is_some_and(|(of, _)| of == step))
}
