//! The portal behind axum: pages rendered by leptos, its server functions, and the guards that stand before both.

use app::{App, PortalContext, shell};
use axum::Router;
use axum::extract::{Path, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use control::{Control, Visitor};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use leptos::config::LeptosOptions;
use leptos::prelude::{Nonce, provide_context};
use leptos_axum::{LeptosRoutes, ResponseOptions, generate_route_list, handle_server_fns_with_context, render_app_async_with_context};
use model::ErrorCode;
use model::redirect::inside;
use model::view::VersionView;

use crate::assets;
use crate::compressed::compress_pages;
use crate::redirects::{failed_form, redirects};
use crate::ticks;

/// The largest body of a form or a server function, in bytes.
const MAX_BODY: usize = 8 << 20;

pub(crate) fn router(control: Control) -> Router {
    let under_tls = control.settings().under_tls();
    let options = LeptosOptions::builder().output_name("sluice").site_pkg_dir(assets::PACKAGE).build();
    let routes = generate_route_list(App);
    let context = {
        let control = control.clone();
        move || provide_context(PortalContext { control: control.clone() })
    };
    let for_pages = {
        let context = context.clone();
        move || {
            context();
            page_policy();
            failed_form(under_tls);
        }
    };
    let of_shell = {
        let options = options.clone();
        move || shell(options.clone(), assets::of_pages())
    };
    let functions = {
        let context = context.clone();
        post(move |request: Request| handle_server_fns_with_context(context.clone(), request))
    };
    Router::new()
        .route("/fn/{*name}", functions)
        .route("/monitoring/live", get(ticks::live).with_state(control.clone()))
        .route("/api/{domain}/{name}/docs", get(docs))
        .route("/api/{domain}/{name}/openapi.json", get(openapi).with_state(control.clone()))
        .route("/api/{domain}/{name}/schema.proto", get(schema).with_state(control))
        .leptos_routes_with_context(&options, routes, for_pages.clone(), of_shell.clone())
        .fallback(render_app_async_with_context(for_pages, of_shell))
        .layer(axum::extract::DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(under_tls, redirects))
        .layer(from_fn(same_origin))
        .layer(from_fn(compress_pages))
        .with_state(options)
}

/// Every write must come from our own pages: a browser says where a form or a fetch began.
async fn same_origin(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) || origin_is_ours(request.headers()) {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, "This form was not submitted from the portal. Open the portal and submit the form again.").into_response()
}

fn origin_is_ours(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let (Some(origin), Some(host)) = (text(header::ORIGIN), text(header::HOST)) else { return false };
    origin.split_once("://").is_some_and(|(_, of)| of == host)
}

/// The content security policy of one page, with its own nonce for leptos's inline scripts and the SQL editor's styles.
fn page_policy() {
    let nonce = leptos::nonce::use_nonce().unwrap_or_else(|| {
        let nonce = Nonce::new();
        provide_context(nonce.clone());
        nonce
    });
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; \
         object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    );
    if let (Some(response), Ok(value)) = (leptos::prelude::use_context::<ResponseOptions>(), HeaderValue::from_str(&policy)) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, value);
    }
}

/// The documentation of an API for people is its page in the portal.
async fn docs(Path((domain, name)): Path<(String, String)>) -> Redirect {
    Redirect::to(inside(&format!("/apis/{domain}/{name}")))
}

/// The OpenAPI document for somebody who is signed in, and for everybody where the documentation is public; callers get
/// theirs from the gateway, with their key.
async fn openapi(State(control): State<Control>, Path(at): Path<(String, String)>, headers: HeaderMap) -> Response {
    let of_member = document(&control, at.clone(), &headers, |(domain, name), version| {
        let server = &control.settings().public_url;
        axum::Json(model::openapi::openapi(domain, name, version.number, &version.spec, server)).into_response()
    });
    let response = of_member.await;
    if response.status().is_success() {
        return response;
    }
    match control.public_openapi(&Visitor::default(), &at.0, &at.1).await {
        Ok(public) => axum::Json(public).into_response(),
        Err(_) => response,
    }
}

/// The same for the protobuf schema.
async fn schema(State(control): State<Control>, Path(at): Path<(String, String)>, headers: HeaderMap) -> Response {
    document(&control, at, &headers, |(domain, name), version| model::message::proto_text(domain, name, &version.spec).into_response())
        .await
}

async fn document(
    control: &Control,
    (domain, name): (String, String),
    headers: &HeaderMap,
    write: impl FnOnce((&str, &str), &VersionView) -> Response,
) -> Response {
    let found = async {
        let caller = app::caller_of(control, headers).await?;
        control.api(&caller, &domain, &name).await
    };
    match found.await {
        Ok(detail) => match detail.shown_version() {
            Some(version) => write((&domain, &name), version),
            None => (StatusCode::NOT_FOUND, "This API has no version yet. Release a version first.").into_response(),
        },
        Err(problem) if problem.code == ErrorCode::Unauthenticated => {
            (StatusCode::UNAUTHORIZED, "Sign in to the portal, or send the key of an app.").into_response()
        }
        Err(problem) => {
            let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, axum::Json(problem)).into_response()
        }
    }
}
