//! What the browser loads: the wasm, the style, the icons and the fonts, all inside the binary.

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::RustEmbed;

/// The browser half, as the build script found it.
#[derive(RustEmbed)]
#[folder = "$OUT_DIR/site"]
struct Site;

/// The style in the order of style/main.css.
const STYLE: &str = concat!(
    include_str!("../../style/tokens.css"),
    include_str!("../../style/fonts.css"),
    include_str!("../../style/base.css"),
    include_str!("../../style/layout.css"),
    include_str!("../../style/parts.css"),
    include_str!("../../style/holders.css"),
    include_str!("../../style/states.css"),
    include_str!("../../style/page.css"),
    include_str!("../../style/utilities.css"),
    include_str!("../../style/narrow.css"),
);
const ICONS: &str = include_str!("../../assets/icons.svg");
const FAVICON: &str = include_str!("../../assets/favicon.svg");
const INTER: &[u8] = include_bytes!("../../assets/fonts/inter.woff2");
const MONO: &[u8] = include_bytes!("../../assets/fonts/jetbrains-mono.woff2");

pub(crate) fn router() -> Router {
    Router::new()
        .route("/style.css", get(|headers: HeaderMap| async move { fixed(&headers, "text/css", STYLE.as_bytes()) }))
        .route("/icons.svg", get(|headers: HeaderMap| async move { fixed(&headers, "image/svg+xml", ICONS.as_bytes()) }))
        .route("/favicon.svg", get(|headers: HeaderMap| async move { fixed(&headers, "image/svg+xml", FAVICON.as_bytes()) }))
        .route("/fonts/inter.woff2", get(|headers: HeaderMap| async move { fixed(&headers, "font/woff2", INTER) }))
        .route("/fonts/jetbrains-mono.woff2", get(|headers: HeaderMap| async move { fixed(&headers, "font/woff2", MONO) }))
        .route("/pkg/{file}", get(site))
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).is_some_and(|text| text.contains("gzip"))
}

async fn site(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let zipped = accepts_gzip(&headers).then(|| Site::get(&format!("{file}.gz"))).flatten();
    let encoded = zipped.is_some();
    let Some(found) = zipped.or_else(|| Site::get(&file)) else {
        return (StatusCode::NOT_FOUND, "The browser half has not been built. Run scripts/build-portal.sh.").into_response();
    };
    let kind = if file.ends_with(".wasm") { "application/wasm" } else { "text/javascript" };
    let mut tag = String::with_capacity(66);
    tag.push('"');
    found.metadata.sha256_hash().iter().take(12).for_each(|byte| tag.push_str(&format!("{byte:02x}")));
    tag.push('"');
    let mut response = tagged(&headers, kind, &tag, || found.data.into_owned().into());
    if encoded {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// A file that only changes with the binary: named by its length and a checksum of its bytes.
fn fixed(headers: &HeaderMap, kind: &'static str, bytes: &'static [u8]) -> Response {
    let sum = bytes.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    tagged(headers, kind, &format!("\"{:x}-{sum:x}\"", bytes.len()), || bytes.into())
}

fn tagged(headers: &HeaderMap, kind: &'static str, tag: &str, body: impl FnOnce() -> axum::body::Body) -> Response {
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|value| value.as_bytes() == tag.as_bytes());
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { body().into_response() };
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(tag) {
        out.insert(header::ETAG, tag);
    }
    response
}
