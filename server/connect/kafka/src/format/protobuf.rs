//! Values in Protobuf, as JSON: with the names of the .proto file, and fields that are not set as their defaults.

use std::path::Path;

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, SerializeOptions};
use protox::Compiler;
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver};
use serde_json::{Map, Value as Json};

use crate::schemas::Named;

/// A name that no file has which it imports.
const FILE: &str = "sluice/of-the-values.proto";

/// The message that values are.
pub(crate) struct ProtoMessage {
    message: MessageDescriptor,
    /// Some message of its files has a field of 32 bits for a float: `0.1` is as short as that only where it is written as a text.
    has_floats: bool,
}

/// Files that are at hand as texts.
struct Given(Vec<Named>);

impl FileResolver for Given {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        let found = self.0.iter().find(|(known, _)| Path::new(known) == Path::new(name));
        found.map_or_else(|| Err(protox::Error::file_not_found(name)), |(name, text)| File::from_source(name, text))
    }
}

impl ProtoMessage {
    /// The message of this name in a .proto file; the only or the first one without a name. The others are what it imports.
    ///
    /// # Errors
    /// Why there is none, as a sentence.
    pub(crate) fn read(text: &str, name: &str, mut others: Vec<Named>) -> Result<Self, String> {
        let mut files = ChainFileResolver::new();
        others.push((FILE.to_owned(), text.to_owned()));
        files.add(Given(others));
        files.add(GoogleFileResolver::new());
        let mut compiler = Compiler::with_file_resolver(files);
        compiler.include_imports(true).open_file(FILE).map_err(|error| {
            tracing::info!(cause = %error, "a .proto file cannot be read");
            "the .proto file cannot be read.".to_owned()
        })?;
        let pool = compiler.descriptor_pool();
        let message = match name {
            "" => pool.get_file_by_name(FILE).and_then(|file| file.messages().next()),
            name => pool.get_message_by_name(name),
        };
        let is_float = |field: FieldDescriptor| matches!(field.kind(), Kind::Float);
        let has_floats = pool.all_messages().any(|message| message.fields().any(is_float));
        message.map(|message| Self { message, has_floats }).ok_or_else(|| format!("the .proto file has no message {name}."))
    }

    /// # Errors
    /// Why the bytes are no row, as a sentence.
    pub(crate) fn row(&self, bytes: &[u8]) -> Result<Map<String, Json>, String> {
        row(self.message.clone(), bytes, self.has_floats)
    }

    /// The same behind the path of a message in its file, as values of a registry begin with: a count and so many indexes, zigzag;
    /// a single zero is the first message.
    ///
    /// # Errors
    /// Why the bytes are no row, as a sentence.
    pub(crate) fn indexed_row(&self, mut bytes: &[u8]) -> Result<Map<String, Json>, String> {
        let broken = || "The value does not name a message of its schema.".to_owned();
        let count = zigzag(&mut bytes).ok_or_else(broken)?;
        let mut path = Vec::new();
        for _ in 0..count {
            path.push(usize::try_from(zigzag(&mut bytes).ok_or_else(broken)?).map_err(|_| broken())?);
        }
        let file = self.message.parent_file();
        let (first, inner) = path.split_first().map_or((0, &[][..]), |(first, inner)| (*first, inner));
        let mut message = file.messages().nth(first).ok_or_else(broken)?;
        for index in inner {
            let inner = message.child_messages().nth(*index);
            message = inner.ok_or_else(broken)?;
        }
        row(message, bytes, self.has_floats)
    }
}

fn row(message: MessageDescriptor, bytes: &[u8], has_floats: bool) -> Result<Map<String, Json>, String> {
    let name = message.full_name().to_owned();
    let decoded = DynamicMessage::decode(message, bytes).map_err(|_| format!("The value is not a {name}."))?;
    let options = SerializeOptions::new().stringify_64_bit_integers(false).use_proto_field_name(true).skip_default_fields(false);
    let json = if has_floats {
        let mut text = Vec::new();
        let written = decoded.serialize_with_options(&mut serde_json::Serializer::new(&mut text), &options);
        written.and_then(|()| serde_json::from_slice(&text))
    } else {
        decoded.serialize_with_options(serde_json::value::Serializer, &options)
    };
    match json {
        Ok(Json::Object(row)) => Ok(row),
        _ => Err(format!("A {name} has no fields.")),
    }
}

fn zigzag(bytes: &mut &[u8]) -> Option<i64> {
    let mut number: u64 = 0;
    for shift in (0..64).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_of_32_bits_and_large_numbers_are_as_they_were_written() {
        let message = ProtoMessage::read("syntax = \"proto3\"; message M { float f = 1; uint64 u = 2; }", "", Vec::new()).unwrap();
        let mut bytes = vec![0x0d];
        bytes.extend(0.1_f32.to_le_bytes());
        bytes.extend([0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
        assert_eq!(serde_json::to_string(&message.row(&bytes).unwrap()).unwrap(), r#"{"f":0.1,"u":18446744073709551615}"#);
    }
}
