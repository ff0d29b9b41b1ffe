//! What the control plane declares as its ports, bound to the gateway and to the network.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use connect::egress::{self, Peer};
use control::ports::{ApiLapse, AskNodes, Fetch, Outage, ReadFigures, ReadSamples, SubjectSamples, TryCall, TryCallRequest, WatchFigures};
use gateway::metrics::Lapse;
use gateway::{Gateway, TrialRequest};
use model::alert::{AlertRule, Objective, Outcomes};
use model::view::{CallFigures, LapseKind, TryAnswer};
use model::{ErrorCode, Problem};
use request_log::{Found, Search};
use sync::{AlertFigures, Host, PastWeek};

use crate::figures::Unwritten;
use crate::host::Machine;
use crate::nodes::{self, NodeClient, body_within};

const FETCH_TIMEOUT: Duration = Duration::from_secs(5);

/// Trials run in this process's gateway.
pub(crate) struct GatewayTrials(pub(crate) Gateway);

#[async_trait]
impl TryCall for GatewayTrials {
    async fn try_call(&self, request: TryCallRequest) -> TryAnswer {
        let TryCallRequest { api, source, dataset, parameters, caller, request_id } = request;
        self.0.trial(TrialRequest { api, source, dataset, parameters, caller, request_id }).await
    }
}

/// Figures are those of this process's gateway.
pub(crate) struct GatewayFigures(pub(crate) Gateway);

impl ReadFigures for GatewayFigures {
    fn of_api(&self, path: &str) -> Vec<CallFigures> {
        let all = self.0.figures_of(path);
        all.into_iter()
            .map(|of| {
                let limited = |(code, _): &&(ErrorCode, u64)| *code == ErrorCode::TooManyRequests;
                let failed = of.figures.failed();
                let calls = of.figures.ok + failed;
                let [l1, l2, miss, stale] = of.figures.cache;
                CallFigures {
                    environment: of.environment,
                    answered: of.figures.ok,
                    degraded: of.figures.degraded,
                    failed,
                    limited: of.figures.errors.iter().find(limited).map_or(0, |(_, calls)| *calls),
                    mean_us: of.figures.latencies.sum().checked_div(calls).unwrap_or(0),
                    l1,
                    l2,
                    stale,
                    miss,
                }
            })
            .collect()
    }

    fn lapses(&self, within: Duration) -> Vec<ApiLapse> {
        let all = self.0.lapses(within);
        let of = |kind: LapseKind, api: &str, environment, lapse: Lapse| ApiLapse {
            api: api.to_owned(),
            lapse: model::view::Lapse {
                kind,
                environment,
                ago: i64::try_from(lapse.ago.as_millis()).unwrap_or(i64::MAX),
                code: lapse.code,
                answered_since: lapse.answered_since,
            },
        };
        all.into_iter()
            .flat_map(|found| {
                let failed = found.failed.map(|lapse| of(LapseKind::Failed, &found.api, found.environment, lapse));
                failed.into_iter().chain(found.stood_in.map(|lapse| of(LapseKind::Degraded, &found.api, found.environment, lapse)))
            })
            .collect()
    }
}

/// Samples are read as the evaluator reads them.
pub(crate) struct StoredSamples(pub(crate) AlertFigures);

#[async_trait]
impl ReadSamples for StoredSamples {
    async fn past_week(&self, domain: &str, rule: &AlertRule, most: usize) -> Result<Vec<SubjectSamples>, Problem> {
        let weeks = self.0.past_week(domain, rule, (Host::now(&Machine), most)).await?;
        Ok(weeks.into_iter().map(|PastWeek { subject, samples }| SubjectSamples { subject, samples }).collect())
    }

    async fn over_period(&self, objective: &Objective) -> Result<Outcomes, Problem> {
        Ok(self.0.over_period(objective, Host::now(&Machine)).await?)
    }

    async fn over_windows(&self, objective: &Objective) -> Result<Vec<(Outcomes, Outcomes)>, Problem> {
        Ok(self.0.over_windows(objective, Host::now(&Machine)).await?)
    }
}

/// The figures that this process writes.
pub(crate) struct OwnFigures {
    /// As it reports itself.
    pub(crate) node: String,
    pub(crate) unwritten: Arc<Unwritten>,
}

impl WatchFigures for OwnFigures {
    fn node(&self) -> &str {
        &self.node
    }

    fn outage(&self) -> Option<Outage> {
        self.unwritten.outage()
    }
}

/// Other nodes are asked at the addresses that they report.
#[async_trait]
impl AskNodes for NodeClient {
    async fn search_request_log(&self, node: &str, search: &Search) -> Result<Found, String> {
        self.ask(node, nodes::SEARCH, search).await
    }
}

/// Fetches over HTTP from where sources may be dialled, without following redirects: an address says where it leads.
pub(crate) struct Http(reqwest::Client);

impl Http {
    /// # Errors
    /// Where the TLS roots cannot be set up.
    pub(crate) fn new() -> Result<Self, String> {
        egress::client(Peer::Service).timeout(FETCH_TIMEOUT).build().map(Self).map_err(|error| error.to_string())
    }
}

#[async_trait]
impl Fetch for Http {
    async fn fetch(&self, url: &str, most: usize) -> Result<String, String> {
        // The address may hold a secret, and is left out of what is logged.
        let cause = |error: reqwest::Error| egress::refusal(&error).map_or_else(|| error.without_url().to_string(), |said| said.sentence);
        let url = reqwest::Url::parse(url).map_err(|error| error.to_string())?;
        egress::check(&url, Peer::Service).map_err(|said| said.sentence)?;
        let response = self.0.get(url).send().await.map_err(cause)?.error_for_status().map_err(cause)?;
        String::from_utf8(body_within(response, most).await?).map_err(|error| error.to_string())
    }
}
