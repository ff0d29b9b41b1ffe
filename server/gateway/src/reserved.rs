//! The parameters that every API answers to: which page, which fields, in which form, and whether rows are counted.

use std::collections::{BTreeMap, HashSet};

use model::number::grouped;
use model::spec::{ANSWER_FORMATS, ApiKind, MAX_PAGE_SIZE};
use model::statement::Page;
use model::{ApiSpec, FieldError};

use crate::formats::Format;

/// What a caller is told of a cursor that does not open.
pub(crate) const FOREIGN: &str = "The cursor does not belong to this API and app. Start from the first page.";
/// The furthest that an offset reaches; beyond it a narrower question is wanted.
const MAX_OFFSET: u64 = 10_000_000;

/// What was given, by name.
type Reserved = BTreeMap<String, String>;

/// What a caller wants of a response, beside what its parameters ask.
#[derive(Clone)]
pub(crate) struct Wanted {
    pub(crate) page: Page,
    /// Of an API with keyset pages: the row that the page begins behind, as the source wrote it; empty from the first.
    pub(crate) after: Vec<Option<String>>,
    /// Whether the length of the page is the caller's own.
    pub(crate) limited: bool,
    /// Positions of the fields that it asked for; `None` for all that it may see.
    pub(crate) fields: Option<Vec<usize>>,
    pub(crate) format: Option<Format>,
    /// How many rows there are in all.
    pub(crate) count: bool,
}

/// Reads them, `after` as its cursor held it; every fault is told.
pub(crate) fn read(spec: &ApiSpec, reserved: &Reserved, errors: &mut Vec<FieldError>) -> Wanted {
    let (refused, why): (&[&str], _) = match spec.kind() {
        ApiKind::Kv => (&["count", "format"], "A key lookup responds with one row in JSON. This parameter is not supported."),
        ApiKind::Union => (&["count"], "A Union responds as one document. Counting is not supported."),
        ApiKind::Sql => (&[], ""),
    };
    for name in refused.iter().filter(|name| reserved.contains_key(**name)) {
        errors.push(FieldError::new(*name, why));
    }
    Wanted {
        after: read_behind(spec, reserved, errors),
        page: read_page(spec, reserved, errors),
        limited: reserved.contains_key("limit"),
        fields: read_fields(spec, reserved, errors),
        format: read_format(reserved, errors),
        count: read_count(reserved, errors),
    }
}

fn read_page(spec: &ApiSpec, reserved: &Reserved, errors: &mut Vec<FieldError>) -> Page {
    let Some(size) = spec.page_size() else {
        for name in ["limit", "after", "offset"].iter().filter(|name| reserved.contains_key(**name)) {
            errors.push(FieldError::new(*name, "This API has no pagination."));
        }
        return Page { limit: spec.policy.max_rows, offset: 0 };
    };
    let most = MAX_PAGE_SIZE.min(spec.policy.max_rows);
    let limit = match reserved.get("limit").map(|text| text.parse::<u32>()) {
        None => size.min(most),
        Some(Ok(limit)) if (1..=most).contains(&limit) => limit,
        Some(_) => {
            errors.push(FieldError::new("limit", format!("Give a number between 1 and {}.", grouped(most))));
            size
        }
    };
    if !spec.keyset().is_empty() {
        if reserved.contains_key("offset") {
            errors.push(FieldError::new("offset", "This API uses cursor pagination. Send after with the value of next."));
        }
        return Page { limit, offset: 0 };
    }
    let offset = match (reserved.get("after"), reserved.get("offset")) {
        (Some(_), Some(_)) => {
            errors.push(FieldError::new("offset", "Send after or offset, not both."));
            0
        }
        (Some(cursor), None) => read_cursor(cursor).unwrap_or_else(|| {
            errors.push(FieldError::new("after", FOREIGN));
            0
        }),
        (None, Some(text)) => text.parse().ok().filter(|offset| *offset <= MAX_OFFSET).unwrap_or_else(|| {
            errors.push(FieldError::new("offset", format!("Give a number between 0 and {}.", grouped(MAX_OFFSET))));
            0
        }),
        (None, None) => 0,
    };
    Page { limit, offset }
}

/// The values of the row that a page begins behind, as the source wrote them.
fn read_behind(spec: &ApiSpec, reserved: &Reserved, errors: &mut Vec<FieldError>) -> Vec<Option<String>> {
    let keyset = spec.keyset();
    let Some(text) = reserved.get("after").filter(|_| !keyset.is_empty()) else { return Vec::new() };
    let read = text.strip_prefix('k').and_then(|text| serde_json::from_str::<Vec<Option<String>>>(text).ok());
    read.filter(|values| values.len() == keyset.len()).unwrap_or_else(|| {
        errors.push(FieldError::new("after", FOREIGN));
        Vec::new()
    })
}

/// Where the page behind a row begins, before it is sealed. It holds the values that rows are sorted by.
pub(crate) fn cursor_behind(values: &[Option<String>]) -> Option<String> {
    Some(format!("k{}", serde_json::to_string(values).ok()?))
}

fn read_fields(spec: &ApiSpec, reserved: &Reserved, errors: &mut Vec<FieldError>) -> Option<Vec<usize>> {
    let text = reserved.get("fields")?;
    if spec.policy.whole_rows {
        errors.push(FieldError::new("fields", "This API does not allow field selection. Leave fields out."));
        return None;
    }
    let wanted: HashSet<&str> = text.split(',').filter(|name| !name.is_empty()).collect();
    for name in &wanted {
        if !spec.fields.iter().any(|field| &field.name == name) {
            errors.push(FieldError::new("fields", format!("Unknown field {name}.")));
        }
    }
    if wanted.is_empty() {
        errors.push(FieldError::new("fields", "Name at least one field."));
    }
    Some((0..spec.fields.len()).filter(|index| wanted.contains(spec.fields[*index].name.as_str())).collect())
}

/// Where the page at an offset begins, before it is sealed.
pub(crate) fn cursor(offset: u64) -> String {
    format!("o{offset}")
}

fn read_cursor(text: &str) -> Option<u64> {
    let offset: u64 = text.strip_prefix('o')?.parse().ok()?;
    (offset <= MAX_OFFSET).then_some(offset)
}

fn read_format(reserved: &Reserved, errors: &mut Vec<FieldError>) -> Option<Format> {
    let text = reserved.get("format")?;
    let format = Format::from_key(text);
    if format.is_none() {
        errors.push(FieldError::new("format", format!("One of {}.", ANSWER_FORMATS.join(", "))));
    }
    format
}

fn read_count(reserved: &Reserved, errors: &mut Vec<FieldError>) -> bool {
    match reserved.get("count").map(String::as_str) {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => {
            errors.push(FieldError::new("count", "Give true or false."));
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_reads_back_and_nothing_else_does() {
        assert_eq!(read_cursor(&cursor(40)), Some(40));
        for forged in ["", "40", "bzE", "!!", "o99999999999"] {
            assert_eq!(read_cursor(forged), None, "{forged}");
        }
    }
}
