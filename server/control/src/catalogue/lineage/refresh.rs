//! Brings the edges up to the definitions that are in force, where a change did not write them itself: those of definitions from before
//! there was lineage, those of columns that a build or a scan has found, and those of older rules.
//!
//! It is done when the program starts, and before each question about lineage. Both cost little: the audit log says what has changed since
//! the last time, and only that is looked at.

use std::collections::{BTreeSet, HashMap, HashSet};

use model::audit::{AuditAction, AuditRow};
use model::catalogue::AssetPath;
use model::{Action, ApiSpec, Problem};
use store::{ApiRow, AppRow, DatasetRow, ReleaseRow, Tx, VersionRow};

use super::apis::script_of;
use super::written::{self, MadeOf, stamp_of_apis, stamp_of_dataset, stamp_of_job, stamp_of_specs};
use crate::{Caller, Control};

/// With more changes than this at once, everything is compared.
const MANY_CHANGES: i64 = 200;
/// Definitions that one change writes: others who change the metadata wait so long.
const AT_ONCE: usize = 50;

/// What has edges of its own.
enum Definition {
    Api(ApiRow),
    Dataset(DatasetRow),
    Job(DatasetRow),
    App(AppRow),
    Gone(AssetPath),
}

/// What may have changed since the last time.
#[derive(Default)]
struct Changed {
    everything: bool,
    datasets: bool,
    apps: bool,
    apis: BTreeSet<String>,
    /// Sources whose columns may be others than before.
    scanned: BTreeSet<String>,
}

impl Control {
    /// Brings the edges up to the definitions, for the program itself at its start.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn refresh_lineage(&self, caller: &Caller) -> Result<(), Problem> {
        caller.authorise(Action::Administer, "")?;
        self.current_lineage().await
    }

    pub(super) async fn current_lineage(&self) -> Result<(), Problem> {
        let mut checked = self.lineage.0.lock().await;
        let revision = self.store.revision().await?;
        let changed = match *checked {
            Some(known) if known == revision => return Ok(()),
            Some(known) => {
                let rows = self.store.audit_since(known, MANY_CHANGES).await?;
                let mut changed = Changed { everything: rows.len() as i64 == MANY_CHANGES, ..Changed::default() };
                rows.iter().for_each(|row| changed.note(row));
                changed
            }
            None => Changed { everything: true, ..Changed::default() },
        };
        let stale = self.stale_definitions(&changed).await?;
        for part in stale.chunks(AT_ONCE) {
            let mut tx = self.write(&Caller::system()).await?;
            for definition in part {
                self.write_lineage_of(&mut tx, definition).await?;
            }
            self.commit(tx).await?;
        }
        *checked = Some(revision);
        Ok(())
    }

    async fn write_lineage_of(&self, tx: &mut Tx, definition: &Definition) -> Result<(), Problem> {
        match definition {
            Definition::Api(api) => written::write_api(tx, api).await,
            Definition::App(app) => written::write_app(tx, app).await,
            Definition::Gone(path) => written::remove(tx, path).await,
            Definition::Dataset(dataset) => written::write_dataset(tx, dataset, &dataset.definition()?).await,
            Definition::Job(dataset) => {
                let job = self.job_of(dataset).await?.definition(dataset)?;
                written::write_job(tx, dataset, &dataset.definition()?, &job).await
            }
        }
    }

    async fn stale_definitions(&self, changed: &Changed) -> Result<Vec<Definition>, Problem> {
        let known: HashMap<AssetPath, MadeOf> =
            self.store.lineage_definitions().await?.into_iter().map(|(path, made_of)| (path, MadeOf::read(&made_of))).collect();
        let mut stale = Stale { known, found: HashSet::new(), definitions: Vec::new() };
        if changed.everything || changed.datasets {
            self.add_stale_datasets(&mut stale).await?;
        }
        if changed.everything || changed.apps {
            self.add_stale_apps(&mut stale).await?;
        }
        if changed.everything || !changed.apis.is_empty() || !changed.scanned.is_empty() {
            self.add_stale_apis(&mut stale, changed).await?;
        }
        if changed.everything {
            let gone = stale.known.keys().filter(|path| !stale.found.contains(*path)).cloned();
            let gone: Vec<Definition> = gone.map(Definition::Gone).collect();
            stale.definitions.extend(gone);
        }
        Ok(stale.definitions)
    }

    async fn add_stale_datasets(&self, stale: &mut Stale) -> Result<(), Problem> {
        for dataset in self.store.datasets().await? {
            // One that cannot be read keeps the edges that it has: what it is made of is not known now.
            let Ok(spec) = dataset.definition() else {
                stale.found.insert(AssetPath::dataset(&dataset.domain, &dataset.name));
                stale.found.insert(AssetPath::job(&dataset.domain, &dataset.name));
                continue;
            };
            let path = AssetPath::dataset(&dataset.domain, &dataset.name);
            stale.compare(path, &stamp_of_dataset(&spec), Definition::Dataset(dataset.clone()));
            let job = match self.store.job_of(&dataset.id).await? {
                Some(job) => job.definition(&dataset).ok(),
                None => None,
            };
            if let Some(job) = job {
                let path = AssetPath::job(&dataset.domain, &dataset.name);
                stale.compare(path, &stamp_of_job(&spec, &job), Definition::Job(dataset));
            }
        }
        Ok(())
    }

    async fn add_stale_apps(&self, stale: &mut Stale) -> Result<(), Problem> {
        let apis = self.store.apis().await?;
        let names: HashMap<&str, &ApiRow> = apis.iter().map(|api| (api.id.as_str(), api)).collect();
        let grants = self.store.grants().await?;
        for app in self.store.apps().await? {
            let mut granted: Vec<(String, String)> = grants
                .iter()
                .filter(|grant| grant.app_id == app.id)
                .filter_map(|grant| names.get(grant.api_id.as_str()))
                .map(|api| (api.domain.clone(), api.name.clone()))
                .collect();
            granted.sort_unstable();
            stale.compare(AssetPath::app(&app.domain, &app.name), &stamp_of_apis(&granted), Definition::App(app));
        }
        Ok(())
    }

    async fn add_stale_apis(&self, stale: &mut Stale, changed: &Changed) -> Result<(), Problem> {
        let all = changed.everything || !changed.scanned.is_empty();
        let apis = self.store.apis().await?;
        let wanted: Vec<ApiRow> =
            apis.into_iter().filter(|api| all || changed.apis.contains(&format!("{}/{}", api.domain, api.name))).collect();
        let (versions, releases) = if all {
            (self.store.versions().await?, self.store.releases().await?)
        } else {
            let (mut versions, mut releases) = (Vec::new(), Vec::new());
            for api in &wanted {
                versions.extend(self.store.versions_of(&api.id).await?);
                releases.extend(self.store.releases_of(&api.id).await?);
            }
            (versions, releases)
        };
        let live = live_versions(&versions, &releases);
        for api in wanted {
            let path = AssetPath::api(&api.domain, &api.name);
            let specs = live.get(api.id.as_str()).map(Vec::as_slice).unwrap_or_default();
            if specs.is_empty() {
                stale.gone(path);
                continue;
            }
            let is_scanned = |spec: &&str| {
                let script = ApiSpec::read_stored(spec).ok().filter(|spec| script_of(spec).is_some());
                script.is_some_and(|spec| changed.scanned.contains(&spec.source))
            };
            if !changed.scanned.is_empty() && specs.iter().any(is_scanned) {
                stale.found.insert(path);
                stale.definitions.push(Definition::Api(api));
            } else {
                stale.compare(path, &stamp_of_specs(specs.iter().copied()), Definition::Api(api));
            }
        }
        Ok(())
    }
}

