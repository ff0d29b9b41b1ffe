//! What waits for a decision, and everything that a decision needs.

use model::list::{ListPage, ListQuery};
use model::spec_diff::changes;
use model::view::{RequestDetail, RequestKind, RequestState, RequestView};
use model::{Action, Problem};
use store::{ApiRow, RequestRow};

use super::compare::{breaks, diff};
use crate::apis::Inventory;
use crate::failure::{api_spec, evidence};
use crate::listing::Listing;
use crate::{Caller, Control};

/// How the inbox is searched, filtered and sorted.
const REQUESTS: Listing<RequestView> = Listing {
    texts: |request| vec![request.domain.as_str(), request.name.as_str(), request.author.as_str(), request.reason.as_str()],
    orders: &[
        ("request", |a, b| (&a.domain, &a.name, a.version).cmp(&(&b.domain, &b.name, b.version))),
        ("state", |a, b| a.state.key().cmp(b.state.key())),
        ("author", |a, b| a.author.cmp(&b.author)),
        ("since", |a, b| a.created_at.cmp(&b.created_at)),
    ],
    filters: &[
        ("domain", |request, domain| request.domain == domain),
        ("state", |request, state| request.state.key() == state),
        ("environment", |request, environment| request.environment.key() == environment),
    ],
};

impl Control {
    /// The requests of the caller's domains, newest first.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn requests(&self, caller: &Caller) -> Result<Vec<RequestView>, Problem> {
        let inventory = self.inventory().await?;
        let authors = self.store.authors_in_review().await?;
        let wrote = |request: &RequestRow| authors.iter().any(|(version, user)| *version == request.version_id && *user == caller.user_id);
        let mut views = inventory
            .requests
            .iter()
            .filter_map(|request| Some((request, inventory.api(&request.object_id)?)))
            .filter(|(_, api)| caller.can(Action::See, &api.domain))
            .map(|(request, api)| version_view(caller, &inventory, (request, api), wrote(request)))
            .collect::<Result<Vec<RequestView>, Problem>>()?;
        views.extend(self.held_views(caller, &inventory).await?);
        views.sort_by(|a, b| (b.created_at, &b.id).cmp(&(a.created_at, &a.id)));
        Ok(views)
    }

    /// One page of them: those that wait for the caller where no others are asked for.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn list_requests(&self, caller: &Caller, query: &ListQuery) -> Result<ListPage<RequestView>, Problem> {
        let mut requests = self.requests(caller).await?;
        match query.filter("show") {
            "all" => {}
            "mine" => requests.retain(|request| request.mine),
            _ => requests.retain(|request| request.state == RequestState::Open && request.may_decide),
        }
        Ok(REQUESTS.page(requests, query))
    }

    /// One request with its diff, its evidence and who is affected.
    ///
    /// # Errors
    /// Where there is none that the caller may see.
    pub async fn request(&self, caller: &Caller, id: &str) -> Result<RequestDetail, Problem> {
        if let Some(request) = self.held_request(caller, id).await? {
            return self.held_detail(caller, &request).await;
        }
        let (request, api) = self.request_row(caller, id).await?;
        let inventory = self.inventory().await?;
        let version = inventory.version(&request.version_id).ok_or_else(|| Problem::not_found("version"))?;
        let environment = request.decoded_environment()?;
        let spec = api_spec(&api, version)?;
        // What it replaces: what is live now or, once decided, the newest approved version before it.
        let replaced = match request.state.as_str() {
            "open" => inventory.live(&api.id, environment),
            _ => inventory.versions.iter().filter(|v| v.api_id == api.id && v.number < version.number).find(|v| v.state == "approved"),
        };
        let old = replaced.map(|version| api_spec(&api, version)).transpose()?;
        let mut evidence = evidence(&api, version)?;
        if !caller.can(Action::ReadSample, &api.domain) {
            evidence.sample = model::table::Sample::default();
        }
        let rejected = inventory.rejected_before(version);
        let since = rejected.as_ref().map(|(row, _)| api_spec(&api, row)).transpose()?;
        let is_newest = inventory.versions_of(&api.id).next().is_some_and(|newest| newest.id == version.id);
        let is_sent_back = [RequestState::Rejected, RequestState::Withdrawn].map(RequestState::key).contains(&request.state.as_str());
        let authors = self.store.version_authors(&version.id).await?;
        let grants = self.grants_of_api(&api, &inventory).await?;
        Ok(RequestDetail {
            request: version_view(caller, &inventory, (&request, &api), authors.contains(&caller.user_id))?,
            authors: authors.iter().map(|author| inventory.email(author)).collect(),
            replaces: replaced.map(|version| version.number),
            changes: old.as_ref().map(|old| changes(old, &spec)).unwrap_or_default(),
            rejected: rejected.map(|(_, rejection)| rejection),
            since_rejection: since.map(|since| changes(&since, &spec)).unwrap_or_default(),
            may_edit: is_newest && is_sent_back && caller.can(Action::EditApi, &api.domain),
            diff: diff(old.as_ref(), &spec)?,
            breaks: old.map(|old| breaks(&old, &spec)).unwrap_or_default(),
            spec: Some(spec),
            change: None,
            evidence,
            affected_apps: grants
                .into_iter()
                .filter(|grant| !grant.expired)
                .map(|grant| format!("{}/{}", grant.app_domain, grant.app))
                .collect(),
        })
    }
}

/// What a request is about, as the caller sees it.
pub(super) struct About<'a> {
    pub(super) kind: RequestKind,
    pub(super) domain: &'a str,
    pub(super) name: &'a str,
    /// Of the API; 0 for the others.
    pub(super) version: i64,
    /// Whether the caller is one of its version's authors.
    pub(super) wrote: bool,
}

/// A request for a version of an API.
fn version_view(
    caller: &Caller,
    inventory: &Inventory,
    (request, api): (&RequestRow, &ApiRow),
    wrote: bool,
) -> Result<RequestView, Problem> {
    let version = inventory.version(&request.version_id).map_or(0, |version| version.number);
    let about = About { kind: RequestKind::Version, domain: &api.domain, name: &api.name, version, wrote };
    request_view(caller, inventory, request, &about)
}

/// A request of any kind as the caller sees it.
///
/// # Errors
/// An environment or a state that this program does not know.
pub(super) fn request_view(
    caller: &Caller,
    inventory: &Inventory,
    request: &RequestRow,
    about: &About<'_>,
) -> Result<RequestView, Problem> {
    let mine = request.author_id == caller.user_id;
    Ok(RequestView {
        id: request.id.clone(),
        kind: about.kind,
        domain: about.domain.to_owned(),
        name: about.name.to_owned(),
        version: about.version,
        environment: request.decoded_environment()?,
        state: request.decoded_state()?,
        author: inventory.email(&request.author_id),
        reason: request.reason.clone(),
        created_at: request.created_at,
        decided_by: request.decided_by.clone(),
        decision: request.decision.clone(),
        decided_at: request.decided_at,
        may_decide: !mine && !about.wrote && caller.can(Action::Decide, about.domain),
        mine,
    })
}
