//! Two definitions side by side, setting by setting: every difference that somebody made, under words and not under lines.

use serde_json::{Map, Value as Json};

use crate::ApiSpec;
use crate::view::SettingChange;

/// What the platform finds out or gives by itself.
const GIVEN: [&str; 2] = ["number", "source_type"];
/// Parts whose members stand for themselves.
const TRANSPARENT: [&str; 2] = ["form", "policy"];
/// What one member of a list is called.
const MEMBERS: [(&str, &str); 11] = [
    ("fields", "field"),
    ("parameters", "parameter"),
    ("steps", "step"),
    ("cases", "test case"),
    ("filters", "filter"),
    ("having", "condition"),
    ("select", "selected"),
    ("joins", "join"),
    ("sort", "sort"),
    ("inputs", "input"),
    ("on", "pair"),
];
/// By what one member of a list is told from the others.
const IDS: [&str; 4] = ["name", "column", "field", "parameter"];
/// Longer texts are told to differ, and read line by line.
const LONG: usize = 200;

/// What differs, with what it was and what it is; empty is absent.
#[must_use]
pub fn changes(old: &ApiSpec, new: &ApiSpec) -> Vec<SettingChange> {
    let (old, new) = (serde_json::to_value(old).unwrap_or_default(), serde_json::to_value(new).unwrap_or_default());
    let mut found = Vec::new();
    members("", old.as_object(), new.as_object(), &mut found);
    found
}

