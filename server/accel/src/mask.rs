//! Hiding fields of a stored row on its wire bytes: whole fields are copied or left out, nothing is decoded.

use model::wire::{Broken, Fields, Wire, put_bytes};

/// Which field numbers may be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    /// By number; numbers past the end are hidden.
    shown: Vec<bool>,
    /// What may be seen of the rows under a number, where that is not all of them.
    inside: Vec<(u32, Mask)>,
}

impl Mask {
    #[must_use]
    pub fn new(numbers: impl IntoIterator<Item = u32>) -> Self {
        let mut shown = Vec::new();
        for number in numbers {
            let at = number as usize;
            if shown.len() <= at {
                shown.resize(at + 1, false);
            }
            shown[at] = true;
        }
        Self { shown, inside: Vec::new() }
    }

    /// The same, and of the rows that stand under some numbers only what these masks show.
    #[must_use]
    pub fn with_inside(self, inside: Vec<(u32, Mask)>) -> Self {
        Self { inside, ..self }
    }

    /// Appends the fields of `row` that may be seen.
    ///
    /// # Errors
    /// Where the row is not a protobuf message.
    pub fn apply(&self, out: &mut Vec<u8>, row: &[u8]) -> Result<(), Broken> {
        for field in Fields::new(row) {
            let field = field?;
            if self.shown.get(field.number as usize).copied().unwrap_or(false) {
                match (self.inside.iter().find(|(number, _)| *number == field.number), field.value) {
                    (Some((number, mask)), Wire::Bytes(row)) => {
                        let mut inner = Vec::with_capacity(row.len());
                        mask.apply(&mut inner, row)?;
                        put_bytes(out, *number, &inner);
                    }
                    _ => out.extend_from_slice(field.whole),
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use model::wire::{put_bytes, put_int};

    use super::*;

    #[test]
    fn hidden_fields_are_gone_and_the_others_untouched() {
        let (mut row, mut wanted) = (Vec::new(), Vec::new());
        put_bytes(&mut row, 1, b"N14228");
        put_int(&mut row, 2, 149);
        put_bytes(&mut row, 3, b"BOEING");
        put_bytes(&mut wanted, 1, b"N14228");
        put_bytes(&mut wanted, 3, b"BOEING");
        let mut out = Vec::new();
        Mask::new([1, 3]).apply(&mut out, &row).unwrap();
        assert_eq!(out, wanted);
        assert!(Mask::new([1]).apply(&mut out, &[0x0a, 9]).is_err());
        let (mut nested, mut inner) = (Vec::new(), Vec::new());
        put_bytes(&mut nested, 7, &row);
        put_bytes(&mut inner, 7, &wanted);
        out.clear();
        Mask::new([7]).with_inside(vec![(7, Mask::new([1, 3]))]).apply(&mut out, &nested).unwrap();
        assert_eq!(out, inner);
    }
}
