//! What a click in the form of a Union does to its definition: pure, so that it can be tested without a browser.

use model::spec::ApiBody;
use model::union::{DEFAULT_FAN_OUT, Fallback, ForEach, From, JoinKey, Joined, Shape, Step, UnionBody};
use model::view::Callable;
use model::{ApiSpec, Field};

use super::union_inputs::{Asked, guess};

pub(super) fn union_mut(spec: &mut ApiSpec) -> Option<&mut UnionBody> {
    match &mut spec.body {
        ApiBody::Union(body) => Some(body),
        _ => None,
    }
}

pub(super) fn step_mut<'a>(spec: &'a mut ApiSpec, name: &str) -> Option<&'a mut Step> {
    union_mut(spec)?.steps.iter_mut().find(|step| step.name == name)
}

/// Adds a step for an API, under a name of its own, with the likeliest inputs: fields and parameters of the same name.
pub(super) fn add_step(spec: &mut ApiSpec, api: &Callable) {
    let Some(body) = union_mut(spec) else { return };
    let base = api.name.replace('-', "_");
    let name = (1..).map(|n| if n == 1 { base.clone() } else { format!("{base}_{n}") }).find(|name| body.step(name).is_none());
    let Some(name) = name else { return };
    let step = Step { name: name.clone(), api: api.name.clone(), list: api.list, fields: api.fields.clone(), ..Step::default() };
    body.steps.push(step);
    let named = body.shape == Shape::Named;
    for parameter in &api.parameters {
        if parameter.required {
            guess(spec, &name, Asked::Step, parameter);
        }
    }
    if named {
        spec.fields.push(Field { name: name.clone(), column: name, data_type: model::DataType::Json, nullable: true, ..Field::default() });
    }
}

/// Takes a step away, with everything that referred to it.
pub(super) fn remove_step(spec: &mut ApiSpec, name: &str) {
    let Some(body) = union_mut(spec) else { return };
    body.steps.retain(|step| step.name != name);
    for step in &mut body.steps {
        let others = |input: &model::union::Input| !matches!(&input.from, From::Field(of) if of.step == name);
        step.inputs.retain(others);
        if let Fallback::Api(other) = &mut step.fallback {
            other.inputs.retain(others);
        }
        step.after.retain(|other| other != name);
        step.for_each.take_if(|each| each.step == name);
    }
    if let Shape::Joined(joined) = &mut body.shape {
        joined.on.retain(|key| key.step != name);
    }
    let prefix = format!("{name}.");
    spec.fields.retain(|field| field.column != name && !field.column.starts_with(&prefix));
    drop_unused(spec);
}

/// Parameters that no step uses any more go.
pub(super) fn drop_unused(spec: &mut ApiSpec) {
    let Some(body) = spec.union() else { return };
    let used: Vec<String> = body
        .steps
        .iter()
        .flat_map(Step::all_inputs)
        .filter_map(|input| match &input.from {
            From::Parameter(name) => Some(name.clone()),
            _ => None,
        })
        .collect();
    spec.parameters.retain(|parameter| used.contains(&parameter.name));
}

/// Sets what stands in where a step fails.
pub(super) fn set_fallback(spec: &mut ApiSpec, step: &str, fallback: Fallback) {
    if let Some(step) = step_mut(spec, step) {
        step.fallback = fallback;
    }
    drop_unused(spec);
}

/// Lets a step wait for another although it needs nothing of it, or for none where that is empty.
pub(super) fn set_after(spec: &mut ApiSpec, step: &str, other: &str) {
    if let Some(step) = step_mut(spec, step) {
        step.after = if other.is_empty() { Vec::new() } else { vec![other.to_owned()] };
    }
}

/// Once for each row of another step, or once alone where it is empty.
pub(super) fn set_for_each(spec: &mut ApiSpec, step: &str, of: &str) {
    let Some(step) = step_mut(spec, step) else { return };
    step.for_each = (!of.is_empty()).then(|| ForEach { step: of.to_owned(), at_most: DEFAULT_FAN_OUT });
}

