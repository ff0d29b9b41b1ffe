//! What rules, objectives and silences can be about, as lists to choose from.

use model::snapshot::Priority;
use model::view::SubjectKind;
use model::{Action, Problem};
use observe::SeriesKind;

use crate::{Caller, Control};

/// Lists have so many of each kind; the paths of others are typed.
const MOST: usize = 1_000;

impl Control {
    /// The objects of domains that rules can watch, by kind and path. Nodes are among them for admins alone.
    ///
    /// # Errors
    /// For a domain that the caller may not see.
    pub async fn alert_objects(&self, caller: &Caller, domains: &[String]) -> Result<Vec<(SubjectKind, String)>, Problem> {
        for domain in domains {
            caller.authorise(Action::See, domain)?;
        }
        let path = |domain: String, name: String| domains.contains(&domain).then(|| format!("{domain}/{name}"));
        let mut all = Vec::new();
        let mut add = |kind: SubjectKind, paths: Vec<String>| all.extend(paths.into_iter().take(MOST).map(|path| (kind, path)));
        add(SubjectKind::Domain, domains.to_vec());
        add(SubjectKind::Api, self.store.apis().await?.into_iter().filter_map(|row| path(row.domain, row.name)).collect());
        add(SubjectKind::App, self.store.apps().await?.into_iter().filter_map(|row| path(row.domain, row.name)).collect());
        let datasets: Vec<String> = self.store.datasets().await?.into_iter().filter_map(|row| path(row.domain, row.name)).collect();
        add(SubjectKind::Dataset, datasets.clone());
        add(SubjectKind::Job, datasets);
        let sources = self.store.sources().await?.into_iter().filter(|row| domains.contains(&row.domain));
        add(SubjectKind::Source, sources.map(|row| row.name).collect());
        let compartments = domains.iter().flat_map(|domain| Priority::ALL.map(|priority| format!("{domain}/{}", priority.key())));
        add(SubjectKind::Compartment, compartments.collect());
        if caller.can(Action::Administer, "") {
            let nodes = self.figures.known(SeriesKind::Node).await?;
            add(SubjectKind::Node, nodes.into_iter().map(|(series, _)| series.object).collect());
        }
        Ok(all)
    }
}
