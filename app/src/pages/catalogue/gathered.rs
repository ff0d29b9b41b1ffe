//! What the page of an asset shows beside it: who may do what with it, and what could be used in its place.

use control::{Caller, Control};
use model::catalogue::{AssetKind, AssetPath, AssetStatus};
use model::list::ListQuery;
use model::view::Membership;
use model::{Action, Problem, Role};

use super::shown::{AccessShown, Right, RightLine};
use crate::asset_address::asset_title;

pub(super) async fn access(control: &Control, caller: &Caller, path: &AssetPath) -> Result<AccessShown, Problem> {
    let asset = control.asset(caller, path).await?.summary;
    let domain = control.domains(caller).await?.into_iter().find(|domain| domain.name == asset.domain);
    let members = domain.map(|domain| domain.members).unwrap_or_default();
    let rights = rights_of(asset.kind).iter().map(|right| line(*right, &members, caller, &asset.domain)).collect();
    let apps = match path {
        AssetPath::Api { domain, name } => {
            let grants = control.api(caller, domain, name).await?.apps;
            Some(grants.into_iter().map(|grant| (format!("{}/{}", grant.app_domain, grant.app), grant.expired)).collect())
        }
        _ => None,
    };
    Ok(AccessShown { rights, owners: people(&members, &[Role::Owner]), apps, domain: asset.domain })
}

/// The assets of the kind of another one that are not deprecated, by their names: the first page of them.
pub(super) async fn successors(control: &Control, caller: &Caller, path: &AssetPath) -> Result<Vec<(String, String)>, Problem> {
    let filters = [("kind", path.kind().key())].map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let found = control.list_assets(caller, &ListQuery { filters, ..ListQuery::default() }).await?.rows;
    let others = found.into_iter().filter(|asset| asset.path != *path && asset.status != AssetStatus::Deprecated);
    Ok(others.map(|asset| (asset.path.to_string(), asset_title(&asset.path))).collect())
}

/// The rights that mean something for a kind of assets.
fn rights_of(kind: AssetKind) -> &'static [Right] {
    use Right::{Certify, Edit, Grant, ReadSample, See, SeeSql};
    match kind {
        AssetKind::Source | AssetKind::Table | AssetKind::Column | AssetKind::Dataset => &[See, ReadSample, SeeSql, Edit, Certify],
        AssetKind::Api => &[See, SeeSql, Edit, Certify, Grant],
        AssetKind::Job | AssetKind::App => &[See, Edit, Certify],
    }
}

fn action(right: Right) -> Action {
    match right {
        Right::See => Action::See,
        Right::ReadSample => Action::ReadSample,
        Right::SeeSql => Action::SeeSql,
        Right::Edit => Action::EditCatalogue,
        Right::Certify => Action::Certify,
        Right::Grant => Action::Grant,
    }
}

fn line(right: Right, members: &[Membership], caller: &Caller, domain: &str) -> RightLine {
    let action = action(right);
    let roles = action.roles().to_vec();
    RightLine { right, people: people(members, &roles), roles, mine: caller.can(action, domain) }
}

fn people(members: &[Membership], roles: &[Role]) -> Vec<String> {
    let has = |member: &&Membership| member.roles.iter().any(|role| roles.contains(role));
    members.iter().filter(has).map(|member| member.email.clone()).collect()
}