/// The definitions of the live versions of each API, each once, in the order of their numbers.
fn live_versions<'a>(versions: &'a [VersionRow], releases: &[ReleaseRow]) -> HashMap<&'a str, Vec<&'a str>> {
    let released: HashSet<&str> = releases.iter().map(|release| release.version_id.as_str()).collect();
    let mut live: HashMap<&str, Vec<(i64, &str)>> = HashMap::new();
    for version in versions.iter().filter(|version| released.contains(version.id.as_str())) {
        live.entry(version.api_id.as_str()).or_default().push((version.number, version.spec.as_str()));
    }
    let sorted = live.into_iter().map(|(api, mut specs)| {
        specs.sort_unstable_by_key(|(number, _)| *number);
        (api, specs.into_iter().map(|(_, spec)| spec).collect())
    });
    sorted.collect()
}

/// Definitions whose edges are missing, or were made of something else.
struct Stale {
    known: HashMap<AssetPath, MadeOf>,
    /// Those that there are.
    found: HashSet<AssetPath>,
    definitions: Vec<Definition>,
}

impl Stale {
    fn compare(&mut self, path: AssetPath, stamp: &str, definition: Definition) {
        if self.known.get(&path).is_none_or(|known| known.definition != stamp) {
            self.definitions.push(definition);
        }
        self.found.insert(path);
    }

    fn gone(&mut self, path: AssetPath) {
        if self.known.contains_key(&path) {
            self.found.insert(path.clone());
            self.definitions.push(Definition::Gone(path));
        }
    }
}

impl Changed {
    fn note(&mut self, row: &AuditRow) {
        match row.kind() {
            // Another version of this program has written it.
            None => self.everything = true,
            Some(AuditAction::ApiReleased | AuditAction::ApiRetired) => drop(self.apis.insert(row.subject.clone())),
            Some(
                AuditAction::DatasetMade
                | AuditAction::DatasetMapping
                | AuditAction::DatasetChecked
                | AuditAction::DatasetLive
                | AuditAction::DatasetApproved
                | AuditAction::JobSet,
            ) => self.datasets = true,
            Some(AuditAction::AppMade | AuditAction::AppDeleted | AuditAction::AccessGranted | AuditAction::AccessEnded) => {
                self.apps = true;
            }
            Some(AuditAction::ScanApplied) => drop(self.scanned.insert(row.subject.clone())),
            Some(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_live_versions_of_an_api_are_those_of_its_releases_each_once() {
        let version = |id: &str, number: i64| VersionRow {
            id: id.into(),
            api_id: "a".into(),
            number,
            spec: format!("spec {number}"),
            state: "approved".into(),
            evidence: String::new(),
            author_id: String::new(),
            created_at: 0,
        };
        let release = |environment: &str, version: &str| ReleaseRow {
            api_id: "a".into(),
            environment: environment.into(),
            version_id: version.into(),
            released_by: String::new(),
            released_at: 0,
        };
        let versions = [version("v3", 3), version("v2", 2), version("v1", 1)];
        let live = live_versions(&versions, &[release("prod", "v1"), release("test", "v3")]);
        assert_eq!(live["a"], ["spec 1", "spec 3"]);
        assert_eq!(live_versions(&versions, &[release("prod", "v2"), release("test", "v2")])["a"], ["spec 2"]);
        assert_eq!(MadeOf::read(&MadeOf { definition: "x".into(), columns: "y".into() }.to_string()).columns, "y");
    }
}
