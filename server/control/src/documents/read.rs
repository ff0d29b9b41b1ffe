//! Reading documents strictly: a key that nobody knows is a mistake, not a wish.

use model::document::Document;
use model::{FieldError, Problem};
use serde::Deserialize;
use serde_json::Value as Json;

/// The most text of one apply, in bytes.
const MAX_TEXT: usize = 4 << 20;

/// The documents of one or more YAML texts, in their order.
///
/// # Errors
/// Where a text is no YAML, a document is of no known kind, or has a key that is not known.
pub(super) fn read_documents(text: &str) -> Result<Vec<Document>, Problem> {
    if text.len() > MAX_TEXT {
        return Err(Problem::field("documents", "At most 4 MiB of documents in one apply."));
    }
    let mut documents = Vec::new();
    for (index, part) in serde_norway::Deserializer::from_str(text).enumerate() {
        let place = format!("documents[{index}]");
        let raw = Json::deserialize(part).map_err(|error| Problem::field(&place, format!("The document is not valid YAML: {error}.")))?;
        if raw.is_null() {
            continue;
        }
        let document: Document = serde_json::from_value(raw.clone()).map_err(|error| {
            Problem::field(&place, format!("{}. See the schema at /admin/v1/schema.json.", capitalised(&error.to_string())))
        })?;
        let written = serde_json::to_value(&document).map_err(|error| crate::failure::from_json(&error))?;
        let mut unknown = Vec::new();
        find_unknown(&raw, &written, &place, &mut unknown);
        if !unknown.is_empty() {
            return Err(Problem::fields(unknown));
        }
        documents.push(document);
    }
    Ok(documents)
}

/// Keys that were read but do not come back when written. Defaults are left out when written, so an empty value is
/// no mistake.
fn find_unknown(raw: &Json, written: &Json, place: &str, found: &mut Vec<FieldError>) {
    match (raw, written) {
        (Json::Object(raw), Json::Object(written)) => {
            for (key, value) in raw {
                let place = format!("{place}.{key}");
                match written.get(key) {
                    Some(known) => find_unknown(value, known, &place, found),
                    None if is_default(value) => {}
                    None => found.push(FieldError::new(place, format!("Unknown member {key}. Check its spelling."))),
                }
            }
        }
        (Json::Array(raw), Json::Array(written)) => {
            for (index, (raw, written)) in raw.iter().zip(written).enumerate() {
                find_unknown(raw, written, &format!("{place}[{index}]"), found);
            }
        }
        _ => {}
    }
}

fn is_default(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(false) => true,
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
        Json::Bool(true) | Json::Number(_) => false,
    }
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}

/// The JSON Schema of a document, for editors.
#[must_use]
pub fn json_schema() -> Json {
    schemars::schema_for!(Document).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLANE: &str = "
document: api
domain: travel
name: plane
spec:
  kind: kv
  source: flights-db
  table: { name: planes }
  key: [tailnum]
  parameters: [{ name: tailnum, type: string, required: true }]
  fields: [{ name: tailnum, column: tailnum, type: string, nullable: false }]
";

    #[test]
    fn a_spelling_mistake_is_named_with_its_place() {
        assert_eq!(read_documents(PLANE).unwrap().len(), 1);
        let wrong = PLANE.replace("required: true", "requierd: true");
        let said = read_documents(&wrong).unwrap_err();
        assert!(said.detail.contains("requierd"), "{said:?}");
        let wrong = PLANE.replace("  source:", "  sauce: x\n  source:");
        assert_eq!(read_documents(&wrong).unwrap_err().errors[0].field, "documents[0].spec.sauce");
        assert!(read_documents("document: table").is_err());
        assert!(read_documents("a: [").is_err());
    }
}
