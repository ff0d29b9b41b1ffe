//! The body of a response: handed over in pieces, so that what its client does not take stays where it is seen.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::bounds::PIECE;
use super::connection::Activity;

/// Who is waited for, as a response was last polled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// No response was polled.
    Unknown,
    /// A response gave something: its client is to take it.
    Client,
    /// A response has nothing to give yet.
    Server,
}

thread_local! {
    /// Set while a task polls a response, and read by the same task right after: see `streams.rs`.
    static TURN: Cell<Turn> = const { Cell::new(Turn::Unknown) };
}

/// Whose turn it is since this was last asked.
pub(super) fn take_turn() -> Turn {
    TURN.replace(Turn::Unknown)
}

/// The body of a response on its way out.
pub(super) struct ResponseBody<B> {
    body: B,
    /// What is left of a frame that was longer than a piece.
    rest: Bytes,
    /// Its connection is not idle for as long as this is there.
    _open: Arc<Activity>,
}

impl<B> ResponseBody<B> {
    pub(super) fn new(body: B, open: Arc<Activity>) -> Self {
        TURN.set(Turn::Client);
        Self { body, rest: Bytes::new(), _open: open }
    }

    /// Keeps what is longer than a piece.
    fn first_piece(&mut self, frame: Frame<Bytes>) -> Frame<Bytes> {
        match frame.into_data() {
            Ok(mut data) if data.len() > PIECE => {
                self.rest = data.split_off(PIECE);
                Frame::data(data)
            }
            Ok(data) => Frame::data(data),
            Err(trailers) => trailers,
        }
    }
}

impl<B> Body for ResponseBody<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        TURN.set(Turn::Client);
        if !this.rest.is_empty() {
            let piece = this.rest.split_to(this.rest.len().min(PIECE));
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        // A panic of what is still being made ends this response, not the others of its connection.
        let Ok(polled) = catch_unwind(AssertUnwindSafe(|| Pin::new(&mut this.body).poll_frame(context))) else {
            return Poll::Ready(Some(Err("the response panicked".into())));
        };
        if polled.is_pending() {
            TURN.set(Turn::Server);
        }
        polled.map(|frame| frame.map(|frame| frame.map(|frame| this.first_piece(frame)).map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.rest.len() as u64;
        let mut hint = self.body.size_hint();
        if rest > 0 {
            if let Some(upper) = hint.upper() {
                hint.set_upper(upper + rest);
            }
            hint.set_lower(hint.lower() + rest);
        }
        hint
    }
}
