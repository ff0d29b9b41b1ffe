//! A stored secret lives with its endpoint: whoever changes where it would go has to know it.

use std::collections::BTreeMap;

use model::FieldError;
use model::connector::{ConfigField, Effect};
use model::snapshot::Environment;

use super::BindingInput;

/// Settings, or secrets in the clear, by the keys of a form.
pub(super) type Values = BTreeMap<String, String>;

/// The fields whose setting is another one, in the order of the form. Absent and empty are the same.
pub(super) fn changed<'a>(form: &'a [ConfigField], before: &Values, after: &Values) -> Vec<&'a ConfigField> {
    let value = |values: &Values, key: &str| values.get(key).cloned().unwrap_or_default();
    form.iter().filter(|field| value(before, &field.key) != value(after, &field.key)).collect()
}

/// Takes those of the stored secrets away that the settings no longer ask for, and says beside each other one, where it is not
/// given again, that it must be. Nothing is done where the endpoint is the one that the secrets were given for.
pub(super) fn ask_anew(
    form: &[ConfigField],
    environment: Environment,
    before: &Values,
    binding: &BindingInput,
    secrets: &mut Values,
) -> Vec<FieldError> {
    let moved: Vec<String> = changed(form, before, &binding.config)
        .into_iter()
        .filter(|field| field.effect == Effect::Endpoint)
        .map(|field| format!("the {}", in_a_sentence(&field.label)))
        .collect();
    if moved.is_empty() {
        return Vec::new();
    }
    secrets.retain(|key, _| form.iter().any(|field| field.key == *key && field.is_asked(&binding.config)));
    let is_given = |key: &String| binding.secrets.get(key).is_some_and(|secret| !secret.is_empty());
    form.iter()
        .filter(|field| secrets.contains_key(&field.key) && !is_given(&field.key))
        .map(|field| {
            let message = format!("Enter the {} again, because {} changed.", in_a_sentence(&field.label), moved.join(" and "));
            FieldError::new(format!("{}.{}", environment.key(), field.key), message)
        })
        .collect()
}

/// `Host` as `host`; `TLS` and `S3 address` as they are.
fn in_a_sentence(label: &str) -> String {
    let mut letters = label.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(label.chars().skip(1)).collect(),
        _ => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> Values {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn form() -> Vec<ConfigField> {
        vec![
            ConfigField::new("host", "Host", "", ""),
            ConfigField::new("tls", "TLS", "", ""),
            ConfigField::new("schema", "Schema", "", "").decides_rows(),
            ConfigField::new("security", "Security", "", ""),
            ConfigField::new("password", "Password", "", "").secret(),
            ConfigField::new("token", "S3 token", "", "").secret().only_for("security", &["sasl"]),
        ]
    }

    fn messages(after: &[(&str, &str)], given: &[(&str, &str)]) -> (Vec<String>, Values) {
        let before = values(&[("host", "db"), ("security", "sasl")]);
        let mut secrets = values(&[("password", "p"), ("token", "t"), ("forgotten", "f")]);
        let binding = BindingInput { config: values(after), secrets: values(given) };
        let errors = ask_anew(&form(), Environment::Prod, &before, &binding, &mut secrets);
        (errors.into_iter().map(|error| format!("{} {}", error.field, error.message)).collect(), secrets)
    }

    #[test]
    fn another_endpoint_asks_for_each_secret_and_other_settings_do_not() {
        let same = messages(&[("host", "db"), ("security", "sasl"), ("schema", "other"), ("tls", "")], &[]);
        assert_eq!((same.0.len(), same.1.len()), (0, 3));
        let (errors, _) = messages(&[("host", "evil"), ("tls", "disable"), ("security", "sasl")], &[("password", "again"), ("token", "")]);
        assert_eq!(errors, ["prod.token Enter the S3 token again, because the host and the TLS changed."]);
    }

    #[test]
    fn a_secret_that_is_not_asked_for_any_more_does_not_go_along() {
        let (errors, left) = messages(&[("host", "db"), ("security", "plain")], &[]);
        assert_eq!(errors, ["prod.password Enter the password again, because the security changed."]);
        assert_eq!(left, values(&[("password", "p")]));
    }
}