/// Renames a step; what refers to it follows.
pub(super) fn rename_step(spec: &mut ApiSpec, old: &str, new: &str) {
    let Some(body) = union_mut(spec) else { return };
    if new.is_empty() || body.step(new).is_some() {
        return;
    }
    let follow = |name: &mut String| {
        if name == old {
            new.clone_into(name);
        }
    };
    for step in &mut body.steps {
        follow(&mut step.name);
        step.after.iter_mut().for_each(follow);
        step.for_each.iter_mut().for_each(|each| follow(&mut each.step));
        for input in step.all_inputs_mut() {
            if let From::Field(of) = &mut input.from {
                follow(&mut of.step);
            }
        }
    }
    if let Shape::Joined(joined) = &mut body.shape {
        follow(&mut joined.first);
        joined.on.iter_mut().for_each(|key| follow(&mut key.step));
    }
    let prefix = format!("{old}.");
    for field in &mut spec.fields {
        if field.column == old {
            new.clone_into(&mut field.column);
            new.clone_into(&mut field.name);
        } else if let Some(rest) = field.column.strip_prefix(&prefix) {
            field.column = format!("{new}.{rest}");
        }
    }
}

/// Chooses how the answers become one; the fields of the answer begin anew.
pub(super) fn set_shape(spec: &mut ApiSpec, key: &str) {
    let Some(body) = union_mut(spec) else { return };
    body.shape = match key {
        "flat" => Shape::Flat,
        "joined" => Shape::Joined(Joined { first: body.steps.first().map(|step| step.name.clone()).unwrap_or_default(), on: Vec::new() }),
        _ => Shape::Named,
    };
    if key == "joined" {
        let steps: Vec<String> = body.steps.iter().skip(1).map(|step| step.name.clone()).collect();
        steps.iter().for_each(|step| guess_key(body, step));
    }
    let named = body.shape == Shape::Named;
    let steps = body.steps.clone();
    spec.fields.clear();
    for step in &steps {
        if named {
            spec.fields.push(Field {
                name: step.name.clone(),
                column: step.name.clone(),
                data_type: model::DataType::Json,
                nullable: true,
                ..Field::default()
            });
        } else {
            step.fields.iter().for_each(|field| pick(spec, &step.name, field, true));
        }
    }
}

/// The key that a step was asked with is the likeliest to join by.
fn guess_key(body: &mut UnionBody, step: &str) {
    let Shape::Joined(joined) = &body.shape else { return };
    let Some(of) = body.step(step) else { return };
    let keys: Vec<JoinKey> = of
        .inputs
        .iter()
        .filter_map(|input| match &input.from {
            From::Field(from) if from.step == joined.first && of.fields.iter().any(|field| field.name == input.parameter) => {
                Some(JoinKey { step: step.to_owned(), field: input.parameter.clone(), first_field: from.field.clone() })
            }
            _ => None,
        })
        .collect();
    if let Shape::Joined(joined) = &mut body.shape {
        joined.on.extend(keys);
    }
}

/// Sets by which fields a step's rows belong to those of the first; without both it has no key.
pub(super) fn set_key_pair(spec: &mut ApiSpec, step: &str, first_field: &str, field: &str) {
    let Some(UnionBody { shape: Shape::Joined(joined), .. }) = union_mut(spec) else { return };
    joined.on.retain(|key| key.step != step);
    if !first_field.is_empty() && !field.is_empty() {
        joined.on.push(JoinKey { step: step.to_owned(), field: field.to_owned(), first_field: first_field.to_owned() });
    }
}

/// Gives a step's field out, or leaves it out.
pub(super) fn pick(spec: &mut ApiSpec, step: &str, field: &Field, on: bool) {
    let column = format!("{step}.{}", field.name);
    spec.fields.retain(|known| known.column != column);
    if on {
        let taken = |name: &str| spec.fields.iter().any(|known| known.name == name);
        let name = if taken(&field.name) { format!("{step}_{}", field.name) } else { field.name.clone() };
        spec.fields.push(Field { name, column, nullable: true, number: 0, ..field.clone() });
    }
}

#[cfg(test)]
mod tests {
    use model::spec::ApiKind;
    use model::union::Grade;
    use model::{DataType, Parameter};

    use super::super::union_inputs::{key_of, set_default, stand_in, stand_ins};
    use super::*;

    fn callable(name: &str, takes: &[&str], gives: &[&str]) -> Callable {
        let field = |name: &&str| Field { name: (*name).into(), column: (*name).into(), data_type: DataType::String, ..Field::default() };
        Callable {
            name: name.into(),
            title: String::new(),
            kind: ApiKind::Kv,
            list: false,
            parameters: takes.iter().map(|name| Parameter::new(*name, DataType::String).required()).collect(),
            fields: gives.iter().map(field).collect(),
            sample: Default::default(),
        }
    }

