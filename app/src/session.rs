//! The browser's session on the server: its cookie, and who it belongs to.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use control::{Caller, Control, Visitor};
use http::{HeaderMap, HeaderValue, header};
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;
use model::{ErrorCode, Problem};

use crate::error::PortalError;
use crate::words::words;

/// What every server function and page of the portal is given.
#[derive(Clone)]
pub struct PortalContext {
    pub control: Control,
}

const COOKIE: &str = "sluice_session";
/// Browsers take a cookie of such a name over TLS alone, for this host alone and for all of it: no other host can set it.
const COOKIE_UNDER_TLS: &str = "__Host-sluice_session";

fn session_cookie(under_tls: bool) -> &'static str {
    if under_tls { COOKIE_UNDER_TLS } else { COOKIE }
}

fn headers() -> HeaderMap {
    use_context::<http::request::Parts>().map(|parts| parts.headers).unwrap_or_default()
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

fn text(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// Who the session's cookie belongs to.
///
/// # Errors
/// `unauthenticated` where there is no session, or it has ended.
pub async fn caller_of(control: &Control, headers: &HeaderMap) -> Result<Caller, Problem> {
    let request_id = text(headers, "x-request-id");
    let caller = match cookie(headers, session_cookie(control.settings().under_tls())) {
        Some(secret) => control.caller_by_session(secret, &request_id).await?,
        None => None,
    };
    caller.ok_or_else(|| Problem::new(ErrorCode::Unauthenticated, words().errors.session_ended))
}

/// What the forms of this browser's session carry; empty without a session.
pub(crate) fn form_token() -> String {
    let Some(PortalContext { control }) = use_context() else { return String::new() };
    let headers = headers();
    let secret = cookie(&headers, session_cookie(control.settings().under_tls()));
    secret.map(|secret| control.form_token_of(secret)).unwrap_or_default()
}

/// The control plane and who asks, for a server function.
pub(crate) async fn asker() -> Result<(Control, Caller), PortalError> {
    let control = control();
    let caller = caller_of(&control, &headers()).await?;
    Ok((control, caller))
}

/// The same, for a function that sets a role, a right or a secret: the form must have been drawn for the session that sends it.
pub(crate) async fn asker_of_form(form_token: &str) -> Result<(Control, Caller), PortalError> {
    let (control, caller) = asker().await?;
    control.check_form_token(&caller, form_token)?;
    Ok((control, caller))
}

/// The control plane, for the few functions that nobody needs to be signed in for.
pub(crate) fn control() -> Control {
    expect_context::<PortalContext>().control
}

/// Somebody who is not signed in.
pub(crate) fn visitor() -> Visitor {
    let headers = headers();
    let peer = use_context::<http::request::Parts>().and_then(|parts| parts.extensions.get::<ConnectInfo<SocketAddr>>().copied());
    Visitor {
        request_id: text(&headers, "x-request-id"),
        agent: text(&headers, "user-agent"),
        address: peer.map(|ConnectInfo(peer)| peer.ip()),
    }
}

/// Goes on to a place of the portal, whatever was asked for.
pub(crate) fn go_to(path: &str) {
    leptos_axum::redirect(model::redirect::inside(path));
}

/// The theme that the reader chose, out of its cookie.
pub(crate) fn theme() -> Option<String> {
    cookie(&headers(), "theme").filter(|theme| matches!(*theme, "light" | "dark")).map(str::to_owned)
}

/// The time zone of the reader, as the browser has told it; UTC until it has.
pub(crate) fn zone() -> model::time_axis::Zone {
    model::time_axis::Zone::named(cookie(&headers(), "zone").unwrap_or_default())
}

/// Puts the session's secret into the browser. `Secure` is left out on loopback alone.
pub(crate) fn keep_session(secret: &str, seconds: i64) {
    let host = text(&headers(), "host");
    let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
    let loopback = matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    let under_tls = control().settings().under_tls();
    let secure = if loopback && !under_tls { "" } else { "; Secure" };
    let cookie = format!("{}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}", session_cookie(under_tls));
    if let (Some(response), Ok(value)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(&cookie)) {
        response.append_header(header::SET_COOKIE, value);
    }
}

/// Keeps the theme; anything but `light` and `dark` forgets it.
pub(crate) fn keep_theme(theme: &str) {
    let (theme, seconds) = if matches!(theme, "light" | "dark") { (theme, 31_536_000) } else { ("", 0) };
    let cookie = format!("theme={theme}; Path=/; SameSite=Lax; Max-Age={seconds}");
    if let (Some(response), Ok(value)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(&cookie)) {
        response.append_header(header::SET_COOKIE, value);
    }
}
