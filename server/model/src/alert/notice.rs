//! What a receiver is told: of one rule, all the alerts that changed together.

use serde::{Deserialize, Serialize};

use crate::clock::{Millis, rfc3339};

/// Alerts that a notice names; of more it has the number.
pub const MAX_NAMED: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum NoticeKind {
    Firing,
    /// Told again, because nobody has acknowledged it.
    StillFiring,
    Resolved,
    /// Somebody tries the receiver.
    Test,
}

impl NoticeKind {
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Firing => "Firing",
            Self::StillFiring => "Still firing",
            Self::Resolved => "Resolved",
            Self::Test => "Test",
        }
    }
}

/// One series of the rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NoticeAlert {
    /// `api:prod:travel/plane`
    pub subject: String,
    /// The last value that was known.
    pub value: Option<f64>,
    /// When it fired, or was resolved.
    pub since: Millis,
}

/// The body of a webhook, and what an e-mail is written from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Notice {
    pub kind: NoticeKind,
    pub domain: String,
    /// The rule or the objective.
    pub name: String,
    /// `error-share above 0.05 over 5 min`
    pub condition: String,
    pub at: Millis,
    pub alerts: Vec<NoticeAlert>,
    /// Alerts beyond those that are named.
    #[serde(default)]
    pub more: u64,
    /// The page of the alert; empty where the address of the portal is not known.
    #[serde(default)]
    pub link: String,
}

impl Notice {
    /// Of all alerts that changed; the first are named.
    #[must_use]
    pub fn new(kind: NoticeKind, (domain, name): (&str, &str), condition: &str, mut alerts: Vec<NoticeAlert>, at: Millis) -> Self {
        let more = alerts.len().saturating_sub(MAX_NAMED);
        alerts.truncate(MAX_NAMED);
        Self {
            kind,
            domain: domain.into(),
            name: name.into(),
            condition: condition.into(),
            at,
            alerts,
            more: more.try_into().unwrap_or(u64::MAX),
            link: String::new(),
        }
    }

    /// One line: `Firing: travel/errors (API travel/plane)`. Without line breaks, whatever names hold.
    #[must_use]
    pub fn title(&self) -> String {
        let count = self.alerts.len() as u64 + self.more;
        let what = match (self.alerts.as_slice(), count) {
            ([], _) => String::new(),
            ([one], 1) => format!(" ({})", one.subject),
            _ => format!(" ({count} alerts)"),
        };
        let title = format!("{}: {}/{}{what}", self.kind.words(), self.domain, self.name);
        title.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
    }

    /// Plain text of several lines.
    #[must_use]
    pub fn text(&self) -> String {
        let mut lines = vec![self.title(), String::new(), format!("Condition: {}", self.condition)];
        for alert in &self.alerts {
            let value = alert.value.map_or_else(|| "no data".to_owned(), |value| format!("{value:.4}"));
            lines.push(format!("- {}: {value}, since {}", alert.subject, rfc3339(alert.since)));
        }
        if self.more > 0 {
            lines.push(format!("- and {} more", self.more));
        }
        if !self.link.is_empty() {
            lines.extend([String::new(), self.link.clone()]);
        }
        lines.push(String::new());
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(subject: &str) -> NoticeAlert {
        NoticeAlert { subject: subject.into(), value: Some(0.25), since: 1_357_034_400_000 }
    }

    #[test]
    fn a_notice_reads_as_a_line_and_as_a_text() {
        let notice =
            Notice::new(NoticeKind::Firing, ("travel", "errors"), "error-share above 0.05", vec![alert("api:prod:travel/plane")], 0);
        assert_eq!(notice.title(), "Firing: travel/errors (api:prod:travel/plane)");
        assert!(notice.text().contains("- api:prod:travel/plane: 0.2500, since 2013-01-01T10:00:00Z"), "{}", notice.text());
        let many = Notice::new(NoticeKind::Resolved, ("travel", "errors"), "", vec![alert("a"); 23], 0);
        assert_eq!((many.title().as_str(), many.alerts.len(), many.more), ("Resolved: travel/errors (23 alerts)", 20, 3));
        assert!(many.text().contains("and 3 more"));
        let split = Notice::new(NoticeKind::Firing, ("travel", "errors"), "", vec![alert("a\r\nBcc: x@y")], 0);
        assert!(!split.title().contains(['\r', '\n']), "a title is a header of a mail");
    }
}
