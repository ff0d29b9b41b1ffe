//! The executors: one row by key, several, or a list of rows, read from the source or a dataset.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;
use bytes::{Bytes, BytesMut};
use connect::proto::{Messages, value_of, write_message};
use connect::{BatchStream, Purpose, SourceError, SourceErrorKind, Statement, unreadable};
use futures::{StreamExt, TryStreamExt};
use model::spec::{ApiKind, DEFAULT_MAX_BYTES};
use model::{DataType, ErrorCode, Field, Problem, Value, keyset};

use crate::key_path;
use crate::parameters::Call;
use crate::plan::{Backend, OpenDataset, Plan, SourceBackend};
use crate::reserved::{cursor, cursor_behind};
use crate::rows::Rows;

/// How long a stream may take in all; its parts come within the time-out of the API.
const STREAM_TIMEOUT: Duration = Duration::from_secs(600);

/// # Errors
/// What the source or the store did wrong. A key without a row is an empty answer.
pub(crate) async fn rows(plan: &Plan, call: &Call) -> Result<Rows, Problem> {
    match (&plan.backend, plan.kind) {
        (Backend::Dataset(open), _) => {
            let Some(key) = key_path::of_arguments(plan, &call.arguments) else { return Ok(Rows::default()) };
            let mut found = by_keys(plan, open, &[key]).await?;
            let row = found.pop().flatten();
            call.memory.hold(row.as_ref().map_or(0, |row| row.len() as u64))?;
            Ok(Rows::of_key(row))
        }
        (Backend::Source(backend), ApiKind::Kv) => one_row(plan, backend, call).await,
        (Backend::Source(backend), _) => list(plan, backend, call).await,
        // The stack runs it, which can call other APIs.
        (Backend::Union(_), _) => Err(not_of_steps(plan)),
    }
}

/// The rows of several keys of a dataset, in their order.
///
/// # Errors
/// Where the store does not answer in time.
pub(crate) async fn by_keys(plan: &Plan, open: &OpenDataset, keys: &[Vec<u8>]) -> Result<Vec<Option<Bytes>>, Problem> {
    let read = tokio::time::timeout(plan.timeout, open.data.read(keys)).await;
    let late = |_| {
        Problem::new(
            ErrorCode::StoreTimeout,
            format!("{}: the store of the dataset took longer than the time-out of this API. Try again in a moment.", open.about.name),
        )
    };
    read.map_err(late)?.map_err(|error| failed_store(plan, open, &error))
}

/// A store's failure as a caller gets it; its cause goes to the log.
pub(crate) fn failed_store(plan: &Plan, open: &OpenDataset, error: &accel::AccelError) -> Problem {
    tracing::warn!(api = plan.path, dataset = open.about.name, cause = %error.cause, "a store failed a request: {error}");
    error.problem(&open.about.name)
}

async fn one_row(plan: &Plan, backend: &SourceBackend, call: &Call) -> Result<Rows, Problem> {
    let asked = query(plan, backend, call, (2, plan.timeout), &[]).await?;
    let batches: Vec<RecordBatch> = collect(plan, backend, call, asked).await?;
    let count: usize = batches.iter().map(RecordBatch::num_rows).sum();
    if count > 1 {
        return Err(Problem::new(
            ErrorCode::SourceChanged,
            format!(
                "More than one row has {}: the key is not unique any more. Ask the owner of the API to correct the data or the key.",
                call.key_words()
            ),
        ));
    }
    let mut row = Vec::with_capacity(256);
    let Some(batch) = batches.iter().find(|batch| batch.num_rows() > 0) else { return Ok(Rows::default()) };
    write_message(&mut row, batch, 0, &backend.columns);
    within(row.len() as u64, most_of_whole(plan))?;
    call.memory.hold(row.len() as u64)?;
    Ok(Rows::of_key(Some(Bytes::from(row))))
}

async fn list(plan: &Plan, backend: &SourceBackend, call: &Call) -> Result<Rows, Problem> {
    // One more than is given, to know whether there is more.
    let limit = call.wanted.page.limit as usize;
    let mut batches = query(plan, backend, call, (limit + 1, plan.timeout), backend.statements.keys()).await?;
    let (mut rows, mut bytes, mut more, mut last) = (Vec::new(), 0_u64, false, None);
    let is_keyset = !plan.api.spec.keyset().is_empty();
    while let Some(batch) = batches.try_next().await.map_err(|error| failed_source(plan, backend, call, &error))? {
        let mut messages = messages(backend, &batch);
        more |= rows.len() + messages.len() > limit;
        messages.truncate(limit - rows.len());
        if is_keyset && !messages.is_empty() {
            last = Some((batch, messages.len() - 1));
        }
        bytes += size_of(&messages);
        within(bytes, most_of_whole(plan))?;
        call.memory.hold(bytes)?;
        rows.extend(messages);
    }
    let paged = plan.api.spec.page_size().is_some();
    let next = match (paged && more, last) {
        (true, Some((batch, row))) => Some(behind(plan, backend, &batch, row)?),
        (true, None) => Some(cursor(call.wanted.page.offset + u64::from(call.wanted.page.limit))),
        (false, _) => None,
    };
    Ok(Rows { rows, next, truncated: !paged && more, degraded: Vec::new() })
}

