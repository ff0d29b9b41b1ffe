//! The lists that forms of alerts are filled from: what the reader may see of what there is.

use std::collections::BTreeMap;

use control::{Caller, Control};
use model::Problem;
use model::view::SubjectKind;

use super::frame::kinds;

/// The objects of domains by their paths, each with what it is: a dataset and its job have the same one. Of some kinds, or of all.
pub(super) async fn objects(
    control: &Control,
    caller: &Caller,
    domains: &[String],
    of: &[SubjectKind],
) -> Result<Vec<(String, String)>, Problem> {
    let names: BTreeMap<String, String> = kinds(true).into_iter().collect();
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (kind, path) in control.alert_objects(caller, domains).await? {
        if of.is_empty() || of.contains(&kind) {
            all.entry(path).or_default().extend(names.get(kind.key()).cloned());
        }
    }
    Ok(all.into_iter().map(|(path, kinds)| (path, kinds.join(", "))).collect())
}

/// The receivers of domains, by their paths.
pub(super) async fn receivers(control: &Control, caller: &Caller, domains: &[String]) -> Result<Vec<String>, Problem> {
    let all = control.receivers(caller).await?.into_iter().filter(|receiver| domains.contains(&receiver.domain));
    Ok(all.map(|receiver| format!("{}/{}", receiver.domain, receiver.name)).collect())
}

/// The rules and objectives of domains, by their names, each with where it is.
pub(super) async fn rules(control: &Control, caller: &Caller, domains: &[String]) -> Result<Vec<(String, String)>, Problem> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let rules = control.alert_rules(caller).await?.into_iter().map(|rule| (rule.domain, rule.name));
    let objectives = control.objective_names(caller).await?;
    for (domain, name) in rules.chain(objectives).filter(|(domain, _)| domains.contains(domain)) {
        let places = all.entry(name).or_default();
        if !places.contains(&domain) {
            places.push(domain);
        }
    }
    Ok(all.into_iter().map(|(name, domains)| (name, domains.join(", "))).collect())
}
