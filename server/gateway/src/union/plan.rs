//! A Union compiled against the plans that are live beside it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use accel::row_json::{JsonField, RowJson};
use bytes::Bytes;
use model::snapshot::SnapshotApi;
use model::union::{Fallback, From, Grade, Input, Shape, Step, UnionBody, read_fixed};
use model::wire::{Broken, put_bytes};
use model::{ApiSpec, Field, Value};
use moka::sync::Cache;
use serde_json::Value as Json;
use serde_json::value::RawValue;

use super::breaker::Breakers;
use super::renumber::Renumber;
use crate::plan::Plan;
use crate::view::json_fields;

/// Answers that are kept to stand in for failures, of one step, in bytes.
const LAST_GOOD_BYTES: u64 = 4 << 20;

pub(crate) struct UnionPlan {
    pub(crate) steps: Vec<StepPlan>,
    pub(crate) shape: ShapePlan,
}

impl UnionPlan {
    /// Whether calls of one of its steps are held back now.
    pub(crate) fn has_open_breaker(&self) -> bool {
        self.steps.iter().any(|step| step.breakers.is_open())
    }
}

pub(crate) struct StepPlan {
    pub(crate) name: String,
    pub(crate) api: String,
    /// Steps that have to be over first, by their place.
    pub(crate) needs: Vec<usize>,
    pub(crate) target: Target,
    /// Called for each row of this step, and for how many at most.
    pub(crate) for_each: Option<(usize, usize)>,
    pub(crate) secondary: bool,
    pub(crate) list: bool,
    pub(crate) limit: Option<u32>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) retries: u32,
    pub(crate) fallback: FallbackPlan,
    pub(crate) breakers: Breakers,
    /// What others read of its rows, as JSON.
    pub(crate) reader: RowJson,
}

/// An API that a step calls, and what it is given.
pub(crate) struct Target {
    /// Why it cannot be called, where it cannot.
    pub(crate) plan: Result<Arc<Plan>, String>,
    pub(crate) inputs: Vec<InputPlan>,
    /// From its rows to those that the Union was made for.
    pub(crate) renumber: Renumber,
    /// Where it is a Union whose object holds rows: its fields, which become JSON.
    flattened: Vec<(String, u32)>,
}

impl Target {
    /// # Errors
    /// Where a row is not what its API says.
    pub(crate) fn row(&self, plan: &Plan, row: &Bytes) -> Result<Bytes, Broken> {
        if self.flattened.is_empty() {
            return self.renumber.row(row);
        }
        let (mut text, mut out) = (Vec::new(), Vec::new());
        plan.view.json.write(&mut text, row)?;
        // As it is written: numbers keep their digits.
        let object: BTreeMap<String, &RawValue> = serde_json::from_slice(&text).map_err(|_| Broken)?;
        for (name, number) in &self.flattened {
            match object.get(name).map(|value| value.get()) {
                None | Some("null") => {}
                Some(value) => put_bytes(&mut out, *number, value.as_bytes()),
            }
        }
        Ok(out.into())
    }
}

pub(crate) struct InputPlan {
    pub(crate) parameter: String,
    pub(crate) from: FromPlan,
    pub(crate) default: Option<Json>,
    pub(crate) list: bool,
    /// Without a value nothing can be asked.
    pub(crate) needed: bool,
}

pub(crate) enum FromPlan {
    Parameter(String),
    Constant(Json),
    Field(usize, String),
}

pub(crate) enum FallbackPlan {
    Empty,
    Fixed(Vec<Bytes>),
    LastGood(Cache<String, Vec<Bytes>>),
    Api(Target),
}

pub(crate) enum ShapePlan {
    /// The number of each step's field in the response; `None` for a step that is not in it.
    Named(Vec<Option<u32>>),
    Flat(Vec<Renumber>),
    Joined {
        first: usize,
        /// What the first step's rows give to the response.
        own: Renumber,
        others: Vec<JoinPlan>,
    },
}

/// The rows of another step beside those of the first.
pub(crate) struct JoinPlan {
    pub(crate) step: usize,
    pub(crate) renumber: Renumber,
    /// The fields of the key in the rows of the first step, and in its own, each as JSON without a name.
    pub(crate) first_key: Vec<RowJson>,
    pub(crate) own_key: Vec<RowJson>,
}

impl UnionPlan {
    /// `live` gives the plan of an API by its name in the domain.
    ///
    /// # Errors
    /// Why it cannot be served.
    pub(crate) fn compile(api: &SnapshotApi, live: &dyn Fn(&str) -> Option<Arc<Plan>>) -> Result<Self, String> {
        let Some(body) = api.spec.union() else { return Err("The API is not a Union.".into()) };
        let steps = body.steps.iter().map(|step| compile_step(body, step, live)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { steps, shape: compile_shape(&api.spec, body)? })
    }

