//! The OpenAPI 3.1 document of one API, made from its definition.

use serde_json::{Map, Value as Json, json};

use crate::spec::{ANSWER_FORMATS, ApiKind, MAX_BATCH_KEYS, MAX_PAGE_SIZE};
use crate::value::{Value, read_text};
use crate::{ApiSpec, DataType, ErrorCode, Field, Parameter};

/// The document that `/api/<domain>/<name>/openapi.json` answers with.
#[must_use]
pub fn openapi(domain: &str, name: &str, version: i64, spec: &ApiSpec, server: &str) -> Json {
    let path = format!("/api/{domain}/{name}");
    let mut paths = Map::new();
    paths.insert(
        path.clone(),
        json!({
            "get": operation(spec, &format!("get-{domain}-{name}"), true),
            "post": operation(spec, &format!("post-{domain}-{name}"), false),
        }),
    );
    if spec.kind() == ApiKind::Kv {
        paths.insert(format!("{path}/batch"), json!({"post": batch(spec, &format!("batch-{domain}-{name}"))}));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("{domain}/{name}"),
            "summary": spec.title,
            "version": version.to_string(),
        },
        "servers": [{"url": server}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "The key of an app with a grant for this API."}},
            "schemas": {"Row": answer_schema(spec), "Problem": problem_schema()},
        },
    })
}

/// One document for several APIs: all that an app may call. Each API's row has its own name in it.
#[must_use]
pub fn openapi_of_all(apis: &[(&str, &str, i64, &ApiSpec)], server: &str) -> Json {
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    for (domain, name, version, spec) in apis {
        let row = format!("{domain}.{name}.Row");
        let mut one = openapi(domain, name, *version, spec, server);
        point_to(&mut one["paths"], &row);
        if let Json::Object(own) = one["paths"].take() {
            paths.extend(own);
        }
        schemas.insert(row, one["components"]["schemas"]["Row"].take());
    }
    schemas.insert("Problem".into(), problem_schema());
    json!({
        "openapi": "3.1.0",
        "info": {"title": "All APIs that this app may call", "version": apis.len().to_string()},
        "servers": [{"url": server}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "The key of the app."}},
            "schemas": schemas,
        },
    })
}

/// Lets what points to the row of one API point to the name that it has beside others.
fn point_to(json: &mut Json, row: &str) {
    match json {
        Json::Object(object) => {
            if let Some(Json::String(reference)) = object.get_mut("$ref").filter(|known| **known == "#/components/schemas/Row") {
                *reference = format!("#/components/schemas/{row}");
            }
            object.values_mut().for_each(|value| point_to(value, row));
        }
        Json::Array(items) => items.iter_mut().for_each(|value| point_to(value, row)),
        _ => {}
    }
}

fn operation(spec: &ApiSpec, id: &str, in_query: bool) -> Json {
    let mut operation = Map::new();
    operation.insert("operationId".into(), id.into());
    operation.insert("summary".into(), spec.title.clone().into());
    if in_query {
        let mut parameters: Vec<Json> = spec.parameters.iter().map(query_parameter).collect();
        parameters.extend(reserved_parameters(spec));
        operation.insert("parameters".into(), parameters.into());
    } else {
        operation.insert(
            "requestBody".into(),
            json!({"required": spec.parameters.iter().any(|p| p.required), "content": {"application/json": {"schema": body_schema(spec)}}}),
        );
    }
    operation.insert("responses".into(), responses(spec));
    operation.into()
}

/// Several keys in one call.
fn batch(spec: &ApiSpec, id: &str) -> Json {
    let key = key_schema(spec);
    let rows = json!({"type": "array", "items": {"anyOf": [{"$ref": "#/components/schemas/Row"}, {"type": "null"}]}});
    let answer = json!({"type": "object", "required": ["rows"], "properties": {"rows": rows}});
    json!({
        "operationId": id,
        "summary": format!("{}, for several keys; null for a key without a row", spec.title),
        "requestBody": {"required": true, "content": {"application/json": {"schema": {
            "type": "object", "required": ["keys"], "additionalProperties": false,
            "properties": {"keys": {"type": "array", "maxItems": MAX_BATCH_KEYS, "items": key}},
        }}}},
        "responses": with_problems(spec, &json!({"application/json": {"schema": answer}})),
    })
}

fn query_parameter(parameter: &Parameter) -> Json {
    let mut out = json!({
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "schema": parameter_schema(parameter),
    });
    if !parameter.about.is_empty() {
        out["description"] = parameter.about.clone().into();
    }
    if parameter.list {
        out["style"] = "form".into();
        out["explode"] = false.into();
    }
    if let Some(example) = &parameter.test_value {
        out["example"] = as_json(parameter.data_type, example);
    }
    out
}

