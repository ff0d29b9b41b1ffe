//! What a consumer needs to know of an API, and nothing of how it is made: no source, no table, no column, no SQL and
//! nobody's address. The page of an API shows it, to those who are signed in, and to everybody where an owner has marked
//! it as public.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::number::grouped;
use crate::openapi::{as_json, reserved_parameters};
use crate::ready_calls::{Place, address, ready_calls, test_values};
use crate::spec::{ANSWER_FORMATS, ApiKind, MAX_BATCH_KEYS};
use crate::{ApiSpec, DataType, ErrorCode, Field, Parameter};

/// The longest text that says where to ask for access.
const MAX_CONTACT: usize = 300;

/// Whether everybody can read the documentation of an API without an account.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct DocumentationMark {
    pub public: bool,
    /// Where readers ask for access, in the owner's words. Kept while the documentation is public.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub contact: String,
}

impl DocumentationMark {
    /// As it is kept: of what is not public, nothing is.
    #[must_use]
    pub fn kept(&self) -> Self {
        if self.public { Self { public: true, contact: self.contact.trim().to_owned() } } else { Self::default() }
    }

    /// What is wrong with it.
    #[must_use]
    pub fn errors(&self) -> Vec<crate::FieldError> {
        let length = self.contact.chars().count();
        let too_long = length > MAX_CONTACT;
        too_long
            .then(|| crate::FieldError::new("contact", format!("At most {MAX_CONTACT} characters; this is {length}.")))
            .into_iter()
            .collect()
    }
}

/// An address that callers use, with its method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodDoc {
    pub method: String,
    pub address: String,
    pub about: String,
}

/// A parameter, or one that every API of its type has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterDoc {
    pub name: String,
    /// In words: `list of integers`.
    pub data_type: String,
    pub required: bool,
    pub about: String,
    pub example: String,
}

/// A field of the response. The rows of a Union's steps stand below the field that holds them, as `plane.seats`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldDoc {
    pub name: String,
    pub data_type: String,
    pub nullable: bool,
    pub about: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorDoc {
    pub status: u16,
    pub code: String,
    /// What it means and what to do.
    pub about: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Documentation {
    pub domain: String,
    pub name: String,
    pub title: String,
    pub kind: ApiKind,
    pub version: i64,
    /// A whole address with example values.
    pub address: String,
    pub methods: Vec<MethodDoc>,
    /// The same request for each kind of client, by the name of the client.
    pub calls: Vec<(String, String)>,
    pub parameters: Vec<ParameterDoc>,
    pub fields: Vec<FieldDoc>,
    /// A response with example values, as JSON.
    pub response: String,
    pub errors: Vec<ErrorDoc>,
    /// What bounds a request: its name and its value.
    pub limits: Vec<(String, String)>,
}

/// What somebody without an account gets of an API whose documentation is public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicDocumentation {
    pub documentation: Documentation,
    /// Where to ask for access; empty where the owner says nothing.
    pub contact: String,
}

impl Documentation {
    #[must_use]
    pub fn of(place: Place<'_>, version: i64, spec: &ApiSpec) -> Self {
        let given = test_values(spec);
        Self {
            domain: place.domain.into(),
            name: place.name.into(),
            title: spec.title.clone(),
            kind: spec.kind(),
            version,
            address: address(place, &given),
            methods: methods(place, spec),
            calls: ready_calls(place, spec, &given),
            parameters: parameters(spec),
            fields: fields(spec),
            response: format!("{:#}", response(spec)),
            errors: errors(spec),
            limits: limits(spec),
        }
    }
}

fn methods(place: Place<'_>, spec: &ApiSpec) -> Vec<MethodDoc> {
    let path = format!("/api/{}/{}", place.domain, place.name);
    let method = |method: &str, address: String, about: String| MethodDoc { method: method.into(), address, about };
    let mut methods = vec![
        method("GET", path.clone(), "Takes the parameters in the query.".into()),
        method("POST", path.clone(), "Takes the same parameters as a JSON object.".into()),
    ];
    match spec.kind() {
        ApiKind::Kv => {
            methods.push(method("POST", format!("{path}/batch"), format!("Takes up to {} keys in one request.", grouped(MAX_BATCH_KEYS))));
        }
        ApiKind::Sql => {
            let others: Vec<String> = ANSWER_FORMATS.iter().skip(1).map(|format| format!(".{format}")).collect();
            let about = format!("Gives every row in another format: {}.", others.join(", "));
            methods.push(method("GET", format!("{path}.csv"), about));
        }
        ApiKind::Union => {}
    }
    let rpc = if spec.kind() == ApiKind::Kv { "Get" } else { "Query" };
    let service = crate::message::service_name(place.domain, place.name);
    methods.push(method("gRPC", format!("{service}/{rpc}"), format!("Responds at {}.", place.grpc)));
    methods
}

