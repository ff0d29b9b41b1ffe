//! The descriptors of an API's messages and service, made from its definition.

use model::message::{MessageField, degraded_fields, file_name, package, request_fields, row_fields, step_message};
use model::name::grpc_name;
use model::spec::ApiKind;
use model::{ApiSpec, DataType};
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, FieldDescriptorProto, FileDescriptorProto, MethodDescriptorProto, OneofDescriptorProto, ServiceDescriptorProto,
};

/// The file of one API: what `model::message::proto_text` says in text.
pub(crate) fn file(domain: &str, name: &str, spec: &ApiSpec) -> FileDescriptorProto {
    let service = grpc_name(name);
    let named = |suffix: &str| format!("{service}{suffix}");
    let (mut messages, methods) = match spec.kind() {
        ApiKind::Kv => (
            vec![
                message(&named("Key"), &request_fields(spec)),
                holding(&named("BatchGetRequest"), "keys", &of(domain, &named("Key")), true),
                holding(&named("Entry"), "row", &of(domain, &named("Row")), false),
                holding(&named("BatchGetResponse"), "rows", &of(domain, &named("Entry")), true),
            ],
            vec![
                method("Get", &of(domain, &named("Key")), &of(domain, &named("Row")), false),
                method("BatchGet", &of(domain, &named("BatchGetRequest")), &of(domain, &named("BatchGetResponse")), false),
            ],
        ),
        ApiKind::Sql | ApiKind::Union => (
            vec![message(&named("QueryRequest"), &request_fields(spec)), page(domain, &service, spec.kind() == ApiKind::Union)],
            vec![
                method("Query", &of(domain, &named("QueryRequest")), &of(domain, &named("QueryResponse")), false),
                method("Stream", &of(domain, &named("QueryRequest")), &of(domain, &named("Row")), true),
            ],
        ),
    };
    if spec.kind() == ApiKind::Union {
        messages.push(message(&named("Degraded"), &degraded_fields()));
    }
    let rows = row_fields(spec);
    for field in &rows {
        messages.extend(field.message.as_ref().map(|inner| message(&step_message(&service, &field.name), inner)));
    }
    messages.push(row(domain, &service, &rows));
    FileDescriptorProto {
        name: Some(file_name(domain, name)),
        package: Some(package(domain)),
        message_type: messages,
        service: vec![ServiceDescriptorProto { name: Some(service), method: methods, options: None }],
        syntax: Some("proto3".into()),
        ..FileDescriptorProto::default()
    }
}

fn of(domain: &str, message: &str) -> String {
    format!(".{}.{message}", package(domain))
}

fn method(name: &str, input: &str, output: &str, streams: bool) -> MethodDescriptorProto {
    MethodDescriptorProto {
        name: Some(name.into()),
        input_type: Some(input.into()),
        output_type: Some(output.into()),
        server_streaming: streams.then_some(true),
        ..MethodDescriptorProto::default()
    }
}

/// Fields with explicit presence: each optional one is a oneof of its own, as protoc writes it.
fn message(name: &str, fields: &[MessageField]) -> DescriptorProto {
    let mut out = DescriptorProto { name: Some(name.into()), ..DescriptorProto::default() };
    for known in fields {
        let mut made = field(&known.name, known.number, type_of(known.data_type), known.repeated);
        if !known.repeated {
            present(&mut out, &mut made);
        }
        out.field.push(made);
    }
    out
}

/// A row: like any message, but what stands in a field may be the rows of a step.
fn row(domain: &str, service: &str, fields: &[MessageField]) -> DescriptorProto {
    let mut out = message(&format!("{service}Row"), fields);
    for (made, known) in out.field.iter_mut().zip(fields) {
        if known.message.is_some() {
            made.r#type = Some(Type::Message.into());
            made.type_name = Some(of(domain, &step_message(service, &known.name)));
        }
    }
    out
}

/// A message with one field of another message.
fn holding(name: &str, held: &str, of: &str, repeated: bool) -> DescriptorProto {
    let mut out = DescriptorProto { name: Some(name.into()), ..DescriptorProto::default() };
    let mut made = FieldDescriptorProto { type_name: Some(of.into()), ..field(held, 1, Type::Message, repeated) };
    if !repeated {
        present(&mut out, &mut made);
    }
    out.field.push(made);
    out
}