/// The paging parameters that every list answers to.
pub(crate) fn reserved_parameters(spec: &ApiSpec) -> Vec<Json> {
    let mut out = Vec::new();
    if !spec.policy.whole_rows {
        out.push(json!({
        "name": "fields", "in": "query", "required": false, "description": "Field selection: respond with these fields only.",
        "style": "form", "explode": false,
        "schema": {"type": "array", "items": {"type": "string", "enum": spec.fields.iter().map(|f| &f.name).collect::<Vec<_>>()}},
        }));
    }
    if spec.kind() == ApiKind::Sql {
        out.push(json!({"name": "format", "in": "query", "required": false,
            "description": "Format of the response. The path may end in the format instead, for example `.csv`.",
            "schema": {"type": "string", "enum": ANSWER_FORMATS, "default": "json"}}));
        out.push(json!({"name": "count", "in": "query", "required": false, "description": "Whether to count the rows of all pages.",
            "schema": {"type": "boolean", "default": false}}));
    }
    if let Some(size) = spec.page_size() {
        let most = MAX_PAGE_SIZE.min(spec.policy.max_rows);
        out.push(json!({"name": "limit", "in": "query", "required": false, "description": "Rows per page.",
            "schema": {"type": "integer", "minimum": 1, "maximum": most, "default": size.min(most)}}));
        out.push(json!({"name": "after", "in": "query", "required": false,
            "description": "The value of `next` in the previous response.", "schema": {"type": "string"}}));
        if spec.keyset().is_empty() {
            out.push(json!({"name": "offset", "in": "query", "required": false,
                "description": "Rows to skip, instead of `after`.", "schema": {"type": "integer", "minimum": 0}}));
        }
    }
    out
}

fn body_schema(spec: &ApiSpec) -> Json {
    let mut schema = key_schema(spec);
    for reserved in reserved_parameters(spec) {
        if let Some(name) = reserved["name"].as_str() {
            schema["properties"][name] = reserved["schema"].clone();
        }
    }
    schema
}

