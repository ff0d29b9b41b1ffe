//! Rows under other field numbers: on the wire bytes, without decoding what they hold.

use bytes::Bytes;
use model::wire::{Broken, FIXED32, Fields, Wire, WireField, put_bytes, put_double, put_int, put_tag};

/// From the numbers that a row has to those that it shall have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Renumber {
    /// By number; 0 leaves a field out.
    numbers: Vec<u32>,
    /// Nothing changes, and rows have no other fields.
    same: bool,
}

impl Renumber {
    /// `fields` are pairs of the number that is and the number that shall be; `all` says that rows have no others.
    pub(crate) fn new(fields: impl IntoIterator<Item = (u32, u32)>, all: bool) -> Self {
        let (mut numbers, mut same) = (Vec::new(), all);
        for (from, to) in fields {
            let at = from as usize;
            if numbers.len() <= at {
                numbers.resize(at + 1, 0);
            }
            numbers[at] = to;
            same &= from == to;
        }
        Self { numbers, same }
    }

    /// # Errors
    /// Where the row is not a protobuf message.
    pub(crate) fn row(&self, row: &Bytes) -> Result<Bytes, Broken> {
        if self.same {
            return Ok(row.clone());
        }
        let mut out = Vec::with_capacity(row.len());
        self.append(&mut out, row)?;
        Ok(out.into())
    }

    /// # Errors
    /// As above.
    pub(crate) fn append(&self, out: &mut Vec<u8>, row: &[u8]) -> Result<(), Broken> {
        for field in Fields::new(row) {
            let field = field?;
            match self.numbers.get(field.number as usize) {
                None | Some(0) => {}
                Some(number) if *number == field.number => out.extend_from_slice(field.whole),
                Some(number) => put(out, *number, &field),
            }
        }
        Ok(())
    }
}

#[allow(clippy::cast_possible_wrap)] // two's complement is the wire's own form
fn put(out: &mut Vec<u8>, number: u32, field: &WireField<'_>) {
    match field.value {
        Wire::Varint(value) => put_int(out, number, value as i64),
        Wire::Fixed64(bits) => put_double(out, number, f64::from_bits(bits)),
        Wire::Bytes(bytes) => put_bytes(out, number, bytes),
        Wire::Fixed32(bits) => {
            put_tag(out, number, FIXED32);
            out.extend_from_slice(&bits.to_le_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_take_their_new_numbers_and_others_are_left_out() {
        let (mut row, mut wanted) = (Vec::new(), Vec::new());
        put_int(&mut row, 1, -7);
        put_bytes(&mut row, 2, b"x");
        put_double(&mut row, 3, 1.5);
        put_int(&mut row, 9, 1);
        put_int(&mut wanted, 30, -7);
        put_bytes(&mut wanted, 2, b"x");
        put_double(&mut wanted, 1, 1.5);
        let row = Bytes::from(row);
        let change = Renumber::new([(1, 30), (2, 2), (3, 1)], false);
        assert_eq!(change.row(&row).unwrap(), wanted);
        assert!(change.row(&Bytes::from_static(&[0x0a, 9])).is_err());
        let same = Renumber::new([(1, 1), (2, 2), (3, 3), (9, 9)], true).row(&row).unwrap();
        assert_eq!(same.as_ptr(), row.as_ptr());
    }
}
