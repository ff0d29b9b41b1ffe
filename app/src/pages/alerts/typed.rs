//! Reads what was typed into the forms of alerts.

use model::alert::Matcher;
use model::calendar::read_timestamp;
use model::clock::Millis;
use model::snapshot::Environment;
use model::view::SubjectKind;
use model::{FieldError, Problem};

use crate::words::words;

/// Names with commas, blanks or line breaks between them.
pub(super) fn names(text: &str) -> Vec<String> {
    text.split([',', ' ', '\n', '\r', '\t', ';']).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Receivers that were picked by their paths, as their domain calls them. Those of another domain keep their paths, which no receiver of
/// this one has as its name.
pub(super) fn receivers_of(domain: &str, picked: &[String]) -> String {
    let own = |path: &String| path.strip_prefix(domain).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path).to_owned();
    picked.iter().map(own).collect::<Vec<_>>().join(", ")
}

/// Nothing where it is empty.
pub(super) fn some(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The kind of an object, where one is chosen.
pub(super) fn kind(text: &str) -> Result<Option<SubjectKind>, Problem> {
    let known = |key: &str| SubjectKind::from_key(key).ok_or_else(|| Problem::field("kind", words().alert_rule.bad_kind));
    some(text).map(|key| known(&key)).transpose()
}

/// An environment, where one is chosen.
pub(super) fn environment(text: &str) -> Result<Option<Environment>, Problem> {
    let known = |key: &str| Environment::from_key(key).ok_or_else(|| Problem::field("environment", words().monitoring.bad_environment));
    some(text).map(|key| known(&key)).transpose()
}

/// What a silence or a window is about.
pub(super) fn matcher(rule: &str, of_kind: &str, of_environment: &str, path: &str) -> Result<Matcher, Problem> {
    Ok(Matcher { rule: some(rule), kind: kind(of_kind)?, environment: environment(of_environment)?, path: some(path) })
}

/// A date with its time, in UTC; nothing where it is empty.
pub(super) fn time(field: &str, text: &str) -> Result<Option<Millis>, Problem> {
    let Some(text) = some(text) else { return Ok(None) };
    let micros = read_timestamp(&text).ok_or_else(|| Problem::field(field, words().alert_silences.bad_time))?;
    Ok(Some(micros.div_euclid(1_000)))
}

/// `02:00` as the minute of the day.
pub(super) fn minute_of_day(field: &str, text: &str) -> Result<u16, Problem> {
    let parts = text.trim().split_once(':').and_then(|(hour, minute)| {
        let minute = minute.get(..2)?;
        Some((hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?))
    });
    let fits = parts.filter(|(hour, minute)| *hour < 24 && *minute < 60);
    fits.map(|(hour, minute)| hour * 60 + minute).ok_or_else(|| Problem::field(field, words().alert_silences.bad_start))
}

/// A number that is no whole one.
pub(super) fn decimal(field: &str, text: &str) -> Result<f64, FieldError> {
    let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    number.ok_or_else(|| FieldError::new(field, words().alert_rule.bad_number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_read_or_refused() {
        assert_eq!(names("team, on-call\nnight"), ["team", "on-call", "night"]);
        assert_eq!(minute_of_day("start", "02:05").unwrap(), 125);
        assert_eq!(minute_of_day("start", "23:59:00").unwrap(), 1_439);
        for bad in ["", "24:00", "2", "aa:bb", "01:7"] {
            assert!(minute_of_day("start", bad).is_err(), "{bad}");
        }
        assert_eq!(time("to", "1970-01-01T00:01").unwrap(), Some(60_000));
        assert_eq!(time("to", " ").unwrap(), None);
        assert!(time("to", "soon").is_err());
        assert!(decimal("threshold", "0.05").is_ok() && decimal("threshold", "nan").is_err());
        assert_eq!(matcher("", "", "", "").unwrap(), Matcher::default());
        assert!(matcher("", "planet", "", "").is_err());
        let picked = ["travel/team", "finance/team", "travels/team", "night"].map(str::to_owned);
        assert_eq!(receivers_of("travel", &picked), "team, finance/team, travels/team, night");
    }
}
