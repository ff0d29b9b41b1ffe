//! A list on its way out in one of the [`formats`](crate::formats): read, written and sent a batch at a time, only as
//! fast as the caller takes it.

use std::sync::Arc;

use bytes::Bytes;
use connect::BatchStream;
use futures::{Stream, StreamExt};
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body::Frame;
use model::{ErrorCode, Problem};

use crate::execute;
use crate::formats::{End, Format, Write};
use crate::parameters::Call;
use crate::plan::Plan;
use crate::reserved::cursor;
use crate::view::View;

pub(crate) const TRUNCATED: HeaderName = HeaderName::from_static("x-sluice-truncated");
pub(crate) const NEXT: HeaderName = HeaderName::from_static("x-sluice-next");

/// What is left to send.
struct Outgoing {
    plan: Arc<Plan>,
    view: Arc<View>,
    batches: BatchStream,
    writer: Box<dyn Write>,
    /// Rows that may still go out.
    left: usize,
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

/// Opens the source and waits for its first rows, so that what is wrong is still said by the status.
///
/// # Errors
/// What the source did wrong; a form that cannot be given.
pub(crate) async fn open(
    plan: &Arc<Plan>,
    view: &Arc<View>,
    call: &Call,
    format: Format,
    count: Option<u64>,
) -> Result<impl Stream<Item = Result<Frame<Bytes>, std::io::Error>> + Send + use<>, Problem> {
    let fields = view.fields.iter().map(|index| plan.api.spec.fields[*index].clone()).collect();
    let writer = format.writer(fields).unwrap_or_else(|| Err("a page is not streamed".into())).map_err(|cause| {
        tracing::error!(api = plan.path, cause, "a form of answer cannot be begun");
        Problem::new(ErrorCode::Internal, "This form cannot be given just now. Ask for JSON.")
    })?;
    let call = &whole(plan, call, format);
    let limit = call.wanted.page.limit as usize;
    // One more than is given, to know whether there is more.
    let mut batches = execute::batches(plan, call, limit + 1).await?;
    let first = execute::next_batch(plan, &mut batches).await.map_err(|error| execute::failed_read(plan, &error))?;
    let batches = futures::stream::iter(first.map(Ok)).chain(batches).boxed();
    // Where pages begin behind a row, only a page knows it.
    let paged = plan.api.spec.page_size().is_some() && plan.api.spec.keyset().is_empty();
    let next = paged.then(|| cursor(call.wanted.page.offset + u64::from(call.wanted.page.limit)));
    let state =
        Outgoing { plan: plan.clone(), view: view.clone(), batches, writer, left: limit, next, count, more: false, phase: Phase::Rows };
    Ok(futures::stream::unfold(state, |mut state| async move {
        let frame = state.frame().await?;
        Some((frame, state))
    }))
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
    async fn frame(&mut self) -> Option<Result<Frame<Bytes>, std::io::Error>> {
        if self.phase == Phase::Rows {
            match self.bytes().await {
                Ok(Some(bytes)) => return Some(Ok(Frame::data(Bytes::from(bytes)))),
                Ok(None) => {}
                Err(cause) => {
                    // The connection is cut: half an answer must not look like a whole one.
                    self.phase = Phase::Over;
                    tracing::warn!(api = self.plan.path, cause, "an answer broke off");
                    return Some(Err(std::io::Error::other(cause)));
                }
            }
        }
        (std::mem::replace(&mut self.phase, Phase::Over) == Phase::Trailers && self.more).then(|| Ok(Frame::trailers(self.trailers())))
    }

    /// The next bytes that go out; `None` after the last.
    async fn bytes(&mut self) -> Result<Option<Vec<u8>>, String> {
        while let Some(batch) =
            execute::next_batch(&self.plan, &mut self.batches).await.map_err(|error| format!("{error}: {}", error.cause))?
        {
            self.more |= batch.num_rows() > self.left;
            let rows = batch.num_rows().min(self.left);
            self.left -= rows;
            let shown = batch.slice(0, rows).project(&self.view.fields).map_err(|error| error.to_string())?;
            let bytes = self.writer.batch(&shown)?;
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
        self.phase = Phase::Trailers;
        if !self.more {
            self.next = None;
        }
        let end = End { truncated: self.more && self.next.is_none(), next: self.next.clone(), count: self.count };
        Ok(Some(self.writer.end(&end)?).filter(|bytes| !bytes.is_empty()))
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
