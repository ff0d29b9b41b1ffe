//! Server functions of the list of APIs, and of making one.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
#[cfg(feature = "ssr")]
use model::ApiSpec;
use model::list::{ListPage, ListQuery};
use model::view::{ApiSummary, DraftView};

use crate::error::PortalError;

#[server(prefix = "/fn", endpoint = "apis")]
pub async fn apis() -> Result<Vec<ApiSummary>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.apis(&caller).await?)
}

/// One page of the list.
#[server(prefix = "/fn", endpoint = "list-apis", input = Json)]
pub async fn list_apis(#[server(default)] query: ListQuery) -> Result<ListPage<ApiSummary>, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    Ok(control.list_apis(&caller, &query).await?)
}

/// Makes an API with a draft of the chosen kind, of a table or of a dataset of it, and opens the form. A flat form: it works before the
/// wasm arrives.
#[server(prefix = "/fn", endpoint = "new-api")]
pub async fn new_api(
    domain: String,
    name: String,
    kind: String,
    source: String,
    table: String,
    dataset: String,
) -> Result<DraftView, PortalError> {
    let (control, caller) = crate::session::asker().await?;
    let spec: ApiSpec = super::first_spec(&kind, (&source, &table), &dataset);
    let draft = control.new_api(&caller, &domain, &name, &spec).await?;
    crate::session::go_to(&format!("/apis/{domain}/{name}/edit"));
    Ok(draft)
}