/// Where the page behind a row begins: its values as the source wrote them.
fn behind(plan: &Plan, backend: &SourceBackend, batch: &RecordBatch, row: usize) -> Result<String, Problem> {
    let (spec, keys) = (&plan.api.spec, backend.statements.keys());
    let keyset = spec.keyset();
    let texts = keyset.iter().enumerate().map(|(at, (field, _))| {
        let place = if keys.is_empty() { spec.fields.iter().position(|known| known.name == field.name)? } else { spec.fields.len() + at };
        let data_type = if keys.is_empty() { field.data_type } else { DataType::String };
        match value_of(batch, place, row, data_type) {
            Value::Null => Some(None),
            value => keyset::text_of(&value).map(Some),
        }
    });
    let cursor = texts.collect::<Option<Vec<Option<String>>>>().and_then(|texts| cursor_behind(&texts));
    // Rather than an end that is none.
    cursor.ok_or_else(|| {
        tracing::error!(api = plan.path, "a sort value cannot be put into a cursor");
        let detail = format!("{}: no cursor can be made for the next page. Ask the owner of the API to sort by other fields.", plan.path);
        Problem::new(ErrorCode::Internal, detail)
    })
}

/// Bytes of a response that is made whole before it is sent: however large its API lets responses be, it is in memory.
pub(crate) fn most_of_whole(plan: &Plan) -> u64 {
    plan.api.spec.policy.max_bytes.min(DEFAULT_MAX_BYTES)
}

pub(crate) fn size_of(rows: &[Bytes]) -> u64 {
    rows.iter().map(|row| row.len() as u64).sum()
}

/// # Errors
/// A response that is larger than it may be.
pub(crate) fn within(bytes: u64, most: u64) -> Result<(), Problem> {
    if bytes <= most {
        return Ok(());
    }
    let detail = format!("The response is larger than {} MiB, the limit of this API. Request fewer rows or fields.", most >> 20);
    Err(Problem::new(ErrorCode::TooLarge, detail))
}

/// The messages of a batch, in one allocation.
fn messages(backend: &SourceBackend, batch: &RecordBatch) -> Vec<Bytes> {
    let mut all = Vec::with_capacity(batch.num_rows() * 128);
    let rows = Messages::of(batch, &backend.columns);
    let ends: Vec<usize> = (0..batch.num_rows())
        .map(|row| {
            rows.write(&mut all, row);
            all.len()
        })
        .collect();
    let mut rest = BytesMut::from(Bytes::from(all));
    let mut start = 0;
    ends.into_iter()
        .map(|end| {
            let message = rest.split_to(end - start).freeze();
            start = end;
            message
        })
        .collect()
}

/// Rows as they come, without a page: for streams. At most the API's cap.
///
/// # Errors
/// Where the source does not take the question.
pub(crate) async fn stream(
    plan: &Arc<Plan>,
    call: &Call,
) -> Result<impl futures::Stream<Item = Result<Vec<Bytes>, Problem>> + Send + use<>, Problem> {
    let batches = batches(plan, call, call.wanted.page.limit as usize).await?;
    Ok(futures::stream::try_unfold((plan.clone(), call.clone(), batches, 0), |(plan, call, mut batches, sent)| async move {
        let batch = next_batch(&plan, &mut batches).await.map_err(|error| failed_read(&plan, &call, &error))?;
        let rows = batch.map(|batch| match &plan.backend {
            Backend::Source(backend) => messages(backend, &batch),
            Backend::Dataset(_) | Backend::Union(_) => Vec::new(),
        });
        let bytes = rows.as_deref().map_or(0, size_of);
        let sent = sent + bytes;
        within(sent, plan.api.spec.policy.max_bytes)?;
        call.memory.hold(bytes)?;
        Ok(rows.map(|rows| (rows, (plan, call, batches, sent))))
    }))
}

/// The next batch of a stream, within the time-out of the API.
///
/// # Errors
/// What the source did wrong.
pub(crate) async fn next_batch(plan: &Plan, batches: &mut BatchStream) -> Result<Option<RecordBatch>, SourceError> {
    tokio::time::timeout(plan.timeout, batches.try_next()).await.map_err(|_| SourceError::late())?
}

/// Rows as the source gives them, at most `max_rows`, for as long as a stream may take.
///
/// # Errors
/// Where the source does not take the question.
pub(crate) async fn batches(plan: &Plan, call: &Call, max_rows: usize) -> Result<BatchStream, Problem> {
    match &plan.backend {
        Backend::Source(backend) => query(plan, backend, call, (max_rows, STREAM_TIMEOUT), &[]).await,
        Backend::Dataset(_) => {
            Err(Problem::new(ErrorCode::Invalid, "A dataset with keys has no lists of rows. Read the list from its source."))
        }
        Backend::Union(_) => Err(not_of_steps(plan)),
    }
}