fn parameters(spec: &ApiSpec) -> Vec<ParameterDoc> {
    let own = spec.parameters.iter().map(|parameter| ParameterDoc {
        name: parameter.name.clone(),
        data_type: parameter.type_words(),
        required: parameter.required,
        about: about(parameter),
        example: parameter.test_value.clone().unwrap_or_default(),
    });
    own.chain(reserved_parameters(spec).iter().map(|reserved| reserved_doc(reserved, spec))).collect()
}

/// One that every API of the type has, as OpenAPI says it.
fn reserved_doc(reserved: &Json, spec: &ApiSpec) -> ParameterDoc {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let (name, schema) = (text(&reserved["name"]), &reserved["schema"]);
    let data_type = match schema["type"].as_str() {
        Some("array") => "list of names",
        Some("integer") => "integer",
        Some("boolean") => "yes/no",
        _ if schema.get("enum").is_some() => "one of a few",
        _ => "text",
    };
    let choices = schema["enum"].as_array().map(|all| all.iter().map(text).collect::<Vec<_>>().join(", "));
    let mut about = text(&reserved["description"]);
    about.push_str(&choices.map(|choices| format!(" One of {choices}.")).unwrap_or_default());
    about.push_str(&schema["default"].as_u64().map(|size| format!(" {} without it.", grouped(size))).unwrap_or_default());
    let example = match name.as_str() {
        "fields" => spec.fields.iter().take(2).map(|field| field.name.as_str()).collect::<Vec<_>>().join(","),
        "format" => "csv".into(),
        "count" => "true".into(),
        "limit" => "10".into(),
        "offset" => "20".into(),
        _ => String::new(),
    };
    ParameterDoc { name, data_type: data_type.into(), required: false, about, example }
}

/// What is written about a parameter, and its bounds.
fn about(parameter: &Parameter) -> String {
    let mut parts = Vec::new();
    if !parameter.about.is_empty() {
        parts.push(format!("{}.", parameter.about.trim_end_matches('.')));
    }
    if !parameter.choices.is_empty() {
        parts.push(format!("One of {}.", parameter.choices.join(", ")));
    }
    let unit = if parameter.data_type == DataType::String { " characters" } else { "" };
    match (&parameter.min, &parameter.max) {
        (Some(min), Some(max)) => parts.push(format!("From {min} to {max}{unit}.")),
        (Some(min), None) => parts.push(format!("At least {min}{unit}.")),
        (None, Some(max)) => parts.push(format!("At most {max}{unit}.")),
        (None, None) => {}
    }
    parts.extend(parameter.pattern.as_ref().map(|pattern| format!("Matches {pattern}.")));
    parts.extend(parameter.default.as_ref().map(|default| format!("{default} without it.")));
    parts.join(" ")
}

fn fields(spec: &ApiSpec) -> Vec<FieldDoc> {
    let one = |name: String, field: &Field| FieldDoc {
        name,
        data_type: field.data_type.word().into(),
        nullable: field.nullable || spec.policy.unreadable_as_null,
        about: field.about.clone(),
    };
    let mut out = Vec::new();
    for field in &spec.fields {
        let Some(step) = spec.step_of(field) else {
            out.push(one(field.name.clone(), field));
            continue;
        };
        let list = step.gives_list();
        out.push(FieldDoc {
            name: field.name.clone(),
            data_type: if list { "list of rows" } else { "object" }.into(),
            nullable: !list,
            about: field.about.clone(),
        });
        out.extend(step.fields.iter().map(|inner| one(format!("{}.{}", field.name, inner.name), inner)));
    }
    out
}

/// A response as it would look: with the test value of a parameter of the same name, or else a value of the field's type.
fn response(spec: &ApiSpec) -> Json {
    let mut row = Map::new();
    for field in &spec.fields {
        let value = match spec.step_of(field) {
            None => example(field, spec),
            Some(step) => {
                let inner: Map<String, Json> = step.fields.iter().map(|field| (field.name.clone(), example(field, spec))).collect();
                if step.gives_list() { json!([inner]) } else { Json::Object(inner) }
            }
        };
        row.insert(field.name.clone(), value);
    }
    if spec.gives_list() { json!({"rows": [row], "next": null, "truncated": false}) } else { Json::Object(row) }
}

fn example(field: &Field, spec: &ApiSpec) -> Json {
    let known = spec.parameters.iter().find(|parameter| parameter.name == field.name && parameter.data_type == field.data_type);
    if let Some(text) = known.and_then(|parameter| parameter.test_value.as_ref()) {
        let first = text.split(',').next().unwrap_or(text);
        return if field.as_string { first.into() } else { as_json(field.data_type, first) };
    }
    match field.data_type {
        DataType::Int64 if field.as_string => json!("1"),
        DataType::Int32 | DataType::Int64 => json!(1),
        DataType::Float64 => json!(1.5),
        DataType::Bool => json!(true),
        DataType::Decimal { .. } => json!("1.50"),
        DataType::Date => json!("2026-01-31"),
        DataType::Time => json!("12:30:00"),
        DataType::Timestamp => json!("2026-01-31T12:30:00Z"),
        DataType::Uuid => json!("018f3a52-7c1d-7e0a-9b11-2f6f0c6d3a55"),
        DataType::Bytes => json!("AQID"),
        DataType::Json => json!({}),
        DataType::String => json!("text"),
    }
}

