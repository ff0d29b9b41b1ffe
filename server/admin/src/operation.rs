//! One operation of the REST interface, and the OpenAPI document made from all of them.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{MethodRouter, on};
use control::Control;
use http::Method;
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
}

/// The router and its operations, which grow together.
pub(crate) struct Table {
    pub(crate) router: Router<Control>,
    pub(crate) operations: Vec<Operation>,
    schemas: SchemaGenerator,
}

impl Table {
    pub(crate) fn new() -> Self {
        let settings = schemars::generate::SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
        Self { router: Router::new(), operations: Vec::new(), schemas: settings.into_generator() }
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
        let (request, response) = (self.schemas.subschema_for::<Q>().into(), self.schemas.subschema_for::<A>().into());
        let filter = axum::routing::MethodFilter::try_from(method.clone()).unwrap_or(axum::routing::MethodFilter::GET);
        let route: MethodRouter<Control> = on(filter, handler);
        self.router = self.router.route(path, route);
        self.operations.push(Operation { method, path, summary, request, response });
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
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Sluice administration", "version": "1"},
        "security": [{"token": []}],
        "paths": paths,
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "A personal token, made under your account in the portal."}}},
    })
}

fn document(operation: &Operation) -> Json {
    let parameters: Vec<Json> = operation
        .path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect();
    let problem = json!({"description": "What went wrong, and what to do", "content": {"application/problem+json": {}}});
    let mut document = json!({
        "summary": operation.summary,
        "parameters": parameters,
        "responses": {
            "200": {"description": "Done", "content": {"application/json": {"schema": operation.response}}},
            "default": problem,
        },
    });
    if operation.request.get("type") != Some(&json!("null")) {
        document["requestBody"] = json!({"required": true, "content": {"application/json": {"schema": operation.request}}});
    }
    document
}
