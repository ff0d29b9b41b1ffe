//! What a request brings: the parameters of a query or a body, bounded in size and in time.

use std::time::Duration;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http::Method;
use http_body_util::BodyExt;
use hyper::body::Body;
use model::{ErrorCode, Problem};
use serde_json::Value as Json;

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

/// Parameters out of the query of a GET, or the JSON object of a POST.
pub(crate) async fn read_given<B>(parts: &http::request::Parts, incoming: B) -> Result<Given, Problem>
where
    B: Body + Send,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let query = parts.uri.query().unwrap_or_default();
    if query.len() > MAX_QUERY {
        return Err(Problem::new(ErrorCode::TooLarge, "The query is longer than 64 KiB. Send the parameters as a JSON object by POST."));
    }
    match parts.method {
        Method::GET | Method::HEAD => Ok(Given::Query(parse_query(query))),
        Method::POST if !query.is_empty() => {
            Err(Problem::new(ErrorCode::Invalid, "A POST takes its parameters in the body alone, not in the query."))
        }
        Method::POST => {
            let bytes = read_body(incoming, MAX_BODY).await?;
            if bytes.is_empty() {
                return Ok(Given::Body(serde_json::Map::new()));
            }
            match serde_json::from_slice(&bytes) {
                Ok(Json::Object(object)) => Ok(Given::Body(object)),
                Ok(_) => Err(Problem::new(ErrorCode::Invalid, "The body must be a JSON object of parameters.")),
                Err(error) => Err(Problem::new(
                    ErrorCode::Invalid,
                    format!("The body is not JSON: line {}, column {}.", error.line(), error.column()),
                )),
            }
        }
        _ => Err(Problem::new(ErrorCode::MethodNotAllowed, "An API answers to GET and POST.")),
    }
}

pub(crate) async fn read_body<B>(incoming: B, most: usize) -> Result<Bytes, Problem>
where
    B: Body + Send,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let late = |_| Problem::new(ErrorCode::Invalid, "The body did not arrive within 15 seconds.");
    tokio::time::timeout(BODY_TIMEOUT, collect(incoming, most)).await.map_err(late)?
}

/// What is too long is read to its end, within reason, and thrown away: a client that is cut off while it sends sees a
/// reset instead of the answer.
async fn collect<B>(incoming: B, most: usize) -> Result<Bytes, Problem>
where
    B: Body + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut incoming = std::pin::pin!(incoming);
    let (mut body, mut seen) = (BytesMut::new(), 0);
    while let Some(frame) = incoming.frame().await {
        let frame = frame.map_err(|_| Problem::new(ErrorCode::Invalid, "The body broke off, or came too slowly. Send it again."))?;
        let Ok(data) = frame.into_data() else { continue };
        seen += data.remaining();
        if seen <= most {
            body.put(data);
        } else if seen > most + MAX_THROWN_AWAY {
            break;
        }
    }
    if seen > most {
        return Err(Problem::new(ErrorCode::TooLarge, format!("The body is longer than {} KiB.", most >> 10)));
    }
    Ok(body.freeze())
}
