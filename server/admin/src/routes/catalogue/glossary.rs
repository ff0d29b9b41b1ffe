//! Terms of the glossary.

use axum::extract::State;
use control::Control;
use control::catalogue::{TermInput, TermMapping};
use control::model::catalogue::TermDefinition;
use control::model::view::{TermPage, TermView};
use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::extract::{Asker, Body, Path};
use crate::operation::Table;
use crate::routes::answer::{Answer, answer};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewTerm {
    domain: String,
    term: TermDefinition,
}

pub(super) fn add(table: Table) -> Table {
    const TERM: &str = "/admin/v1/glossary/{term}";
    table
        .add::<(), Vec<TermView>, _, _>(Method::GET, "/admin/v1/glossary", "List the terms of my domains", list)
        .add::<NewTerm, String, _, _>(Method::POST, "/admin/v1/glossary", "Create a term; gives its id", new)
        .add::<(), TermPage, _, _>(Method::GET, TERM, "One term, with its columns", one)
        .add::<TermInput, (), _, _>(Method::PUT, TERM, "Change a term (with the edit that was seen)", set)
        .add::<(), (), _, _>(Method::DELETE, TERM, "Delete a term with its mapping", delete)
        .add::<TermMapping, (), _, _>(
            Method::POST,
            "/admin/v1/glossary/{term}/columns",
            "Map a term to columns, and take it off others",
            map,
        )
}

async fn list(State(control): State<Control>, Asker(caller): Asker) -> Answer<Vec<TermView>> {
    answer(control.terms(&caller).await)
}

async fn new(State(control): State<Control>, Asker(caller): Asker, Body(input): Body<NewTerm>) -> Answer<String> {
    answer(control.new_term(&caller, &input.domain, &input.term).await)
}

async fn one(State(control): State<Control>, Asker(caller): Asker, Path(id): Path<String>) -> Answer<TermPage> {
    answer(control.term(&caller, &id).await)
}

async fn set(State(control): State<Control>, Asker(caller): Asker, Path(id): Path<String>, Body(input): Body<TermInput>) -> Answer<()> {
    answer(control.set_term(&caller, &id, &input).await)
}

async fn delete(State(control): State<Control>, Asker(caller): Asker, Path(id): Path<String>) -> Answer<()> {
    answer(control.delete_term(&caller, &id).await)
}

async fn map(State(control): State<Control>, Asker(caller): Asker, Path(id): Path<String>, Body(input): Body<TermMapping>) -> Answer<()> {
    answer(control.map_term(&caller, &id, &input).await)
}
