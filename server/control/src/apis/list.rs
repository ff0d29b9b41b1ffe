//! What APIs there are, and everything about one.

use std::collections::HashMap;
use std::time::Duration;

use model::list::{ListPage, ListQuery};
use model::snapshot::Environment;
use model::spec::ApiSpec;
use model::view::{ApiDetail, ApiSummary, Lapse, Live, Rejection, RequestState, VersionState, VersionView};
use model::{Action, Problem};
use store::{ApiRow, DraftRow, ReleaseRow, RequestRow, UserRow, VersionRow};

use crate::failure::{api_spec, draft_spec};
use crate::listing::Listing;
use crate::ports::ApiLapse;
use crate::{Caller, Control};

/// What went wrong with calls is told for so long.
const LATELY: Duration = Duration::from_secs(600);

/// How the list of APIs is searched, filtered and sorted.
const APIS: Listing<ApiSummary> = Listing {
    texts: |api| vec![api.domain.as_str(), api.name.as_str(), api.title.as_str(), api.source.as_str(), api.owner.as_str()],
    orders: &[
        ("api", |a, b| (&a.domain, &a.name).cmp(&(&b.domain, &b.name))),
        ("kind", |a, b| a.kind.key().cmp(b.kind.key())),
        ("state", |a, b| a.standing().cmp(&b.standing())),
        ("source", |a, b| a.source.cmp(&b.source)),
        ("owner", |a, b| a.owner.cmp(&b.owner)),
    ],
    filters: &[
        ("domain", |api, domain| api.domain == domain),
        ("kind", |api, kind| api.kind.key() == kind),
        ("state", |api, state| api.standing().key() == state),
    ],
};

/// Everything that lists need, read in a handful of statements whatever the number of APIs.
pub(crate) struct Inventory {
    pub(crate) apis: Vec<ApiRow>,
    pub(crate) versions: Vec<VersionRow>,
    pub(crate) releases: Vec<ReleaseRow>,
    pub(crate) requests: Vec<RequestRow>,
    pub(crate) drafts: Vec<DraftRow>,
    pub(crate) users: HashMap<String, String>,
    broken: HashMap<String, String>,
    at: Places,
}

/// Where rows stand in the lists above, by what they are looked up by.
#[derive(Default)]
struct Places {
    apis: HashMap<String, usize>,
    versions: HashMap<String, usize>,
    versions_of: HashMap<String, Vec<usize>>,
    /// Releases by their API and environment.
    live: HashMap<(String, String), usize>,
    drafts: HashMap<String, usize>,
}

impl Inventory {
    pub(crate) fn email(&self, user_id: &str) -> String {
        self.users.get(user_id).cloned().unwrap_or_else(|| "sluice".into())
    }

    pub(crate) fn api(&self, id: &str) -> Option<&ApiRow> {
        self.at.apis.get(id).map(|at| &self.apis[*at])
    }

    pub(crate) fn version(&self, id: &str) -> Option<&VersionRow> {
        self.at.versions.get(id).map(|at| &self.versions[*at])
    }

    /// The version that is live in an environment.
    pub(crate) fn live(&self, api_id: &str, environment: Environment) -> Option<&VersionRow> {
        self.version(&self.release(api_id, environment)?.version_id)
    }

    fn release(&self, api_id: &str, environment: Environment) -> Option<&ReleaseRow> {
        self.at.live.get(&(api_id.to_owned(), environment.key().to_owned())).map(|at| &self.releases[*at])
    }

    /// The versions of one API, the newest first.
    pub(crate) fn versions_of<'a>(&'a self, api_id: &str) -> impl Iterator<Item = &'a VersionRow> + use<'a> {
        self.at.versions_of.get(api_id).map(Vec::as_slice).unwrap_or_default().iter().map(|at| &self.versions[*at])
    }

    /// The newest version before one that was rejected, and why; none where one was approved in between.
    pub(crate) fn rejected_before(&self, version: &VersionRow) -> Option<(&VersionRow, Rejection)> {
        let earlier = self.versions_of(&version.api_id).filter(|row| row.number < version.number);
        let mut earlier = earlier.take_while(|row| row.state != VersionState::Approved.key());
        let row = earlier.find(|row| row.state == VersionState::Rejected.key())?;
        Some((row, rejection(row, &self.requests)?))
    }

    fn index(mut self) -> Self {
        self.at.apis = self.apis.iter().enumerate().map(|(at, api)| (api.id.clone(), at)).collect();
        for (at, version) in self.versions.iter().enumerate() {
            self.at.versions.insert(version.id.clone(), at);
            self.at.versions_of.entry(version.api_id.clone()).or_default().push(at);
        }
        let live = self.releases.iter().enumerate();
        self.at.live = live.map(|(at, release)| ((release.api_id.clone(), release.environment.clone()), at)).collect();
        self.at.drafts = self.drafts.iter().enumerate().map(|(at, draft)| (draft.api_id.clone(), at)).collect();
        self
    }

    fn summary(&self, api: &ApiRow) -> Result<ApiSummary, Problem> {
        let versions: Vec<&VersionRow> = self.versions_of(&api.id).collect();
        let draft = self.at.drafts.get(&api.id).map(|at| &self.drafts[*at]);
        let spec: Option<ApiSpec> = match (versions.first(), draft) {
            (Some(version), _) => Some(api_spec(api, version)?),
            (None, Some(draft)) => Some(draft_spec(&api.domain, &api.name, &draft.spec)?),
            (None, None) => None,
        };
        let kind = api.decoded_kind()?;
        let live: Vec<Live> = Environment::ALL
            .into_iter()
            .filter_map(|environment| {
                let release = self.release(&api.id, environment)?;
                let version = self.version(&release.version_id)?.number;
                Some(Live { environment, version, since: release.released_at })
            })
            .collect();
        // A version goes live by the same transaction that approves it.
        let retired = live.is_empty() && versions.iter().any(|version| version.state == VersionState::Approved.key());
        let path = format!("{}/{}", api.domain, api.name);
        Ok(ApiSummary {
            domain: api.domain.clone(),
            name: api.name.clone(),
            kind,
            title: spec.as_ref().map(|spec| spec.title.clone()).unwrap_or_default(),
            source: spec.map(|spec| spec.source).unwrap_or_default(),
            owner: self.email(&api.owner_id),
            live,
            in_review: versions.iter().find(|v| v.state == VersionState::InReview.key()).map(|version| version.number),
            retired,
            draft: draft.map(|draft| (draft.step.clone(), draft.updated_at)),
            broken: self.broken.get(&path).cloned(),
            lapse: None,
            newest: versions.first().map(|version| version.decoded_state()).transpose()?,
        })
    }

    fn version_view(&self, api: &ApiRow, row: &VersionRow) -> Result<VersionView, Problem> {
        let mut approved_for = self
            .requests
            .iter()
            .filter(|request| request.version_id == row.id && request.state == RequestState::Approved.key())
            .map(|request| request.decoded_environment().map_err(Problem::from))
            .collect::<Result<Vec<Environment>, Problem>>()?;
        approved_for.sort_unstable();
        approved_for.dedup();
        Ok(VersionView {
            number: row.number,
            state: row.decoded_state()?,
            spec: api_spec(api, row)?,
            author: self.email(&row.author_id),
            created_at: row.created_at,
            live: Environment::ALL.into_iter().filter(|e| self.live(&row.api_id, *e).is_some_and(|live| live.id == row.id)).collect(),
            approved_for,
        })
    }
}

