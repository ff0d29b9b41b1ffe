//! `/admin/v1`: the control plane as REST, with personal bearer tokens; the same use cases as the portal.
//!
//! Each route is one line of a table in [`routes`]: the router, the OpenAPI document and the authority test are all
//! made from it, so none of them can miss one.

mod extract;
mod operation;
mod routes;

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use control::Control;

pub use operation::Operation;

/// Every operation that there is.
#[must_use]
pub fn operations() -> Vec<Operation> {
    routes::table().operations
}

/// The router, to be nested under nothing: its paths are whole.
pub fn router(control: Control) -> Router {
    let table = routes::table();
    let document = operation::openapi(&table.operations);
    table
        .router
        .route("/admin/v1/openapi.json", get(move || async move { axum::Json(document) }))
        .route("/admin/v1/schema.json", get(|| async { axum::Json(control::documents::json_schema()) }))
        .route("/admin/v1/{*rest}", axum::routing::any(|| async { extract::Failure::unknown_address().into_response() }))
        .method_not_allowed_fallback(|| async { extract::Failure::unknown_method().into_response() })
        .with_state(control)
}
