//! Whole numbers in as many bytes as they need, and reading them without trust.

use crate::Malformed;

/// 64 bits in groups of seven.
const MAX_BYTES: usize = 10;

pub(crate) fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number as u8) | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Small numbers of either sign stay small.
pub(crate) fn put_signed(out: &mut Vec<u8>, number: i64) {
    put(out, ((number << 1) ^ (number >> 63)) as u64);
}

/// Bytes that are read from their beginning to their end. Each read says what it is for, for the error.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl Reader<'_> {
    pub(crate) fn byte(&mut self, what: &'static str) -> Result<u8, Malformed> {
        let (first, rest) = self.0.split_first().ok_or(Malformed::Cut(what))?;
        self.0 = rest;
        Ok(*first)
    }

    pub(crate) fn number(&mut self, what: &'static str) -> Result<u64, Malformed> {
        let mut number = 0_u64;
        for group in 0..MAX_BYTES {
            let byte = self.byte(what)?;
            let bits = u64::from(byte & 0x7f);
            if group == MAX_BYTES - 1 && bits > 1 {
                break;
            }
            number |= bits << (7 * group);
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Malformed::OutOfRange(what))
    }

    pub(crate) fn signed(&mut self, what: &'static str) -> Result<i64, Malformed> {
        let number = self.number(what)?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    /// A number that is below a bound.
    pub(crate) fn below(&mut self, bound: u64, what: &'static str) -> Result<u64, Malformed> {
        let number = self.number(what)?;
        if number < bound { Ok(number) } else { Err(Malformed::OutOfRange(what)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_and_endless_ones_are_refused() {
        let mut out = Vec::new();
        let numbers = [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX];
        let signed = [0, -1, 1, i64::MIN, i64::MAX];
        numbers.iter().for_each(|number| put(&mut out, *number));
        signed.iter().for_each(|number| put_signed(&mut out, *number));
        let mut reader = Reader(&out);
        assert_eq!(numbers.map(|_| reader.number("a").unwrap()), numbers);
        assert_eq!(signed.map(|_| reader.signed("b").unwrap()), signed);
        assert_eq!(reader.byte("c"), Err(Malformed::Cut("c")));
        assert_eq!(Reader(&[0xff; 11]).number("d"), Err(Malformed::OutOfRange("d")));
        assert_eq!(Reader(&[0x80]).number("e"), Err(Malformed::Cut("e")));
        assert_eq!(Reader(&[9]).below(9, "f"), Err(Malformed::OutOfRange("f")));
    }
}
