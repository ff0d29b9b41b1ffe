//! What a Union of a domain may call: the APIs that are live there, with what they take and give.

use std::collections::BTreeMap;

use model::snapshot::Environment;
use model::spec::ApiKind;
use model::view::{Callable, CheckReport};
use model::{Action, Problem};

use crate::failure::{api_spec, evidence};
use crate::{Caller, Control};

impl Control {
    /// What the Union of this name may call; nothing for an API of another kind.
    ///
    /// # Errors
    /// For those who may change APIs.
    pub async fn callable(&self, caller: &Caller, domain: &str, name: &str, environment: Environment) -> Result<Vec<Callable>, Problem> {
        let api = self.visible_api(caller, domain, name).await?;
        caller.authorise(Action::EditApi, domain)?;
        if api.kind != ApiKind::Union.key() {
            return Ok(Vec::new());
        }
        let inventory = self.inventory().await?;
        let may_see = caller.can(Action::ReadSample, domain);
        let mut found = Vec::new();
        for other in inventory.apis.iter().filter(|other| other.domain == domain && other.name != name) {
            let Some(version) = inventory.live(&other.id, environment) else { continue };
            let spec = api_spec(other, version)?;
            let evidence = evidence(other, version)?;
            found.push(Callable {
                name: other.name.clone(),
                kind: spec.kind(),
                list: spec.gives_list(),
                sample: if may_see { first_row(&evidence) } else { BTreeMap::new() },
                title: spec.title,
                parameters: spec.parameters,
                fields: spec.fields,
            });
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }
}

/// The first row that its check saw, as short texts.
fn first_row(evidence: &CheckReport) -> BTreeMap<String, String> {
    let Some(row) = evidence.sample.rows.first() else { return BTreeMap::new() };
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => text.chars().take(30).collect(),
        other => other.to_string().chars().take(30).collect::<String>(),
    };
    evidence.sample.columns.iter().zip(row).map(|(column, value)| (column.name.clone(), text(value))).collect()
}