fn errors(spec: &ApiSpec) -> Vec<ErrorDoc> {
    let not_found = match spec.kind() {
        ApiKind::Kv => "No row has this key, or there is no such API.",
        ApiKind::Sql => "There is no such API, or it is not live where the key belongs.",
        ApiKind::Union => "A step that the response needs has no such row, or there is no such API.",
    };
    let rows = [
        (ErrorCode::Invalid, "A parameter is unknown, missing or not of its type. The member errors names each."),
        (ErrorCode::Unauthenticated, "The request has no key, or its key has ended. Send the key of an app."),
        (ErrorCode::Forbidden, "The key's app has no grant for this API. Ask for access."),
        (ErrorCode::NotFound, not_found),
        (ErrorCode::TooManyRequests, "A rate limit is reached. Wait for as long as the header retry-after says."),
        (ErrorCode::SourceUnavailable, "The data cannot be read just now. Try again in a moment."),
        (ErrorCode::SourceBusy, "Your app has too many requests under way. Send fewer at once."),
        (ErrorCode::SourceTimeout, "The response took too long. Ask for less."),
    ];
    rows.map(|(code, about)| ErrorDoc { status: code.status(), code: code.key().into(), about: about.into() }).into()
}

fn limits(spec: &ApiSpec) -> Vec<(String, String)> {
    let mut limits = vec![("Time-out".to_owned(), format!("{} ms", spec.policy.timeout_ms))];
    match spec.kind() {
        ApiKind::Kv => limits.push(("Keys of one batch".into(), MAX_BATCH_KEYS.to_string())),
        ApiKind::Sql => {
            limits.push(("Rows of one response".into(), spec.policy.max_rows.to_string()));
            limits.push(("Size of one response".into(), format!("{} MiB", spec.policy.max_bytes >> 20)));
        }
        ApiKind::Union => {}
    }
    limits.extend(spec.policy.cache.is_some().then(|| ("Response cache".to_owned(), "Responses may be reused for a while".to_owned())));
    limits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{ApiBody, KvBody};
    use crate::table_ref::TableRef;

    fn secretive() -> ApiSpec {
        let mut spec = ApiSpec::empty(ApiKind::Kv);
        spec.title = "One aircraft".into();
        spec.source = "hushed-source".into();
        spec.body = ApiBody::Kv(KvBody { table: TableRef::new("hushed_table"), key: vec!["hushed_key".into()] });
        spec.parameters = vec![Parameter {
            test_value: Some("N14228".into()),
            source_type: "hushed_type".into(),
            max: Some("6".into()),
            ..Parameter::new("tailnum", DataType::String).required()
        }];
        let field = |name: &str, data_type| Field {
            column: format!("hushed_{name}"),
            source_type: "hushed_type".into(),
            ..Field::plain(name, data_type)
        };
        spec.fields = vec![field("tailnum", DataType::String), field("seats", DataType::Int64)];
        spec
    }

    fn documentation(spec: &ApiSpec) -> Documentation {
        let place = Place { http: "http://sluice", grpc: "sluice:81", domain: "travel", name: "plane", key: "KEY" };
        Documentation::of(place, 3, spec)
    }

    #[test]
    fn nothing_tells_how_the_api_is_made() {
        let documentation = documentation(&secretive());
        let text = serde_json::to_string(&documentation).unwrap();
        assert!(!text.contains("hushed"), "{text}");
        assert!(text.contains("One aircraft") && text.contains("N14228"), "{text}");
    }

    #[test]
    fn the_response_has_each_field_and_the_test_value_of_its_parameter() {
        let mut spec = secretive();
        let of = |spec: &ApiSpec| serde_json::from_str::<Json>(&documentation(spec).response).unwrap();
        assert_eq!(of(&spec), json!({"tailnum": "N14228", "seats": 1}));
        spec.fields[1].as_string = true;
        assert_eq!(of(&spec)["seats"], "1");
        let list = ApiSpec { parameters: spec.parameters.clone(), fields: spec.fields.clone(), ..ApiSpec::empty(ApiKind::Sql) };
        assert_eq!(of(&list)["rows"][0], json!({"tailnum": "N14228", "seats": "1"}));
        let names: Vec<String> = documentation(&list).parameters.into_iter().map(|parameter| parameter.name).collect();
        assert!(["tailnum", "fields", "format", "limit", "after"].iter().all(|name| names.iter().any(|known| known == name)), "{names:?}");
    }

    #[test]
    fn what_is_not_public_keeps_no_text() {
        let mark = |public, contact: &str| DocumentationMark { public, contact: contact.into() };
        assert_eq!(mark(false, "ask").kept(), DocumentationMark::default());
        assert_eq!(mark(true, " ask ").kept(), mark(true, "ask"));
        assert!(mark(true, &"x".repeat(300)).errors().is_empty() && mark(true, &"x".repeat(301)).errors().len() == 1);
    }
}