/// The parameters of an API as an object.
fn key_schema(spec: &ApiSpec) -> Json {
    let properties: Map<String, Json> = spec.parameters.iter().map(|one| (one.name.clone(), parameter_schema(one))).collect();
    let required: Vec<&String> = spec.parameters.iter().filter(|p| p.required).map(|p| &p.name).collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn parameter_schema(parameter: &Parameter) -> Json {
    let mut schema = parameter.data_type.openapi();
    let number = |text: &String| as_json(parameter.data_type, text);
    let is_text = matches!(parameter.data_type, DataType::String);
    for (bound, of_number, of_text) in [(&parameter.min, "minimum", "minLength"), (&parameter.max, "maximum", "maxLength")] {
        match bound {
            Some(bound) if is_text => schema[of_text] = as_json(DataType::Int64, bound),
            Some(bound) if parameter.data_type.is_number() => schema[of_number] = number(bound),
            _ => {}
        }
    }
    if let Some(pattern) = &parameter.pattern {
        schema["pattern"] = pattern.clone().into();
    }
    if !parameter.choices.is_empty() {
        schema["enum"] = parameter.choices.iter().map(number).collect();
    }
    if let (Some(default), false) = (&parameter.default, parameter.list) {
        schema["default"] = as_json(parameter.data_type, default);
    }
    if parameter.list { json!({"type": "array", "items": schema, "minItems": 1}) } else { schema }
}

/// A row; of a Union, with what stood in for steps that failed, and where it is one object, with the rows of its steps.
fn answer_schema(spec: &ApiSpec) -> Json {
    let mut schema = own_row_schema(spec);
    for field in &spec.fields {
        let Some(step) = spec.step_of(field) else { continue };
        let row = row_schema(&step.fields);
        schema["properties"][&field.name] =
            if step.gives_list() { json!({"type": "array", "items": row}) } else { json!({"anyOf": [row, {"type": "null"}]}) };
    }
    if spec.kind() == ApiKind::Union && !spec.gives_list() {
        schema["properties"]["degraded"] = degraded_schema();
    }
    schema
}

fn degraded_schema() -> Json {
    json!({
        "type": "array",
        "description": "The secondary steps that failed, and the fallback of each. Absent if no step failed.",
        "items": {"type": "object", "required": ["step", "code", "fallback"], "properties": {
            "step": {"type": "string"},
            "code": {"type": "string", "enum": ErrorCode::ALL.map(ErrorCode::key)},
            "fallback": {"type": "string", "enum": ["empty", "fixed", "last-good", "api"]},
        }},
    })
}

/// A row of an API; any field may be null where it answers so for cells that cannot be read.
fn own_row_schema(spec: &ApiSpec) -> Json {
    if !spec.policy.unreadable_as_null {
        return row_schema(&spec.fields);
    }
    let fields: Vec<Field> = spec.fields.iter().map(|field| Field { nullable: true, ..field.clone() }).collect();
    row_schema(&fields)
}

fn row_schema(fields: &[Field]) -> Json {
    let mut properties = Map::new();
    for field in fields {
        let mut schema = if field.as_string { json!({"type": "string", "format": "int64"}) } else { field.data_type.openapi_answer() };
        match schema.get("type").cloned() {
            Some(Json::String(plain)) if field.nullable => schema["type"] = json!([plain, "null"]),
            Some(Json::Array(mut types)) if field.nullable => {
                types.push("null".into());
                schema["type"] = types.into();
            }
            _ => {}
        }
        if !field.about.is_empty() {
            schema["description"] = field.about.clone().into();
        }
        properties.insert(field.name.clone(), schema);
    }
    json!({"type": "object", "properties": properties})
}

fn problem_schema() -> Json {
    json!({
        "type": "object",
        "required": ["type", "code", "title", "status", "detail", "request_id"],
        "properties": {
            "type": {"type": "string"},
            "code": {"type": "string", "enum": ErrorCode::ALL.map(ErrorCode::key)},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "request_id": {"type": "string"},
            "errors": {"type": "array", "items": {"type": "object", "properties": {"field": {"type": "string"}, "message": {"type": "string"}}}},
        },
    })
}

fn responses(spec: &ApiSpec) -> Json {
    let rows = json!({"type": "array", "items": {"$ref": "#/components/schemas/Row"}});
    let answer = match (spec.kind(), spec.gives_list()) {
        (_, false) => json!({"$ref": "#/components/schemas/Row"}),
        (ApiKind::Sql, true) => json!({"anyOf": [list_schema("rows", &rows), list_schema("columns", &columns_schema(spec))]}),
        (_, true) => {
            let mut list = list_schema("rows", &rows);
            list["properties"]["degraded"] = degraded_schema();
            list
        }
    };
    let mut content = json!({"application/json": {"schema": answer}});
    if spec.kind() == ApiKind::Sql {
        for other in ["application/x-ndjson", "text/csv", "application/vnd.apache.parquet", "application/vnd.apache.arrow.stream"] {
            content[other] = json!({"schema": {"description": "All rows up to the row limit, streamed as they are read."}});
        }
    }
    with_problems(spec, &content)
}

/// A page, whose rows or columns stand under `name`.
fn list_schema(name: &str, of_rows: &Json) -> Json {
    json!({
        "type": "object",
        "required": [name, "next", "truncated"],
        "properties": {
            name: of_rows,
            "next": {"type": ["string", "null"], "description": "Send this value as `after` for the next page."},
            "truncated": {"type": "boolean", "description": "Whether the row limit cut the response."},
            "count": {"type": "integer", "minimum": 0, "description": "The number of rows of all pages, if the request had `count=true`."},
        },
    })
}

/// Of `format=columns`: the values of each field, in the order of the rows.
fn columns_schema(spec: &ApiSpec) -> Json {
    let mut columns = own_row_schema(spec);
    if let Some(fields) = columns["properties"].as_object_mut() {
        fields.values_mut().for_each(|field| *field = json!({"type": "array", "items": field.take()}));
    }
    columns
}

/// What is answered: the content of a good response, that the caller has it already, or a problem under each status, with the codes that it
/// may have.
fn with_problems(spec: &ApiSpec, content: &Json) -> Json {
    let mut out = Map::new();
    let nulls = if reads_source(spec) && spec.policy.unreadable_as_null {
        ". A value that does not have the type of its field is null."
    } else {
        ""
    };
    out.insert("200".into(), json!({"description": format!("The response{nulls}"), "content": content}));
    out.insert("304".into(), json!({"description": "Not modified: the response still has the entity tag of `if-none-match`."}));
    // Every method that an address has is in the document, and a request changes nothing that could be in conflict.
    let answered = |code: &ErrorCode| !matches!(code, ErrorCode::MethodNotAllowed | ErrorCode::Conflict);
    let codes: Vec<ErrorCode> = ErrorCode::ALL.into_iter().filter(answered).collect();
    for code in &codes {
        let problem = json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
        let same = codes.iter().filter(|other| other.status() == code.status());
        let words: Vec<String> = same.map(|code| meaning(*code, spec)).collect();
        out.entry(code.status().to_string()).or_insert_with(|| json!({"description": words.join(" "), "content": problem}));
    }
    out.into()
}

/// A code and what it says, for the description of its status.
fn meaning(code: ErrorCode, spec: &ApiSpec) -> String {
    let cells = match (code, spec.policy.unreadable_as_null) {
        (ErrorCode::SourceChanged, false) if reads_source(spec) => {
            ", or a cell is not of its field's type; `detail` then names the row, the column and the value"
        }
        _ => "",
    };
    format!("`{}`: {}{cells}.", code.key(), code.title())
}

/// Whether a request reads cells of a source; a dataset rejected those that cannot be read when it was built.
fn reads_source(spec: &ApiSpec) -> bool {
    spec.union().is_none() && spec.serve_from.is_source()
}

pub(crate) fn as_json(data_type: DataType, text: &str) -> Json {
    match read_text(data_type, text) {
        Ok(Value::Int(number)) => number.into(),
        Ok(Value::Float(number)) => number.into(),
        Ok(Value::Bool(yes)) => yes.into(),
        _ => text.into(),
    }
}

/// Percent-encoding for a query's value; everything but letters, digits and `-._~,`.
#[must_use]
pub fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b',' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{ApiKind, ServeFrom};

    #[test]
    fn the_document_says_what_a_caller_may_send() {
        let mut spec = ApiSpec::empty(ApiKind::Sql);
        spec.parameters = vec![Parameter {
            list: true,
            max: Some("12".into()),
            test_value: Some("2".into()),
            ..Parameter::new("month", DataType::Int32)
        }];
        spec.fields = vec![Field { name: "n".into(), column: "n".into(), data_type: DataType::Int64, nullable: true, ..Field::default() }];
        let document = openapi("travel", "delays", 7, &spec, "http://127.0.0.1:8080");
        let parameters = &document["paths"]["/api/travel/delays"]["get"]["parameters"];
        assert_eq!(parameters[0]["schema"]["items"]["maximum"], 12);
        assert_eq!(document["components"]["schemas"]["Row"]["properties"]["n"]["type"], json!(["integer", "null"]));
        assert_eq!(percent_encode("a b&c"), "a%20b%26c");
        let float = Field { name: "f".into(), column: "f".into(), data_type: DataType::Float64, nullable: true, ..Field::default() };
        let row = row_schema(&[float]);
        assert_eq!(row["properties"]["f"]["type"], json!(["number", "string", "null"]));
    }

    #[test]
    fn the_document_says_what_a_caller_may_get() {
        let mut spec = ApiSpec::empty(ApiKind::Kv);
        spec.parameters = vec![Parameter::new("id", DataType::Int64).required()];
        spec.fields = vec![Field { name: "id".into(), column: "id".into(), data_type: DataType::Int64, ..Field::default() }];
        let document = openapi("travel", "plane", 1, &spec, "http://127.0.0.1:8080");
        let batch = &document["paths"]["/api/travel/plane/batch"]["post"];
        let keys = &batch["requestBody"]["content"]["application/json"]["schema"]["properties"]["keys"];
        assert_eq!((&keys["maxItems"], &keys["items"]["required"]), (&json!(MAX_BATCH_KEYS), &json!(["id"])));
        for operation in [batch, &document["paths"]["/api/travel/plane"]["get"]] {
            for code in ErrorCode::ALL.into_iter().filter(|code| !matches!(code, ErrorCode::MethodNotAllowed | ErrorCode::Conflict)) {
                assert!(operation["responses"].get(code.status().to_string()).is_some(), "{code:?}: {operation}");
            }
        }
        let said = |spec: &ApiSpec, status: &str| {
            openapi("travel", "plane", 1, spec, "")["paths"]["/api/travel/plane"]["get"]["responses"][status]["description"].to_string()
        };
        let codes = ["source-unavailable", "source-busy", "overloaded", "source-changed", "store-unavailable", "plan-broken"];
        assert!(codes.iter().all(|code| said(&spec, "503").contains(code)), "{}", said(&spec, "503"));
        // What is done with a cell that cannot be read is said where it is done.
        assert!(said(&spec, "503").contains("names the row, the column and the value") && !said(&spec, "200").contains("null"));
        spec.policy.unreadable_as_null = true;
        assert!(!said(&spec, "503").contains("cell") && said(&spec, "200").contains("does not have the type of its field is null"));
        let nullable = openapi("travel", "plane", 1, &spec, "");
        assert_eq!(nullable["components"]["schemas"]["Row"]["properties"]["id"]["type"], json!(["integer", "null"]));
        spec.serve_from = ServeFrom::Dataset("planes".into());
        assert!(!said(&spec, "503").contains("cell") && !said(&spec, "200").contains("cell"));
        let list = openapi("travel", "planes", 1, &ApiSpec::empty(ApiKind::Sql), "http://127.0.0.1:8080");
        assert!(list["paths"].get("/api/travel/planes/batch").is_none());
    }
}
