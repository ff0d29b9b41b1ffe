//! Messages in their gRPC frames: a byte that says whether it is compressed, four of length, the message.

use bytes::Bytes;
use flate2::read::GzDecoder;
use http::{HeaderMap, HeaderValue};
use http_body_util::{BodyExt, Limited};
use hyper::body::Body;
use model::{ErrorCode, Problem};
use std::io::Read;

use crate::incoming::unread;

/// The longest message of a request, in bytes.
pub(super) const MAX_MESSAGE: usize = 1 << 20;
/// The longest message of health and reflection, in bytes: they need no key, and their questions are names.
pub(super) const MAX_NAMES: usize = 4 << 10;
pub(crate) const PREFIX: usize = 5;

/// Begins a frame; [`close`] writes its length once the message stands.
pub(crate) fn open(capacity: usize) -> Vec<u8> {
    let mut frame = Vec::with_capacity(PREFIX + capacity);
    frame.extend_from_slice(&[0; PREFIX]);
    frame
}

/// Writes the length of the message behind the prefix at `start`.
pub(crate) fn close(frame: &mut [u8], start: usize) {
    let length = u32::try_from(frame.len() - start - PREFIX).unwrap_or(u32::MAX);
    frame[start + 1..start + PREFIX].copy_from_slice(&length.to_be_bytes());
}

fn joined(first: http_body::Frame<Bytes>, rest: Bytes) -> Bytes {
    let first = first.into_data().unwrap_or_default();
    if rest.is_empty() { first } else { [first, rest].concat().into() }
}

/// What a body gave when it was asked for its first frame; `None` where nothing had come yet.
pub(crate) type First = Option<Option<Result<http_body::Frame<Bytes>, Box<dyn std::error::Error + Send + Sync>>>>;

/// A body of which no more is read than one message may have.
pub(crate) fn limited<B>(body: B) -> Limited<B> {
    Limited::new(body, MAX_MESSAGE + PREFIX)
}

/// The one message of a unary request; `first` is what was read of it already.
///
/// # Errors
/// None, several, one that is too long, or one that is compressed in a way that is not offered.
pub(crate) async fn read_one<B>(headers: &HeaderMap, first: First, mut body: Limited<B>) -> Result<Bytes, Problem>
where
    B: Body<Data = Bytes> + Send + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let first = match first {
        Some(first) => first,
        None => body.frame().await,
    };
    // Nearly every request is one message in one frame.
    let first = match first {
        Some(Ok(frame)) if body.is_end_stream() => Ok(frame.into_data().unwrap_or_default()),
        Some(Ok(frame)) => Box::pin(body.collect()).await.map(|rest| joined(frame, rest.to_bytes())),
        Some(Err(error)) => Err(error),
        None => Ok(Bytes::new()),
    };
    let frame = first.map_err(|error| match error.is::<http_body_util::LengthLimitError>() {
        true => Problem::new(ErrorCode::TooLarge, "The message is longer than 1 MiB."),
        false => unread(error, "The message ended early or arrived too slowly. Send the message again."),
    })?;
    let broken = || Problem::new(ErrorCode::Invalid, "The request must be one gRPC message.");
    let prefix = frame.first_chunk::<PREFIX>().ok_or_else(broken)?;
    let length = u32::from_be_bytes([prefix[1], prefix[2], prefix[3], prefix[4]]) as usize;
    if frame.len() != PREFIX + length {
        return Err(broken());
    }
    let message = frame.slice(PREFIX..);
    match (prefix[0], headers.get("grpc-encoding").map(HeaderValue::as_bytes)) {
        (0, _) => Ok(message),
        (1, Some(b"gzip")) => {
            let mut out = Vec::new();
            let read = GzDecoder::new(&message[..]).take(MAX_MESSAGE as u64 + 1).read_to_end(&mut out);
            match read {
                Ok(_) if out.len() <= MAX_MESSAGE => Ok(Bytes::from(out)),
                Ok(_) => Err(Problem::new(ErrorCode::TooLarge, "The message is longer than 1 MiB.")),
                Err(_) => Err(broken()),
            }
        }
        _ => Err(Problem::new(ErrorCode::Invalid, "Messages must be uncompressed or compressed with gzip.")),
    }
}
