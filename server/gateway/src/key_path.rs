//! The short way from a request's bytes to a key: for the plain keys that most look-ups have, without a map, a tree or
//! a copy of the values. Whatever is unusual goes the long way through [`crate::parameters`], which also says what is
//! wrong with it.

use std::borrow::Cow;

use accel::key;
use model::wire::{Fields, Wire};
use model::{DataType, Value};
use percent_encoding::percent_decode_str;
use smallvec::SmallVec;

use crate::plan::Plan;

/// The key of a GET's query; `None` sends it the long way.
pub(crate) fn of_query(plan: &Plan, query: &str) -> Option<Vec<u8>> {
    if !plan.plain_key {
        return None;
    }
    let mut values: SmallVec<[Option<Cow<'_, str>>; 6]> = SmallVec::from_elem(None, plan.key.len());
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=')?;
        let at = plan.key.iter().position(|part| part.parameter == name)?;
        if values[at].is_some() || value.contains('+') {
            return None;
        }
        values[at] = Some(percent_decode_str(value).decode_utf8().ok()?);
    }
    let mut out = Vec::with_capacity(query.len() + 16);
    for (part, value) in plan.key.iter().zip(values) {
        push_text(&mut out, part.data_type, &value?)?;
    }
    key::close(&mut out);
    Some(out)
}

fn push_text(out: &mut Vec<u8>, data_type: DataType, text: &str) -> Option<()> {
    match data_type {
        DataType::String => key::push_text(out, text),
        DataType::Int64 => key::push_int(out, text.parse().ok()?),
        DataType::Int32 => key::push_int(out, text.parse::<i32>().ok()?.into()),
        _ => return None,
    }
    Some(())
}

/// The key of a `Get`'s message; `None` sends it the long way.
pub(crate) fn of_message(plan: &Plan, message: &[u8]) -> Option<Vec<u8>> {
    if !plan.plain_key {
        return None;
    }
    let mut values: SmallVec<[Option<Wire<'_>>; 6]> = SmallVec::from_elem(None, plan.key.len());
    for field in Fields::new(message) {
        let field = field.ok()?;
        let at = plan.key.iter().position(|part| part.number == field.number)?;
        values[at] = Some(field.value);
    }
    let mut out = Vec::with_capacity(message.len() + 16);
    for (part, value) in plan.key.iter().zip(values) {
        match (part.data_type, value?) {
            (DataType::String, Wire::Bytes(text)) => key::push_text(&mut out, std::str::from_utf8(text).ok()?),
            #[allow(clippy::cast_possible_wrap)] // two's complement is the wire's own form
            (DataType::Int64, Wire::Varint(number)) => key::push_int(&mut out, number as i64),
            #[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)] // as protobuf reads an int32
            (DataType::Int32, Wire::Varint(number)) => key::push_int(&mut out, i64::from(number as i32)),
            _ => return None,
        }
    }
    key::close(&mut out);
    Some(out)
}

/// The key of checked arguments; `None` where a value has no place in a key, so that no row can have it.
pub(crate) fn of_arguments(plan: &Plan, arguments: &model::statement::Arguments) -> Option<Vec<u8>> {
    let missing = Value::Null;
    key::encode(plan.key.iter().map(|part| (part.data_type, arguments.get(&part.parameter).unwrap_or(&missing)))).ok()
}
