//! Several keys in one call: answers in the order of the keys, and a key without a row is said, never dropped.

use std::collections::BTreeMap;
use std::sync::Arc;

use accel::row_json::RowJson;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use model::number::grouped;
use model::spec::{ApiKind, MAX_BATCH_KEYS};
use model::{ErrorCode, FieldError, Problem};
use serde_json::Value as Json;
use serde_json::value::RawValue;

use crate::json_body::{JsonBody, Written};
use crate::memory::{Counted, Reservation};
use crate::parameters::{self, Given, Giver};
use crate::plan::{Backend, Plan};
use crate::stack::Admitted;
use crate::timings::Timings;
use crate::view::broken_row;
use crate::{Gateway, execute, key_path};

/// Keys that are read from a source at once: as many as it has connections for one caller in fairness.
const AT_ONCE: usize = 8;

/// The keys of `{"keys": [{…}, …]}`.
///
/// # Errors
/// A body of another shape, or with more keys than a batch takes.
pub(crate) fn keys_of_json(body: &[u8]) -> Result<Vec<Given>, Problem> {
    let shape = || {
        Problem::new(
            ErrorCode::Invalid,
            "A batch request has the form {\"keys\": [{…}, …]}. Each key is an object with the fields of the key.",
        )
    };
    let Ok(Json::Object(mut object)) = serde_json::from_slice(body) else { return Err(shape()) };
    let Some(Json::Array(keys)) = object.remove("keys") else { return Err(shape()) };
    if let Some(other) = object.keys().next() {
        return Err(Problem::field(other, format!("A batch request takes only keys, not {other}.")));
    }
    bounded(keys.len())?;
    let keys = keys.into_iter().map(|key| if let Json::Object(key) = key { Ok(key) } else { Err(shape()) });
    let keys = JsonBody::several(keys.collect::<Result<_, _>>()?, || written_keys(body));
    Ok(keys.into_iter().map(Given::Body).collect())
}

/// The keys as they are written.
fn written_keys(body: &[u8]) -> Vec<Written> {
    let read = serde_json::from_slice::<BTreeMap<String, &RawValue>>(body).ok();
    read.and_then(|object| serde_json::from_str(object.get("keys")?.get()).ok()).unwrap_or_default()
}

/// # Errors
/// More keys than a batch takes.
pub(crate) fn bounded(keys: usize) -> Result<(), Problem> {
    if keys > MAX_BATCH_KEYS {
        return Err(Problem::new(
            ErrorCode::TooLarge,
            format!(
                "A batch request takes at most {} keys; this request has {}. Split the request.",
                grouped(MAX_BATCH_KEYS),
                grouped(keys)
            ),
        ));
    }
    Ok(())
}

/// The rows of a batch in the order of its keys, and what of the time that they took was spent at the source, see `Timings::spend`.
type Found = Result<(Vec<Option<Bytes>>, Option<u64>), Problem>;

/// The rows of a batch, in the order of its keys, with what they hold of the memory for responses.
pub(crate) struct Batch {
    pub(crate) rows: Vec<Option<Bytes>>,
    pub(crate) memory: Reservation,
}

impl Gateway {
    /// The rows of a batch, in the order of its keys.
    pub(crate) async fn batch(&self, admitted: &Admitted<'_>, keys: &[Given], timings: &mut Timings) -> Result<Batch, Problem> {
        let plan = admitted.plan;
        let memory = self.memory.reservation(admitted.consumer);
        refuse_lists(plan)?;
        let notes = self.notes(plan, timings);
        let calls = timings.time("parameters", || read_keys(plan, self.giver(admitted, &notes), keys))?;
        let started = std::time::Instant::now();
        let found = self.batch_rows(admitted, calls, &memory).await;
        timings.fetched(started, found.as_ref().ok().and_then(|(_, at_source)| *at_source));
        let (rows, _) = found?;
        Ok(Batch { rows, memory })
    }

