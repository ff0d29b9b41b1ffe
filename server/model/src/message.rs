//! The protobuf messages of an API: what its requests and rows look like on the wire, and as a `.proto` for people.
//!
//! `Get` takes the key fields by name and gives the row; `BatchGet` takes keys and gives a row or nothing for each;
//! `Query` takes the parameters by name and gives a page of rows; `Stream` gives the rows one by one.

use std::fmt::Write;

use crate::name::grpc_name;
use crate::spec::ApiKind;
use crate::union::Step;
use crate::{ApiSpec, DataType, Field};

/// Numbers of the reserved parameters of a query, above those that parameters take.
pub const LIMIT: u32 = 10_001;
pub const AFTER: u32 = 10_002;
pub const OFFSET: u32 = 10_003;

/// One field of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageField {
    pub number: u32,
    pub name: String,
    pub data_type: DataType,
    pub repeated: bool,
    pub about: String,
    /// The fields of a message in its place, of which `data_type` says nothing then.
    pub message: Option<Vec<MessageField>>,
}

/// `sluice.travel.FlightDay`: the full name of an API's service.
#[must_use]
pub fn service_name(domain: &str, name: &str) -> String {
    format!("{}.{}", package(domain), grpc_name(name))
}

/// `sluice.travel`
#[must_use]
pub fn package(domain: &str) -> String {
    format!("sluice.{}", domain.replace('-', "_"))
}

/// The name under which reflection gives an API's file.
#[must_use]
pub fn file_name(domain: &str, name: &str) -> String {
    format!("sluice/{}/{}.proto", domain.replace('-', "_"), name.replace('-', "_"))
}

/// The fields of a row, in the order of their numbers.
#[must_use]
pub fn row_fields(spec: &ApiSpec) -> Vec<MessageField> {
    let mut fields: Vec<MessageField> = spec
        .fields
        .iter()
        .enumerate()
        .map(|(index, field)| {
            let step = spec.step_of(field);
            MessageField {
                repeated: step.is_some_and(Step::gives_list),
                message: step.map(|step| step_fields(&step.fields)),
                ..one_field(field, spec.field_number(index))
            }
        })
        .collect();
    fields.sort_by_key(|field| field.number);
    fields
}

fn one_field(field: &Field, number: u32) -> MessageField {
    MessageField {
        number,
        name: field.name.clone(),
        data_type: field.data_type,
        repeated: false,
        about: field.about.clone(),
        message: None,
    }
}

/// The rows of a step of a Union: its API's own numbers, which were written down with them.
fn step_fields(fields: &[Field]) -> Vec<MessageField> {
    let mut fields: Vec<MessageField> = fields.iter().map(|field| one_field(field, field.number)).collect();
    fields.sort_by_key(|field| field.number);
    fields
}

/// The name of the message of a step's rows.
#[must_use]
pub fn step_message(service: &str, step: &str) -> String {
    format!("{service}_{step}")
}

/// The fields of a request: the parameters, and for pages what chooses one.
#[must_use]
pub fn request_fields(spec: &ApiSpec) -> Vec<MessageField> {
    let mut fields: Vec<MessageField> = spec
        .parameters
        .iter()
        .enumerate()
        .map(|(index, parameter)| MessageField {
            number: spec.parameter_number(index),
            name: parameter.name.clone(),
            data_type: parameter.data_type,
            repeated: parameter.list,
            about: parameter.about.clone(),
            message: None,
        })
        .collect();
    fields.sort_by_key(|field| field.number);
    if spec.page_size().is_some() {
        for (number, name, data_type, about) in [
            (LIMIT, "limit", DataType::Int32, "Rows per page."),
            (AFTER, "after", DataType::String, "The value of next in the previous response."),
            (OFFSET, "offset", DataType::Int64, "Rows to skip."),
        ] {
            fields.push(MessageField { number, name: name.into(), data_type, repeated: false, about: about.into(), message: None });
        }
    }
    fields
}

