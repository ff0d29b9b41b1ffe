//! The test console: a draft or a version, run with real data through the gateway's own stack.

use model::ready_calls::{ANY_KEY, Place, ready_calls};
use model::snapshot::Environment;
use model::view::TryAnswer;
use model::{Action, ErrorCode, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::apis::{Beside, CheckInput, hash_of};
use crate::failure::api_spec;
use crate::ports::TryCallRequest;
use crate::{Caller, Control};

/// A call of the console.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TryRequest {
    /// A version's number; absent for the draft.
    #[serde(default)]
    pub version: Option<i64>,
    pub environment: Environment,
    /// As they would stand in a query; several of one name make a list.
    pub parameters: Vec<(String, String)>,
}

impl Control {
    /// Runs a draft (for builders) or a version (for everybody who may see it).
    ///
    /// # Errors
    /// A draft that does not pass its check; what the call itself answers is in the answer.
    pub async fn try_api(&self, caller: &Caller, domain: &str, name: &str, request: &TryRequest) -> Result<TryAnswer, Problem> {
        let api = self.visible_api(caller, domain, name).await?;
        let (spec, version) = match request.version {
            Some(number) => {
                caller.authorise(Action::TryLive, domain)?;
                let versions = self.store.versions_of(&api.id).await?;
                let row = versions.into_iter().find(|version| version.number == number);
                let row = row.ok_or_else(|| Problem::not_found(format!("version {number}")))?;
                if row.state != "approved" {
                    caller.authorise(Action::ReadSample, domain)?;
                }
                (api_spec(&api, &row)?, number)
            }
            None => (self.draft(caller, domain, name).await?.spec, 0),
        };
        let source = self.source_of(domain, &spec, request.environment).await?;
        let spec = if request.version.is_none() {
            caller.authorise(Action::ReadSample, domain)?;
            let beside = Beside { domain, environment: request.environment, planned: &[] };
            let (report, mut spec) = self.check_on(&CheckInput { name, spec: &spec, source: source.as_ref(), beside }).await?;
            if !report.errors.is_empty() {
                return Err(Problem::fields(report.errors));
            }
            self.give_numbers(domain, name, &mut spec).await?;
            spec
        } else {
            spec
        };
        let shown = spec.clone();
        let source = source.map(|source| source.snapshot);
        let trial = self.trial((&api.id, version), (domain, name), request.environment, spec, source).await?;
        let call = TryCallRequest {
            caller: caller.email().into(),
            request_id: caller.request_id().into(),
            ..trial.call(request.parameters.clone())
        };
        let mut answer = self.ports.try_call.try_call(call).await;
        let place = Place { http: &self.settings.public_url, grpc: &self.settings.grpc_addr, domain, name, key: ANY_KEY };
        answer.sha256 = hash_of(&answer);
        answer.calls = ready_calls(place, &shown, &request.parameters);
        if answer.status == ErrorCode::Internal.status() {
            tracing::error!(api = format!("{domain}/{name}"), "the test console could not run a request");
        }
        Ok(answer)
    }
}
