//! Rules to begin with, by how much an object matters.

use serde::{Deserialize, Serialize};

use super::policy::NotificationPolicy;
use super::rule::{AlertRule, NoData, Operator};
use super::selector::Selector;
use crate::load_limits::Tier;
use crate::snapshot::Environment;
use crate::view::{Metric, SubjectKind};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TemplateKind {
    /// Too many requests to an API fail.
    Errors,
    /// Requests to an API take too long.
    Latency,
    /// The rows of a dataset are too old.
    Freshness,
}

/// `errors-p0`: a rule for objects of a tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    pub kind: TemplateKind,
    pub tier: Tier,
}

/// What differs between tiers.
struct Terms {
    /// Percent.
    errors: u32,
    p95_ms: u32,
    age_hours: u32,
    window: u32,
    hold: u32,
    repeat: Option<u32>,
}

fn terms(tier: Tier) -> Terms {
    match tier {
        Tier::P0 => Terms { errors: 1, p95_ms: 500, age_hours: 1, window: 5, hold: 2, repeat: Some(60) },
        Tier::P1 => Terms { errors: 2, p95_ms: 1_000, age_hours: 6, window: 5, hold: 5, repeat: Some(240) },
        Tier::P2 => Terms { errors: 5, p95_ms: 2_000, age_hours: 24, window: 15, hold: 10, repeat: Some(1_440) },
        Tier::P3 => Terms { errors: 10, p95_ms: 5_000, age_hours: 72, window: 60, hold: 15, repeat: None },
    }
}

impl TemplateKind {
    pub const ALL: [TemplateKind; 3] = [Self::Errors, Self::Latency, Self::Freshness];

    fn key(self) -> &'static str {
        match self {
            Self::Errors => "errors",
            Self::Latency => "latency",
            Self::Freshness => "freshness",
        }
    }
}

impl Template {
    #[must_use]
    pub fn all() -> Vec<Self> {
        TemplateKind::ALL.into_iter().flat_map(|kind| Tier::ALL.into_iter().map(move |tier| Self { kind, tier })).collect()
    }

    /// `errors-p0`
    #[must_use]
    pub fn name(self) -> String {
        format!("{}-{}", self.kind.key(), self.tier.key().to_lowercase())
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().into_iter().find(|template| template.name() == name)
    }

    /// A rule for one object, or for all of the kind in the domain.
    #[must_use]
    pub fn rule(self, path: Option<String>, receivers: Vec<String>) -> AlertRule {
        let terms = terms(self.tier);
        let (kind, environment, metric, threshold, min_events) = match self.kind {
            TemplateKind::Errors => (SubjectKind::Api, Some(Environment::Prod), Metric::ErrorShare, f64::from(terms.errors) / 100.0, 5),
            TemplateKind::Latency => (SubjectKind::Api, Some(Environment::Prod), Metric::LatencyP95, f64::from(terms.p95_ms), 20),
            TemplateKind::Freshness => (SubjectKind::Dataset, None, Metric::Freshness, f64::from(terms.age_hours) * 3_600.0, 0),
        };
        AlertRule {
            watch: Selector { kind, environment, path },
            metric,
            operator: Operator::Above,
            threshold,
            window_minutes: terms.window,
            for_minutes: terms.hold,
            keep_minutes: terms.hold.max(5),
            min_events,
            no_data: NoData::Keep,
            notify: NotificationPolicy { receivers, repeat_minutes: terms.repeat, skip_resolved: false },
            template: self.name(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_makes_a_rule_that_can_be_saved() {
        for template in Template::all() {
            assert_eq!(Template::from_name(&template.name()), Some(template));
            let rule = template.rule(None, vec!["team".into()]);
            assert!(rule.errors("travel").is_empty(), "{}: {:?}", template.name(), rule.errors("travel"));
            let path = Some("travel/plane".to_owned());
            assert!(template.rule(path, Vec::new()).errors("travel").is_empty());
        }
        assert_eq!(Template::from_name("errors-p9"), None);
    }

    #[test]
    fn what_matters_more_is_told_sooner() {
        for kind in TemplateKind::ALL {
            let rules = Tier::ALL.map(|tier| Template { kind, tier }.rule(None, Vec::new()));
            for pair in rules.windows(2) {
                assert!(pair[0].threshold < pair[1].threshold);
                assert!(pair[0].window_minutes + pair[0].for_minutes < pair[1].window_minutes + pair[1].for_minutes);
            }
        }
    }
}
