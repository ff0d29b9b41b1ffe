//! Server functions of suggested tags.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use model::list::{ListPage, ListQuery};
use model::view::{SuggestionView, SuggestionsDecided};

use crate::error::PortalError;

/// One page of the suggestions, the surest first where no other order is asked for.
#[server(prefix = "/fn", endpoint = "suggestions", input = Json)]
pub async fn suggestions(#[server(default)] query: ListQuery) -> Result<ListPage<SuggestionView>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.list_suggestions(&caller, &query).await?)
}

/// The tags that rules suggest, for a filter: the name and what is shown of it.
#[server(prefix = "/fn", endpoint = "suggested-tags")]
pub async fn suggested_tags() -> Result<Vec<(String, String)>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.suggested_tags(&caller).await?.into_iter().map(|name| (name.clone(), name)).collect())
}

/// Confirms or dismisses: one, where its own button was pressed, and those that are ticked otherwise.
#[server(prefix = "/fn", endpoint = "decide-suggestions")]
pub async fn decide_suggestions(
    #[server(default)] confirm: String,
    #[server(default)] dismiss: String,
    #[server(default)] decision: String,
    #[server(default)] suggestions: Vec<String>,
) -> Result<SuggestionsDecided, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let (suggestions, confirms) = match (confirm.is_empty(), dismiss.is_empty()) {
        (false, _) => (vec![confirm], true),
        (true, false) => (vec![dismiss], false),
        (true, true) => (suggestions, decision == "confirm"),
    };
    let input = control::catalogue::SuggestionsInput { suggestions };
    Ok(if confirms { control.confirm_suggestions(&caller, &input).await? } else { control.dismiss_suggestions(&caller, &input).await? })
}