    /// The plans that it was made with, by the names of their APIs; to see whether they are still the ones.
    pub(crate) fn made_with(&self) -> impl Iterator<Item = (&str, Option<&Arc<Plan>>)> {
        self.steps.iter().flat_map(|step| {
            let other = match &step.fallback {
                FallbackPlan::Api(target) => Some((target, target.plan.as_ref().ok())),
                _ => None,
            };
            std::iter::once((step.api.as_str(), step.target.plan.as_ref().ok()))
                .chain(other.and_then(|(_, plan)| Some((plan?.api.name.as_str(), plan))))
        })
    }
}

fn place(body: &UnionBody, name: &str) -> Result<usize, String> {
    body.steps.iter().position(|step| step.name == name).ok_or_else(|| format!("Step {name} does not exist."))
}

fn compile_step(body: &UnionBody, step: &Step, live: &dyn Fn(&str) -> Option<Arc<Plan>>) -> Result<StepPlan, String> {
    let secondary = step.grade == Grade::Secondary;
    let target = compile_target(body, step, &step.api, &step.inputs, live)?;
    if let (Err(reason), false) = (&target.plan, secondary) {
        return Err(format!("Step {}: {reason}", step.name));
    }
    let fallback = match &step.fallback {
        Fallback::Empty => FallbackPlan::Empty,
        Fallback::Fixed(text) => FallbackPlan::Fixed(read_fixed(step, text)?.iter().map(|row| encode(&step.fields, row)).collect()),
        Fallback::LastGood => {
            let weigh = |key: &String, rows: &Vec<Bytes>| {
                u32::try_from(key.len() + rows.iter().map(|row| row.len() + 32).sum::<usize>()).unwrap_or(u32::MAX)
            };
            FallbackPlan::LastGood(Cache::builder().max_capacity(LAST_GOOD_BYTES).weigher(weigh).build())
        }
        Fallback::Api(other) => FallbackPlan::Api(compile_target(body, step, &other.api, &other.inputs, live)?),
    };
    Ok(StepPlan {
        name: step.name.clone(),
        api: step.api.clone(),
        needs: step.needs().into_iter().map(|name| place(body, name)).collect::<Result<_, _>>()?,
        target,
        for_each: match &step.for_each {
            Some(each) => Some((place(body, &each.step)?, each.at_most as usize)),
            None => None,
        },
        secondary,
        list: step.gives_list(),
        limit: step.limit,
        timeout: step.timeout_ms.map(|millis| Duration::from_millis(millis.into())),
        retries: step.retries,
        fallback,
        breakers: Breakers::default(),
        reader: RowJson::new(&read_of(body, step)),
    })
}

fn compile_target(
    body: &UnionBody,
    step: &Step,
    api: &str,
    inputs: &[Input],
    live: &dyn Fn(&str) -> Option<Arc<Plan>>,
) -> Result<Target, String> {
    let Some(plan) = live(api) else {
        return Ok(Target {
            plan: Err(format!("{api} is not live in this environment.")),
            inputs: Vec::new(),
            renumber: Renumber::new([], false),
            flattened: Vec::new(),
        });
    };
    let spec = &plan.api.spec;
    let mut compiled = Vec::with_capacity(inputs.len());
    for input in inputs {
        let Some(parameter) = spec.parameter(&input.parameter) else {
            return Err(format!("Step {}: {api} has no parameter {} any more.", step.name, input.parameter));
        };
        let constant = |text: &String| match parameter.read_texts(&[text]) {
            Ok(value) => Ok(json_of(&value)),
            Err(error) => Err(format!("Step {}: {}: {}", step.name, input.parameter, error.message)),
        };
        compiled.push(InputPlan {
            parameter: input.parameter.clone(),
            from: match &input.from {
                From::Parameter(name) => FromPlan::Parameter(name.clone()),
                From::Constant(text) => FromPlan::Constant(constant(text)?),
                From::Field(of) => FromPlan::Field(place(body, &of.step)?, of.field.clone()),
            },
            default: input.default.as_ref().map(constant).transpose()?,
            list: parameter.list,
            needed: parameter.required && parameter.default.is_none(),
        });
    }
    if let Some(missing) =
        spec.parameters.iter().find(|p| p.required && p.default.is_none() && !inputs.iter().any(|i| i.parameter == p.name))
    {
        return Err(format!("Step {}: {api} needs the parameter {}, which has no value.", step.name, missing.name));
    }
    let pairs = step.fields.iter().filter_map(|field| {
        let index = spec.fields.iter().position(|known| known.name == field.name && known.data_type == field.data_type)?;
        Some((spec.field_number(index), field.number))
    });
    let pairs: Vec<(u32, u32)> = pairs.collect();
    let all = pairs.len() == spec.fields.len() && plan.view.shows_all();
    let nested = |field: &&Field| spec.fields.iter().any(|known| known.name == field.name && spec.step_of(known).is_some());
    let flattened = step.fields.iter().filter(nested).map(|field| (field.name.clone(), field.number)).collect();
    Ok(Target { renumber: Renumber::new(pairs, all), flattened, plan: Ok(plan), inputs: compiled })
}

