//! A list on its way out in one of the [`formats`](crate::formats): read, written and sent a batch at a time, only as
//! fast as the caller takes it, and ended where the caller takes nothing.

use std::sync::Arc;

use arrow_array::{Array, RecordBatch};
use bytes::Bytes;
use connect::BatchStream;
use futures::{Stream, StreamExt};
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body::Frame;
use model::{ErrorCode, Problem};

use crate::Gateway;
use crate::execute;
use crate::formats::{End, Format, Write};
use crate::parameters::Call;
use crate::plan::Plan;
use crate::pump::{self, Cut, PIECE, WRITE_STALL};
use crate::reserved::cursor;
use crate::stack::Admitted;
use crate::view::View;

pub(crate) const TRUNCATED: HeaderName = HeaderName::from_static("x-sluice-truncated");
pub(crate) const NEXT: HeaderName = HeaderName::from_static("x-sluice-next");

/// What is left to send.
struct Outgoing {
    plan: Arc<Plan>,
    view: Arc<View>,
    call: Call,
    batches: BatchStream,
    writer: Box<dyn Write>,
    /// Rows that may still go out.
    left: usize,
    /// Bytes of the rows that were read, as they are in memory, and of what was made of them. Neither may pass `most`:
    /// some formats hold rows, and some are larger than the rows.
    read: u64,
    sent: u64,
    most: u64,
    /// Where the next page would begin.
    next: Option<String>,
    count: Option<u64>,
    more: bool,
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Rows,
    Trailers,
    Over,
}

type Sent = Result<Frame<Bytes>, std::io::Error>;

/// Opens the source and waits for the first bytes, so that what is wrong is still said by the status.
///
/// # Errors
/// What the source did wrong; a form that cannot be given.
pub(crate) async fn open(
    gateway: &Gateway,
    admitted: &Admitted<'_>,
    view: &Arc<View>,
    call: &Call,
    format: Format,
    count: Option<u64>,
) -> Result<impl Stream<Item = Sent> + Send + use<>, Problem> {
    let plan = admitted.plan;
    let fields = view.fields.iter().map(|index| plan.api.spec.fields[*index].clone()).collect();
    let writer = format.writer(fields).unwrap_or_else(|| Err("a page cannot be streamed".into())).map_err(|cause| {
        tracing::error!(api = plan.path, cause, "a response format cannot be started");
        Problem::new(ErrorCode::Internal, "This response format is not available at the moment. Request JSON.")
    })?;
    let call = whole(plan, call, format);
    let limit = call.wanted.page.limit as usize;
    // One more than is given, to know whether there is more.
    let batches = execute::batches(plan, &call, limit + 1).await?;
    // Where pages begin behind a row, only a page knows it.
    let paged = plan.api.spec.page_size().is_some() && plan.api.spec.keyset().is_empty();
    let next = paged.then(|| cursor(call.wanted.page.offset + u64::from(call.wanted.page.limit)));
    let next = next.and_then(|plain| gateway.sealed(admitted, &call, &plain));
    let most = if format == Format::Columns { execute::most_of_whole(plan) } else { plan.api.spec.policy.max_bytes };
    let consumer = call.consumer;
    let mut state = Outgoing {
        plan: plan.clone(),
        view: view.clone(),
        call,
        batches,
        writer,
        left: limit,
        read: 0,
        sent: 0,
        most,
        next,
        count,
        more: false,
        phase: Phase::Rows,
    };
    let first: Option<Sent> = state.bytes().await?.map(|bytes| Ok(Frame::data(Bytes::from(bytes))));
    let rest = futures::stream::unfold(state, |mut state| async move {
        let frame = state.frame().await?;
        Some((frame, state))
    });
    Ok(pump::pumped((plan, consumer), futures::stream::iter(first).chain(rest).flat_map(in_pieces), cut))
}

/// A frame in pieces of which a slow caller takes one in a while.
fn in_pieces(frame: Sent) -> futures::stream::Iter<std::vec::IntoIter<Sent>> {
    let pieces = match frame.map(Frame::into_data) {
        Ok(Ok(mut bytes)) => {
            let mut pieces = Vec::with_capacity(bytes.len() / PIECE + 1);
            while bytes.len() > PIECE {
                pieces.push(Ok(Frame::data(bytes.split_to(PIECE))));
            }
            pieces.push(Ok(Frame::data(bytes)));
            pieces
        }
        Ok(Err(trailers)) => vec![Ok(trailers)],
        Err(cause) => vec![Err(cause)],
    };
    futures::stream::iter(pieces)
}