    #[test]
    fn a_step_is_given_what_an_earlier_one_has_and_else_asks_the_caller() {
        let mut spec = ApiSpec::empty(ApiKind::Union);
        add_step(&mut spec, &callable("flight", &["number"], &["number", "tailnum"]));
        add_step(&mut spec, &callable("plane", &["tailnum"], &["tailnum", "maker"]));
        assert_eq!(spec.parameters.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["number"]);
        let body = spec.union().unwrap();
        assert_eq!(key_of(body.steps[1].inputs.first()), "field:flight.tailnum");
        assert_eq!(body.steps[1].grade, Grade::Core);
        rename_step(&mut spec, "flight", "trip");
        assert_eq!(key_of(spec.union().unwrap().steps[1].inputs.first()), "field:trip.tailnum");
        set_shape(&mut spec, "joined");
        assert_eq!(spec.fields.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["number", "tailnum", "plane_tailnum", "maker"]);
        let Shape::Joined(joined) = &spec.union().unwrap().shape else { panic!() };
        assert_eq!((joined.first.as_str(), joined.on[0].first_field.as_str()), ("trip", "tailnum"));
        remove_step(&mut spec, "trip");
        assert_eq!(spec.fields.iter().map(|f| f.column.as_str()).collect::<Vec<_>>(), ["plane.tailnum", "plane.maker"]);
        assert!(spec.parameters.is_empty());
    }

    #[test]
    fn a_step_waits_where_it_is_told_and_has_values_to_fall_back_on() {
        let mut spec = ApiSpec::empty(ApiKind::Union);
        let flight = callable("flight", &["number"], &["number", "tailnum"]);
        add_step(&mut spec, &flight);
        add_step(&mut spec, &callable("airport", &["code"], &["code"]));
        set_after(&mut spec, "airport", "flight");
        assert_eq!(spec.union().unwrap().step("airport").unwrap().needs(), ["flight"]);
        rename_step(&mut spec, "flight", "trip");
        assert_eq!(spec.union().unwrap().step("airport").unwrap().needs(), ["trip"]);
        set_default(&mut spec, "trip", Asked::Step, &flight.parameters[0], "1545");
        let default = |spec: &ApiSpec| spec.union().unwrap().step("trip").unwrap().inputs[0].default.clone();
        assert_eq!(default(&spec).as_deref(), Some("1545"));
        set_default(&mut spec, "trip", Asked::Step, &flight.parameters[0], "");
        assert_eq!(default(&spec), None);
        set_after(&mut spec, "airport", "");
        assert!(spec.union().unwrap().step("airport").unwrap().needs().is_empty());
    }

    #[test]
    fn another_api_stands_in_with_what_the_step_is_asked_with() {
        let mut spec = ApiSpec::empty(ApiKind::Union);
        add_step(&mut spec, &callable("flight", &["number"], &["number", "tailnum"]));
        add_step(&mut spec, &callable("plane", &["tailnum"], &["tailnum", "maker"]));
        let known = [
            callable("plane", &[], &["maker"]),
            callable("airport", &["code"], &["code"]),
            callable("old-plane", &["tailnum", "day"], &["maker"]),
        ];
        let step = spec.union().unwrap().step("plane").unwrap().clone();
        assert_eq!(stand_ins(&step, &known).iter().map(|api| api.name.as_str()).collect::<Vec<_>>(), ["old-plane"]);
        stand_in(&mut spec, "plane", &known[2]);
        let inputs = |spec: &ApiSpec| {
            let step = spec.union().unwrap().step("plane").unwrap().clone();
            Asked::StandIn.inputs(&step).iter().map(|input| key_of(Some(input))).collect::<Vec<_>>()
        };
        assert_eq!(inputs(&spec), ["field:flight.tailnum", "parameter:day"]);
        rename_step(&mut spec, "flight", "trip");
        assert_eq!(inputs(&spec), ["field:trip.tailnum", "parameter:day"]);
        remove_step(&mut spec, "trip");
        assert_eq!(inputs(&spec), ["parameter:day"]);
        set_fallback(&mut spec, "plane", Fallback::Empty);
        assert!(spec.parameter("day").is_none());
    }
}
