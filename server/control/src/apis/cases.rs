//! Kept cases: calls whose answers must stay what they are. They run at each check, and once more before a release.

use model::spec::Case;
use model::view::{CaseResult, TryAnswer};
use model::{ApiSpec, ErrorCode, Problem};
use sha2::{Digest, Sha256};

use super::CheckInput;
use crate::Control;

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
        let trial = self.trial_of(input, spec).await?;
        for case in &spec.cases {
            let call = trial.call(case.parameters.clone().into_iter().collect());
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
                let detail =
                    format!("Test case {} fails: {} Reject the request, or save the test case again.", failed.name, failed.message);
                Err(Problem::new(ErrorCode::Conflict, detail))
            }
        }
    }
}

fn compared(case: &Case, answer: &TryAnswer) -> CaseResult {
    let message = if answer.status != case.status {
        format!("The status is {}, expected {}.", answer.status, case.status)
    } else if case.sha256.as_ref().is_some_and(|known| *known != hash_of(answer)) {
        "The response differs from the expected response.".to_owned()
    } else {
        String::new()
    };
    CaseResult { name: case.name.clone(), passed: message.is_empty(), message }
}