/// The `.proto` of one API.
#[must_use]
pub fn proto_text(domain: &str, name: &str, spec: &ApiSpec) -> String {
    let service = grpc_name(name);
    let mut out = format!("// {domain}/{name}: {}\nsyntax = \"proto3\";\n\npackage {};\n\n", one_line(&spec.title), package(domain));
    out.push_str(&match spec.kind() {
        ApiKind::Kv => format!(
            "service {service} {{\n  // The row with this key; NOT_FOUND if there is none.\n  rpc Get({service}Key) returns ({service}Row);\n  // The rows of several keys, in the order of the keys; an entry without a row where no row has the key.\n  rpc BatchGet({service}BatchGetRequest) returns ({service}BatchGetResponse);\n}}\n\n"
        ),
        ApiKind::Sql | ApiKind::Union => format!(
            "service {service} {{\n  rpc Query({service}QueryRequest) returns ({service}QueryResponse);\n  // All rows up to the row limit of the API, one message per row.\n  rpc Stream({service}QueryRequest) returns (stream {service}Row);\n}}\n\n"
        ),
    });
    let request = if spec.kind() == ApiKind::Kv { "Key" } else { "QueryRequest" };
    write_message(&mut out, &format!("{service}{request}"), &service, &request_fields(spec));
    write_message(&mut out, &format!("{service}Row"), &service, &row_fields(spec));
    out.push_str(&match spec.kind() {
        ApiKind::Kv => format!(
            "message {service}BatchGetRequest {{\n  repeated {service}Key keys = 1;\n}}\n\n\
             message {service}Entry {{\n  optional {service}Row row = 1;\n}}\n\n\
             message {service}BatchGetResponse {{\n  repeated {service}Entry rows = 1;\n}}\n"
        ),
        ApiKind::Sql | ApiKind::Union => format!(
            "message {service}QueryResponse {{\n  repeated {service}Row rows = 1;\n  // Send this value as after for the next page.\n  optional string next = 2;\n  // Whether the row limit of the API cut the response.\n  bool truncated = 3;\n{}}}\n",
            if spec.kind() == ApiKind::Union {
                format!("  // The steps that failed, and the fallback of each.\n  repeated {service}Degraded degraded = 4;\n")
            } else {
                String::new()
            }
        ),
    });
    if spec.kind() == ApiKind::Union {
        write_message(&mut out, &format!("{service}Degraded"), &service, &degraded_fields());
    }
    out
}

/// A step that failed, in the response of a Union.
#[must_use]
pub fn degraded_fields() -> Vec<MessageField> {
    let field = |number, name: &str, about: &str| MessageField {
        number,
        name: name.into(),
        data_type: DataType::String,
        repeated: false,
        about: about.into(),
        message: None,
    };
    vec![
        field(1, "step", "Which step."),
        field(2, "code", "The error code of the failure."),
        field(3, "fallback", "The fallback that was used: empty, fixed, last-good or api."),
    ]
}

fn write_message(out: &mut String, name: &str, service: &str, fields: &[MessageField]) {
    for field in fields {
        if let Some(inner) = &field.message {
            write_message(out, &step_message(service, &field.name), service, inner);
        }
    }
    // Writing to a String cannot fail.
    let _ = writeln!(out, "message {name} {{");
    for field in fields {
        if !field.about.is_empty() {
            let _ = writeln!(out, "  // {}", one_line(&field.about));
        }
        let label = if field.repeated { "repeated" } else { "optional" };
        let kind = field.message.as_ref().map_or_else(|| field.data_type.protobuf().to_owned(), |_| step_message(service, &field.name));
        let _ = writeln!(out, "  {label} {kind} {} = {};", field.name, field.number);
    }
    out.push_str("}\n\n");
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Field, Parameter};

    #[test]
    fn the_text_has_the_numbers_that_the_wire_has() {
        let mut spec = ApiSpec::empty(ApiKind::Kv);
        spec.parameters = vec![Parameter::new("tailnum", DataType::String)];
        let field = |name: &str, number| Field { name: name.into(), data_type: DataType::Int32, number, ..Field::default() };
        spec.fields = vec![field("year", 7), field("seats", 3)];
        let text = proto_text("air-travel", "flight-day", &spec);
        assert!(text.contains("package sluice.air_travel;"));
        assert!(text.contains("rpc Get(FlightDayKey) returns (FlightDayRow);"));
        assert!(text.contains("  optional int32 seats = 3;\n  optional int32 year = 7;\n"));
        assert_eq!(service_name("air-travel", "flight-day"), "sluice.air_travel.FlightDay");
    }
}