impl Control {
    pub(crate) async fn inventory(&self) -> Result<Inventory, Problem> {
        let users: Vec<UserRow> = self.store.users().await?;
        let nodes = self.nodes().await?;
        Ok(Inventory {
            apis: self.store.apis().await?,
            versions: self.store.versions().await?,
            releases: self.store.releases().await?,
            requests: self.store.requests().await?,
            drafts: self.store.drafts().await?,
            users: users.into_iter().map(|user| (user.id, user.email)).collect(),
            broken: nodes.into_iter().flat_map(|node| node.broken).collect(),
            at: Places::default(),
        }
        .index())
    }

    /// The APIs of the caller's domains.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn apis(&self, caller: &Caller) -> Result<Vec<ApiSummary>, Problem> {
        let inventory = self.inventory().await?;
        self.summaries(caller, &inventory)
    }

    /// One page of them.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn list_apis(&self, caller: &Caller, query: &ListQuery) -> Result<ListPage<ApiSummary>, Problem> {
        Ok(APIS.page(self.apis(caller).await?, query))
    }

    pub(crate) fn summaries(&self, caller: &Caller, inventory: &Inventory) -> Result<Vec<ApiSummary>, Problem> {
        let lapses = self.lapses();
        let seen = inventory.apis.iter().filter(|api| caller.can(Action::See, &api.domain));
        seen.map(|api| inventory.summary(api).map(|summary| with_lapse(summary, &lapses))).collect()
    }

    /// The worst of what went wrong lately with the calls of each API, by its path.
    fn lapses(&self) -> HashMap<String, Lapse> {
        let mut worst: HashMap<String, Lapse> = HashMap::new();
        for ApiLapse { api, lapse } in self.ports.figures.lapses(LATELY) {
            let rank = |lapse: &Lapse| (lapse.environment, lapse.kind);
            if worst.get(&api).is_none_or(|known| rank(known) < rank(&lapse)) {
                worst.insert(api, lapse);
            }
        }
        worst
    }

    /// Everything about one API.
    ///
    /// # Errors
    /// Where there is none that the caller may see.
    pub async fn api(&self, caller: &Caller, domain: &str, name: &str) -> Result<ApiDetail, Problem> {
        let row = self.visible_api(caller, domain, name).await?;
        let inventory = self.inventory().await?;
        let versions = inventory.versions_of(&row.id);
        Ok(ApiDetail {
            summary: with_lapse(inventory.summary(&row)?, &self.lapses()),
            versions: versions.map(|version| inventory.version_view(&row, version)).collect::<Result<_, _>>()?,
            apps: self.grants_of_api(&row, &inventory).await?,
            documentation: self.mark_of(&row).await?,
            created_at: row.created_at,
            id: row.id,
        })
    }
}

fn with_lapse(summary: ApiSummary, lapses: &HashMap<String, Lapse>) -> ApiSummary {
    let lapse = lapses.get(&summary.path()).copied();
    ApiSummary { lapse, ..summary }
}

/// Why a version was rejected.
pub(super) fn rejection(version: &VersionRow, requests: &[RequestRow]) -> Option<Rejection> {
    let rejected = |request: &&RequestRow| request.version_id == version.id && request.state == RequestState::Rejected.key();
    let request = requests.iter().find(rejected)?;
    Some(Rejection {
        version: version.number,
        request: request.id.clone(),
        by: request.decided_by.clone().unwrap_or_default(),
        at: request.decided_at.unwrap_or(request.created_at),
        reason: request.decision.clone().unwrap_or_default(),
    })
}
