//! One operation of the REST interface, and the OpenAPI document made from all of them.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodRouter, on};
use control::Control;
use control::model::{ErrorCode, Problem};
use http::Method;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value as Json, json};

/// What an operation is, for the document and for the authority test.
#[derive(Debug, Clone)]
pub struct Operation {
    pub method: Method,
    /// With `{name}` for its parts.
    pub path: &'static str,
    pub summary: &'static str,
    request: Json,
    response: Json,
    /// What its query may hold, by name.
    query: Map<String, Json>,
}

/// The router and its operations, which grow together.
pub(crate) struct Table {
    pub(crate) router: Router<Control>,
    pub(crate) operations: Vec<Operation>,
    /// What is sent: members with a default may be left out.
    sent: SchemaGenerator,
    /// What is answered: the same members are always there.
    answered: SchemaGenerator,
}

impl Table {
    pub(crate) fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
        Self {
            router: Router::new(),
            operations: Vec::new(),
            sent: settings.clone().for_deserialize().into_generator(),
            answered: settings.for_serialize().into_generator(),
        }
    }

    /// Adds an operation that takes `Q` as its body (`()` for none) and answers with `A`.
    pub(crate) fn add<Q: JsonSchema, A: JsonSchema, H, T>(
        mut self,
        method: Method,
        path: &'static str,
        summary: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Control>,
        T: 'static,
    {
        let (request, response) = (self.sent.subschema_for::<Q>().into(), self.answered.subschema_for::<A>().into());
        let filter = axum::routing::MethodFilter::try_from(method.clone()).unwrap_or(axum::routing::MethodFilter::GET);
        let route: MethodRouter<Control> = on(filter, handler);
        self.router = self.router.route(path, route);
        self.operations.push(Operation { method, path, summary, request, response, query: Map::new() });
        self
    }

    /// Says what the query of the operation that was added last may hold: the members of `Q`.
    pub(crate) fn with_query<Q: JsonSchema>(mut self) -> Self {
        let mut schema: Json = self.sent.subschema_for::<Q>().into();
        if let (Some(operation), Some(Json::Object(members))) = (self.operations.last_mut(), schema.get_mut("properties").map(Json::take)) {
            operation.query = members;
        }
        self
    }
}

/// OpenAPI 3.1 of every operation.
pub(crate) fn openapi(operations: &[Operation]) -> Json {
    let mut paths: Map<String, Json> = Map::new();
    for operation in operations {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method.as_str().to_lowercase()] = document(operation);
    }
    let problem: Json = SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .for_serialize()
        .into_generator()
        .subschema_for::<Problem>()
        .into();
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Sluice administration", "version": "1"},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "A personal token, created under your account in the portal."}},
            "schemas": {"Problem": problem},
        },
    })
}

fn document(operation: &Operation) -> Json {
    let mut document = json!({
        "summary": operation.summary,
        "parameters": parameters(operation),
        "responses": responses(operation),
    });
    if operation.takes_body() {
        document["requestBody"] = json!({"required": true, "content": {"application/json": {"schema": operation.request}}});
    }
    document
}

fn parameters(operation: &Operation) -> Vec<Json> {
    let parts = operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let of_path = parts.map(|name| json!({"name": name, "in": "path", "required": true, "schema": part_schema(name)}));
    let of_query = operation.query.iter().map(|(name, schema)| json!({"name": name, "in": "query", "required": false, "schema": schema}));
    of_path.chain(of_query).collect()
}

/// The type of a part of a path: most are names and ids.
fn part_schema(name: &str) -> Json {
    match name {
        "version" => json!({"type": "integer", "format": "int64"}),
        "environment" => json!({"type": "string", "enum": ["test", "prod"]}),
        _ => json!({"type": "string", "minLength": 1}),
    }
}

/// What is answered: the result, or a problem under each status that an operation of this kind can have.
fn responses(operation: &Operation) -> Json {
    let mut out = Map::new();
    out.insert("200".into(), json!({"description": "Done", "content": {"application/json": {"schema": operation.response}}}));
    for code in operation.codes() {
        let problem = json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
        out.entry(code.status().to_string()).or_insert_with(|| json!({"description": code.title(), "content": problem}));
    }
    out.into()
}

impl Operation {
    fn takes_body(&self) -> bool {
        self.request.get("type") != Some(&json!("null"))
    }

    /// What can go wrong with an operation of this kind.
    fn codes(&self) -> impl Iterator<Item = ErrorCode> {
        let (writes, takes_body) = (self.method != Method::GET, self.takes_body());
        ErrorCode::ALL.into_iter().filter(move |code| match code {
            // Every method that a path has is in the document.
            ErrorCode::MethodNotAllowed => false,
            ErrorCode::Conflict => writes,
            ErrorCode::TooLarge => takes_body,
            _ => true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_names_every_status_and_every_parameter() {
        let document = openapi(&crate::operations());
        let of = |path: &str, method: &str| document["paths"][path][method].clone();
        let answers = |operation: &Json, status: &str| operation["responses"].get(status).is_some();
        let (list, make) = (of("/admin/v1/apps", "get"), of("/admin/v1/apps", "post"));
        for status in ["200", "400", "401", "403", "404", "429", "500", "503", "504"] {
            assert!(answers(&list, status) && answers(&make, status), "{status}");
        }
        for of_writing in ["409", "413"] {
            assert!(!answers(&list, of_writing) && answers(&make, of_writing), "{of_writing}");
        }
        let names = |operation: &Json| -> Vec<String> {
            operation["parameters"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names(&of("/admin/v1/audit", "get")), ["subject", "before"]);
        assert_eq!(of("/admin/v1/audit", "get")["parameters"][1]["schema"]["format"], "int64");
        let problem = &document["components"]["schemas"]["Problem"];
        assert!(
            problem["required"].as_array().unwrap().contains(&json!("request_id")) && problem.to_string().contains("too-large"),
            "{problem}"
        );
        // Nothing in it points to what is not there.
        assert!(!document.to_string().contains("$defs"));
    }
}
