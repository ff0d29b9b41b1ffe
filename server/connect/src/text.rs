//! Cells as plain text, by our types: what CSV holds, what JSON quotes, what protobuf sends of dates and decimals.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type, Float64Type, Int32Type, Int64Type, Time64MicrosecondType, TimestampMicrosecondType};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::DataType;
use model::json_text::write_float;
use model::scalar::decimal_text;

/// Whether cells of this type hold what a person wrote.
#[must_use]
pub fn is_text(data_type: DataType) -> bool {
    matches!(data_type, DataType::String | DataType::Json)
}

/// Appends one cell that is not NULL. A time outside the years that can be written is nothing.
pub fn write_text_cell(out: &mut Vec<u8>, column: &dyn Array, row: usize, data_type: DataType) {
    use std::io::Write;
    // Writing to a Vec cannot fail.
    let _ = match data_type {
        DataType::String | DataType::Uuid | DataType::Json => out.write_all(column.as_string::<i32>().value(row).as_bytes()),
        DataType::Bool => out.write_all(if column.as_boolean().value(row) { b"true" } else { b"false" }),
        DataType::Int32 => write!(out, "{}", column.as_primitive::<Int32Type>().value(row)),
        DataType::Int64 => write!(out, "{}", column.as_primitive::<Int64Type>().value(row)),
        DataType::Float64 => {
            write_float(out, column.as_primitive::<Float64Type>().value(row));
            Ok(())
        }
        DataType::Decimal { scale, .. } => {
            out.write_all(decimal_text(column.as_primitive::<Decimal128Type>().value(row), scale).as_bytes())
        }
        DataType::Date => {
            write_date(out, column.as_primitive::<Date32Type>().value(row));
            Ok(())
        }
        DataType::Time => write!(out, "{}", time_of(column.as_primitive::<Time64MicrosecondType>().value(row))),
        DataType::Timestamp => {
            write_timestamp(out, column.as_primitive::<TimestampMicrosecondType>().value(row));
            Ok(())
        }
        DataType::Bytes => out.write_all(STANDARD.encode(column.as_binary::<i32>().value(row)).as_bytes()),
    };
}

fn date_of(days: i32) -> jiff::civil::Date {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.checked_add(jiff::Span::new().try_days(days).unwrap_or_default()).unwrap_or(jiff::civil::Date::MAX)
}

/// Days of the years 0 to 9999, and seconds of a day.
const WRITTEN: std::ops::RangeInclusive<i32> = -719_528..=2_932_896;
const DAY: i64 = 86_400;

/// Usual dates are written digit by digit: millions of them are, for every list and every build.
fn write_date(out: &mut Vec<u8>, days: i32) {
    use std::io::Write;
    if !WRITTEN.contains(&days) {
        // Writing to a Vec cannot fail.
        let _ = write!(out, "{}", date_of(days));
        return;
    }
    let (year, month, day) = civil(days);
    two(out, year / 100);
    two(out, year % 100);
    out.push(b'-');
    two(out, month);
    out.push(b'-');
    two(out, day);
}

/// Usual times as dates are; the others, and those with parts of a second, by the library. A time outside the years that can be written is
/// nothing.
fn write_timestamp(out: &mut Vec<u8>, micros: i64) {
    use std::io::Write;
    let (seconds, part) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    let days = i32::try_from(seconds.div_euclid(DAY)).ok().filter(|days| part == 0 && WRITTEN.contains(days));
    let (Some(days), Ok(second)) = (days, u32::try_from(seconds.rem_euclid(DAY))) else {
        let _ = jiff::Timestamp::from_microsecond(micros).map_or(Ok(()), |time| write!(out, "{time}"));
        return;
    };
    write_date(out, days);
    out.push(b'T');
    two(out, second / 3_600);
    out.push(b':');
    two(out, second / 60 % 60);
    out.push(b':');
    two(out, second % 60);
    out.push(b'Z');
}

fn two(out: &mut Vec<u8>, number: u32) {
    out.extend_from_slice(&[b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8]);
}

/// The date of a day since 1970, from year 0 on: Howard Hinnant's `civil_from_days`.
fn civil(days: i32) -> (u32, u32, u32) {
    let days = u32::try_from(days + 719_468 + 146_097).unwrap_or_default();
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + u32::from(month <= 2);
    (year.wrapping_sub(400), month, of_year - (153 * shifted + 2) / 5 + 1)
}

fn time_of(micros: i64) -> jiff::civil::Time {
    let midnight = jiff::civil::Time::midnight();
    midnight.checked_add(jiff::Span::new().try_microseconds(micros).unwrap_or_default()).unwrap_or(jiff::civil::Time::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn dates_and_times_are_written_as_the_library_writes_them(days in -719_600_i32..2_933_000, second in 0_i64..86_400, micros in any::<i64>()) {
            let text = |write: &dyn Fn(&mut Vec<u8>)| {
                let mut out = Vec::new();
                write(&mut out);
                String::from_utf8(out).unwrap()
            };
            prop_assert_eq!(text(&|out| write_date(out, days)), date_of(days).to_string());
            for micros in [(i64::from(days) * DAY + second) * 1_000_000, micros / 1_000] {
                let wanted = jiff::Timestamp::from_microsecond(micros).map(|time| time.to_string()).unwrap_or_default();
                prop_assert_eq!(text(&|out| write_timestamp(out, micros)), wanted);
            }
        }
    }
}
