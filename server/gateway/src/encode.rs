//! Rows as the JSON of a response: the row itself for a key, a page for a list.

use model::Problem;
use model::spec::ApiKind;
use model::wire::Broken;

use accel::row_json::RowJson;

use crate::execute;
use crate::formats::End;
use crate::memory::Counted;
use crate::rows::Rows;
use crate::stack::{Admitted, Answered, no_row};
use crate::view::broken_row;

/// The body of a response over HTTP.
///
/// # Errors
/// A key without a row; a row that cannot be read; a page that is larger than it may be, or than memory is left for.
pub(crate) fn body_of(admitted: &Admitted<'_>, answered: &Answered) -> Result<Counted, Problem> {
    let (json, memory) = (&answered.view.json, &answered.call.memory);
    let of_rows = memory.held();
    let written = match (admitted.plan.kind, answered.rows.rows.first()) {
        (ApiKind::Kv, None) => return Err(no_row(&answered.call)),
        (ApiKind::Kv, Some(row)) => {
            let mut out = Vec::with_capacity(row.len() * 2 + 64);
            json.write(&mut out, row).map(|()| out)
        }
        (ApiKind::Union, Some(row)) if !admitted.plan.api.spec.gives_list() => object(&answered.rows, row, json),
        (ApiKind::Sql | ApiKind::Union, _) => Ok(page(admitted, answered)?),
    };
    let written = written.map_err(|error| broken_row(&admitted.plan.path, error))?;
    memory.hold(of_rows + written.len() as u64)?;
    Ok(Counted::new(written, memory))
}

fn page(admitted: &Admitted<'_>, answered: &Answered) -> Result<Vec<u8>, Problem> {
    let (rows, most) = (&answered.rows, execute::most_of_whole(admitted.plan));
    let (memory, of_rows) = (&answered.call.memory, answered.call.memory.held());
    let mut out = Vec::with_capacity(64 + rows.rows.iter().map(|row| row.len() * 2 + 64).sum::<usize>());
    out.extend_from_slice(b"{\"rows\":[");
    for (index, row) in rows.rows.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        answered.view.json.write(&mut out, row).map_err(|error| broken_row(&admitted.plan.path, error))?;
        execute::within(out.len() as u64, most)?;
        memory.hold(of_rows + out.len() as u64)?;
    }
    out.push(b']');
    End { truncated: rows.truncated, next: rows.next.clone(), count: answered.count }.write(&mut out);
    say_degraded(&mut out, rows);
    Ok(out)
}

/// The one object of a Union.
fn object(rows: &Rows, row: &[u8], json: &RowJson) -> Result<Vec<u8>, Broken> {
    let mut out = Vec::with_capacity(row.len() * 2 + 64);
    json.write(&mut out, row)?;
    say_degraded(&mut out, rows);
    Ok(out)
}

/// Puts it at the end of the object that stands there already.
fn say_degraded(out: &mut Vec<u8>, rows: &Rows) {
    if rows.degraded.is_empty() {
        return;
    }
    out.pop();
    out.extend_from_slice(b",\"degraded\":");
    out.extend_from_slice(&serde_json::to_vec(&rows.degraded).unwrap_or_else(|_| b"[]".to_vec()));
    out.push(b'}');
}