    /// With the microseconds that the source took for rows that were in no cache, where there is one.
    async fn batch_rows(&self, admitted: &Admitted<'_>, calls: Vec<Arc<parameters::Call>>, memory: &Reservation) -> Found {
        let plan = admitted.plan;
        let policy = &plan.api.spec.policy.cache;
        if let (Backend::Dataset(open), None) = (&plan.backend, policy) {
            let stored: Vec<Option<Vec<u8>>> = calls.iter().map(|call| key_path::of_arguments(plan, &call.arguments)).collect();
            let there: Vec<Vec<u8>> = stored.iter().flatten().cloned().collect();
            let found = execute::by_keys(plan, open, &there).await?;
            memory.hold(found.iter().flatten().map(|row| row.len() as u64).sum())?;
            let mut found = found.into_iter();
            return Ok((stored.into_iter().map(|key| key.and_then(|_| found.next().flatten())).collect(), None));
        }
        let one = |call: Arc<parameters::Call>| async move {
            let (rows, at_source) = match policy {
                Some(policy) => {
                    let (rows, note) = self.caches.rows(plan, &call, policy).await?;
                    admitted.meter.count_cache(note.result);
                    (rows, note.source)
                }
                None => (execute::rows(plan, &call).await?, 0),
            };
            Ok::<_, Problem>((rows.rows.into_iter().next(), at_source))
        };
        let (mut rows, mut bytes, mut fetched) = (Vec::with_capacity(calls.len()), 0, 0);
        let mut found = futures::stream::iter(calls).map(one).buffered(AT_ONCE);
        while let Some((row, at_source)) = found.try_next().await? {
            bytes += row.as_ref().map_or(0, |row| row.len() as u64);
            fetched += at_source;
            execute::within(bytes, execute::most_of_whole(plan))?;
            memory.hold(bytes)?;
            rows.push(row);
        }
        Ok((rows, policy.as_ref().map(|_| fetched)))
    }
}

/// # Errors
/// For an API that is not asked by key.
pub(crate) fn refuse_lists(plan: &Plan) -> Result<(), Problem> {
    match plan.kind {
        ApiKind::Kv => Ok(()),
        ApiKind::Sql | ApiKind::Union => {
            Err(Problem::new(ErrorCode::NotFound, format!("{} is not a key lookup, so batch requests are not supported.", plan.path)))
        }
    }
}

/// Every key at fault is named by its place.
fn read_keys(plan: &Plan, giver: Giver<'_>, keys: &[Given]) -> Result<Vec<Arc<parameters::Call>>, Problem> {
    let (mut calls, mut errors) = (Vec::with_capacity(keys.len()), Vec::new());
    for (index, key) in keys.iter().enumerate() {
        match parameters::read(plan, key, giver) {
            Ok(call) if call.wanted.fields.is_some() => {
                errors.push(FieldError::new(format!("keys.{index}"), "A key takes only the fields of the key."));
            }
            Ok(call) => calls.push(Arc::new(call)),
            Err(problem) if problem.errors.is_empty() => return Err(problem),
            Err(problem) => {
                errors.extend(
                    problem.errors.into_iter().map(|error| FieldError::new(format!("keys.{index}.{}", error.field), error.message)),
                );
            }
        }
    }
    if errors.is_empty() { Ok(calls) } else { Err(Problem::fields(errors)) }
}

impl Batch {
    /// `{"rows": [ {…} | null, …]}`
    ///
    /// # Errors
    /// A row that cannot be read; more than memory is left for.
    pub(crate) fn json(&self, admitted: &Admitted<'_>) -> Result<Counted, Problem> {
        let (json, of_rows): (&RowJson, u64) = (&admitted.view.json, self.memory.held());
        let mut out = Vec::with_capacity(16 + self.rows.iter().flatten().map(|row| row.len() * 2 + 64).sum::<usize>());
        out.extend_from_slice(b"{\"rows\":[");
        for (index, row) in self.rows.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            match row {
                Some(row) => json.write(&mut out, row).map_err(|error| broken_row(&admitted.plan.path, error))?,
                None => out.extend_from_slice(b"null"),
            }
            self.memory.hold(of_rows + out.len() as u64)?;
        }
        out.extend_from_slice(b"]}");
        Ok(Counted::new(out, &self.memory))
    }
}

#[cfg(test)]
mod tests {
    use model::data_type::ANY_DECIMAL;
    use model::{Parameter, Value};

    use super::*;

    #[test]
    fn keys_keep_the_digits_of_their_numbers() {
        let keys = keys_of_json(br#"{"keys": [{"n": 1}, {"n": 0.12345678901234567890}, {"n": 12345678901234567890123}]}"#).unwrap();
        let of = |given: &Given| match given {
            Given::Body(body) => body.value_of(&Parameter::new("n", ANY_DECIMAL)).unwrap(),
            Given::Query(_) => None,
        };
        let texts = ["1", "0.12345678901234567890", "12345678901234567890123"].map(|text| Some(Value::Text(text.into())));
        assert_eq!(keys.iter().map(of).collect::<Vec<_>>(), texts);
        for bad in [&b"[]"[..], b"{\"keys\": [1]}", b"{\"keys\": [{}], \"x\": 1}", b"{"] {
            assert!(keys_of_json(bad).is_err());
        }
    }
}
