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
        let raw = with_new_names(raw);
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

/// Members that documents of earlier versions have under another name: where they stand, that name and the present one.
const RENAMED: [(&str, &str, &str); 4] =
    [("", "load", "load_limits"), ("/job", "follow", "incremental"), ("/job", "dirty", "rejected"), ("/job", "compare", "reconcile")];

/// The document with the present names. A document that has a member under both names keeps both, and is refused for it.
fn with_new_names(mut raw: Json) -> Json {
    for (place, old, new) in RENAMED {
        if let Some(Json::Object(members)) = raw.pointer_mut(place)
            && !members.contains_key(new)
            && let Some(value) = members.remove(old)
        {
            members.insert(new.to_owned(), value);
        }
    }
    raw
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

    #[test]
    fn documents_under_the_old_names_are_read_as_under_the_new_ones() {
        let documents = "
document: source
name: second
domain: travel
driver: sqlite
bindings: {}
load: { runs: 2 }
---
document: dataset
name: planes
domain: travel
source: second
table: { name: planes }
job: { follow: { cursor: year }, dirty: { rows: 5 }, compare: { every_minutes: 60 } }
";
        let new = [("load:", "load_limits:"), ("follow:", "incremental:"), ("dirty:", "rejected:"), ("compare:", "reconcile:")]
            .into_iter()
            .fold(documents.to_owned(), |text, (old, new)| text.replace(old, new));
        assert_eq!(read_documents(documents).unwrap(), read_documents(&new).unwrap());
        assert!(read_documents(&new.replace("load_limits:", "load: { runs: 1 }\nload_limits:")).is_err(), "one member under both names");
    }
}