fn cut(why: Cut) -> Sent {
    Err(std::io::Error::other(match why {
        Cut::Stalled => {
            format!("the client read nothing of the response for {} s, or little while other requests waited", WRITE_STALL.as_secs())
        }
        Cut::Died => "the response panicked".to_owned(),
    }))
}

/// Bytes of a batch's cells.
fn size_of(batch: &RecordBatch) -> u64 {
    batch.columns().iter().map(|column| column.to_data().get_slice_memory_size().unwrap_or_default() as u64).sum()
}

/// A stream has no pages: all rows up to the cap, unless the caller asks for fewer. Columns are held until they are
/// whole, and are a page.
fn whole(plan: &Plan, call: &Call, format: Format) -> Call {
    let mut call = call.clone();
    if !call.wanted.limited && format != Format::Columns {
        call.wanted.page.limit = plan.api.spec.policy.max_rows;
    }
    call
}

impl Outgoing {
    async fn frame(&mut self) -> Option<Sent> {
        if self.phase == Phase::Rows {
            match self.bytes().await {
                Ok(Some(bytes)) => return Some(Ok(Frame::data(Bytes::from(bytes)))),
                Ok(None) => {}
                Err(problem) => {
                    // The connection is cut: half a response must not look like a whole one.
                    self.phase = Phase::Over;
                    tracing::warn!(api = self.plan.path, code = problem.code.key(), "a response ended early: {}", problem.detail);
                    return Some(Err(std::io::Error::other(problem)));
                }
            }
        }
        (std::mem::replace(&mut self.phase, Phase::Over) == Phase::Trailers && self.more).then(|| Ok(Frame::trailers(self.trailers())))
    }

    /// The next bytes that go out; `None` after the last.
    async fn bytes(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        while let Some(batch) = execute::next_batch(&self.plan, &mut self.batches)
            .await
            .map_err(|error| execute::failed_read(&self.plan, &self.call, &error))?
        {
            self.more |= batch.num_rows() > self.left;
            let rows = batch.num_rows().min(self.left);
            self.left -= rows;
            let shown = batch.slice(0, rows).project(&self.view.fields).map_err(|error| self.unwritten(&error.to_string()))?;
            let read = size_of(&shown);
            self.read += read;
            execute::within(self.read, self.most)?;
            let bytes = self.writer.batch(&shown).map_err(|cause| self.unwritten(&cause))?;
            let held = self.writer.held() as u64;
            execute::within(self.sent + held, self.most)?;
            self.call.memory.hold(read + held + bytes.len() as u64)?;
            if !bytes.is_empty() {
                return self.counted(bytes).map(Some);
            }
        }
        self.phase = Phase::Trailers;
        if !self.more {
            self.next = None;
        }
        let end = End { truncated: self.more && self.next.is_none(), next: self.next.clone(), count: self.count };
        let bytes = self.writer.end(&end).map_err(|cause| self.unwritten(&cause))?;
        self.call.memory.hold(bytes.len() as u64)?;
        Ok(Some(self.counted(bytes)?).filter(|bytes| !bytes.is_empty()))
    }

    /// # Errors
    /// Where they are more than may be sent.
    fn counted(&mut self, bytes: Vec<u8>) -> Result<Vec<u8>, Problem> {
        self.sent += bytes.len() as u64;
        execute::within(self.sent, self.most)?;
        Ok(bytes)
    }

    fn unwritten(&self, cause: &str) -> Problem {
        tracing::error!(api = self.plan.path, cause, "rows cannot be written in the requested format");
        Problem::new(ErrorCode::Internal, "These rows cannot be written in the requested format. Request JSON.")
    }

    /// There is more than went out: for those who take trailers.
    fn trailers(&self) -> HeaderMap {
        let mut trailers = HeaderMap::new();
        trailers.insert(TRUNCATED, HeaderValue::from_static("true"));
        if let Some(next) = self.next.as_deref().and_then(|next| HeaderValue::from_str(next).ok()) {
            trailers.insert(NEXT, next);
        }
        trailers
    }
}
