//! Every redirect of the portal leaves through here: to a path of the portal, whoever asked for it. And what a form
//! without a script failed with is handed to the next page here.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use leptos::prelude::{ServerActionError, provide_context, use_context};
use leptos_axum::ResponseOptions;
use model::redirect::{HOME, inside};
use model::{ErrorCode, Problem};
use percent_encoding::percent_decode_str;

/// How the framework tells its own client to go elsewhere.
const FOR_THE_CLIENT: &str = "serverfnredirect";
/// Browsers keep cookies of 4 KiB.
const MOST: usize = 3_500;
/// How long the next page may take to ask, in seconds.
const KEPT: u32 = 60;

/// Looks at what a response says of where to go on.
pub(crate) async fn redirects(State(under_tls): State<bool>, request: Request, next: Next) -> Response {
    let is_function = request.uri().path().starts_with("/fn/");
    // The framework shows an error that stands in an address, where anybody could write one: such an address leads to the one without it.
    if let Some(target) = (!is_function).then(|| without_foreign_error(request.uri())).flatten() {
        return Redirect::to(inside(&target)).into_response();
    }
    let host = request.headers().get(header::HOST).cloned();
    let reads_pages = request.headers().get(header::ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"));
    let mut response = next.run(request).await;
    let Some(location) = response.headers().get(header::LOCATION) else { return response };
    let host = host.as_ref().and_then(|host| host.to_str().ok()).unwrap_or_default();
    let target = location.to_str().ok().map_or(HOME, |location| path_of(location, host)).to_owned();
    let (target, failed) = if is_function { without_error(&target) } else { (target, None) };
    if let Some(cookie) = failed.and_then(|failed| set_cookie(under_tls, &failed, KEPT)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_str(inside(&target)).unwrap_or(HeaderValue::from_static(HOME)));
    // A page that leads elsewhere is not shown, whatever the client says that it reads; and a browser that sent a form without a script
    // goes on only where the status says so, whatever the form failed with.
    if !is_function || reads_pages {
        if !response.status().is_redirection() {
            *response.status_mut() = StatusCode::FOUND;
        }
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(FOR_THE_CLIENT);
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    response
}

/// The address without an error, where it holds one, however that is spelt.
fn without_foreign_error(uri: &Uri) -> Option<String> {
    let is_error = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        matches!(&*percent_decode_str(name).decode_utf8_lossy(), "__err" | "__path")
    };
    let pairs: Vec<&str> = uri.query()?.split('&').collect();
    pairs.iter().any(is_error).then(|| {
        let rest: Vec<&str> = pairs.into_iter().filter(|pair| !is_error(pair)).collect();
        if rest.is_empty() { uri.path().to_owned() } else { format!("{}?{}", uri.path(), rest.join("&")) }
    })
}

/// A form comes back to where it was sent from, which browsers name with its origin.
fn path_of<'a>(location: &'a str, host: &str) -> &'a str {
    let rest = ["http://", "https://"].iter().find_map(|scheme| location.strip_prefix(scheme)?.strip_prefix(host));
    inside(rest.unwrap_or(location))
}

/// The framework writes the error into the address, where anybody could write one. It goes into a cookie instead.
fn without_error(target: &str) -> (String, Option<String>) {
    let Some((path, query)) = target.split_once('?') else { return (target.to_owned(), None) };
    let value = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let failed = value("__path").zip(value("__err")).map(|(of, error)| format!("{of}&{error}"));
    let rest: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("__path=") && !pair.starts_with("__err=")).collect();
    let target = if rest.is_empty() { path.to_owned() } else { format!("{path}?{}", rest.join("&")) };
    (target, failed.map(short_enough))
}

fn short_enough(failed: String) -> String {
    if failed.len() <= MOST {
        return failed;
    }
    let path = failed.split('&').next().unwrap_or_default();
    let problem = Problem::new(ErrorCode::Invalid, "Several fields have errors. Correct them and submit the form again.");
    let error = serde_json::to_vec(&problem).unwrap_or_default();
    format!("{path}&{}", URL_SAFE.encode(error))
}

fn cookie_name(under_tls: bool) -> &'static str {
    if under_tls { "__Host-sluice_form" } else { "sluice_form" }
}

fn set_cookie(under_tls: bool, value: &str, seconds: u32) -> Option<HeaderValue> {
    let (name, secure) = (cookie_name(under_tls), if under_tls { "; Secure" } else { "" });
    HeaderValue::from_str(&format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")).ok()
}

/// Shows what a form failed with where the form stands, once.
pub(crate) fn failed_form(under_tls: bool) {
    let Some(parts) = use_context::<http::request::Parts>() else { return };
    // A form that is sent is no page, and leaves what the next page is to say.
    if parts.method != Method::GET {
        return;
    }
    let Some((path, error)) = failed_of(&parts.headers, cookie_name(under_tls)) else { return };
    provide_context(ServerActionError::new(&path, &error));
    if let (Some(response), Some(gone)) = (use_context::<ResponseOptions>(), set_cookie(under_tls, "", 0)) {
        response.append_header(header::SET_COOKIE, gone);
    }
}

fn failed_of(headers: &HeaderMap, name: &str) -> Option<(String, String)> {
    let mut cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(';'));
    let value = cookies.find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))?;
    let (path, error) = value.split_once('&')?;
    Some((percent_decode(path), percent_decode(error)))
}

fn percent_decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_comes_back_to_its_own_page_alone() {
        assert_eq!(path_of("http://127.0.0.1:8080/sign-in?next=/apis", "127.0.0.1:8080"), "/sign-in?next=/apis");
        assert_eq!(path_of("https://sluice.example/apps", "sluice.example"), "/apps");
        for foreign in
            ["https://evil.example/", "http://127.0.0.1:8080.evil.example/", "http://127.0.0.1:8080@evil.example/", "//evil.example"]
        {
            assert_eq!(path_of(foreign, "127.0.0.1:8080"), HOME, "{foreign}");
        }
    }

    #[test]
    fn an_error_leaves_the_address() {
        let (target, failed) = without_error("/sign-in?next=%2Fapis&__path=%2Ffn%2Fsign-in&__err=e30%3D");
        assert_eq!((target.as_str(), failed.as_deref()), ("/sign-in?next=%2Fapis", Some("%2Ffn%2Fsign-in&e30%3D")));
        assert_eq!(without_error("/apps?__path=x&__err=y"), ("/apps".to_owned(), Some("x&y".to_owned())));
        assert_eq!(without_error("/apps?a=b"), ("/apps?a=b".to_owned(), None));
        assert!(short_enough(format!("%2Ffn%2Fx&{}", "a".repeat(9_000))).len() < MOST);
    }
}