/// The fields of a step that other steps ask with.
fn read_of(body: &UnionBody, step: &Step) -> Vec<JsonField> {
    let read: Vec<&str> = body
        .steps
        .iter()
        .flat_map(Step::all_inputs)
        .filter_map(|input| match &input.from {
            From::Field(of) if of.step == step.name => Some(of.field.as_str()),
            _ => None,
        })
        .collect();
    plain(&step.fields, &read)
}

/// Some fields as JSON, whole numbers as numbers.
fn plain(fields: &[Field], names: &[&str]) -> Vec<JsonField> {
    let wanted = fields.iter().filter(|field| names.contains(&field.name.as_str()));
    let wanted: Vec<Field> = wanted.map(|field| Field { as_string: false, ..field.clone() }).collect();
    json_fields(&wanted)
}

fn compile_shape(spec: &ApiSpec, body: &UnionBody) -> Result<ShapePlan, String> {
    // From the fields of a step to those of the response.
    let picked = |step: &Step| {
        let pairs = spec.fields.iter().enumerate().filter_map(|(index, field)| {
            let (of, known) = body.origin(&field.column)?;
            (of.name == step.name).then(|| (known.number, spec.field_number(index)))
        });
        Renumber::new(pairs.collect::<Vec<_>>(), false)
    };
    Ok(match &body.shape {
        Shape::Named => {
            let number = |step: &Step| {
                let index = spec.fields.iter().position(|field| field.column == step.name)?;
                Some(spec.field_number(index))
            };
            ShapePlan::Named(body.steps.iter().map(number).collect())
        }
        Shape::Flat => ShapePlan::Flat(body.steps.iter().map(picked).collect()),
        Shape::Joined(joined) => {
            let first = place(body, &joined.first)?;
            let mut others = Vec::new();
            for (step, about) in body.steps.iter().enumerate().filter(|(index, _)| *index != first) {
                let keys: Vec<_> = joined.on.iter().filter(|key| key.step == about.name).collect();
                if keys.is_empty() {
                    continue;
                }
                // In the same order on both sides, so that equal keys are equal texts.
                let side = |fields: &[Field], name: &dyn Fn(&model::union::JoinKey) -> String| {
                    let unnamed = |key: &&model::union::JoinKey| {
                        let field = plain(fields, &[name(key).as_str()]).pop()?;
                        Some(RowJson::new(&[JsonField { name: String::new(), ..field }]))
                    };
                    keys.iter().filter_map(unnamed).collect()
                };
                others.push(JoinPlan {
                    step,
                    renumber: picked(about),
                    first_key: side(&body.steps[first].fields, &|key| key.first_field.clone()),
                    own_key: side(&about.fields, &|key| key.field.clone()),
                });
            }
            ShapePlan::Joined { first, own: picked(&body.steps[first]), others }
        }
    })
}

/// A row of values as a message.
fn encode(fields: &[Field], row: &[Value]) -> Bytes {
    use model::wire::{put_double, put_int};
    let mut out = Vec::new();
    for (field, value) in fields.iter().zip(row) {
        match value {
            Value::Null | Value::List(_) => {}
            Value::Bool(yes) => put_int(&mut out, field.number, i64::from(*yes)),
            Value::Int(number) => put_int(&mut out, field.number, *number),
            Value::Float(number) => put_double(&mut out, field.number, *number),
            Value::Text(text) => put_bytes(&mut out, field.number, text.as_bytes()),
            Value::Bytes(bytes) => put_bytes(&mut out, field.number, bytes),
        }
    }
    out.into()
}

/// A checked value as a caller would write it in JSON.
pub(crate) fn json_of(value: &Value) -> Json {
    use base64::Engine;
    match value {
        Value::Null => Json::Null,
        Value::Bool(yes) => (*yes).into(),
        Value::Int(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::Text(text) => text.clone().into(),
        Value::Bytes(bytes) => base64::engine::general_purpose::STANDARD.encode(bytes).into(),
        Value::List(items) => items.iter().map(json_of).collect(),
    }
}
