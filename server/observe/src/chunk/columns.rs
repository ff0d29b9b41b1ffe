//! Columns of whole numbers.

use crate::Malformed;
use crate::varint::{Reader, put, put_signed};

/// Each by how far it is behind the one before.
pub(super) fn put_ascending(body: &mut Vec<u8>, numbers: impl Iterator<Item = u64>) {
    let mut next = 0;
    for number in numbers {
        put(body, number - next);
        next = number + 1;
    }
}

/// Numbers that ascend and are below a bound.
pub(super) fn ascending(reader: &mut Reader<'_>, count: u64, bound: u64, what: &'static str) -> Result<Vec<u64>, Malformed> {
    let mut next = 0_u64;
    let mut all = Vec::new();
    for _ in 0..count {
        let number = next + reader.below(bound.saturating_sub(next), what)?;
        all.push(number);
        next = number + 1;
    }
    Ok(all)
}

/// Each by its difference to the one before.
pub(super) fn put_counts(body: &mut Vec<u8>, counts: impl Iterator<Item = u64>) {
    let mut before = 0_u64;
    for count in counts {
        put_signed(body, count.wrapping_sub(before) as i64);
        before = count;
    }
}

pub(super) fn counts(reader: &mut Reader<'_>, count: usize, what: &'static str) -> Result<Vec<u64>, Malformed> {
    let mut before = 0_u64;
    let mut all = Vec::with_capacity(count);
    for _ in 0..count {
        before = before.wrapping_add(reader.signed(what)? as u64);
        all.push(before);
    }
    Ok(all)
}
