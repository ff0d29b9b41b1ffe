//! Why an API is slow or failing, in sentences.

use serde::{Deserialize, Serialize};

use super::{ChartQuery, Metric, Subject};
use crate::clock::Millis;

/// What a finding says is the reason. Of two that explain the same number of requests, the earlier one is told first: causes stand
/// before what they lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// Errors or latency changed with a release.
    Release,
    /// A rate limit refuses requests.
    LimitHit,
    /// All slots of the source are in use.
    QueueFull,
    /// Requests fail because of the source, or of the store of the dataset.
    SourceErrors,
    /// The source takes longer than before.
    SourceSlow,
    /// The response cache was emptied.
    CacheCold,
    /// One node does worse than the others.
    OneNode,
    /// The gateway itself is late.
    GatewayBusy,
    /// Requests fail for a reason that the figures do not say.
    OtherErrors,
    /// Nobody calls the API.
    NoTraffic,
}

impl FindingKind {
    pub const ALL: [FindingKind; 10] = [
        Self::Release,
        Self::LimitHit,
        Self::QueueFull,
        Self::SourceErrors,
        Self::SourceSlow,
        Self::CacheCold,
        Self::OneNode,
        Self::GatewayBusy,
        Self::OtherErrors,
        Self::NoTraffic,
    ];

    /// As the documentation and `/admin/v1` name it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::LimitHit => "limit-hit",
            Self::QueueFull => "queue-full",
            Self::SourceErrors => "source-errors",
            Self::SourceSlow => "source-slow",
            Self::CacheCold => "cache-cold",
            Self::OneNode => "one-node",
            Self::GatewayBusy => "gateway-busy",
            Self::OtherErrors => "other-errors",
            Self::NoTraffic => "no-traffic",
        }
    }
}

/// The figures that a finding rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Evidence {
    pub subject: Subject,
    pub metrics: Vec<Metric>,
    pub from: Millis,
    pub to: Millis,
}

impl Evidence {
    /// Asks for its chart.
    #[must_use]
    pub fn query(&self, step: Option<Millis>, zone: &str) -> ChartQuery {
        ChartQuery {
            subject: self.subject.clone(),
            metrics: self.metrics.clone(),
            from: self.from,
            to: self.to,
            step,
            compare: None,
            zone: zone.to_owned(),
            by_code: false,
        }
    }
}

/// Which rate limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum LimitOf {
    /// Of the grant of an app, by its path.
    App(String),
    Api,
    /// Of a priority of a domain, such as `travel/medium`.
    Compartment(String),
}

/// What helps against a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum DiagnosisAct {
    /// Make the version before live again.
    RollBack {
        version: i64,
    },
    RaiseLimit {
        limit: LimitOf,
    },
    /// A job reads the source at the same time.
    PauseJob {
        dataset: String,
    },
    /// Build the dataset again.
    RetryBuild {
        dataset: String,
    },
    OpenSource {
        source: String,
    },
    OpenNode {
        node: String,
    },
    /// The failed requests say more.
    OpenRequests,
    /// The apps that may call the API.
    OpenAccess,
    /// Nodes are looked after by an admin.
    AskAdmin,
    /// It passes by itself.
    Wait,
}

impl DiagnosisAct {
    /// What to do, as a button or a sentence says it.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::RollBack { version } => format!("Roll back to v{version}"),
            Self::RaiseLimit { limit: LimitOf::App(app) } => format!("Raise the limit of {app}"),
            Self::RaiseLimit { limit: LimitOf::Api } => "Raise the limit of the API".to_owned(),
            Self::RaiseLimit { limit: LimitOf::Compartment(path) } => format!("Raise the limit of the compartment {path}"),
            Self::PauseJob { dataset } => format!("Pause the job of {dataset}"),
            Self::RetryBuild { dataset } => format!("Build {dataset} again"),
            Self::OpenSource { source } => format!("Open source {source}"),
            Self::OpenNode { node } => format!("Open node {node}"),
            Self::OpenRequests => "Open failed requests".to_owned(),
            Self::OpenAccess => "Open the apps with access".to_owned(),
            Self::AskAdmin => "Ask an admin to look at the nodes.".to_owned(),
            Self::Wait => "Nothing to do: this passes by itself.".to_owned(),
        }
    }

    /// The page of the portal where it is done, for an API by its path; nothing where there is nothing to open.
    #[must_use]
    pub fn link(&self, api: &str) -> Option<String> {
        Some(match self {
            Self::RollBack { .. } => format!("/apis/{api}/versions"),
            Self::RaiseLimit { limit: LimitOf::App(_) } | Self::OpenAccess => format!("/apis/{api}/access"),
            Self::RaiseLimit { limit: LimitOf::Api } => format!("/apis/{api}/traffic"),
            Self::RaiseLimit { limit: LimitOf::Compartment(path) } => format!("/domains/{}", path.split('/').next().unwrap_or_default()),
            Self::PauseJob { dataset } | Self::RetryBuild { dataset } => format!("/datasets/{dataset}"),
            Self::OpenSource { source } => format!("/sources/{source}"),
            Self::OpenNode { node } => format!("/monitoring/node/{node}"),
            Self::OpenRequests => format!("/monitoring/requests?api={api}&code=failed"),
            Self::AskAdmin | Self::Wait => return None,
        })
    }
}

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    pub kind: FindingKind,
    /// One or two sentences with numbers.
    pub text: String,
    /// The first time within the range in which it was so.
    pub since: Millis,
    pub evidence: Evidence,
    pub act: DiagnosisAct,
    /// What the act is, as a button says it.
    pub act_text: String,
    /// The page of the portal where the act is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// Why an API is slow or failing in a time, worst first. Without findings, nothing stands out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Diagnosis {
    pub subject: Subject,
    pub from: Millis,
    pub to: Millis,
    /// Where the time begins that it is compared with; that ends at `from`.
    pub compared_from: Millis,
    /// The whole in one sentence.
    pub summary: String,
    /// What was looked at, with its numbers.
    pub looked_at: Vec<String>,
    pub findings: Vec<Finding>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_act_leads_to_the_page_where_it_is_done() {
        let app = || "travel/website".to_owned();
        let limits = [LimitOf::App(app()), LimitOf::Api, LimitOf::Compartment("travel/medium".into())];
        let links = limits.map(|limit| DiagnosisAct::RaiseLimit { limit }.link("travel/plane").unwrap());
        assert_eq!(links, ["/apis/travel/plane/access", "/apis/travel/plane/traffic", "/domains/travel"]);
        assert_eq!(DiagnosisAct::Wait.link("travel/plane"), None);
        let roll_back = serde_json::to_string(&DiagnosisAct::RollBack { version: 3 }).unwrap();
        assert_eq!(roll_back, r#"{"do":"roll-back","version":3}"#);
        let raise = DiagnosisAct::RaiseLimit { limit: LimitOf::App(app()) };
        assert_eq!(serde_json::to_string(&raise).unwrap(), r#"{"do":"raise-limit","limit":{"app":"travel/website"}}"#);
    }

    #[test]
    fn each_kind_has_a_word_of_its_own() {
        for kind in FindingKind::ALL {
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{}\"", kind.key()));
        }
    }
}
