//! The protobuf wire format, as far as rows need it: writing fields, and walking over them without decoding a message.
//! After the encoding page of the Protocol Buffers documentation.

use std::fmt;

/// Wire types that rows use; groups are not among them.
pub const VARINT: u8 = 0;
pub const FIXED64: u8 = 1;
pub const BYTES: u8 = 2;
pub const FIXED32: u8 = 5;

/// Bytes that are not a protobuf message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the bytes are not a protobuf message")
    }
}

impl std::error::Error for Broken {}

/// The value of one field, still in its wire form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    Fixed32(u32),
}

/// One field of a message: its number, its value, and all its bytes with the tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WireField<'a> {
    pub number: u32,
    pub value: Wire<'a>,
    pub whole: &'a [u8],
}

pub fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub fn put_tag(out: &mut Vec<u8>, number: u32, wire: u8) {
    put_varint(out, (u64::from(number) << 3) | u64::from(wire));
}

/// A string, bytes or nested message.
pub fn put_bytes(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    put_tag(out, number, BYTES);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// An int32, int64 or bool; negative numbers take ten bytes, as protobuf has it.
#[allow(clippy::cast_sign_loss)] // two's complement is the wire's own form
pub fn put_int(out: &mut Vec<u8>, number: u32, value: i64) {
    put_tag(out, number, VARINT);
    put_varint(out, value as u64);
}

pub fn put_double(out: &mut Vec<u8>, number: u32, value: f64) {
    put_tag(out, number, FIXED64);
    out.extend_from_slice(&value.to_le_bytes());
}

/// Walks over the fields of a message, in the order of its bytes.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    #[must_use]
    pub fn new(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    #[inline]
    fn read(&mut self) -> Result<WireField<'a>, Broken> {
        let start = self.rest;
        let tag = take_varint(&mut self.rest)?;
        let number = u32::try_from(tag >> 3).map_err(|_| Broken)?;
        if number == 0 {
            return Err(Broken);
        }
        let value = match (tag & 7) as u8 {
            VARINT => Wire::Varint(take_varint(&mut self.rest)?),
            FIXED64 => Wire::Fixed64(u64::from_le_bytes(take_array(&mut self.rest)?)),
            BYTES => {
                let length = usize::try_from(take_varint(&mut self.rest)?).map_err(|_| Broken)?;
                let (bytes, rest) = self.rest.split_at_checked(length).ok_or(Broken)?;
                self.rest = rest;
                Wire::Bytes(bytes)
            }
            FIXED32 => Wire::Fixed32(u32::from_le_bytes(take_array(&mut self.rest)?)),
            _ => return Err(Broken),
        };
        Ok(WireField { number, value, whole: &start[..start.len() - self.rest.len()] })
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<WireField<'a>, Broken>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.read();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

#[inline]
fn take_varint(rest: &mut &[u8]) -> Result<u64, Broken> {
    let mut value = 0_u64;
    for (index, byte) in rest.iter().enumerate().take(10) {
        if index == 9 && *byte > 1 {
            return Err(Broken);
        }
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            *rest = &rest[index + 1..];
            return Ok(value);
        }
    }
    Err(Broken)
}

fn take_array<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Broken> {
    let (bytes, after) = rest.split_first_chunk::<N>().ok_or(Broken)?;
    *rest = after;
    Ok(*bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_read_back_as_they_were_written() {
        let mut out = Vec::new();
        put_bytes(&mut out, 1, b"N14228");
        put_int(&mut out, 2, -7);
        put_double(&mut out, 300, 1.5);
        let read: Vec<_> = Fields::new(&out).map(Result::unwrap).collect();
        assert_eq!(read[0].value, Wire::Bytes(b"N14228"));
        assert_eq!(read[1].value, Wire::Varint(-7_i64 as u64));
        assert_eq!((read[2].number, read[2].value), (300, Wire::Fixed64(1.5_f64.to_bits())));
        assert_eq!(read.iter().map(|field| field.whole.len()).sum::<usize>(), out.len());
    }

    #[test]
    fn broken_bytes_end_the_walk() {
        for broken in [&[0x0a][..], &[0x0a, 5, 1], &[0x00], &[0x0b], &[0xff; 11]] {
            assert!(Fields::new(broken).any(|field| field.is_err()), "{broken:?}");
        }
    }
}
