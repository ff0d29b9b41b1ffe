//! A JSON object read straight into the cells of a row.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Number, Value as Json};

use crate::cells::{Cell, Reads, RowFields};
use crate::digits::is_exact_float;
use crate::evidence::Row;

/// A JSON object whose fields go to their places in a row. Gives whether texts lost digits of numbers, for which it is read once more, as
/// it is written.
pub(crate) struct Object<'r, 'w, 'v> {
    pub(crate) wanted: &'w RowFields,
    pub(crate) row: &'r mut [Cell<'v>],
    pub(crate) as_written: bool,
}

impl<'v> DeserializeSeed<'v> for Object<'_, '_, 'v> {
    type Value = bool;

    fn deserialize<D: Deserializer<'v>>(self, reader: D) -> Result<bool, D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'v> Visitor<'v> for Object<'_, '_, 'v> {
    type Value = bool;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'v>>(self, mut fields: A) -> Result<bool, A::Error> {
        let mut lost_digits = false;
        while let Some(place) = fields.next_key_seed(Name(self.wanted))? {
            // Read as others are: whether a message is JSON does not depend on what is wanted of it.
            let Some(at) = place else {
                drop(fields.next_value_seed(Any { keep: false })?);
                continue;
            };
            self.row[at] = match self.wanted.reads(at) {
                Reads::Written => fields.next_value_seed(Written)?,
                Reads::Text if self.as_written => fields.next_value_seed(Written)?,
                Reads::Value => fields.next_value_seed(Any { keep: true })?,
                Reads::Text => {
                    let cell = fields.next_value_seed(Any { keep: true })?;
                    lost_digits |= matches!(&cell, Cell::Own(_)) || matches!(&cell, Cell::Number(number) if number.is_f64());
                    cell
                }
            };
        }
        Ok(lost_digits)
    }
}

/// A value of which numbers, arrays and objects are kept as they are written, once they were read like any other.
struct Written;

impl<'v> DeserializeSeed<'v> for Written {
    type Value = Cell<'v>;

    fn deserialize<D: Deserializer<'v>>(self, reader: D) -> Result<Self::Value, D::Error> {
        let text = <&'v RawValue>::deserialize(reader)?.get();
        let keep = !matches!(text.as_bytes().first(), Some(b'{' | b'['));
        let cell = Any { keep }.deserialize(&mut serde_json::Deserializer::from_str(text)).map_err(D::Error::custom)?;
        Ok(if !keep || matches!(cell, Cell::Number(_)) { Cell::Written(Cow::Borrowed(text)) } else { cell })
    }
}

/// The fields of an object in their order, each as it is written.
#[derive(Default)]
pub(crate) struct Fields<'t>(pub(crate) Vec<(String, &'t RawValue)>);

impl<'de: 't, 't> Deserialize<'de> for Fields<'t> {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(fields)
            }
        }
        reader.deserialize_map(Each).map(Self)
    }
}

/// A JSON object as a row of its own, of which no number loses a digit; the last of a name counts.
///
/// # Errors
/// Where it is no object, or cannot be read to its end.
pub(crate) fn own_row(value: &[u8]) -> serde_json::Result<Row> {
    let Fields(fields) = serde_json::from_slice(value)?;
    fields.into_iter().map(|(name, written)| Ok((name, own_cell(written.get())?))).collect()
}

/// A value of JSON. What a float of it would not hold, and arrays and objects, are kept as they are written.
fn own_cell(text: &str) -> serde_json::Result<Cell<'static>> {
    let keep = !matches!(text.as_bytes().first(), Some(b'{' | b'['));
    let cell = Any { keep }.deserialize(&mut serde_json::Deserializer::from_str(text))?;
    let is_written = !keep || matches!(&cell, Cell::Number(number) if number.is_f64());
    Ok(if is_written { Cell::Written(Cow::Owned(text.to_owned())) } else { cell.into_own() })
}

/// A value of JSON without blanks, each text and number as this program writes it, but for numbers of more digits than a float holds: those
/// as they are written.
///
/// # Errors
/// Where it is not JSON.
pub fn normal(value: &[u8]) -> serde_json::Result<String> {
    // How deep it may be is looked at here.
    serde_json::from_slice::<Json>(value)?;
    normal_value(serde_json::from_slice(value)?)
}

fn normal_value(value: &RawValue) -> serde_json::Result<String> {
    let text = value.get();
    match text.as_bytes().first() {
        Some(b'{') => {
            let Fields(fields) = serde_json::from_str(text)?;
            let field = |(name, value): (String, &RawValue)| Ok(format!("{}:{}", Json::String(name), normal_value(value)?));
            Ok(format!("{{{}}}", fields.into_iter().map(field).collect::<serde_json::Result<Vec<_>>>()?.join(",")))
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text)?;
            Ok(format!("[{}]", items.into_iter().map(normal_value).collect::<serde_json::Result<Vec<_>>>()?.join(",")))
        }
        Some(b'-' | b'0'..=b'9') if text.parse::<i64>().is_err() && text.parse::<u64>().is_err() && !is_exact_float(text) => {
            Ok(text.to_owned())
        }
        _ => serde_json::from_str::<Json>(text).map(|plain| plain.to_string()),
    }
}

/// The name of a field: its place, where it is wanted.
struct Name<'w>(&'w RowFields);

impl<'v> DeserializeSeed<'v> for Name<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'v>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Option<usize>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.at(name))
    }
}

/// Any value, which is kept or only read to its end.
#[derive(Clone, Copy)]
struct Any {
    keep: bool,
}

impl<'v> DeserializeSeed<'v> for Any {
    type Value = Cell<'v>;

    fn deserialize<D: Deserializer<'v>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'v> Visitor<'v> for Any {
    type Value = Cell<'v>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Cell::Null)
    }

    fn visit_bool<E: Error>(self, yes: bool) -> Result<Self::Value, E> {
        Ok(Cell::Bool(yes))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Cell::Number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Number::from_f64(number).map_or(Cell::Null, Cell::Number))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'v str) -> Result<Self::Value, E> {
        Ok(Cell::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(if self.keep { Cell::Text(Cow::Owned(text.to_owned())) } else { Cell::Null })
    }

    fn visit_seq<A: SeqAccess<'v>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        if !self.keep {
            while items.next_element_seed(self)?.is_some() {}
            return Ok(Cell::Null);
        }
        Json::deserialize(SeqAccessDeserializer::new(items)).map(|nested| Cell::Own(Box::new(nested)))
    }

    fn visit_map<A: MapAccess<'v>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        if !self.keep {
            while fields.next_key_seed(self)?.is_some() {
                fields.next_value_seed(self)?;
            }
            return Ok(Cell::Null);
        }
        Json::deserialize(MapAccessDeserializer::new(fields)).map(|nested| Cell::Own(Box::new(nested)))
    }
}
