//! What a response's body can be: bytes at hand, bytes and trailers, or frames as they come.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt};
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};

/// The body of a response of the data plane.
#[derive(Default)]
pub struct ApiBody {
    data: Option<Bytes>,
    frames: Option<BoxStream<'static, Result<Frame<Bytes>, std::io::Error>>>,
    trailers: Option<HeaderMap>,
}

impl ApiBody {
    pub(crate) fn full(bytes: impl Into<Bytes>) -> Self {
        Self { data: Some(bytes.into()).filter(|bytes: &Bytes| !bytes.is_empty()), ..Self::default() }
    }

    pub(crate) fn with_trailers(bytes: impl Into<Bytes>, trailers: HeaderMap) -> Self {
        Self { trailers: Some(trailers), ..Self::full(bytes) }
    }

    pub(crate) fn stream(frames: impl Stream<Item = Result<Frame<Bytes>, std::io::Error>> + Send + 'static) -> Self {
        Self { frames: Some(frames.boxed()), ..Self::default() }
    }

    /// The bytes of a body that is at hand.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.data.as_deref().unwrap_or_default()
    }
}

impl Body for ApiBody {
    type Data = Bytes;
    /// A stream that broke off: the peer must not take it for a whole one.
    type Error = std::io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(data) = self.data.take() {
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        if let Some(frames) = &mut self.frames {
            return frames.poll_next_unpin(context);
        }
        Poll::Ready(self.trailers.take().map(|trailers| Ok(Frame::trailers(trailers))))
    }

    fn is_end_stream(&self) -> bool {
        self.data.is_none() && self.frames.is_none() && self.trailers.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        if self.frames.is_some() {
            return SizeHint::default();
        }
        SizeHint::with_exact(self.data.as_ref().map_or(0, |data| data.len() as u64))
    }
}
