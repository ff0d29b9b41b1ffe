//! What the browser loads: the wasm, the style, the icons and the fonts, all inside the binary. The build script names
//! them by their content, so that browsers keep them for good, and compresses what gets smaller by it.

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::encodings::{ENCODINGS, chosen};

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// What is named by its content never changes.
const FOR_GOOD: &str = "public, max-age=31536000, immutable";
/// Anything else is asked for again, and sent again where it has changed.
const ASK_AGAIN: &str = "no-cache";

/// One file as it is in the binary.
struct File {
    path: &'static str,
    kind: &'static str,
    /// The beginning of the hash of its content.
    tag: &'static str,
    is_named_by_content: bool,
    /// Its bytes in each encoding that it has, the best one first.
    forms: [(&'static str, Option<&'static [u8]>); 3],
}

/// What the head of a page names.
pub(crate) fn of_pages() -> app::PageFiles {
    app::PageFiles { icon: ICON, style: STYLE, text_font: TEXT_FONT, loader: LOADER, sql_editor: SQL_EDITOR, charts: CHARTS, areas: AREAS }
}

pub(crate) fn router() -> Router {
    let router = Router::new().route("/pkg/{*file}", get(of_another_build));
    FILES.iter().fold(router, |router, file| router.route(file.path, get(move |headers: HeaderMap| async move { answer(file, &headers) })))
}

async fn of_another_build() -> Response {
    let detail = "This file does not exist. Load the page again. If the portal was never built, run scripts/build-portal.sh.";
    (StatusCode::NOT_FOUND, detail).into_response()
}

fn answer(file: &File, headers: &HeaderMap) -> Response {
    let there = file.forms.iter().filter_map(|(encoding, bytes)| bytes.map(|bytes| (*encoding, bytes)));
    let mut response = match chosen(headers, there) {
        Some((encoding, bytes)) => encoded(file, encoding, bytes, headers),
        None => {
            let detail = format!("This file is available with the content encodings {}. Accept one of them.", ENCODINGS.join(", "));
            (StatusCode::NOT_ACCEPTABLE, detail).into_response()
        }
    };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    response
}

fn encoded(file: &File, encoding: &'static str, bytes: &'static [u8], headers: &HeaderMap) -> Response {
    let is_plain = encoding == "identity";
    // Other bytes have another tag.
    let tag = if is_plain { format!("\"{}\"", file.tag) } else { format!("\"{}-{encoding}\"", file.tag) };
    let mut response = if is_known(headers, &tag) { StatusCode::NOT_MODIFIED.into_response() } else { bytes.into_response() };
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.kind));
    let kept = if file.is_named_by_content { FOR_GOOD } else { ASK_AGAIN };
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    if !is_plain {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        out.insert(header::ETAG, tag);
    }
    response
}

/// Whether the client says that it has the content of a tag.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let said = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    said.flat_map(|text| text.split(',')).map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}
