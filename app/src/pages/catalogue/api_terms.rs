//! Server functions of the glossary.

use leptos::prelude::*;
use model::view::{TermPage, TermView};

use crate::error::PortalError;

#[server(prefix = "/fn", endpoint = "terms")]
pub async fn terms() -> Result<Vec<TermView>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.terms(&caller).await?)
}

/// A term with its columns; nothing where none is named.
#[server(prefix = "/fn", endpoint = "term")]
pub async fn term(#[server(default)] id: String) -> Result<Option<TermPage>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    if id.is_empty() {
        return Ok(None);
    }
    Ok(Some(control.term(&caller, &id).await?))
}

/// Makes a term where `id` is empty, and changes the one whose edit was seen otherwise. Synonyms are typed one in each line.
#[server(prefix = "/fn", endpoint = "set-term")]
pub async fn set_term(
    #[server(default)] id: String,
    #[server(default)] edit: String,
    #[server(default)] domain: String,
    name: String,
    #[server(default)] definition: String,
    #[server(default)] synonyms: String,
) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let synonyms = synonyms.lines().map(str::to_owned).collect();
    let term = model::catalogue::TermDefinition { name, definition, synonyms };
    let id = if id.is_empty() {
        control.new_term(&caller, &domain, &term).await?
    } else {
        control.set_term(&caller, &id, &control::catalogue::TermInput { edit: super::reading::edit(&edit)?, term }).await?;
        id
    };
    crate::session::go_to(&format!("{}?term={id}", super::frame::GLOSSARY));
    Ok(())
}

#[server(prefix = "/fn", endpoint = "delete-term")]
pub async fn delete_term(id: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    control.delete_term(&caller, &id).await?;
    crate::session::go_to(super::frame::GLOSSARY);
    Ok(())
}

/// Maps a term to columns, whose paths are typed one in each line.
#[server(prefix = "/fn", endpoint = "map-columns")]
pub async fn map_columns(term: String, columns: String) -> Result<(), PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let add = super::reading::columns(&columns)?;
    Ok(control.map_term(&caller, &term, &control::catalogue::TermMapping { add, remove: Vec::new() }).await?)
}