fn members(parent: &str, old: Option<&Map<String, Json>>, new: Option<&Map<String, Json>>, found: &mut Vec<SettingChange>) {
    let of = |map: Option<&Map<String, Json>>| map.map(|map| map.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let mut keys = of(new);
    keys.extend(of(old).into_iter().filter(|key| new.is_none_or(|new| !new.contains_key(key))));
    for key in keys.iter().filter(|key| !GIVEN.contains(&key.as_str())) {
        member(parent, key, old.and_then(|old| old.get(key)), new.and_then(|new| new.get(key)), found);
    }
}

fn member(parent: &str, key: &str, old: Option<&Json>, new: Option<&Json>, found: &mut Vec<SettingChange>) {
    if old == new {
        return;
    }
    let member_word = MEMBERS.iter().find(|(list, _)| *list == key).map(|(_, word)| *word);
    if let (Some(word), Some(old), Some(new)) = (member_word, list(old), list(new)) {
        return lists(parent, (key, word), old, new, found);
    }
    let label = label(parent, &key.replace('_', " "));
    match (old, new) {
        (Some(Json::Object(old)), Some(Json::Object(new))) => {
            members(if TRANSPARENT.contains(&key) { parent } else { &label }, Some(old), Some(new), found);
        }
        (old, new) => differs(label, old, new, found),
    }
}

/// A list that is absent is empty; `None` for what is none.
fn list(json: Option<&Json>) -> Option<&[Json]> {
    match json {
        None => Some(&[]),
        Some(Json::Array(items)) if items.iter().all(Json::is_object) => Some(items),
        Some(_) => None,
    }
}

/// Members are compared with those of the same name; whether the rest stands in another order is told too.
fn lists(parent: &str, (key, word): (&str, &str), old: &[Json], new: &[Json], found: &mut Vec<SettingChange>) {
    let (old, new) = (by_id(old), by_id(new));
    let of = |all: &[(String, &Json)], id: &str| all.iter().find(|(known, _)| known == id).map(|(_, json)| (*json).clone());
    let gone = old.iter().filter(|(id, _)| of(&new, id).is_none());
    for (id, _) in new.iter().chain(gone) {
        let label = label(parent, &format!("{word} {id}"));
        match (of(&old, id), of(&new, id)) {
            (Some(Json::Object(old)), Some(Json::Object(new))) => members(&label, Some(&old), Some(&new), found),
            (old, new) => differs(label, old.as_ref(), new.as_ref(), found),
        }
    }
    let kept = |all: &[(String, &Json)], other: &[(String, &Json)]| {
        let both = all.iter().filter(|(id, _)| of(other, id).is_some());
        both.map(|(id, _)| id.clone()).collect::<Vec<_>>().join(", ")
    };
    let (before, after) = (kept(&old, &new), kept(&new, &old));
    if before != after {
        found.push(SettingChange { label: label(parent, &format!("order of {key}")), before, after });
    }
}

/// Members with what tells them apart: their name, and a number where one name stands several times.
fn by_id(items: &[Json]) -> Vec<(String, &Json)> {
    let mut named: Vec<(String, &Json)> = Vec::with_capacity(items.len());
    for item in items {
        let Some(id) = IDS.iter().find_map(|id| item.get(*id)?.as_str()) else {
            named.push((format!("{}", named.len() + 1), item));
            continue;
        };
        let same = named.iter().filter(|(known, _)| known.split(" #").next() == Some(id)).count();
        named.push((if same == 0 { id.to_owned() } else { format!("{id} #{}", same + 1) }, item));
    }
    named
}

fn differs(label: String, old: Option<&Json>, new: Option<&Json>, found: &mut Vec<SettingChange>) {
    let (before, after) = (words(old), words(new));
    if before != after {
        let is_long = before.chars().count() > LONG || after.chars().count() > LONG;
        let short = |text: String, what: &str| if is_long && !text.is_empty() { what.to_owned() } else { text };
        found.push(SettingChange {
            label,
            before: short(before, "see the left side below"),
            after: short(after, "see the right side below"),
        });
    }
}

/// The first word of a label begins with a large letter.
fn label(parent: &str, word: &str) -> String {
    if !parent.is_empty() {
        return format!("{parent}: {word}");
    }
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn words(json: Option<&Json>) -> String {
    match json {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) => text.clone(),
        Some(Json::Array(items)) => items.iter().map(|item| words(Some(item))).collect::<Vec<_>>().join(", "),
        Some(Json::Object(members)) => {
            let told = members.iter().filter(|(key, _)| !GIVEN.contains(&key.as_str()));
            told.map(|(key, value)| format!("{key}: {}", words(Some(value)))).collect::<Vec<_>>().join(", ")
        }
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{ApiKind, SqlBody};
    use crate::{ApiBody, DataType, Field, Parameter};

    fn told(old: &ApiSpec, new: &ApiSpec) -> Vec<(String, String, String)> {
        changes(old, new).into_iter().map(|change| (change.label, change.before, change.after)).collect()
    }

    fn spec() -> ApiSpec {
        let mut spec = ApiSpec::empty(ApiKind::Sql);
        spec.title = "Delays".into();
        spec.fields = vec![Field::plain("carrier", DataType::String), Field::plain("seats", DataType::Int32)];
        spec.parameters = vec![Parameter::new("month", DataType::Int64)];
        spec
    }

    #[test]
    fn each_change_is_one_line_under_its_name() {
        let old = spec();
        assert!(told(&old, &old).is_empty());
        let mut new = old.clone();
        new.title = "Delays by carrier".into();
        new.policy.timeout_ms = 9_000;
        new.parameters[0].max = Some("12".into());
        new.fields.swap(0, 1);
        new.fields[1].nullable = true;
        new.fields[1].number = 7;
        new.fields.push(Field::plain("year", DataType::Int32));
        let text = |line: (&str, &str, &str)| (line.0.to_owned(), line.1.to_owned(), line.2.to_owned());
        let found = told(&old, &new);
        for wanted in [
            ("Title", "Delays", "Delays by carrier"),
            ("Timeout ms", "5000", "9000"),
            ("Parameter month: max", "", "12"),
            ("Field carrier: nullable", "false", "true"),
            ("Field year", "", "name: year, column: year, type: int32, nullable: false"),
            ("Order of fields", "carrier, seats", "seats, carrier"),
        ] {
            assert!(found.contains(&text(wanted)), "{wanted:?} is not in {found:?}");
        }
        assert_eq!(found.len(), 6, "{found:?}");
    }

    #[test]
    fn nothing_that_differs_is_left_out() {
        let old = spec();
        let mut new = old.clone();
        if let ApiBody::Sql(SqlBody { page_size, .. }) = &mut new.body {
            *page_size = None;
        }
        assert_eq!(told(&old, &new).len(), 1);
        let mut gone = old.clone();
        gone.parameters.clear();
        assert_eq!(told(&old, &gone)[0].0, "Parameter month");
        let mut script = old.clone();
        script.body =
            ApiBody::Sql(SqlBody { query: crate::spec::Query::Script("select 1".repeat(40)), page_size: Some(20), keyset: false });
        let found = told(&old, &script);
        assert!(found.contains(&("Script".into(), String::new(), "see the right side below".into())), "{found:?}");
    }
}
