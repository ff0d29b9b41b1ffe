//! Types of Parquet that hold each value of a column: of one file, and of several that differ.

use std::sync::Arc;

use arrow_schema::{DataType as Arrow, Field, Fields, TimeUnit};

use crate::types::{TIMESTAMP, ours};

/// The digits that a decimal of ours holds.
const MOST_DIGITS: u8 = 38;
/// A number without a sign of 64 bits.
const LARGE: Arrow = Arrow::Decimal128(20, 0);

/// A type of a file as it is read, so that it keeps each value.
pub(super) fn kept(data_type: &Arrow) -> Arrow {
    match data_type {
        Arrow::UInt64 => LARGE,
        Arrow::Decimal32(precision, scale) | Arrow::Decimal64(precision, scale) => Arrow::Decimal128(*precision, *scale),
        // More digits than a decimal of ours has; a length of time of calendars, as ISO 8601 writes it.
        Arrow::Decimal256(..) | Arrow::Interval(_) => Arrow::Utf8,
        other => other.clone(),
    }
}

/// The type that holds the values of both.
pub(super) fn wider(one: &Arrow, two: &Arrow) -> Option<Arrow> {
    let is_text = |kind: &Arrow| matches!(kind, Arrow::Utf8 | Arrow::LargeUtf8 | Arrow::Utf8View);
    let is_bytes = |kind: &Arrow| matches!(kind, Arrow::Binary | Arrow::LargeBinary | Arrow::BinaryView | Arrow::FixedSizeBinary(_));
    let is_time = |kind: &Arrow| matches!(kind, Arrow::Timestamp(..) | Arrow::Date32 | Arrow::Date64);
    let has_nanos = |kind: &Arrow| matches!(kind, Arrow::Timestamp(TimeUnit::Nanosecond, _));
    let is_small = |kind: &Arrow| kind.is_integer() && !matches!(kind, Arrow::Int64 | Arrow::UInt64);
    let both = |is: &dyn Fn(&Arrow) -> bool| is(one) && is(two);
    let either = |is: &dyn Fn(&Arrow) -> bool| is(one) || is(two);
    Some(match (one, two) {
        (one, two) if one == two => one.clone(),
        (Arrow::Null, other) | (other, Arrow::Null) => other.clone(),
        (Arrow::Dictionary(_, one), two) => wider(one, two)?,
        (one, Arrow::Dictionary(_, two)) => wider(one, two)?,
        _ if both(&is_text) => Arrow::Utf8,
        _ if both(&is_bytes) => Arrow::Binary,
        _ if both(&is_time) && either(&has_nanos) => Arrow::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())),
        _ if both(&is_time) => TIMESTAMP(),
        _ if both(&Arrow::is_integer) => Arrow::Int64,
        _ if both(&Arrow::is_floating) => Arrow::Float64,
        _ if either(&Arrow::is_floating) && either(&is_small) => Arrow::Float64,
        (Arrow::Decimal128(..), other) | (other, Arrow::Decimal128(..)) if other.is_integer() || matches!(other, Arrow::Decimal128(..)) => {
            wider_decimal(one, two)
        }
        (Arrow::List(one), Arrow::List(two)) => {
            let item = Field::new(one.name(), wider(one.data_type(), two.data_type())?, true);
            Arrow::List(Arc::new(item))
        }
        (Arrow::Struct(one), Arrow::Struct(two)) => Arrow::Struct(wider_fields(one, two)?),
        _ if either(&is_bytes) => return None,
        _ if ours(one).is_some() && ours(two).is_some() => Arrow::Utf8,
        _ => return None,
    })
}

/// By their names; one that a file does not have is empty there.
fn wider_fields(one: &Fields, two: &Fields) -> Option<Fields> {
    let mut all: Vec<Field> = one.iter().map(|field| Field::new(field.name(), field.data_type().clone(), true)).collect();
    for field in two {
        match all.iter_mut().find(|known| known.name() == field.name()) {
            Some(known) => {
                let wide = wider(known.data_type(), field.data_type())?;
                known.set_data_type(wide);
            }
            None => all.push(Field::new(field.name(), field.data_type().clone(), true)),
        }
    }
    Some(all.into())
}

fn wider_decimal(one: &Arrow, two: &Arrow) -> Arrow {
    let digits = |kind: &Arrow| match kind {
        Arrow::Decimal128(precision, scale) => (i16::from(*precision) - i16::from(*scale), i16::from(*scale)),
        _ => (19, 0),
    };
    let ((one_whole, one_scale), (two_whole, two_scale)) = (digits(one), digits(two));
    let (whole, scale) = (one_whole.max(two_whole), one_scale.max(two_scale));
    match (u8::try_from(whole + scale), i8::try_from(scale)) {
        (Ok(precision), Ok(scale)) if precision <= MOST_DIGITS => Arrow::Decimal128(precision, scale),
        _ => Arrow::Utf8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_the_values_of_two_files() {
        let time = |unit| Arrow::Timestamp(unit, None);
        let list = |item| Arrow::List(Arc::new(Field::new("item", item, true)));
        let pair = |names: &[&str], kind: &Arrow| {
            Arrow::Struct(names.iter().map(|name| Field::new(*name, kind.clone(), true)).collect::<Vec<_>>().into())
        };
        for (one, two, both) in [
            (Arrow::Int32, Arrow::Int64, Some(Arrow::Int64)),
            (Arrow::UInt32, Arrow::Int8, Some(Arrow::Int64)),
            (LARGE, Arrow::Int64, Some(Arrow::Decimal128(20, 0))),
            (Arrow::Int32, Arrow::Float64, Some(Arrow::Float64)),
            (Arrow::Int64, Arrow::Float64, Some(Arrow::Utf8)),
            (Arrow::Float32, Arrow::Float64, Some(Arrow::Float64)),
            (time(TimeUnit::Millisecond), time(TimeUnit::Microsecond), Some(TIMESTAMP())),
            (Arrow::Date32, time(TimeUnit::Millisecond), Some(TIMESTAMP())),
            (time(TimeUnit::Microsecond), time(TimeUnit::Nanosecond), Some(Arrow::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())))),
            (Arrow::Decimal128(9, 2), Arrow::Decimal128(12, 5), Some(Arrow::Decimal128(12, 5))),
            (Arrow::Decimal128(38, 0), Arrow::Decimal128(10, 5), Some(Arrow::Utf8)),
            (Arrow::Utf8, Arrow::Int64, Some(Arrow::Utf8)),
            (Arrow::Null, Arrow::Int8, Some(Arrow::Int8)),
            (Arrow::Binary, Arrow::Int64, None),
            (list(Arrow::Int32), list(Arrow::Int64), Some(list(Arrow::Int64))),
            (list(Arrow::Int32), Arrow::Int64, None),
            (pair(&["a", "b"], &Arrow::Int32), pair(&["a"], &Arrow::Int32), Some(pair(&["a", "b"], &Arrow::Int32))),
        ] {
            assert_eq!((wider(&one, &two), wider(&two, &one)), (both.clone(), both), "{one} {two}");
        }
    }
}
