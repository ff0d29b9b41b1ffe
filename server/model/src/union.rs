//! A Union: several live APIs asked as one. Steps run at the same time unless one needs another's answer or is told to
//! wait; each is core (its failure fails the request) or secondary (its failure gives its fall-back, and the response says so).

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::value::{Value, read_written};
use crate::{DataType, Field};

pub const MAX_STEPS: usize = 16;
/// How deep Unions may stand in Unions.
pub const MAX_DEPTH: usize = 3;
/// Calls that one step may make for the rows of another.
pub const MAX_FAN_OUT: u32 = 1_000;
pub const DEFAULT_FAN_OUT: u32 = 100;
pub const MAX_RETRIES: u32 = 5;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnionBody {
    #[serde(default)]
    pub steps: Vec<Step>,
    #[serde(default)]
    pub shape: Shape,
}

/// How the answers of the steps become one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// One object, with the response of each step under its name.
    #[default]
    Named,
    /// One object, with the fields of all steps side by side.
    Flat,
    /// A list: the rows of one step, each with the fields of the other steps' rows that have the same key.
    Joined(Joined),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Joined {
    /// The step whose rows are the list; all of them stay, found or not.
    pub first: String,
    #[serde(default)]
    pub on: Vec<JoinKey>,
}

/// The rows of `step` whose `field` is the same as `first_field` of the first step's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct JoinKey {
    pub step: String,
    pub field: String,
    pub first_field: String,
}

/// One call of a live API of the same domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What its response is called.
    pub name: String,
    /// The API, by its name in the domain; whichever version is live answers.
    pub api: String,
    #[serde(default)]
    pub grade: Grade,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Input>,
    /// Called once for each row of an earlier step, and not once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_each: Option<ForEach>,
    /// Steps that it waits for although it needs nothing of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    /// Of a list, the first row alone, as one object.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub one: bool,
    /// The most rows that it takes of a list with pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// How long one try may take, in milliseconds; the whole call has its own time-out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u32>,
    /// How often it is tried again where its source does not answer.
    #[serde(default, skip_serializing_if = "is_none")]
    pub retries: u32,
    /// Secondary steps: what stands in where it fails.
    #[serde(default, skip_serializing_if = "Fallback::is_empty")]
    pub fallback: Fallback,
    /// Whether it gives a list of rows; known from its API when a version is checked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub list: bool,
    /// The fields of its rows, as they were when this version was checked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the shape that serde asks for
fn is_none(number: &u32) -> bool {
    *number == 0
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    #[default]
    Core,
    Secondary,
}

/// Where a parameter of the step's API gets its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Input {
    pub parameter: String,
    pub from: From,
    /// Used where there is no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum From {
    /// A parameter of the Union.
    Parameter(String),
    /// Always the same, as text.
    Constant(String),
    /// A field of an earlier step: of its first row, of each of its rows with `for_each`, of all of them where the
    /// parameter takes a list.
    Field(FieldOf),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FieldOf {
    pub step: String,
    pub field: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ForEach {
    pub step: String,
    /// More rows than this are a failure of the step.
    pub at_most: u32,
}

/// What stands in for a secondary step that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Fallback {
    #[default]
    Empty,
    /// The same response always: the JSON of a row, or of a list of rows.
    Fixed(String),
    /// What the same question was answered last, on this node.
    LastGood,
    /// Another API of the domain; its fields of the same name and type stand in.
    Api(FallbackApi),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FallbackApi {
    pub api: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Input>,
}

impl Fallback {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::Empty
    }

    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Fixed(_) => "fixed",
            Self::LastGood => "last-good",
            Self::Api(_) => "api",
        }
    }
}

impl Step {
    /// Its inputs and those of its fall-back.
    pub fn all_inputs(&self) -> impl Iterator<Item = &Input> {
        let other: &[Input] = match &self.fallback {
            Fallback::Api(other) => &other.inputs,
            _ => &[],
        };
        self.inputs.iter().chain(other)
    }

    /// As [`Self::all_inputs`], to be changed.
    pub fn all_inputs_mut(&mut self) -> impl Iterator<Item = &mut Input> {
        let other: &mut [Input] = match &mut self.fallback {
            Fallback::Api(other) => &mut other.inputs,
            _ => &mut [],
        };
        self.inputs.iter_mut().chain(other)
    }

    /// The steps that have to be over before it begins, each once.
    #[must_use]
    pub fn needs(&self) -> Vec<&str> {
        let fields = self.all_inputs().filter_map(|input| match &input.from {
            From::Field(of) => Some(of.step.as_str()),
            _ => None,
        });
        let mut needs: Vec<&str> =
            self.after.iter().map(String::as_str).chain(self.for_each.iter().map(|each| each.step.as_str())).chain(fields).collect();
        needs.sort_unstable();
        needs.dedup();
        needs
    }

    /// The APIs that it calls.
    pub fn apis(&self) -> impl Iterator<Item = &str> {
        let other = match &self.fallback {
            Fallback::Api(other) => Some(other.api.as_str()),
            _ => None,
        };
        std::iter::once(self.api.as_str()).chain(other)
    }

    /// Whether its response is a list.
    #[must_use]
    pub fn gives_list(&self) -> bool {
        !self.one && (self.list || self.for_each.is_some())
    }
}

