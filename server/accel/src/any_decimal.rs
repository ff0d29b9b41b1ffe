//! Decimals of any size as parts of keys, in their order: a mark for the sign, how many digits stand before the point, then the digits. Those
//! of a negative number are turned. Alike numbers have one form, however many zeros they were written with.

use model::scalar::decimal_parts;

use crate::key::NoKey;

const NEGATIVE: u8 = 0;
const ZERO: u8 = 1;
const POSITIVE: u8 = 2;
/// Behind the digits: below each of them, as a number is that has no more.
const END: u8 = 0;

/// # Errors
/// What is no number, as NaN, and one with more digits before its point than a key has room for.
pub(crate) fn push(out: &mut Vec<u8>, text: &str) -> Result<(), NoKey> {
    let (is_negative, whole, part) = decimal_parts(text).ok_or(NoKey)?;
    if whole.is_empty() && part.is_empty() {
        out.push(ZERO);
        return Ok(());
    }
    let length = u16::try_from(whole.len()).map_err(|_| NoKey)?;
    out.push(if is_negative { NEGATIVE } else { POSITIVE });
    let turned = |byte: u8| if is_negative { !byte } else { byte };
    let bytes = length.to_be_bytes();
    out.extend(bytes.iter().chain(whole.as_bytes()).chain(part.as_bytes()).chain(&[END]).map(|byte| turned(*byte)));
    Ok(())
}

/// The number that begins here, without zeros that say nothing.
pub(crate) fn take(key: &mut &[u8]) -> Option<String> {
    let (&sign, rest) = key.split_first()?;
    *key = rest;
    if sign == ZERO {
        return Some("0".to_owned());
    }
    let turned = |byte: u8| if sign == NEGATIVE { !byte } else { byte };
    let (length, rest) = key.split_first_chunk::<2>()?;
    let length = usize::from(u16::from_be_bytes(length.map(turned)));
    let end = rest.iter().position(|byte| turned(*byte) == END)?;
    let digits = String::from_utf8(rest[..end].iter().map(|byte| turned(*byte)).collect()).ok()?;
    *key = &rest[end + 1..];
    let (whole, part) = digits.split_at_checked(length)?;
    let sign = if sign == NEGATIVE { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_decimals_stand_in_their_order_and_read_back() {
        let sorted = ["-100", "-12.5", "-12", "-0.1", "-0.000000000012345", "0", "0.1", "0.11", "1", "12.000000000001", "12.5", "100"];
        let keys: Vec<Vec<u8>> = sorted
            .iter()
            .map(|text| {
                let mut key = Vec::new();
                push(&mut key, text).unwrap();
                assert_eq!(take(&mut key.as_slice()).as_deref(), Some(*text));
                key
            })
            .collect();
        assert!(keys.windows(2).all(|pair| pair[0] < pair[1]));
        let of = |text: &str| {
            let mut key = Vec::new();
            push(&mut key, text).map(|()| key)
        };
        assert_eq!((of("-0.0"), of("1.50")), (of("0"), of("01.5")));
        assert!(of("NaN").is_err() && of("").is_err());
    }
}
