//! Silences: alerts that nobody is told of until a time. They fire on, and are shown; the schedule of a job knows nothing of them.

use serde::{Deserialize, Serialize};

use crate::FieldError;
use crate::clock::{DAY, Millis};
use crate::snapshot::Environment;
use crate::view::{Subject, SubjectKind};

/// A forgotten silence must end.
const LONGEST: Millis = 90 * DAY;
const MAX_TEXT: usize = 500;

/// Which alerts of a domain. What is absent is any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Matcher {
    /// The name of a rule or an objective.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<SubjectKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
    /// The object: `travel/plane`, or the name of a source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

impl Matcher {
    #[must_use]
    pub fn matches(&self, rule: &str, subject: &Subject) -> bool {
        self.rule.as_ref().is_none_or(|named| named == rule)
            && self.kind.is_none_or(|kind| kind == subject.kind)
            && (self.environment.is_none() || self.environment == subject.environment)
            && self.path.as_ref().is_none_or(|path| *path == subject.path)
    }

    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        let texts = [("matcher.rule", &self.rule), ("matcher.path", &self.path)];
        let wrong = texts.into_iter().filter(|(_, text)| text.as_ref().is_some_and(|text| text.is_empty() || text.len() > MAX_TEXT));
        wrong.map(|(field, _)| FieldError::new(field, "Enter a name. Leave it out for any.")).collect()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Silence {
    pub matcher: Matcher,
    pub from: Millis,
    /// No longer from this time on.
    pub to: Millis,
    pub by: String,
    pub reason: String,
}

impl Silence {
    #[must_use]
    pub fn mutes(&self, rule: &str, subject: &Subject, at: Millis) -> bool {
        (self.from..self.to).contains(&at) && self.matcher.matches(rule, subject)
    }

    #[must_use]
    pub fn errors(&self, now: Millis) -> Vec<FieldError> {
        let mut errors = self.matcher.errors();
        if self.to <= self.from.max(now) {
            errors.push(FieldError::new("to", "Enter a time that is still to come, and later than the beginning."));
        } else if self.to.saturating_sub(self.from) > LONGEST {
            errors.push(FieldError::new("to", "A silence lasts at most 90 days."));
        }
        if self.reason.trim().is_empty() || self.reason.len() > MAX_TEXT {
            errors.push(FieldError::new("reason", format!("Enter the reason in 1 to {MAX_TEXT} characters.")));
        }
        errors
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::HOUR;

    fn plane() -> Subject {
        Subject::new(SubjectKind::Api, Some(Environment::Prod), "travel/plane")
    }

    #[test]
    fn what_is_absent_is_any() {
        let matches = |matcher: &Matcher| matcher.matches("errors", &plane());
        assert!(matches(&Matcher::default()));
        for (matcher, wanted) in [
            (Matcher { rule: Some("errors".into()), ..Matcher::default() }, true),
            (Matcher { rule: Some("latency".into()), ..Matcher::default() }, false),
            (Matcher { path: Some("travel/plane".into()), ..Matcher::default() }, true),
            (Matcher { path: Some("travel/planes".into()), ..Matcher::default() }, false),
            (Matcher { environment: Some(Environment::Test), ..Matcher::default() }, false),
            (Matcher { kind: Some(SubjectKind::Dataset), ..Matcher::default() }, false),
        ] {
            assert_eq!(matches(&matcher), wanted, "{matcher:?}");
        }
    }

    #[test]
    fn a_silence_lasts_from_its_beginning_to_before_its_end() {
        let silence = Silence { matcher: Matcher::default(), from: HOUR, to: 2 * HOUR, by: "ann@demo".into(), reason: "move".into() };
        let at = [HOUR - 1, HOUR, 2 * HOUR - 1, 2 * HOUR];
        assert_eq!(at.map(|at| silence.mutes("errors", &plane(), at)), [false, true, true, false]);
        assert!(silence.errors(0).is_empty());
        let fields = |silence: &Silence, now| silence.errors(now).into_iter().map(|error| error.field).collect::<Vec<_>>();
        assert_eq!(fields(&silence, 2 * HOUR), ["to"], "it is over");
        assert_eq!(fields(&Silence { to: HOUR, ..silence.clone() }, 0), ["to"]);
        assert_eq!(fields(&Silence { to: 91 * DAY, ..silence.clone() }, 0), ["to"]);
        assert_eq!(fields(&Silence { reason: " ".into(), ..silence }, 0), ["reason"]);
    }
}
