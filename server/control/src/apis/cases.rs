//! Kept cases: calls whose answers must stay what they are. They run at each check, and once more before a release.

use model::snapshot::SnapshotApi;
use model::spec::Case;
use model::view::{CaseResult, TryAnswer};
use model::{ApiSpec, ErrorCode, Problem};
use sha2::{Digest, Sha256};

use super::CheckInput;
use crate::Control;
use crate::ports::TryCallRequest;

/// The hash by which an answer is known again.
pub(crate) fn hash_of(answer: &TryAnswer) -> String {
    Sha256::digest(answer.body.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Control {
    /// Calls each case of a definition, numbered as it would be released.
    pub(crate) async fn run_cases(&self, input: &CheckInput<'_>, spec: &ApiSpec) -> Result<Vec<CaseResult>, Problem> {
        let mut results = Vec::with_capacity(spec.cases.len());
        if spec.cases.is_empty() {
            return Ok(results);
        }
        let beside = &input.beside;
        let mut numbered = spec.clone();
        self.give_numbers(beside.domain, input.name, &mut numbered).await?;
        let dataset = match spec.serve_from.dataset() {
            Some(dataset) => self.live_dataset(beside.domain, dataset, beside.environment).await?,
            None => None,
        };
        let api = SnapshotApi {
            id: String::new(),
            domain: beside.domain.into(),
            name: input.name.into(),
            environment: beside.environment,
            version: 0,
            live: false,
            switches: Default::default(),
            spec: numbered,
        };
        for case in &spec.cases {
            let call = TryCallRequest {
                api: api.clone(),
                source: input.source.map(|source| source.snapshot.clone()),
                dataset: dataset.clone(),
                parameters: case.parameters.clone().into_iter().collect(),
                caller: String::new(),
                request_id: String::new(),
            };
            results.push(compared(case, &self.ports.try_call.try_call(call).await));
        }
        Ok(results)
    }

    /// # Errors
    /// Where a case of a version that is about to be released gives something else.
    pub(crate) async fn refuse_failed_cases(&self, input: &CheckInput<'_>) -> Result<(), Problem> {
        let results = self.run_cases(input, input.spec).await?;
        match results.iter().find(|result| !result.passed) {
            None => Ok(()),
            Some(failed) => {
                let detail = format!("Case {} fails now: {} Reject it, or have the case kept anew.", failed.name, failed.message);
                Err(Problem::new(ErrorCode::Conflict, detail))
            }
        }
    }
}

fn compared(case: &Case, answer: &TryAnswer) -> CaseResult {
    let message = if answer.status != case.status {
        format!("It answers {}, and was kept with {}.", answer.status, case.status)
    } else if case.sha256.as_ref().is_some_and(|known| *known != hash_of(answer)) {
        "Its answer is another one.".to_owned()
    } else {
        String::new()
    };
    CaseResult { name: case.name.clone(), passed: message.is_empty(), message }
}