impl UnionBody {
    #[must_use]
    pub fn step(&self, name: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.name == name)
    }

    /// Whether it gives a list of rows, and not one object.
    #[must_use]
    pub fn gives_list(&self) -> bool {
        matches!(self.shape, Shape::Joined(_))
    }

    /// The field of a step that a field of the response comes from: `plane.seats`.
    #[must_use]
    pub fn origin(&self, column: &str) -> Option<(&Step, &Field)> {
        let (step, field) = column.split_once('.')?;
        let step = self.step(step)?;
        Some((step, step.fields.iter().find(|known| known.name == field)?))
    }

    /// A step that waits for itself by way of others; `None` where each can begin some time.
    #[must_use]
    pub fn knot(&self) -> Option<&str> {
        let mut over: HashSet<&str> = HashSet::new();
        loop {
            let before = over.len();
            for step in &self.steps {
                if step.needs().iter().all(|name| over.contains(name) || self.step(name).is_none()) {
                    over.insert(&step.name);
                }
            }
            if over.len() == before {
                return self.steps.iter().map(|step| step.name.as_str()).find(|name| !over.contains(name));
            }
        }
    }
}

/// Whether a value of one type can be given where another is asked for.
#[must_use]
pub fn fits(value: DataType, parameter: DataType) -> bool {
    let whole = |data_type| matches!(data_type, DataType::Int32 | DataType::Int64);
    match (value, parameter) {
        (from, to) if from == to => true,
        (from, to) if whole(from) => whole(to) || to.is_number(),
        (DataType::Decimal { .. }, DataType::Decimal { .. }) | (DataType::Uuid, DataType::String) | (DataType::String, DataType::Uuid) => {
            true
        }
        _ => false,
    }
}

/// A step that failed and was stood in for, as the response lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Degraded {
    pub step: String,
    /// Why, as an error code.
    pub code: String,
    /// What stands in: `empty`, `fixed`, `last-good` or `api`.
    pub fallback: String,
}

/// The rows of a fixed answer, as values beside the fields of the step.
///
/// # Errors
/// What of it is not as the step's rows are.
pub fn read_fixed(step: &Step, text: &str) -> Result<Vec<Vec<Value>>, String> {
    // As it is written: numbers keep their digits.
    let json: &RawValue = serde_json::from_str(text).map_err(|_| "The constant fallback is not JSON.".to_owned())?;
    let rows: Vec<&RawValue> = if step.gives_list() {
        serde_json::from_str(json.get()).map_err(|_| "The constant fallback must be a JSON array of objects.".to_owned())?
    } else if json.get().starts_with('{') {
        vec![json]
    } else {
        return Err("The constant fallback must be a JSON object.".into());
    };
    rows.into_iter().map(|row| fixed_row(step, row)).collect()
}

fn fixed_row(step: &Step, row: &RawValue) -> Result<Vec<Value>, String> {
    let read = serde_json::from_str::<BTreeMap<String, &RawValue>>(row.get());
    let object = read.map_err(|_| "Each row of the constant fallback must be a JSON object.".to_owned())?;
    if let Some(other) = object.keys().find(|name| !step.fields.iter().any(|field| &field.name == *name)) {
        return Err(format!("{} has no field {other}.", step.api));
    }
    let value = |field: &Field| match object.get(&field.name) {
        Some(json) => read_written(field.data_type, json).map_err(|message| format!("{}: {message}", field.name)),
        None => Ok(Value::Null),
    };
    step.fields.iter().map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &str, after: &[&str]) -> Step {
        Step { name: name.into(), api: name.into(), after: after.iter().map(|name| (*name).to_owned()).collect(), ..Step::default() }
    }

    #[test]
    fn steps_that_wait_for_one_another_are_found() {
        let mut body = UnionBody { steps: vec![step("a", &[]), step("b", &["a"]), step("c", &["a", "b"])], ..UnionBody::default() };
        assert_eq!(body.knot(), None);
        body.steps[0].after.push("c".into());
        assert_eq!(body.knot(), Some("a"));
        body.steps = vec![step("a", &["a"])];
        assert_eq!(body.knot(), Some("a"));
    }

    #[test]
    fn a_step_needs_what_its_inputs_and_its_fallback_read() {
        let field = |step: &str| Input {
            parameter: "x".into(),
            from: From::Field(FieldOf { step: step.into(), field: "f".into() }),
            default: None,
        };
        let mut one = step("one", &["z"]);
        one.inputs = vec![field("b"), field("a")];
        one.for_each = Some(ForEach { step: "b".into(), at_most: 5 });
        one.fallback = Fallback::Api(FallbackApi { api: "other".into(), inputs: vec![field("c")] });
        assert_eq!(one.needs(), ["a", "b", "c", "z"]);
        assert_eq!(one.apis().collect::<Vec<_>>(), ["one", "other"]);
    }

    #[test]
    fn a_definition_reads_back_from_yaml_like_text() {
        let text = r#"{"name":"plane","api":"plane","grade":"secondary","inputs":[{"parameter":"tailnum","from":{"field":{"step":"flight","field":"tailnum"}}}],"fallback":{"fixed":"{}"}}"#;
        let step: Step = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&step).unwrap(), text);
    }
}
