//! Apps, keys and grants.

use axum::extract::State;
use control::Control;
use control::access::{GrantTerms, IssuerInput};
use control::model::snapshot::Environment;
use control::model::view::{AppView, NewIssuer, NewKey};
use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{Answer, answer};
use crate::extract::{Asker, Body, Path};
use crate::operation::Table;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewApp {
    domain: String,
    name: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct KeyInput {
    environment: Environment,
    /// Absent for a key that does not expire.
    #[serde(default)]
    days: Option<i64>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OriginsInput {
    /// Such as `https://app.example.com`; none for no pages.
    origins: Vec<String>,
}

pub(super) fn add(table: Table) -> Table {
    const GRANT: &str = "/admin/v1/apps/{app_domain}/{app}/grants/{domain}/{api}";
    table
        .add::<(), Vec<AppView>, _, _>(Method::GET, "/admin/v1/apps", "List the apps of my domains", list)
        .add::<NewApp, (), _, _>(Method::POST, "/admin/v1/apps", "Create an app", make)
        .add::<(), AppView, _, _>(Method::GET, "/admin/v1/apps/{domain}/{app}", "Get an app with its keys and grants", one)
        .add::<(), (), _, _>(Method::DELETE, "/admin/v1/apps/{domain}/{app}", "Delete an app with its keys and grants", delete)
        .add::<OriginsInput, (), _, _>(
            Method::PUT,
            "/admin/v1/apps/{domain}/{app}/origins",
            "Set the allowed origins (CORS) of an app",
            set_origins,
        )
        .add::<KeyInput, NewKey, _, _>(Method::POST, "/admin/v1/apps/{domain}/{app}/keys", "Create a key, which is shown once", new_key)
        .add::<(), (), _, _>(Method::DELETE, "/admin/v1/apps/{domain}/{app}/keys/{key}", "Revoke a key", revoke_key)
        .add::<IssuerInput, NewIssuer, _, _>(
            Method::POST,
            "/admin/v1/apps/{domain}/{app}/issuers",
            "Add a JWT issuer to an app; a secret is shown once",
            new_issuer,
        )
        .add::<(), (), _, _>(Method::DELETE, "/admin/v1/apps/{domain}/{app}/issuers/{issuer}", "Remove a JWT issuer", delete_issuer)
        .add::<GrantTerms, (), _, _>(Method::PUT, GRANT, "Grant an app access to an API", grant)
        .add::<(), (), _, _>(Method::DELETE, GRANT, "Revoke the access of an app to an API", end_grant)
}

async fn list(State(control): State<Control>, Asker(caller): Asker) -> Answer<Vec<AppView>> {
    answer(control.apps(&caller).await)
}

async fn make(State(control): State<Control>, Asker(caller): Asker, Body(input): Body<NewApp>) -> Answer<()> {
    answer(control.new_app(&caller, &input.domain, &input.name).await)
}

async fn one(State(control): State<Control>, Asker(caller): Asker, Path((domain, app)): Path<(String, String)>) -> Answer<AppView> {
    answer(control.app(&caller, &domain, &app).await)
}

async fn delete(State(control): State<Control>, Asker(caller): Asker, Path((domain, app)): Path<(String, String)>) -> Answer<()> {
    answer(control.delete_app(&caller, &domain, &app).await)
}

async fn set_origins(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, app)): Path<(String, String)>,
    Body(input): Body<OriginsInput>,
) -> Answer<()> {
    answer(control.set_origins(&caller, &domain, &app, &input.origins).await)
}

async fn new_key(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, app)): Path<(String, String)>,
    Body(input): Body<KeyInput>,
) -> Answer<NewKey> {
    answer(control.new_key(&caller, &domain, &app, input.environment, input.days).await)
}

async fn revoke_key(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, app, key)): Path<(String, String, String)>,
) -> Answer<()> {
    answer(control.revoke_key(&caller, &domain, &app, &key).await)
}

async fn new_issuer(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, app)): Path<(String, String)>,
    Body(input): Body<IssuerInput>,
) -> Answer<NewIssuer> {
    answer(control.new_issuer(&caller, &domain, &app, &input).await)
}

async fn delete_issuer(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, app, issuer)): Path<(String, String, String)>,
) -> Answer<()> {
    answer(control.delete_issuer(&caller, &domain, &app, &issuer).await)
}

type GrantAt = Path<(String, String, String, String)>;

async fn grant(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((app_domain, app, domain, api)): GrantAt,
    Body(terms): Body<GrantTerms>,
) -> Answer<()> {
    answer(control.grant(&caller, (&app_domain, &app), (&domain, &api), &terms).await)
}

async fn end_grant(State(control): State<Control>, Asker(caller): Asker, Path((app_domain, app, domain, api)): GrantAt) -> Answer<()> {
    answer(control.end_grant(&caller, (&app_domain, &app), (&domain, &api)).await)
}
