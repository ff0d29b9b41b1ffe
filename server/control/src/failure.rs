//! From what went wrong below to what a person is told. The cause is logged here, once; that of the store, where its error becomes a problem.

use std::collections::BTreeMap;
use std::fmt::Display;

use connect::SourceError;
use model::hidden::{self, HiddenField};
use model::view::CheckReport;
use model::{ApiSpec, ErrorCode, Problem};
use serde::de::DeserializeOwned;
use store::{ApiRow, AppRow, GrantRow, StoreError, VersionRow};

/// A source's error as a problem, under the source's name.
pub(crate) fn from_source(source: &str, error: &SourceError) -> Problem {
    tracing::warn!(source, cause = %error.cause, "a source failed a request: {error}");
    error.problem(source)
}

/// What stands in a row of `what`, such as `the draft of the API travel/plane`. One that cannot be read is told under that name, and
/// nothing is taken in its place.
pub(crate) fn stored<T: DeserializeOwned>(text: &str, what: &dyn Display) -> Result<T, Problem> {
    Ok(store::decode(text, what)?)
}

/// The definition of a version of an API.
pub(crate) fn api_spec(api: &ApiRow, version: &VersionRow) -> Result<ApiSpec, Problem> {
    let what = format_args!("version {} of the API {}/{}", version.number, api.domain, api.name);
    Ok(store::decode_api(&version.spec, &what)?)
}

/// What stands in the draft of an API.
pub(crate) fn draft_spec(domain: &str, name: &str, draft: &str) -> Result<ApiSpec, Problem> {
    Ok(store::decode_api(draft, &format_args!("the draft of the API {domain}/{name}"))?)
}

/// What the check of a version of an API said.
pub(crate) fn evidence(api: &ApiRow, version: &VersionRow) -> Result<CheckReport, Problem> {
    stored(&version.evidence, &format_args!("the check of version {} of the API {}/{}", version.number, api.domain, api.name))
}

/// The settings of a source in one environment.
pub(crate) fn settings(source: &str, environment: &str, config: &str) -> Result<BTreeMap<String, String>, Problem> {
    stored(config, &format_args!("the {environment} settings of the source {source}"))
}

/// The origins of pages that an app names.
pub(crate) fn origins(app: &AppRow) -> Result<Vec<String>, Problem> {
    stored(&app.origins, &format_args!("the origins of the app {}/{}", app.domain, app.name))
}

/// The fields that a grant hides. Where they cannot be read, they must not be taken for none.
pub(crate) fn hidden_fields(grant: &GrantRow) -> Result<Vec<HiddenField>, Problem> {
    hidden::read_stored(&grant.hidden).map_err(|cause| {
        let what = format!("the hidden fields of the grant of the API {} to the app {}", grant.api_id, grant.app_id);
        Problem::from(StoreError::Unreadable { what, cause })
    })
}

/// A definition of ours that cannot be written as JSON.
pub(crate) fn from_json(error: &serde_json::Error) -> Problem {
    tracing::error!(cause = %error, "a definition cannot be written as JSON");
    Problem::new(ErrorCode::Internal, "A definition could not be stored. The log has the cause under the id of this request.")
}
