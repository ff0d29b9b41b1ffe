//! What a page of monitoring shows, as its address says it: so that a link shares the view, and all works without a script.

use leptos_router::params::ParamsMap;
use model::redirect::query_value;
use serde::{Deserialize, Serialize};

/// The range that is shown where the address names none.
pub(super) const RANGE: &str = "1h";
/// The ranges to choose from, as the address names them.
pub(super) const RANGES: [&str; 6] = ["15m", "1h", "6h", "24h", "7d", "30d"];
/// The environment that is shown where the address names none.
pub(super) const ENVIRONMENT: &str = "prod";

/// The query of the address. Empty where nothing was chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub domain: String,
    pub environment: String,
    pub range: String,
    /// In milliseconds, with `to`: a time that was zoomed into.
    pub from: String,
    pub to: String,
    pub compare: String,
    /// `log` for latencies.
    pub scale: String,
    /// The list that is shown of the APIs.
    pub top: String,
}

impl Asked {
    pub(super) fn of(query: &ParamsMap) -> Self {
        let text = |name: &str| query.get(name).unwrap_or_default();
        Self {
            domain: text("domain"),
            environment: text("environment"),
            range: text("range"),
            from: text("from"),
            to: text("to"),
            compare: text("compare"),
            scale: text("scale"),
            top: text("top"),
        }
    }

    /// Its parts, as the address names them.
    pub(super) fn pairs(&self) -> [(&'static str, &str); 8] {
        [
            ("domain", &self.domain),
            ("environment", &self.environment),
            ("range", &self.range),
            ("from", &self.from),
            ("to", &self.to),
            ("compare", &self.compare),
            ("scale", &self.scale),
            ("top", &self.top),
        ]
    }

    /// The address of the same page with this.
    pub(super) fn link(&self, path: &str) -> String {
        let chosen = self.pairs().into_iter().filter(|(_, value)| !value.is_empty());
        let query: Vec<String> = chosen.map(|(name, value)| format!("{name}={}", query_value(value))).collect();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
    }

    pub(super) fn in_environment(&self, environment: &str) -> Self {
        Self { environment: environment.to_owned(), ..self.clone() }
    }

    /// A range up to now, in place of what was zoomed into.
    pub(super) fn in_range(&self, range: &str) -> Self {
        Self { range: range.to_owned(), from: String::new(), to: String::new(), ..self.clone() }
    }

    pub(super) fn comparing(&self, compare: &str) -> Self {
        Self { compare: compare.to_owned(), ..self.clone() }
    }

    pub(super) fn on_scale(&self, scale: &str) -> Self {
        Self { scale: scale.to_owned(), ..self.clone() }
    }

    /// The range that is shown; nothing where a time was zoomed into.
    pub(super) fn shown_range(&self) -> Option<&str> {
        match (self.from.as_str(), self.range.as_str()) {
            ("", "") => Some(RANGE),
            ("", range) => Some(range),
            _ => None,
        }
    }

    pub(super) fn shown_environment(&self) -> &str {
        if self.environment.is_empty() { ENVIRONMENT } else { &self.environment }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_shown() {
        let asked = Asked { domain: "travel".into(), range: "6h".into(), from: "5".into(), to: "9".into(), ..Asked::default() };
        assert_eq!(asked.link("/monitoring"), "/monitoring?domain=travel&range=6h&from=5&to=9");
        assert_eq!(asked.in_range("1h").link("/monitoring"), "/monitoring?domain=travel&range=1h");
        assert_eq!((asked.shown_range(), asked.in_range("7d").shown_range()), (None, Some("7d")));
        assert_eq!((Asked::default().shown_range(), Asked::default().shown_environment()), (Some("1h"), "prod"));
        assert_eq!(Asked::default().link("/monitoring"), "/monitoring");
        assert!(!Asked { domain: "a&b=c\"".into(), ..Asked::default() }.link("/m").contains("a&b=c"));
    }
}
