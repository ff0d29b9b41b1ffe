//! What a click in the form of a Union does to its definition: pure, so that it can be tested without a browser.

use model::spec::ApiBody;
use model::union::{DEFAULT_FAN_OUT, FieldOf, ForEach, From, Input, JoinKey, Joined, Shape, Step, UnionBody, fits};
use model::view::Callable;
use model::{ApiSpec, Field, Parameter};

/// Where a parameter of a step can get its value, as the form offers it: the key of the choice, and its words.
pub(super) type Choices = Vec<(String, String)>;

const FIXED: &str = "fixed";
const NEW: &str = "new";

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
            guess(spec, &name, parameter);
        }
    }
    if named {
        spec.fields.push(Field { name: name.clone(), column: name, data_type: model::DataType::Json, nullable: true, ..Field::default() });
    }
}

/// An earlier step's field of the same name, else the caller's own.
fn guess(spec: &mut ApiSpec, step: &str, parameter: &Parameter) {
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
    set_input(spec, step, parameter, &key);
}

/// Takes a step away, with everything that referred to it.
pub(super) fn remove_step(spec: &mut ApiSpec, name: &str) {
    let Some(body) = union_mut(spec) else { return };
    body.steps.retain(|step| step.name != name);
    for step in &mut body.steps {
        step.inputs.retain(|input| !matches!(&input.from, From::Field(of) if of.step == name));
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
fn drop_unused(spec: &mut ApiSpec) {
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

/// Where one parameter of a step may get its value: the caller, the fields of the other steps that fit, a fixed value.
pub(super) fn choices(spec: &ApiSpec, step: &str, parameter: &Parameter, samples: &dyn Fn(&str, &str) -> Option<String>) -> Choices {
    let mut out = Choices::new();
    let own = spec.parameters.iter().filter(|known| known.list == parameter.list && fits(known.data_type, parameter.data_type));
    out.extend(own.map(|known| (format!("parameter:{}", known.name), format!("the caller's {}", known.name))));
    if spec.parameter(&parameter.name).is_none() {
        out.push((NEW.into(), format!("the caller, as {}", parameter.name)));
    }
    for other in spec.union().into_iter().flat_map(|body| &body.steps).filter(|other| other.name != step) {
        for field in other.fields.iter().filter(|field| fits(field.data_type, parameter.data_type)) {
            let example = samples(&other.api, &field.name).map(|text| format!(", such as {text}")).unwrap_or_default();
            out.push((format!("field:{}.{}", other.name, field.name), format!("{}.{}{example}", other.name, field.name)));
        }
    }
    out.push((FIXED.into(), "a fixed value".into()));
    if !parameter.required {
        out.push((String::new(), "nothing".into()));
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
pub(super) fn set_input(spec: &mut ApiSpec, step: &str, parameter: &Parameter, key: &str) {
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
    step.inputs.retain(|input| input.parameter != parameter.name);
    if let Some(from) = from {
        step.inputs.push(Input { parameter: parameter.name.clone(), from, default: None });
    }
    drop_unused(spec);
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
        for input in &mut step.inputs {
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
    use model::DataType;
    use model::spec::ApiKind;
    use model::union::Grade;

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
}
