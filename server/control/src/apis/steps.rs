//! The steps of a Union against the APIs that are live: what they take, what they give, and that none leads back.

use std::collections::HashSet;

use model::snapshot::Environment;
use model::spec::ApiKind;
use model::table::{Column, Sample};
use model::union::{Fallback, From, Input, MAX_DEPTH, Shape, Step, UnionBody, fits, read_fixed};
use model::view::{CheckReport, TryAnswer};
use model::{ApiSpec, DataType, ErrorCode, Field, FieldError, Parameter, Problem};

use super::CheckInput;
use crate::Control;
use crate::failure::api_spec;

/// Definitions that are on their way to being live in the same apply, by the name of their API.
pub(crate) type Planned = Vec<(String, ApiSpec)>;

/// Where the steps of a Union are looked for.
#[derive(Clone, Copy)]
pub(crate) struct Beside<'a> {
    pub domain: &'a str,
    pub environment: Environment,
    pub planned: &'a [(String, ApiSpec)],
}

impl Control {
    /// The definition of an API that is live, or is about to be.
    pub(crate) async fn live_spec(&self, beside: &Beside<'_>, name: &str) -> Result<Option<ApiSpec>, Problem> {
        if let Some((_, spec)) = beside.planned.iter().find(|(known, _)| known == name) {
            return Ok(Some(spec.clone()));
        }
        let Some(api) = self.store.api(beside.domain, name).await? else { return Ok(None) };
        let releases = self.store.releases_of(&api.id).await?;
        let Some(release) = releases.into_iter().find(|row| row.environment == beside.environment.key()) else { return Ok(None) };
        let Some(version) = self.store.version(&release.version_id).await? else { return Ok(None) };
        api_spec(&api, &version).map(Some)
    }

    /// Writes down what each step gives, and what follows from it for the answer; what is wrong is told.
    pub(crate) async fn complete_union(&self, name: &str, beside: &Beside<'_>, spec: &mut ApiSpec) -> Result<Vec<FieldError>, Problem> {
        let Some(mut body) = spec.union().cloned() else { return Ok(Vec::new()) };
        let mut errors = Vec::new();
        let mut called = Vec::new();
        for step in body.steps.iter_mut().filter(|step| !step.api.is_empty()) {
            let place = format!("steps.{}.api", step.name);
            match self.live_spec(beside, &step.api).await? {
                Some(of) => {
                    step.list = of.gives_list();
                    step.fields = rows_of(&of);
                    called.push((step.name.clone(), of));
                }
                None => errors.push(FieldError::new(place, format!("{} is not live in {}.", step.api, beside.environment.key()))),
            }
            errors.extend(self.depth_error(name, beside, step).await?);
        }
        for (step, of) in &called {
            let step = body.steps.iter().find(|known| &known.name == step);
            if let Some(step) = step {
                errors.extend(input_errors(spec, &body, step, (&step.api, of), &step.inputs));
                errors.extend(self.fallback_errors(spec, &body, step, beside).await?);
            }
        }
        complete_fields(spec, &body, &mut errors);
        spec.body = model::ApiBody::Union(body);
        Ok(errors)
    }

    async fn fallback_errors(
        &self,
        spec: &ApiSpec,
        body: &UnionBody,
        step: &Step,
        beside: &Beside<'_>,
    ) -> Result<Vec<FieldError>, Problem> {
        let place = format!("steps.{}.fallback", step.name);
        Ok(match &step.fallback {
            Fallback::Fixed(text) => read_fixed(step, text).err().map(|message| FieldError::new(place, message)).into_iter().collect(),
            Fallback::Api(other) => match self.live_spec(beside, &other.api).await? {
                None => vec![FieldError::new(place, format!("{} is not live in {}.", other.api, beside.environment.key()))],
                Some(of) if !of.fields.iter().any(|field| step.fields.iter().any(|own| own.name == field.name)) => {
                    vec![FieldError::new(
                        place,
                        format!("{} has none of the fields of {}. Choose an API that has at least one of them.", other.api, step.api),
                    )]
                }
                Some(of) => input_errors(spec, body, step, (&other.api, &of), &other.inputs),
            },
            Fallback::Empty | Fallback::LastGood => Vec::new(),
        })
    }

    /// Follows what a step calls: back to this API, or too deep, is told.
    async fn depth_error(&self, name: &str, beside: &Beside<'_>, step: &Step) -> Result<Option<FieldError>, Problem> {
        let mut level: HashSet<String> = step.apis().map(str::to_owned).collect();
        for _ in 0..MAX_DEPTH {
            if level.contains(name) {
                let message = format!("{} calls this API, directly or through other APIs. Remove the step.", step.api);
                return Ok(Some(FieldError::new(format!("steps.{}.api", step.name), message)));
            }
            let mut next = HashSet::new();
            for api in &level {
                if let Some(of) = self.live_spec(beside, api).await? {
                    next.extend(of.union().into_iter().flat_map(|body| &body.steps).flat_map(Step::apis).map(str::to_owned));
                }
            }
            level = next;
        }
        let message = format!("Unions can be nested at most {MAX_DEPTH} levels deep.");
        Ok((!level.is_empty()).then(|| FieldError::new(format!("steps.{}.api", step.name), message)))
    }

