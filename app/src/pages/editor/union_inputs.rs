//! What the APIs of a step are asked with, and where each value comes from: pure, so that it can be tested without a browser.

use model::union::{Fallback, FallbackApi, FieldOf, From, Input, Step, fits};
use model::view::Callable;
use model::{ApiSpec, Parameter};

use super::union_edits::{drop_unused, step_mut};
use crate::words::words;

/// Whose parameters these are: those of the step's own API, or of the one that stands in where it fails.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Step,
    StandIn,
}

impl Asked {
    pub(super) fn inputs(self, step: &Step) -> &[Input] {
        match (self, &step.fallback) {
            (Self::Step, _) => &step.inputs,
            (Self::StandIn, Fallback::Api(other)) => &other.inputs,
            (Self::StandIn, _) => &[],
        }
    }

    fn inputs_mut(self, step: &mut Step) -> Option<&mut Vec<Input>> {
        match (self, &mut step.fallback) {
            (Self::Step, _) => Some(&mut step.inputs),
            (Self::StandIn, Fallback::Api(other)) => Some(&mut other.inputs),
            (Self::StandIn, _) => None,
        }
    }
}

/// Where a parameter of a step can get its value, as the form offers it: the key of the choice, and its words.
pub(super) type Choices = Vec<(String, String)>;

const FIXED: &str = "fixed";
const NEW: &str = "new";

/// An earlier step's field of the same name, else the caller's own.
pub(super) fn guess(spec: &mut ApiSpec, step: &str, of: Asked, parameter: &Parameter) {
    let earlier = spec.union().and_then(|body| {
        let fields = body.steps.iter().take_while(|other| other.name != step);
        fields
            .flat_map(|other| other.fields.iter().map(move |field| (other, field)))
            .find(|(_, field)| field.name == parameter.name && fits(field.data_type, parameter.data_type))
    });
    let key = match earlier {
        Some((other, field)) => format!("field:{}.{}", other.name, field.name),
        None if spec.parameters.iter().any(|known| known.name == parameter.name) => format!("parameter:{}", parameter.name),
        None => NEW.to_owned(),
    };
    set_input(spec, step, of, parameter, &key);
}

/// Where one parameter of a step may get its value: the caller, the fields of the other steps that fit, a fixed value.
pub(super) fn choices(spec: &ApiSpec, step: &str, parameter: &Parameter, samples: &dyn Fn(&str, &str) -> Option<String>) -> Choices {
    let say = &words().editor_union;
    let mut out = Choices::new();
    let own = spec.parameters.iter().filter(|known| known.list == parameter.list && fits(known.data_type, parameter.data_type));
    out.extend(own.map(|known| (format!("parameter:{}", known.name), (say.from_parameter)(&known.name))));
    if spec.parameter(&parameter.name).is_none() {
        out.push((NEW.into(), (say.from_new_parameter)(&parameter.name)));
    }
    for other in spec.union().into_iter().flat_map(|body| &body.steps).filter(|other| other.name != step) {
        for field in other.fields.iter().filter(|field| fits(field.data_type, parameter.data_type)) {
            let path = format!("{}.{}", other.name, field.name);
            let label = samples(&other.api, &field.name).map_or_else(|| path.clone(), |example| (say.from_field)(&path, &example));
            out.push((format!("field:{path}"), label));
        }
    }
    out.push((FIXED.into(), say.from_constant.into()));
    if !parameter.required {
        out.push((String::new(), say.from_nothing.into()));
    }
    out
}

/// The key of the choice that an input is.
pub(super) fn key_of(input: Option<&Input>) -> String {
    match input.map(|input| &input.from) {
        None => String::new(),
        Some(From::Parameter(name)) => format!("parameter:{name}"),
        Some(From::Constant(_)) => FIXED.into(),
        Some(From::Field(of)) => format!("field:{}.{}", of.step, of.field),
    }
}

/// Sets where a parameter of a step gets its value.
pub(super) fn set_input(spec: &mut ApiSpec, step: &str, of: Asked, parameter: &Parameter, key: &str) {
    let from = match key.split_once(':') {
        Some(("parameter", name)) => Some(From::Parameter(name.to_owned())),
        Some(("field", path)) => {
            path.split_once('.').map(|(of, field)| From::Field(FieldOf { step: of.to_owned(), field: field.to_owned() }))
        }
        _ if key == FIXED => Some(From::Constant(parameter.test_value.clone().unwrap_or_default())),
        _ if key == NEW => {
            spec.parameters.push(Parameter { number: 0, ..parameter.clone() });
            Some(From::Parameter(parameter.name.clone()))
        }
        _ => None,
    };
    let Some(step) = step_mut(spec, step) else { return };
    let Some(inputs) = of.inputs_mut(step) else { return };
    inputs.retain(|input| input.parameter != parameter.name);
    if let Some(from) = from {
        inputs.push(Input { parameter: parameter.name.clone(), from, default: None });
    }
    drop_unused(spec);
}

/// Sets the fixed value that a parameter of a step is given.
pub(super) fn set_fixed(spec: &mut ApiSpec, step: &str, of: Asked, parameter: &Parameter, text: String) {
    let inputs = step_mut(spec, step).and_then(|step| of.inputs_mut(step));
    if let Some(input) = inputs.and_then(|inputs| inputs.iter_mut().find(|input| input.parameter == parameter.name)) {
        input.from = From::Constant(text);
    }
}

/// Sets what a parameter of a step is given where there is no value; nothing without a text.
pub(super) fn set_default(spec: &mut ApiSpec, step: &str, of: Asked, parameter: &Parameter, text: &str) {
    let inputs = step_mut(spec, step).and_then(|step| of.inputs_mut(step));
    if let Some(input) = inputs.and_then(|inputs| inputs.iter_mut().find(|input| input.parameter == parameter.name)) {
        input.default = Some(text.to_owned()).filter(|text| !text.is_empty());
    }
}

/// The APIs that can stand in for a step: those that give something that it gives, the likest first.
pub(super) fn stand_ins<'a>(step: &Step, known: &'a [Callable]) -> Vec<&'a Callable> {
    let alike = |api: &Callable| api.fields.iter().filter(|field| step.fields.iter().any(|own| own.name == field.name)).count();
    let mut out: Vec<&Callable> = known.iter().filter(|api| api.name != step.api && alike(api) > 0).collect();
    out.sort_by_key(|api| std::cmp::Reverse(alike(api)));
    out
}

/// Lets another API stand in for a step. It is asked with what the step is asked with where the names are the same.
pub(super) fn stand_in(spec: &mut ApiSpec, name: &str, api: &Callable) {
    let Some(step) = step_mut(spec, name) else { return };
    let same = |parameter: &Parameter| step.inputs.iter().find(|input| input.parameter == parameter.name).cloned();
    let inputs = api.parameters.iter().filter_map(same).collect();
    step.fallback = Fallback::Api(FallbackApi { api: api.name.clone(), inputs });
    let known: Vec<String> = Asked::StandIn.inputs(step).iter().map(|input| input.parameter.clone()).collect();
    for parameter in api.parameters.iter().filter(|parameter| parameter.required && !known.contains(&parameter.name)) {
        guess(spec, name, Asked::StandIn, parameter);
    }
    drop_unused(spec);
}
