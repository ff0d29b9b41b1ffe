//! The executors: one row by key, or a list of rows, read from the source and written as JSON.

use connect::json::{write_row, write_text};
use connect::{SourceError, Statement};
use futures::TryStreamExt;
use model::spec::ApiKind;
use model::{ErrorCode, Field, Problem, Value};

use crate::parameters::{Call, cursor};
use crate::plan::Plan;

/// The most bytes of one answer.
const MAX_BYTES: usize = 64 << 20;

/// An answer's body and how many rows are in it.
pub(crate) struct Executed {
    pub(crate) body: Vec<u8>,
    pub(crate) rows: u64,
}

/// # Errors
/// What the source did wrong, or a row that is not there.
pub(crate) async fn run(plan: &Plan, call: &Call) -> Result<Executed, Problem> {
    match plan.api.spec.kind() {
        ApiKind::Kv => one_row(plan, call).await,
        ApiKind::Sql => list(plan, call).await,
    }
}

async fn one_row(plan: &Plan, call: &Call) -> Result<Executed, Problem> {
    let batches = read(plan, call, 2).await?;
    let rows: usize = batches.iter().map(arrow_array::RecordBatch::num_rows).sum();
    let Some(batch) = batches.first().filter(|_| rows > 0) else {
        return Err(Problem::new(ErrorCode::NotFound, format!("No row has {}.", key_words(call))));
    };
    if rows > 1 {
        return Err(Problem::new(
            ErrorCode::SourceChanged,
            format!("More than one row has {}: the key is not unique any more. The owner of the API has to mend it.", key_words(call)),
        ));
    }
    let mut body = Vec::with_capacity(256);
    write_row(&mut body, batch, 0, &shown(plan, call));
    Ok(Executed { body, rows: 1 })
}

/// `tailnum = N14228`, as the caller gave it.
fn key_words(call: &Call) -> String {
    let word = |value: &Value| match value {
        Value::Text(text) => text.chars().take(100).collect(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        _ => "this value".to_owned(),
    };
    let pairs: Vec<String> = call.arguments.iter().map(|(name, value)| format!("{name} = {}", word(value))).collect();
    pairs.join(" and ")
}

async fn list(plan: &Plan, call: &Call) -> Result<Executed, Problem> {
    let paged = plan.api.spec.page_size().is_some();
    // One more than is given, to know whether there is more.
    let limit = call.page.limit as usize;
    let batches = read(plan, call, limit + 1).await?;
    let fields = shown(plan, call);
    let mut body = Vec::with_capacity(4_096);
    body.extend_from_slice(b"{\"rows\":[");
    let mut rows = 0;
    let mut more = false;
    'batches: for batch in &batches {
        for row in 0..batch.num_rows() {
            if rows == limit {
                more = true;
                break 'batches;
            }
            if body.len() > MAX_BYTES {
                return Err(Problem::new(ErrorCode::TooLarge, "The answer is larger than 64 MiB. Ask for fewer rows or fields."));
            }
            if rows > 0 {
                body.push(b',');
            }
            write_row(&mut body, batch, row, &fields);
            rows += 1;
        }
    }
    body.extend_from_slice(b"],\"next\":");
    match (paged && more).then(|| cursor(call.page.offset + u64::from(call.page.limit))) {
        Some(next) => write_text(&mut body, &next),
        None => body.extend_from_slice(b"null"),
    }
    body.extend_from_slice(if !paged && more { b",\"truncated\":true}" } else { b",\"truncated\":false}" });
    Ok(Executed { body, rows: rows as u64 })
}

fn shown<'a>(plan: &'a Plan, call: &Call) -> Vec<(usize, &'a Field)> {
    call.fields.iter().map(|index| (*index, &plan.api.spec.fields[*index])).collect()
}

async fn read(plan: &Plan, call: &Call, max_rows: usize) -> Result<Vec<arrow_array::RecordBatch>, Problem> {
    let rendered = plan.template.render(&plan.api.spec, &call.arguments, call.page);
    let statement =
        Statement { sql: rendered.sql, binds: rendered.binds, fields: plan.api.spec.fields.clone(), timeout: plan.timeout, max_rows };
    let failed = |error: SourceError| {
        tracing::warn!(api = plan.path, source = plan.source.name, cause = %error.cause, "a source failed a call: {error}");
        error.problem(&plan.source.name)
    };
    plan.connection.query(statement).await.map_err(failed)?.try_collect().await.map_err(failed)
}