    /// Calls it once with the stored test values, where its steps are live already.
    pub(crate) async fn try_union(&self, input: &CheckInput<'_>, spec: &mut ApiSpec, report: &mut CheckReport) -> Result<(), Problem> {
        let parameters: Option<Vec<(String, String)>> = spec
            .parameters
            .iter()
            .filter(|parameter| parameter.required || parameter.test_value.is_some())
            .map(|parameter| Some((parameter.name.clone(), parameter.test_value.clone().or(parameter.default.clone())?)))
            .collect();
        let planned = |step: &Step| step.apis().any(|api| input.beside.planned.iter().any(|(name, _)| name == api));
        if spec.union().is_some_and(|body| body.steps.iter().any(planned)) {
            return Ok(());
        }
        let Some(parameters) = parameters else {
            report.warnings.push("Enter a test value for each required parameter to run the Union in the check.".into());
            return Ok(());
        };
        let trial = self.trial_of(input, spec).await?;
        let answer = self.ports.try_call.try_call(trial.call(parameters)).await;
        if answer.status == ErrorCode::NotFound.status() || answer.status >= 500 {
            let problem: Option<Problem> = serde_json::from_str(&answer.body).ok();
            let said = problem.map(|problem| problem.detail).unwrap_or_default();
            report.warnings.push(format!("The check with the test values returned {}: {said}", answer.status));
        }
        report.sample = sample_of(spec, &answer);
        Ok(())
    }
}

/// The fields of an API's rows, under their numbers. The rows in a Union's object are JSON further out.
fn rows_of(spec: &ApiSpec) -> Vec<Field> {
    let numbered = |(index, field): (usize, &Field)| Field { number: spec.field_number(index), ..field.clone() };
    spec.fields.iter().enumerate().map(numbered).collect()
}

fn input_errors(spec: &ApiSpec, body: &UnionBody, step: &Step, (api, of): (&str, &ApiSpec), inputs: &[Input]) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut add =
        |parameter: &str, message: String| errors.push(FieldError::new(format!("steps.{}.inputs.{parameter}", step.name), message));
    for input in inputs {
        let Some(parameter) = of.parameter(&input.parameter) else {
            add(&input.parameter, format!("{api} has no parameter {}.", input.parameter));
            continue;
        };
        for text in input.default.iter().chain(match &input.from {
            From::Constant(text) => Some(text),
            _ => None,
        }) {
            if let Err(error) = parameter.read_texts(&[text]) {
                add(&input.parameter, error.message);
            }
        }
        if let Some(message) = source_error(spec, body, step, input, parameter) {
            add(&input.parameter, message);
        }
    }
    for parameter in of.parameters.iter().filter(|p| p.required && p.default.is_none()) {
        if !inputs.iter().any(|input| input.parameter == parameter.name) {
            add(&parameter.name, format!("{api} needs the parameter {}. Choose where its value comes from.", parameter.name));
        }
    }
    errors
}

fn source_error(spec: &ApiSpec, body: &UnionBody, step: &Step, input: &Input, parameter: &Parameter) -> Option<String> {
    let mismatch = |given: DataType| {
        (!fits(given, parameter.data_type))
            .then(|| format!("The value is a {}, but the parameter is a {}.", given.word(), parameter.data_type.word()))
    };
    match &input.from {
        From::Constant(_) => None,
        From::Parameter(name) => {
            let own = spec.parameter(name)?;
            match (own.list, parameter.list) {
                (true, false) => Some(format!("{name} is a list, but the parameter takes one value.")),
                (false, true) => Some(format!("{name} is one value, but the parameter takes a list.")),
                _ => mismatch(own.data_type),
            }
        }
        From::Field(of) => {
            if of.step == step.name {
                return Some("A step cannot use its own response as input.".into());
            }
            let earlier = body.step(&of.step)?;
            match earlier.fields.iter().find(|field| field.name == of.field) {
                None => Some(format!("{} has no field {}.", of.step, of.field)),
                Some(field) => mismatch(field.data_type),
            }
        }
    }
}

/// The fields of the answer: the steps themselves, or the fields that were picked, with the types that they have.
fn complete_fields(spec: &mut ApiSpec, body: &UnionBody, errors: &mut Vec<FieldError>) {
    if body.shape == Shape::Named {
        if spec.fields.is_empty() {
            let field = |step: &Step| Field { name: step.name.clone(), column: step.name.clone(), ..Field::default() };
            spec.fields = body.steps.iter().map(field).collect();
        }
        for field in &mut spec.fields {
            (field.data_type, field.nullable) = (DataType::Json, true);
        }
        return;
    }
    for field in &mut spec.fields {
        match body.origin(&field.column) {
            Some((_, known)) => (field.data_type, field.nullable) = (known.data_type, true),
            None => errors.push(FieldError::new(format!("fields.{}", field.name), format!("No step has the field {}.", field.column))),
        }
    }
}

/// The answer of a try as a table: a row for an object.
fn sample_of(spec: &ApiSpec, answer: &TryAnswer) -> Sample {
    let Ok(json) = serde_json::from_str::<serde_json::Value>(&answer.body) else { return Sample::default() };
    if answer.status != 200 {
        return Sample::default();
    }
    let rows = match json.get("rows").and_then(serde_json::Value::as_array) {
        Some(rows) if spec.kind() == ApiKind::Union && spec.gives_list() => rows.clone(),
        _ => vec![json],
    };
    let row = |row: &serde_json::Value| spec.fields.iter().map(|field| row.get(&field.name).cloned().unwrap_or_default()).collect();
    Sample {
        columns: spec
            .fields
            .iter()
            .map(|field| Column { name: field.name.clone(), data_type: field.data_type, nullable: true, native: String::new() })
            .collect(),
        rows: rows.iter().take(8).map(row).collect(),
        unreadable: Vec::new(),
        #[allow(clippy::cast_precision_loss)] // a time in milliseconds
        took_ms: answer.took_us as f64 / 1_000.0,
    }
}