fn page(domain: &str, service: &str, of_union: bool) -> DescriptorProto {
    let mut out = holding(&format!("{service}QueryResponse"), "rows", &of(domain, &format!("{service}Row")), true);
    let mut next = field("next", 2, Type::String, false);
    present(&mut out, &mut next);
    out.field.push(next);
    out.field.push(field("truncated", 3, Type::Bool, false));
    if of_union {
        let type_name = Some(of(domain, &format!("{service}Degraded")));
        out.field.push(FieldDescriptorProto { type_name, ..field("degraded", 4, Type::Message, true) });
    }
    out
}

fn present(message: &mut DescriptorProto, field: &mut FieldDescriptorProto) {
    field.proto3_optional = Some(true);
    field.oneof_index = i32::try_from(message.oneof_decl.len()).ok();
    let name = field.name.as_deref().unwrap_or_default();
    message.oneof_decl.push(OneofDescriptorProto { name: Some(format!("_{name}")), options: None });
}

fn field(name: &str, number: u32, kind: Type, repeated: bool) -> FieldDescriptorProto {
    FieldDescriptorProto {
        name: Some(name.into()),
        number: i32::try_from(number).ok(),
        label: Some(if repeated { Label::Repeated } else { Label::Optional }.into()),
        r#type: Some(kind.into()),
        json_name: Some(json_name(name)),
        ..FieldDescriptorProto::default()
    }
}

/// `dep_delay` -> `depDelay`, by protobuf's own rule.
fn json_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut raise = false;
    for c in name.chars() {
        if c == '_' {
            raise = true;
        } else if raise {
            out.push(c.to_ascii_uppercase());
            raise = false;
        } else {
            out.push(c);
        }
    }
    out
}

fn type_of(data_type: DataType) -> Type {
    match data_type {
        DataType::Bool => Type::Bool,
        DataType::Int32 => Type::Int32,
        DataType::Int64 => Type::Int64,
        DataType::Float64 => Type::Double,
        DataType::Bytes => Type::Bytes,
        DataType::String
        | DataType::Decimal { .. }
        | DataType::Date
        | DataType::Time
        | DataType::Timestamp
        | DataType::Uuid
        | DataType::Json => Type::String,
    }
}

#[cfg(test)]
mod tests {
    use model::message::proto_text;
    use model::spec::{ApiBody, KvBody};
    use model::union::{Step, UnionBody};
    use model::{Field, Parameter};

    use super::*;

    /// The text that people download and the descriptors that reflection gives are the same schema.
    #[test]
    fn the_text_compiles_to_these_descriptors() {
        let mut kv = ApiSpec::empty(ApiKind::Kv);
        let field = |name: &str, data_type, number| Field { name: name.into(), data_type, number, ..Field::default() };
        kv.fields = vec![field("tail_num", DataType::String, 4), field("seats", DataType::Int32, 2), field("raw", DataType::Bytes, 9)];
        kv.parameters = vec![Parameter::new("tail_num", DataType::String)];
        kv.body = ApiBody::Kv(KvBody::default());
        let mut sql = ApiSpec::empty(ApiKind::Sql);
        sql.fields = vec![field("at", DataType::Timestamp, 0), field("mean", DataType::Float64, 0)];
        sql.parameters = vec![Parameter { list: true, ..Parameter::new("month", DataType::Int32) }, Parameter::new("ok", DataType::Bool)];
        let step = |name: &str, list| Step { name: name.into(), api: name.into(), list, fields: sql.fields.clone(), ..Step::default() };
        let mut union = ApiSpec::empty(ApiKind::Union);
        let steps = vec![step("plane", false), step("weather_now", true)];
        union.body = ApiBody::Union(UnionBody { steps, ..UnionBody::default() });
        union.fields = vec![field("weather_now", DataType::Json, 2), field("plane", DataType::Json, 5)];
        union.parameters = sql.parameters.clone();
        for spec in [kv, sql, union] {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("api.proto"), proto_text("air-travel", "flight-day", &spec)).unwrap();
            let compiled = protox::compile(["api.proto"], [folder.path()]).unwrap();
            let mut compiled = compiled.file[0].clone();
            compiled.name = Some(file_name("air-travel", "flight-day"));
            compiled.source_code_info = None;
            let mut made = file("air-travel", "flight-day", &spec);
            made.message_type.sort_by(|a, b| a.name.cmp(&b.name));
            compiled.message_type.sort_by(|a, b| a.name.cmp(&b.name));
            assert_eq!(made, compiled);
        }
    }
}
