//! A definition that need not be live, made ready for one call of the gateway's own stack.

use model::snapshot::{Environment, SnapshotApi, SnapshotDataset, SnapshotSource};
use model::{ApiSpec, Problem};

use super::{Beside, CheckInput};
use crate::Control;
use crate::ports::TryCallRequest;

/// What a definition is called as, and with what beside it.
pub(crate) struct Trial {
    api: SnapshotApi,
    source: Option<SnapshotSource>,
    dataset: Option<SnapshotDataset>,
}

impl Trial {
    /// One call of it, with parameters as they would stand in a query.
    pub(crate) fn call(&self, parameters: Vec<(String, String)>) -> TryCallRequest {
        TryCallRequest {
            api: self.api.clone(),
            source: self.source.clone(),
            dataset: self.dataset.clone(),
            parameters,
            caller: String::new(),
            request_id: String::new(),
        }
    }
}

impl Control {
    /// A checked definition under the numbers that it would be released with.
    pub(crate) async fn trial_of(&self, input: &CheckInput<'_>, spec: &ApiSpec) -> Result<Trial, Problem> {
        let Beside { domain, environment, .. } = input.beside;
        let mut numbered = spec.clone();
        self.give_numbers(domain, input.name, &mut numbered).await?;
        let source = input.source.map(|source| source.snapshot.clone());
        self.trial(("", 0), (domain, input.name), environment, numbered, source).await
    }

    /// A definition as it is, under an API's id and a version's number, which count what it uses.
    pub(crate) async fn trial(
        &self,
        (id, version): (&str, i64),
        (domain, name): (&str, &str),
        environment: Environment,
        spec: ApiSpec,
        source: Option<SnapshotSource>,
    ) -> Result<Trial, Problem> {
        let dataset = match spec.serve_from.dataset() {
            Some(dataset) => self.live_dataset(domain, dataset, environment).await?,
            None => None,
        };
        let api = SnapshotApi {
            id: id.into(),
            domain: domain.into(),
            name: name.into(),
            environment,
            version,
            live: false,
            switches: Default::default(),
            spec,
        };
        Ok(Trial { api, source, dataset })
    }
}
