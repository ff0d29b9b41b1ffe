//! A request's protobuf message as the values of a request, by the names of its parameters.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::message::{MessageField, request_fields};
use model::wire::{Fields, Wire};
use model::{DataType, ErrorCode, Problem};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value as Json};

use crate::json_body::JsonBody;
use crate::parameters::Given;
use crate::stack::Admitted;

/// # Errors
/// Bytes that are not a message of this request.
pub(crate) fn given_of(admitted: &Admitted<'_>, message: &[u8]) -> Result<Given, Problem> {
    let spec = &admitted.plan.api.spec;
    let mut fields = request_fields(spec);
    fields.retain(|field| !admitted.view.refuses(spec, &field.name));
    let broken = || Problem::new(ErrorCode::Invalid, "The message does not have the type of this request. Use the schema from reflection.");
    let mut object = Map::new();
    let mut json: BTreeMap<u32, (&MessageField, Vec<Box<RawValue>>)> = BTreeMap::new();
    for field in Fields::new(message) {
        let field = field.map_err(|_| broken())?;
        let Some(known) = fields.iter().find(|known| known.number == field.number) else {
            let detail = format!("The request has no field with the number {}.", field.number);
            return Err(Problem::field(field.number.to_string(), detail));
        };
        if let (DataType::Json, Wire::Bytes(text)) = (known.data_type, field.value) {
            let text = serde_json::from_slice(text).map_err(|_| broken())?;
            json.entry(known.number).or_insert_with(|| (known, Vec::new())).1.push(text);
            continue;
        }
        for value in values_of(known, field.value).ok_or_else(broken)? {
            if known.repeated {
                if let Json::Array(values) = object.entry(known.name.clone()).or_insert_with(|| Json::Array(Vec::new())) {
                    values.push(value);
                }
            } else {
                object.insert(known.name.clone(), value);
            }
        }
    }
    let mut body = JsonBody::from(object);
    for (known, mut texts) in json.into_values() {
        // The last of several counts, where one is taken.
        let text = if known.repeated { to_raw_value(&texts).ok() } else { texts.pop() };
        body.put(&known.name, text.ok_or_else(broken)?);
    }
    Ok(Given::Body(body))
}

/// One value, or the several of a packed list.
fn values_of(field: &MessageField, value: Wire<'_>) -> Option<Vec<Json>> {
    if let (true, Wire::Bytes(packed)) = (field.repeated && is_packable(field.data_type), value) {
        return unpacked(field.data_type, packed);
    }
    value_of(field.data_type, value).map(|value| vec![value])
}

fn is_packable(data_type: DataType) -> bool {
    matches!(data_type, DataType::Bool | DataType::Int32 | DataType::Int64 | DataType::Float64)
}

fn unpacked(data_type: DataType, packed: &[u8]) -> Option<Vec<Json>> {
    // A packed list is the values without their tags: with tags put back, it reads as fields.
    let mut tagged = Vec::with_capacity(packed.len() * 2);
    if data_type == DataType::Float64 {
        for bits in packed.chunks(8) {
            tagged.push(9);
            tagged.extend_from_slice(bits);
        }
    } else {
        let mut begins = true;
        for byte in packed {
            if begins {
                tagged.push(8);
            }
            tagged.push(*byte);
            begins = byte & 0x80 == 0;
        }
    }
    Fields::new(&tagged).map(|field| value_of(data_type, field.ok()?.value)).collect()
}

#[allow(clippy::cast_possible_wrap, clippy::cast_possible_truncation)] // two's complement is the wire's own form
fn value_of(data_type: DataType, value: Wire<'_>) -> Option<Json> {
    Some(match (data_type, value) {
        (DataType::Bool, Wire::Varint(yes)) => (yes != 0).into(),
        (DataType::Int32, Wire::Varint(number)) => (number as i32).into(),
        (DataType::Int64, Wire::Varint(number)) => (number as i64).into(),
        (DataType::Float64, Wire::Fixed64(bits)) => serde_json::Number::from_f64(f64::from_bits(bits))?.into(),
        (DataType::Bytes, Wire::Bytes(bytes)) => STANDARD.encode(bytes).into(),
        (
            DataType::String | DataType::Uuid | DataType::Decimal { .. } | DataType::Date | DataType::Time | DataType::Timestamp,
            Wire::Bytes(bytes),
        ) => std::str::from_utf8(bytes).ok()?.into(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_lists_are_unpacked() {
        assert_eq!(unpacked(DataType::Int32, &[2, 0xac, 2, 3]), Some(vec![2.into(), 300.into(), 3.into()]));
        assert_eq!(unpacked(DataType::Float64, &1.5_f64.to_le_bytes()), Some(vec![1.5.into()]));
        assert_eq!(unpacked(DataType::Float64, &[1, 2]), None);
        assert_eq!(unpacked(DataType::Int32, &[0x80]), None);
    }
}
