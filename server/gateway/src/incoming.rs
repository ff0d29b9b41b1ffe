//! What a request brings: the parameters of a query or a body, bounded in size and in time.

use std::time::Duration;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, Method, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Body;
use model::{ErrorCode, Problem};
use serde_json::Value as Json;

use crate::json_body::JsonBody;
use crate::parameters::{Given, parse_query};

/// The longest request body, in bytes; a batch of keys may be longer.
const MAX_BODY: usize = 128 << 10;
pub(crate) const MAX_BATCH_BODY: usize = 1 << 20;
/// How much of a body that is too long is read all the same, in bytes.
const MAX_THROWN_AWAY: usize = 16 << 20;
/// The longest query, in bytes.
const MAX_QUERY: usize = 64 << 10;
/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);

/// Parameters out of the query of a GET, or of a POST: its JSON object, or the fields of its form.
pub(crate) async fn read_given<B>(parts: &http::request::Parts, incoming: B) -> Result<Given, Problem>
where
    B: Body + Send,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let query = parts.uri.query().unwrap_or_default();
    if query.len() > MAX_QUERY {
        return Err(Problem::new(
            ErrorCode::TooLarge,
            "The query string is longer than 64 KiB. Send the parameters as a JSON object with POST.",
        ));
    }
    match parts.method {
        Method::GET | Method::HEAD => Ok(Given::Query(parse_query(query))),
        Method::POST if !query.is_empty() => {
            Err(Problem::new(ErrorCode::Invalid, "A POST request takes its parameters in the body only. Remove the query string."))
        }
        Method::POST => {
            let bytes = read_body(&parts.headers, incoming, MAX_BODY).await?;
            if bytes.is_empty() {
                return Ok(Given::Body(JsonBody::default()));
            }
            if let Some(fields) = form(&parts.headers, &bytes) {
                return Ok(Given::Query(parse_query(fields)));
            }
            match serde_json::from_slice(&bytes) {
                Ok(Json::Object(object)) => Ok(Given::Body(JsonBody::read(object, &bytes))),
                Ok(_) => Err(Problem::new(ErrorCode::Invalid, "The body must be a JSON object of parameters.")),
                Err(error) => Err(Problem::new(
                    ErrorCode::Invalid,
                    format!("The body is not valid JSON: line {}, column {}.", error.line(), error.column()),
                )),
            }
        }
        _ => Err(Problem::new(ErrorCode::MethodNotAllowed, "APIs accept GET and POST.")),
    }
}

/// The fields of a form. Tools send JSON under the type of a form as well, which begins with a brace.
fn form<'a>(headers: &HeaderMap, body: &'a [u8]) -> Option<&'a str> {
    let is_form = media_type(headers).eq_ignore_ascii_case("application/x-www-form-urlencoded");
    let is_json = body.trim_ascii_start().starts_with(b"{");
    if is_form && !is_json { std::str::from_utf8(body).ok() } else { None }
}

/// The media type of a body without its parameters; empty where none is named.
fn media_type(headers: &HeaderMap) -> &str {
    let named = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    named.split(';').next().unwrap_or_default().trim()
}

/// The body of a POST, without the mark that some editors put before a text.
///
/// # Errors
/// 415 for a body that is compressed or in parts; one that is too long, broke off, or did not come in time.
pub(crate) async fn read_body<B>(headers: &HeaderMap, incoming: B, most: usize) -> Result<Bytes, Problem>
where
    B: Body + Send,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let late = |_| Problem::new(ErrorCode::Invalid, "The body did not arrive within 15 seconds. Send the request again.");
    // Read first, whatever it is: a client that is cut off while it sends sees a reset instead of the response.
    let body = tokio::time::timeout(BODY_TIMEOUT, collect(incoming, most)).await.map_err(late)??;
    refuse_unread(headers)?;
    Ok(match body.strip_prefix(b"\xef\xbb\xbf") {
        Some(text) => body.slice_ref(text),
        None => body,
    })
}

fn refuse_unread(headers: &HeaderMap) -> Result<(), Problem> {
    let unread =
        |detail: String| Err(Problem { status: StatusCode::UNSUPPORTED_MEDIA_TYPE.as_u16(), ..Problem::new(ErrorCode::Invalid, detail) });
    let encoding = headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default().trim();
    if !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity") {
        return unread(format!("The content-encoding {encoding} is not supported. Send the body without compression."));
    }
    let media_type = media_type(headers);
    if media_type.starts_with("multipart/") {
        return unread(format!("The content type {media_type} is not supported. Send the parameters as a JSON object."));
    }
    Ok(())
}

/// What is too long is read to its end, within reason, and discarded: a client that is cut off while it sends sees a
/// reset instead of the response.
async fn collect<B>(incoming: B, most: usize) -> Result<Bytes, Problem>
where
    B: Body + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut incoming = std::pin::pin!(incoming);
    let (mut body, mut seen) = (BytesMut::new(), 0);
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|error| unread(error.into(), "The body ended early or arrived too slowly. Send the request again."))?;
        let Ok(data) = frame.into_data() else { continue };
        seen += data.remaining();
        if seen <= most {
            body.put(data);
        } else if seen > most + MAX_THROWN_AWAY {
            break;
        }
    }
    if seen > most {
        return Err(Problem::new(ErrorCode::TooLarge, format!("The body is longer than {} KiB. Send less.", most >> 10)));
    }
    Ok(body.freeze())
}

/// Why a body could not be read: there is no memory for it, or `otherwise`.
pub(crate) fn unread(error: Box<dyn std::error::Error + Send + Sync>, otherwise: &str) -> Problem {
    match error.downcast::<Problem>() {
        Ok(problem) if problem.code == ErrorCode::Overloaded => *problem,
        _ => Problem::new(ErrorCode::Invalid, otherwise),
    }
}