/// How many rows there are in all.
///
/// # Errors
/// What the source did wrong.
pub(crate) async fn count(plan: &Plan, call: &Call) -> Result<u64, Problem> {
    let Backend::Source(backend) = &plan.backend else { return Ok(0) };
    let rendered = backend.statements.render_count(&plan.api.spec, &call.arguments)?;
    let fields = vec![Field { name: "n".into(), column: "n".into(), data_type: DataType::Int64, ..Field::default() }];
    let statement =
        Statement { sql: rendered.sql, binds: rendered.binds, fields, timeout: plan.timeout, max_rows: 1, purpose: Purpose::Response };
    let batches = backend
        .connection
        .query_for(call.consumer, statement, &call.notes)
        .await
        .map_err(|error| failed_source(plan, backend, call, &error))?;
    let rows = collect(plan, backend, call, batches).await?;
    let first = rows.iter().find(|batch| batch.num_rows() > 0).map(|batch| value_of(batch, 0, 0, DataType::Int64));
    Ok(match first {
        Some(Value::Int(count)) => u64::try_from(count).unwrap_or(0),
        _ => 0,
    })
}

/// A source that failed while it was read, as a caller gets it; its cause goes to the log.
pub(crate) fn failed_read(plan: &Plan, call: &Call, error: &SourceError) -> Problem {
    match &plan.backend {
        Backend::Source(backend) => failed_source(plan, backend, call, error),
        Backend::Dataset(_) | Backend::Union(_) => Problem::new(error.code(), error.sentence.clone()),
    }
}

fn not_of_steps(plan: &Plan) -> Problem {
    Problem::new(ErrorCode::Invalid, format!("{} is a Union and responds as one JSON document.", plan.path))
}

/// `keys` are columns behind the fields.
async fn query(
    plan: &Plan,
    backend: &SourceBackend,
    call: &Call,
    (max_rows, timeout): (usize, Duration),
    keys: &[Field],
) -> Result<BatchStream, Problem> {
    let rendered = backend.statements.render(&plan.api.spec, &call.arguments, call.wanted.page, &call.wanted.after)?;
    let fields = plan.api.spec.fields.iter().chain(keys).cloned().collect();
    let purpose = Purpose::of_api(&plan.api.spec.policy);
    let statement = Statement { sql: rendered.sql, binds: rendered.binds, fields, timeout, max_rows, purpose };
    let batches = backend
        .connection
        .query_for(call.consumer, statement, &call.notes)
        .await
        .map_err(|error| failed_source(plan, backend, call, &error))?;
    if purpose == Purpose::Response {
        return Ok(batches);
    }
    // The API says that such cells are null; what is noted of them beside the rows is no part of a response.
    Ok(batches.map_ok(|batch| unreadable::take(batch).0).boxed())
}

async fn collect(plan: &Plan, backend: &SourceBackend, call: &Call, batches: BatchStream) -> Result<Vec<RecordBatch>, Problem> {
    batches.try_collect().await.map_err(|error| failed_source(plan, backend, call, &error))
}

fn failed_source(plan: &Plan, backend: &SourceBackend, call: &Call, error: &SourceError) -> Problem {
    let source = &backend.source.name;
    if error.kind == SourceErrorKind::Value {
        tracing::info!(api = plan.path, source, cause = %error.cause, "a source could not use a value of a request");
        return value_fault(source, call, error);
    }
    tracing::warn!(api = plan.path, source, cause = %error.cause, "a source failed a request: {error}");
    error.problem(source)
}

/// A value that the source cannot use: under the name of its parameter, where it is known which one it is.
fn value_fault(source: &str, call: &Call, error: &SourceError) -> Problem {
    let named = |fits: &dyn Fn(&str) -> bool| {
        let of = |value: &Value| match value {
            Value::Text(text) => fits(text),
            Value::List(items) => items.iter().any(|item| matches!(item, Value::Text(text) if fits(text))),
            _ => false,
        };
        let mut names = call.arguments.iter().filter(|(_, value)| of(value)).map(|(name, _)| name);
        names.next().filter(|_| names.next().is_none()).cloned()
    };
    let only = || call.arguments.keys().next().filter(|_| call.arguments.len() == 1).cloned();
    let quoted = |text: &str| ['"', '\''].iter().any(|quote| error.cause.contains(&format!("{quote}{text}{quote}")));
    match named(&|text| text.contains('\0')).or_else(|| named(&quoted)).or_else(only) {
        Some(name) => {
            Problem::field(&name, format!("{source} cannot use this value of {name}: the value is out of range or has the wrong format."))
        }
        // Nothing was asked with: the statement itself meets rows that it cannot calculate with.
        None if call.arguments.is_empty() && call.wanted.after.is_empty() && call.wanted.page.offset == 0 => {
            let sentence =
                "A row holds a value that the statement cannot use. Ask the owner of the API to correct the row or the statement.";
            Problem::new(ErrorCode::SourceChanged, format!("{source}: {sentence}"))
        }
        None => error.problem(source),
    }
}
