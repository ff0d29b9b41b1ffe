//! Ready calls of an API: what a developer copies into a shell or a program, with real values in it.

use serde_json::{Map, Value as Json};

use crate::openapi::{as_json, percent_encode};
use crate::spec::ApiKind;
use crate::{ApiSpec, DataType, Field};

/// Where an API is called.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// `http://127.0.0.1:8080`
    pub http: &'a str,
    /// `127.0.0.1:8081`
    pub grpc: &'a str,
    pub domain: &'a str,
    pub name: &'a str,
    /// The variable of the environment that holds the key.
    pub key: &'a str,
}

/// What the variable is called where nothing is known of the app.
pub const ANY_KEY: &str = "SLUICE_KEY";

/// What the variable with an app's key is called: `demo-app` -> `DEMO_APP_KEY`.
#[must_use]
pub fn key_variable(app: &str) -> String {
    format!("{}_KEY", app.replace('-', "_").to_ascii_uppercase())
}

/// Values as they would stand in a query; several of one name make a list.
pub type Given = [(String, String)];

/// The stored test values of an API.
#[must_use]
pub fn test_values(spec: &ApiSpec) -> Vec<(String, String)> {
    let value = |parameter: &crate::Parameter| parameter.test_value.clone().or_else(|| parameter.default.clone());
    spec.parameters.iter().filter_map(|parameter| Some((parameter.name.clone(), value(parameter)?))).collect()
}

/// The address of a request.
#[must_use]
pub fn address(place: Place<'_>, given: &Given) -> String {
    let pairs: Vec<String> = given.iter().map(|(name, value)| format!("{name}={}", percent_encode(value))).collect();
    let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
    format!("{}/api/{}/{}{query}", place.http, place.domain, place.name)
}

/// The same call for each kind of client, by the name of the client.
#[must_use]
pub fn ready_calls(place: Place<'_>, spec: &ApiSpec, given: &Given) -> Vec<(String, String)> {
    [
        ("curl", curl(place, given)),
        ("grpcurl", grpcurl(place, spec, given)),
        ("Python", python(place, given)),
        ("TypeScript", typescript(place, spec, given)),
    ]
    .map(|(name, text)| (name.to_owned(), text))
    .into()
}

fn curl(place: Place<'_>, given: &Given) -> String {
    format!("curl \"{}\" \\\n  --header \"authorization: Bearer ${}\"", address(place, given), place.key)
}

/// By the stock client, which learns the messages by reflection.
fn grpcurl(place: Place<'_>, spec: &ApiSpec, given: &Given) -> String {
    let mut request = Map::new();
    for parameter in &spec.parameters {
        let values: Vec<&str> = given.iter().filter(|(name, _)| name == &parameter.name).map(|(_, value)| value.as_str()).collect();
        let one = |text: &str| as_json(parameter.data_type, text);
        match (parameter.list, values.first()) {
            (_, None) => {}
            (true, _) => drop(request.insert(parameter.name.clone(), values.iter().flat_map(|text| text.split(',')).map(one).collect())),
            (false, Some(text)) => drop(request.insert(parameter.name.clone(), one(text))),
        }
    }
    let method = if spec.kind() == ApiKind::Kv { "Get" } else { "Query" };
    let service = crate::message::service_name(place.domain, place.name);
    // A quote in a value would end the shell's text.
    let request = Json::Object(request).to_string().replace('\'', "'\\''");
    let (grpc, key) = (place.grpc, place.key);
    format!("grpcurl -plaintext -H \"authorization: Bearer ${key}\" \\\n  -d '{request}' \\\n  {grpc} {service}/{method}")
}

fn python(place: Place<'_>, given: &Given) -> String {
    format!(
        "import json, os, urllib.request\n\nrequest = urllib.request.Request(\n    \"{}\",\n    headers={{\"authorization\": \"Bearer \" + os.environ[\"{}\"]}},\n)\n\
         with urllib.request.urlopen(request) as answer:\n    print(json.dumps(json.load(answer), indent=2))",
        address(place, given),
        place.key
    )
}

fn typescript(place: Place<'_>, spec: &ApiSpec, given: &Given) -> String {
    let row = crate::name::grpc_name(place.name);
    let mut types = interface(&row, spec, &spec.fields);
    let mut answer = row.clone();
    if spec.gives_list() {
        types.push_str(&format!("\ninterface {row}Page {{\n  rows: {row}[];\n  next: string | null;\n  truncated: boolean;\n}}\n"));
        answer.push_str("Page");
    }
    format!(
        "{types}\nconst response = await fetch(\"{}\", {{\n  headers: {{ authorization: `Bearer ${{process.env.{}}}` }},\n}});\n\
         if (!response.ok) throw new Error((await response.json()).detail);\nconst answer = (await response.json()) as {answer};\n\
         console.log(JSON.stringify(answer));",
        address(place, given),
        place.key
    )
}

fn interface(name: &str, spec: &ApiSpec, fields: &[Field]) -> String {
    let one = |field: &Field| {
        let kind = match spec.step_of(field) {
            Some(step) => {
                let inner: Vec<String> = step.fields.iter().map(|field| format!("{}: {}", field.name, type_of(field))).collect();
                let object = format!("{{ {} }}", inner.join("; "));
                if step.gives_list() { format!("{object}[]") } else { format!("{object} | null") }
            }
            None => type_of(field),
        };
        format!("  {}: {kind};\n", field.name)
    };
    format!("interface {name} {{\n{}}}\n", fields.iter().map(one).collect::<String>())
}

fn type_of(field: &Field) -> String {
    let kind = match field.data_type {
        DataType::Bool => "boolean",
        DataType::Int64 if field.as_string => "string",
        DataType::Int32 | DataType::Int64 | DataType::Float64 => "number",
        DataType::Json => "unknown",
        _ => "string",
    };
    if field.nullable { format!("{kind} | null") } else { kind.to_owned() }
}
