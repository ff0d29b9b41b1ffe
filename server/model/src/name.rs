//! Names of domains, sources, APIs and apps: kebab-case, at most 63 characters, and the gRPC name made from them.

/// The longest name in characters: what a DNS label, and so every gateway, can carry.
pub const MAX_NAME: usize = 63;

/// Says what is wrong with a name, in words a person can act on, or `Ok` where it may be used.
pub fn check_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("Enter a name of lower-case letters, digits and hyphens.".into());
    }
    if name.len() > MAX_NAME {
        return Err(format!("At most {MAX_NAME} characters; this name has {}.", name.chars().count()));
    }
    if is_name(name) {
        return Ok(());
    }
    let better = suggest_name(name);
    Err(if better.is_empty() {
        "Lower-case letters, digits and hyphens only, beginning with a letter.".into()
    } else {
        format!("Lower-case letters, digits and hyphens only, beginning with a letter. Use {better}")
    })
}

/// Whether `name` matches `[a-z][a-z0-9-]*` without a hyphen at the end.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let mut chars = name.chars();
    name.len() <= MAX_NAME
        && chars.next().is_some_and(|first| first.is_ascii_lowercase())
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !name.ends_with('-')
}

/// The nearest allowed name: `Plane Details` -> `plane-details`. Empty where nothing usable is left.
#[must_use]
pub fn suggest_name(text: &str) -> String {
    let mut out = nearest(text);
    out.truncate(MAX_NAME);
    out.trim_end_matches('-').to_owned()
}

/// The nearest name, however long.
fn nearest(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_lowercase() || (c.is_ascii_digit() && !out.is_empty()) {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') && !c.is_ascii_digit() {
            out.push('-');
        }
    }
    out.truncate(out.trim_end_matches('-').len());
    out
}

/// Whether the nearest allowed name of a text has less than all of it, because there is no more room.
#[must_use]
pub fn is_cut(text: &str) -> bool {
    nearest(text).len() > MAX_NAME
}

/// The name that a gRPC service gets: `flight-day` -> `FlightDay`. Unique within a domain, as the name is.
#[must_use]
pub fn grpc_name(name: &str) -> String {
    name.split('-')
        .map(|part| {
            let mut chars = part.chars();
            chars.next().map(|first| first.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
        })
        .collect()
}

/// Whether `name` can name a field or a parameter: `[A-Za-z_][A-Za-z0-9_]*`, at most 63 characters.
#[must_use]
pub fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    name.len() <= MAX_NAME
        && chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The nearest name for a field: `a :b` -> `a_b`, `count()` -> `count`, and `field` where nothing usable is left.
#[must_use]
pub fn suggest_identifier(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    let mut out = plain.split_whitespace().collect::<Vec<_>>().join("_");
    if !out.starts_with(|first: char| first.is_ascii_alphabetic()) {
        out = if out.is_empty() { "field".to_owned() } else { format!("field_{out}") };
    }
    out.truncate(MAX_NAME);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_name_is_answered_with_a_better_one() {
        assert!(check_name("plane-details").is_ok());
        let said = check_name("Plane Details").unwrap_err();
        assert!(said.ends_with("Use plane-details"), "{said}");
        assert!(check_name("9lives").unwrap_err().contains("Use lives"));
        assert!(check_name(&"a".repeat(64)).unwrap_err().contains("63"));
        assert!(check_name("trailing-").is_err());
    }

    #[test]
    fn a_name_is_not_cut_without_a_word() {
        let long = format!("a{}", " b".repeat(60));
        assert!(is_cut(&long) && suggest_name(&long).len() <= MAX_NAME);
        assert!(!is_cut(&"a".repeat(MAX_NAME)) && !is_cut(&format!("{}-", "a".repeat(MAX_NAME))));
    }

    #[test]
    fn a_column_without_a_usable_name_gets_one() {
        for (text, name) in [("a :b", "a_b"), ("count()", "count"), ("?column?", "column"), ("2nd", "field_2nd"), ("数", "field")] {
            assert_eq!(suggest_identifier(text), name);
            assert!(is_identifier(&suggest_identifier(text)));
        }
    }

    #[test]
    fn grpc_names_follow_the_hyphens() {
        assert_eq!(grpc_name("flight-day"), "FlightDay");
        assert_eq!(grpc_name("plane"), "Plane");
        assert_eq!(grpc_name("a--b"), "AB");
    }

    proptest::proptest! {
        #[test]
        fn what_is_suggested_may_be_used(text in "\\PC{0,80}") {
            let name = suggest_name(&text);
            proptest::prop_assert!(name.is_empty() || is_name(&name), "{name:?}");
        }
    }
}
