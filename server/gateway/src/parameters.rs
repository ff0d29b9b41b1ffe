//! Parameters: typed and closed. Every fault is told at once, each under its name.

use std::collections::BTreeMap;

use connect::{Consumer, Notes};
use model::parameter::RESERVED;
use model::statement::Arguments;
use model::{ApiSpec, ErrorCode, FieldError, Parameter, Problem, Value};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::cursor::Cursors;
use crate::json_body::JsonBody;
use crate::memory::{Memory, Reservation};
use crate::plan::Plan;
use crate::reserved::{self, Wanted};
use crate::view::View;
use crate::who::Fixed;

/// What a caller sent: text out of a query, or a JSON object.
pub(crate) enum Given {
    Query(Vec<(String, String)>),
    Body(JsonBody),
}

impl Given {
    /// What was given under a name, as a text to be shown: several values with commas.
    pub(crate) fn shown(&self, name: &str) -> Option<String> {
        match self {
            Self::Query(pairs) => {
                let texts: Vec<&str> = pairs.iter().filter(|(known, _)| known == name).map(|(_, text)| text.as_str()).collect();
                (!texts.is_empty()).then(|| texts.join(","))
            }
            Self::Body(body) => body.shown(name),
        }
    }
}

/// Who gives them, and what stands for the caller whatever it gives.
#[derive(Clone, Copy)]
pub(crate) struct Giver<'a> {
    /// Parameters that a token fixes.
    pub(crate) fixed: Option<&'a Fixed>,
    /// The app by its id, whose cursors are taken; `None` at the console.
    pub(crate) app: Option<&'a str>,
    /// What the app sees: parameters that are compared with a hidden column are not there for it.
    pub(crate) view: &'a View,
    pub(crate) cursors: &'a Cursors,
    /// On whose behalf a source is asked.
    pub(crate) consumer: Consumer,
    /// What large responses are counted in.
    pub(crate) memory: Memory,
    /// Where what its source does is noted.
    pub(crate) notes: &'a Notes,
}

impl Giver<'_> {
    fn takes(&self, spec: &ApiSpec, name: &str) -> bool {
        spec.parameter(name).is_some() && !self.view.refuses(spec, name)
    }
}

/// A request's values, checked.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) arguments: Arguments,
    pub(crate) wanted: Wanted,
    /// On whose behalf the source is asked. No part of what is answered.
    pub(crate) consumer: Consumer,
    /// What its rows, and what is made of them, hold of the memory for responses.
    pub(crate) memory: Reservation,
    /// Where what its source does is noted.
    pub(crate) notes: Notes,
}

