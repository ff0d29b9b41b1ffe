//! People, domains, tokens, and the audit log.

use axum::extract::State;
use control::model::audit::AuditRow;
use control::model::view::{DomainView, Me, NewLink, NewToken, TokenView, UserView};
use control::model::{Role, Scope};
use control::{AuditQuery, Control};
use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{Answer, answer};
use crate::extract::{Asker, Body, Path, Query};
use crate::operation::Table;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewDomain {
    name: String,
    #[serde(default)]
    title: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Title {
    title: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Roles {
    roles: Vec<Role>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewPerson {
    email: String,
    #[serde(default)]
    admin: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PersonState {
    admin: bool,
    active: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TokenInput {
    name: String,
    days: i64,
    /// What the token may do: `read` and more. Absent for all that you may.
    #[serde(default)]
    scopes: Option<Vec<Scope>>,
}

pub(super) fn add(table: Table) -> Table {
    table
        .add::<(), Me, _, _>(Method::GET, "/admin/v1/me", "Get myself and my rights", me)
        .add::<(), Vec<TokenView>, _, _>(Method::GET, "/admin/v1/tokens", "My tokens", tokens)
        .add::<TokenInput, NewToken, _, _>(Method::POST, "/admin/v1/tokens", "Make a token", new_token)
        .add::<(), (), _, _>(Method::DELETE, "/admin/v1/tokens/{id}", "Revoke one of my tokens", revoke_token)
        .add::<(), Vec<DomainView>, _, _>(Method::GET, "/admin/v1/domains", "List the domains that I have access to", domains)
        .add::<NewDomain, (), _, _>(Method::POST, "/admin/v1/domains", "Make a domain", new_domain)
        .add::<Title, (), _, _>(Method::PUT, "/admin/v1/domains/{domain}", "Change the title of a domain", rename_domain)
        .add::<Roles, (), _, _>(
            Method::PUT,
            "/admin/v1/domains/{domain}/members/{email}",
            "Set the roles of a person in a domain",
            set_roles,
        )
        .add::<(), Vec<UserView>, _, _>(Method::GET, "/admin/v1/people", "Everybody", people)
        .add::<NewPerson, NewLink, _, _>(Method::POST, "/admin/v1/people", "Add a person", new_person)
        .add::<PersonState, (), _, _>(Method::PUT, "/admin/v1/people/{id}", "Set whether a person is an admin, and active", set_person)
        .add::<(), NewLink, _, _>(Method::POST, "/admin/v1/people/{id}/link", "Create an invitation link", link)
        .add::<(), Vec<AuditRow>, _, _>(Method::GET, "/admin/v1/audit", "List the audit log, newest first", audit)
        .with_query::<AuditQuery>()
}

async fn me(State(control): State<Control>, Asker(caller): Asker) -> Answer<Me> {
    answer(control.me(&caller).await)
}

async fn tokens(State(control): State<Control>, Asker(caller): Asker) -> Answer<Vec<TokenView>> {
    answer(control.tokens(&caller).await)
}

async fn new_token(State(control): State<Control>, Asker(caller): Asker, Body(input): Body<TokenInput>) -> Answer<NewToken> {
    answer(control.new_token(&caller, &input.name, input.days, input.scopes.as_deref()).await)
}

async fn revoke_token(State(control): State<Control>, Asker(caller): Asker, Path(id): Path<String>) -> Answer<()> {
    answer(control.revoke_token(&caller, &id).await)
}

async fn domains(State(control): State<Control>, Asker(caller): Asker) -> Answer<Vec<DomainView>> {
    answer(control.domains(&caller).await)
}

async fn new_domain(State(control): State<Control>, Asker(caller): Asker, Body(input): Body<NewDomain>) -> Answer<()> {
    answer(control.new_domain(&caller, &input.name, &input.title).await)
}

async fn rename_domain(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path(domain): Path<String>,
    Body(input): Body<Title>,
) -> Answer<()> {
    answer(control.set_domain_title(&caller, &domain, &input.title).await)
}

async fn set_roles(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path((domain, email)): Path<(String, String)>,
    Body(input): Body<Roles>,
) -> Answer<()> {
    answer(control.set_roles(&caller, &domain, &email, &input.roles).await)
}

async fn people(State(control): State<Control>, Asker(caller): Asker) -> Answer<Vec<UserView>> {
    answer(control.people(&caller).await)
}

async fn new_person(State(control): State<Control>, Asker(caller): Asker, Body(input): Body<NewPerson>) -> Answer<NewLink> {
    answer(control.new_person(&caller, &input.email, input.admin).await)
}

async fn set_person(
    State(control): State<Control>,
    Asker(caller): Asker,
    Path(id): Path<String>,
    Body(input): Body<PersonState>,
) -> Answer<()> {
    answer(control.set_person(&caller, &id, input.admin, input.active).await)
}

async fn link(State(control): State<Control>, Asker(caller): Asker, Path(id): Path<String>) -> Answer<NewLink> {
    answer(control.password_link(&caller, &id).await)
}

async fn audit(State(control): State<Control>, Asker(caller): Asker, Query(query): Query<AuditQuery>) -> Answer<Vec<AuditRow>> {
    answer(control.audit_log(&caller, &query).await)
}