impl Call {
    /// `tailnum = N14228`, as the caller gave it.
    pub(crate) fn key_words(&self) -> String {
        let word = |value: &Value| match value {
            Value::Text(text) => text.chars().take(100).collect(),
            Value::Int(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Bool(yes) => yes.to_string(),
            _ => "this value".to_owned(),
        };
        let pairs: Vec<String> = self.arguments.iter().map(|(name, value)| format!("{name} = {}", word(value))).collect();
        pairs.join(" and ")
    }
}

/// `a=b&c=d`, percent-decoded.
pub(crate) fn parse_query(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// Reads a request's values. What a token fixes stands, whatever the caller sends.
///
/// # Errors
/// Every unknown, missing, mistyped or repeated parameter; a token that fixes what this API does not take.
pub(crate) fn read(plan: &Plan, given: &Given, giver: Giver<'_>) -> Result<Call, Problem> {
    let (spec, fixed, consumer) = (&plan.api.spec, giver.fixed, giver.consumer);
    let mut errors = Vec::new();
    refuse_foreign(plan, giver)?;
    let mut reserved = match given {
        Given::Query(pairs) => split_query(spec, giver, pairs, &mut errors),
        Given::Body(body) => split_body(spec, giver, &body.values, &mut errors),
    };
    let mut arguments = Arguments::new();
    for parameter in &spec.parameters {
        if !giver.takes(spec, &parameter.name) {
            // What the definition says in its place; where it says nothing, the filter is not there.
            arguments.extend(parameter.default_value().map(|value| (parameter.name.clone(), value)));
            continue;
        }
        if let Some(value) = fixed.and_then(|fixed| fixed.get(&parameter.name)) {
            match read_fixed(parameter, value, given) {
                Ok(value) => drop(arguments.insert(parameter.name.clone(), value)),
                Err(error) => errors.push(error),
            }
            continue;
        }
        let read = match given {
            Given::Query(pairs) => {
                let texts: Vec<&str> = pairs.iter().filter(|(name, _)| name == &parameter.name).map(|(_, text)| text.as_str()).collect();
                if texts.is_empty() { Ok(None) } else { parameter.read_texts(&texts).map(Some) }
            }
            Given::Body(body) => body.value_of(parameter),
        };
        match read {
            Ok(value) => match value.or_else(|| parameter.default_value()) {
                Some(value) => {
                    check_pattern(plan, &parameter.name, &value, &mut errors);
                    arguments.insert(parameter.name.clone(), value);
                }
                None if parameter.required => errors.push(FieldError::new(&parameter.name, format!("{} is needed.", parameter.name))),
                None => {}
            },
            Err(error) => errors.push(error),
        }
    }
    open_cursor(plan, giver, &arguments, &mut reserved, &mut errors);
    let wanted = reserved::read(spec, &reserved, &mut errors);
    let memory = giver.memory.reservation(consumer);
    if errors.is_empty() {
        Ok(Call { arguments, wanted, consumer, memory, notes: giver.notes.clone() })
    } else {
        Err(Problem::fields(errors))
    }
}

/// Puts what a cursor holds in its place. It belongs to the values of the request, so it is left aside where those are at
/// fault.
fn open_cursor(
    plan: &Plan,
    giver: Giver<'_>,
    arguments: &Arguments,
    reserved: &mut BTreeMap<String, String>,
    errors: &mut Vec<FieldError>,
) {
    if plan.api.spec.page_size().is_none() {
        return;
    }
    let Some(text) = reserved.remove("after") else { return };
    if !errors.is_empty() {
        return;
    }
    match giver.cursors.open(plan, giver.app, arguments, &text) {
        Some(plain) => drop(reserved.insert("after".into(), plain)),
        None => errors.push(FieldError::new("after", reserved::FOREIGN)),
    }
}

/// A token that narrows what its bearer may ask for must not be let through where it would narrow nothing.
fn refuse_foreign(plan: &Plan, giver: Giver<'_>) -> Result<(), Problem> {
    let foreign = giver.fixed.and_then(|fixed| fixed.keys().find(|name| !giver.takes(&plan.api.spec, name)));
    match foreign {
        None => Ok(()),
        Some(name) => Err(Problem::new(
            ErrorCode::Forbidden,
            format!(
                "Your token fixes the parameter {name}, which {} does not have. Ask the issuer of the token for a token without it.",
                plan.path
            ),
        )),
    }
}

fn read_fixed(parameter: &Parameter, value: &RawValue, given: &Given) -> Result<Value, FieldError> {
    let also_given = match given {
        Given::Query(pairs) => pairs.iter().any(|(name, _)| name == &parameter.name),
        Given::Body(body) => body.values.contains_key(&parameter.name),
    };
    if also_given {
        return Err(FieldError::new(
            &parameter.name,
            format!("Your token fixes the parameter {}. Leave the parameter out.", parameter.name),
        ));
    }
    let read = match serde_json::from_str::<String>(value.get()) {
        Ok(text) => parameter.read_texts(&[text.as_str()]).map(Some),
        Err(_) => parameter.read_written(value),
    };
    let unfit = || {
        FieldError::new(
            &parameter.name,
            format!("The value that your token fixes for {} is not valid. Ask the issuer of the token for a new token.", parameter.name),
        )
    };
    read.ok().flatten().ok_or_else(unfit)
}

/// The reserved parameters that were given; an unknown one is an error that names what there is.
fn split_query(spec: &ApiSpec, giver: Giver<'_>, pairs: &[(String, String)], errors: &mut Vec<FieldError>) -> BTreeMap<String, String> {
    let mut reserved = BTreeMap::new();
    for (name, value) in pairs {
        if giver.takes(spec, name) {
            continue;
        }
        if !RESERVED.contains(&name.as_str()) {
            errors.push(unknown(spec, giver, name));
        } else if reserved.insert(name.clone(), value.clone()).is_some() && name != "fields" {
            errors.push(FieldError::new(name, "The parameter is given more than once. Give one value."));
        }
    }
    reserved
}

fn split_body(
    spec: &ApiSpec,
    giver: Giver<'_>,
    object: &serde_json::Map<String, Json>,
    errors: &mut Vec<FieldError>,
) -> BTreeMap<String, String> {
    let mut reserved = BTreeMap::new();
    for (name, value) in object {
        if giver.takes(spec, name) {
            continue;
        }
        if !RESERVED.contains(&name.as_str()) {
            errors.push(unknown(spec, giver, name));
            continue;
        }
        let text = match value {
            Json::String(text) => text.clone(),
            Json::Number(number) => number.to_string(),
            Json::Bool(yes) => yes.to_string(),
            Json::Array(items) => items.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(","),
            _ => {
                errors.push(FieldError::new(name, "Expected a string, a number, true or false."));
                continue;
            }
        };
        reserved.insert(name.clone(), text);
    }
    reserved
}

fn unknown(spec: &ApiSpec, giver: Giver<'_>, name: &str) -> FieldError {
    let names = spec.parameters.iter().map(|parameter| parameter.name.as_str());
    let names: Vec<&str> = names.filter(|name| giver.takes(spec, name)).collect();
    let there = if names.is_empty() { "This API has no parameters.".to_owned() } else { format!("There are: {}.", names.join(", ")) };
    FieldError::new(name, format!("Unknown parameter {name}. {there}"))
}

fn check_pattern(plan: &Plan, name: &str, value: &Value, errors: &mut Vec<FieldError>) {
    let Some(pattern) = plan.patterns.get(name) else { return };
    let fits = |value: &Value| !matches!(value, Value::Text(text) if !pattern.is_match(text));
    let all_fit = match value {
        Value::List(items) => items.iter().all(fits),
        one => fits(one),
    };
    if !all_fit {
        let wanted = plan.api.spec.parameter(name).and_then(|parameter| parameter.pattern.as_deref()).unwrap_or_default();
        errors.push(FieldError::new(name, format!("The value does not match the pattern {wanted}.")));
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    #[test]
    fn a_query_is_decoded() {
        assert_eq!(parse_query("a=b%20c&d=e+f&g"), [("a".into(), "b c".into()), ("d".into(), "e f".into()), ("g".into(), String::new())]);
    }

    fn vault() -> connect::vault::Vault {
        connect::vault::Vault::from_base64("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=").unwrap()
    }

    /// A plan that is never asked for rows: SQLite dials nothing before it is used.
    pub(crate) fn plan(spec: ApiSpec) -> Plan {
        let folder = std::env::temp_dir();
        let places = connect::places::Places::new(std::slice::from_ref(&folder), &[]).unwrap();
        connect::policy::set(connect::policy::Policy { places, ..Default::default() });
        let api = model::snapshot::SnapshotApi {
            id: "a".into(),
            domain: "travel".into(),
            name: "plane".into(),
            environment: model::snapshot::Environment::Prod,
            version: 1,
            live: true,
            switches: model::snapshot::Switches::default(),
            spec,
        };
        let vault = vault();
        let place = connect::vault::seal_place("db", model::snapshot::Environment::Prod);
        let source = model::snapshot::SnapshotSource {
            name: "db".into(),
            domain: "travel".into(),
            environment: model::snapshot::Environment::Prod,
            driver: "sqlite".into(),
            config: serde_json::json!({"path": folder.join("nowhere.db")}).to_string(),
            secret: vault.seal(b"{}", &place, [0; connect::vault::NONCE_BYTES]).unwrap(),
        };
        Plan::from_source(api.into(), source.into(), &connect::pools::Pools::default(), &vault).unwrap()
    }

    #[tokio::test]
    async fn queries_by_chance_are_read_or_refused_and_the_short_way_agrees_with_the_long_one() {
        use model::spec::{ApiBody, ApiKind, KvBody};
        let mut spec = ApiSpec::empty(ApiKind::Kv);
        spec.source = "db".into();
        spec.body = ApiBody::Kv(KvBody { table: model::table::TableRef::new("t"), key: vec!["s".into(), "n".into()] });
        spec.fields = ["s", "n"].map(|name| model::Field { name: name.into(), column: name.into(), ..model::Field::default() }).into();
        spec.parameters =
            vec![Parameter::new("s", model::DataType::String).required(), Parameter::new("n", model::DataType::Int64).required()];
        let (plan, cursors) = (plan(spec), Cursors::new(&vault()));
        let (consumer, memory) = (Consumer::PLATFORM, Memory::new(u64::MAX));
        let notes = Notes::default();
        let giver = Giver { fixed: None, app: Some("a"), view: &plan.view, cursors: &cursors, consumer, memory, notes: &notes };
        let (mut short, mut refused) = (0_u64, 0_u64);
        testkit::Chance::run("parameters", |chance| {
            let mut query = Vec::new();
            for _ in 0..chance.below(4) {
                query.extend_from_slice([&b"s="[..], b"n=", b"fields=", b"x=", b"limit=", b"&"][chance.below(6) as usize]);
                if chance.below(2) == 0 {
                    query.extend_from_slice((chance.number() as i64 >> chance.below(64)).to_string().as_bytes());
                } else {
                    query.extend_from_slice(&chance.text());
                }
                query.push(b'&');
            }
            query.pop();
            let query = String::from_utf8_lossy(&query).into_owned();
            let long = read(&plan, &Given::Query(parse_query(&query)), giver);
            if let Some(key) = crate::key_path::of_query(&plan, &query) {
                let call = long.as_ref().unwrap_or_else(|problem| panic!("{query:?}: the long way says {problem}"));
                assert_eq!(crate::key_path::of_arguments(&plan, &call.arguments), Some(key), "{query:?}");
                short += 1;
            }
            if let Err(problem) = &long {
                assert!(!problem.errors.is_empty() && problem.errors.iter().all(|error| !error.message.is_empty()), "{query:?}");
                refused += 1;
            }
        });
        assert!(short > 0 && refused > 0, "one of the two ways was never gone");
    }
}
