//! `sluice.v1.DataService`: every API through one service, for callers that learn names at run time.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use http::HeaderMap;
use model::clock::Millis;
use model::json_text::float_word;
use model::spec::ApiKind;
use model::{ErrorCode, Problem};
use prost::Message;
use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value};
use serde::de::Error as _;
use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status};

use super::data::Degraded;
use super::data::data_service_server::{DataService, DataServiceServer};
use super::data::{BatchGetRequest, BatchGetResponse, GetRequest, GetResponse, QueryRequest, QueryResponse};
use super::frame::PREFIX;
use super::status::status_of;
use crate::failures::log_failure;
use crate::logged::{Ended, Said};
use crate::metrics::Spent;
use crate::parameters::{self, Given};
use crate::request_id::RequestId;
use crate::stack::{Admitted, Held, Target, no_row};
use crate::timings::{Timings, micros_since};
use crate::view::{View, broken_row};
use crate::{Gateway, Reservation, batch};

/// Bytes that a row takes as a struct, for each of its own, about.
const STRUCT_BYTES: u64 = 8;
/// The largest integer that a `google.protobuf.Value` keeps whole.
const WHOLE: i64 = 1 << 53;
/// Levels of JSON in one another that are read, as many as the reader of whole documents takes.
const MOST_LEVELS: usize = 128;

pub(super) fn service(gateway: Gateway) -> DataServiceServer<Generic> {
    DataServiceServer::new(Generic(gateway)).max_decoding_message_size(super::frame::MAX_MESSAGE)
}

pub(super) struct Generic(Gateway);

/// One call on its way.
struct Visit {
    headers: HeaderMap,
    request_id: RequestId,
    started: Instant,
    now: Millis,
}

impl Generic {
    fn visit(&self, metadata: &MetadataMap) -> Visit {
        let now = self.0.clock.now();
        Visit {
            headers: metadata.clone().into_headers(),
            request_id: RequestId::new(self.0.clock.request_id(now)),
            started: Instant::now(),
            now,
        }
    }

    fn admit(&self, visit: &Visit, api: &str, kind: ApiKind, calls: usize) -> Result<Held, Status> {
        // A tail that is not the number of a version belongs to the name, which then is not there: never the live one.
        let pinned = api.rsplit_once("/v").filter(|(path, _)| path.contains('/'));
        let pinned = pinned.and_then(|(path, digits)| Some((path, digits.parse().ok().filter(|number| *number > 0)?)));
        let (path, version) = pinned.map_or((api, None), |(path, number)| (path, Some(number)));
        let calls = NonZeroU32::new(u32::try_from(calls).unwrap_or(u32::MAX)).unwrap_or(NonZeroU32::MIN);
        let target = Target { path, version, calls };
        let held =
            self.0.admit(&self.0.routes.load(), &visit.headers, target, visit.now).map(|admitted| admitted.held()).map_err(|denied| {
                let spent = Spent::in_gateway(micros_since(visit.started));
                denied.count(spent.micros, 0);
                self.0.log_denied(&denied, target, &visit.ended(spent, None, Said::Nothing));
                log_failure(&visit.request_id, None, &denied.problem);
                status_of(&denied.problem, visit.request_id.as_str(), denied.retry_after)
            })?;
        if (held.admitted().plan.kind == ApiKind::Kv) == (kind == ApiKind::Kv) {
            return Ok(held);
        }
        let right = if kind == ApiKind::Kv { "a list: use Query or Stream" } else { "a key lookup: use Get or BatchGet" };
        let wrong = Problem::new(ErrorCode::Invalid, format!("{path} is {right}."));
        visit.finish(&self.0, &held.admitted(), Err(wrong), &Timings::default(), Said::Nothing)
    }
}

impl Visit {
    /// What the request log gets of it; the size of its response is not known yet.
    fn ended<'b>(&'b self, spent: Spent, timings: Option<&'b Timings>, said: Said<'b>) -> Ended<'b> {
        Ended {
            request_id: &self.request_id,
            headers: &self.headers,
            began: self.started,
            now: self.now,
            spent,
            code: None,
            bytes: None,
            timings,
            said,
        }
    }

    /// Counts all but the bytes, see [`sent`], and makes the status of a failure.
    fn finish<T>(
        &self,
        gateway: &Gateway,
        admitted: &Admitted<'_>,
        result: Result<T, Problem>,
        timings: &Timings,
        said: Said<'_>,
    ) -> Result<T, Status> {
        let (spent, code) = (timings.spent(micros_since(self.started)), result.as_ref().err().map(|problem| problem.code));
        admitted.count(code, spent, 0);
        gateway.log(admitted, &Ended { code, ..self.ended(spent, Some(timings), said) });
        result.map_err(|problem| {
            log_failure(&self.request_id, Some(admitted.plan.path.as_str()), &problem);
            status_of(&problem, self.request_id.as_str(), None)
        })
    }
}

#[tonic::async_trait]
impl DataService for Generic {
    async fn get(&self, request: Request<GetRequest>) -> Result<Response<GetResponse>, Status> {
        let visit = self.visit(request.metadata());
        let request = request.into_inner();
        let held = self.admit(&visit, &request.api, ApiKind::Kv, 1)?;
        let admitted = held.admitted();
        let (key, mut timings) = (given(request.key), Timings::default());
        let answered = self.0.answer(&admitted, &key, &mut timings).await;
        let row = answered.and_then(|answered| match answered.rows.rows.first() {
            Some(row) => row_of(&admitted, &answered.view, row),
            None => Err(no_row(&answered.call)),
        });
        let row = Some(visit.finish(&self.0, &admitted, row, &timings, Said::Given(&key))?);
        Ok(Response::new(sent(&admitted, GetResponse { row })))
    }

    async fn batch_get(&self, request: Request<BatchGetRequest>) -> Result<Response<BatchGetResponse>, Status> {
        let visit = self.visit(request.metadata());
        let request = request.into_inner();
        let held = self.admit(&visit, &request.api, ApiKind::Kv, request.keys.len())?;
        let admitted = held.admitted();
        let keys: Vec<Given> = request.keys.into_iter().map(|key| given(Some(key))).collect();
        let mut timings = Timings::default();
        let rows = async {
            batch::bounded(keys.len())?;
            let batch::Batch { rows, memory } = self.0.batch(&admitted, &keys, &mut timings).await?;
            memory.hold(rows.iter().flatten().map(|row| row.len() as u64).sum::<u64>() * STRUCT_BYTES)?;
            let one = |row: &Option<Bytes>| {
                let row = row.as_ref().map(|row| row_of(&admitted, admitted.view, row)).transpose()?;
                Ok::<_, Problem>(GetResponse { row })
            };
            Ok::<_, Problem>((rows.iter().map(one).collect::<Result<Vec<_>, _>>()?, memory))
        };
        let rows = rows.await;
        let (rows, memory) = visit.finish(&self.0, &admitted, rows, &timings, Said::Nothing)?;
        Ok(counted(sent(&admitted, BatchGetResponse { rows }), memory))
    }

    async fn query(&self, request: Request<QueryRequest>) -> Result<Response<QueryResponse>, Status> {
        let visit = self.visit(request.metadata());
        let request = request.into_inner();
        let held = self.admit(&visit, &request.api, ApiKind::Sql, 1)?;
        let admitted = held.admitted();
        let (parameters, mut timings) = (given(request.parameters), Timings::default());
        let answered = self.0.answer(&admitted, &parameters, &mut timings).await;
        let page = answered.and_then(|answered| {
            let memory = &answered.call.memory;
            memory.hold(answered.rows.rows.iter().map(|row| row.len() as u64).sum::<u64>() * STRUCT_BYTES)?;
            let memory = memory.hand_over(memory.held());
            let rows = answered.rows.rows.iter().map(|row| row_of(&admitted, &answered.view, row)).collect::<Result<_, _>>()?;
            let degraded = answered.rows.degraded.into_iter();
            let degraded = degraded.map(|one| Degraded { step: one.step, code: one.code, fallback: one.fallback }).collect();
            Ok((QueryResponse { rows, next: answered.rows.next, truncated: answered.rows.truncated, degraded }, memory))
        });
        let (page, memory) = visit.finish(&self.0, &admitted, page, &timings, Said::Given(&parameters))?;
        Ok(counted(sent(&admitted, page), memory))
    }

    type StreamStream = BoxStream<'static, Result<GetResponse, Status>>;

    async fn stream(&self, request: Request<QueryRequest>) -> Result<Response<Self::StreamStream>, Status> {
        let visit = self.visit(request.metadata());
        let request = request.into_inner();
        let held = self.admit(&visit, &request.api, ApiKind::Sql, 1)?;
        let admitted = held.admitted();
        let limited = request.parameters.as_ref().is_some_and(|given| given.fields.contains_key("limit"));
        let (asked, mut timings) = (given(request.parameters), Timings::default());
        let begun = async {
            let notes = self.0.notes(admitted.plan, &mut timings);
            let mut call = parameters::read(admitted.plan, &asked, self.0.giver(&admitted, &notes))?;
            if !limited {
                call.wanted.page.limit = admitted.plan.api.spec.policy.max_rows;
            }
            let started = Instant::now();
            let rows = self.0.stream_rows(&admitted, &call).await;
            timings.fetched(started, None);
            rows
        };
        let begun = begun.await;
        let rows = visit.finish(&self.0, &admitted, begun, &timings, Said::Given(&asked))?;
        let (path, request_id, meter) = (admitted.plan.path.clone(), visit.request_id, admitted.meter.clone());
        let held = Arc::new(held);
        let messages = rows.flat_map(move |batch| {
            let held = held.clone();
            let of_row = move |row: Bytes| row_of(&held.admitted(), held.admitted().view, &row).map(|row| GetResponse { row: Some(row) });
            let items: Vec<Result<GetResponse, Problem>> = match batch {
                Ok(rows) => rows.into_iter().map(of_row).collect(),
                Err(problem) => vec![Err(problem)],
            };
            futures::stream::iter(items)
        });
        let messages = messages.map(move |item| {
            if let Ok(message) = &item {
                meter.count_bytes(wire_len(message));
            }
            item.map_err(|problem| {
                log_failure(&request_id, Some(path.as_str()), &problem);
                status_of(&problem, request_id.as_str(), None)
            })
        });
        Ok(Response::new(messages.boxed()))
    }
}

/// A message that is sent, once its bytes are counted.
fn sent<T: Message>(admitted: &Admitted<'_>, message: T) -> T {
    admitted.meter.count_bytes(wire_len(&message));
    message
}

/// Bytes of a message on the wire.
fn wire_len(message: &impl Message) -> usize {
    PREFIX + message.encoded_len()
}

/// A response that holds memory until its body is gone, see `GrpcBody`.
fn counted<T>(message: T, memory: Reservation) -> Response<T> {
    let mut response = Response::new(message);
    if memory.held() > 0 {
        response.extensions_mut().insert(Arc::new(memory));
    }
    response
}

fn given(object: Option<Struct>) -> Given {
    let fields = object.unwrap_or_default().fields;
    Given::Body(fields.into_iter().map(|(name, value)| (name, json_of(value))).collect::<Map<_, _>>().into())
}

/// A number without a fraction is an integer again.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)] // bounded by the comparison
fn json_of(value: Value) -> Json {
    match value.kind {
        None | Some(Kind::NullValue(_)) => Json::Null,
        Some(Kind::BoolValue(yes)) => yes.into(),
        Some(Kind::StringValue(text)) => text.into(),
        Some(Kind::NumberValue(number)) if number.fract() == 0.0 && number.abs() <= WHOLE as f64 => (number as i64).into(),
        Some(Kind::NumberValue(number)) => float_word(number).map_or_else(|| number.into(), Json::from),
        Some(Kind::ListValue(list)) => list.values.into_iter().map(json_of).collect(),
        Some(Kind::StructValue(object)) => {
            Json::Object(object.fields.into_iter().map(|(name, value)| (name, json_of(value))).collect::<Map<_, _>>())
        }
    }
}

/// A row's JSON as a struct; integers that a double would round become strings, as JSON of protobuf has them.
fn row_of(admitted: &Admitted<'_>, view: &View, row: &[u8]) -> Result<Struct, Problem> {
    let mut text = Vec::with_capacity(row.len() * 2 + 64);
    view.json.write(&mut text, row).map_err(|error| broken_row(&admitted.plan.path, error))?;
    let fields = fields_of(&text, MOST_LEVELS).map_err(|_| {
        Problem::new(ErrorCode::Internal, "A stored row cannot be read. Ask the owner of the API to build the dataset again.")
    })?;
    Ok(Struct { fields })
}

/// The fields of an object, each from its own text, so that no digit is lost before it is looked at.
fn fields_of(object: &[u8], levels: usize) -> serde_json::Result<BTreeMap<String, Value>> {
    let fields: BTreeMap<String, &RawValue> = serde_json::from_slice(object)?;
    fields.into_iter().map(|(name, raw)| Ok((name, value_of(raw, levels)?))).collect()
}

fn value_of(raw: &RawValue, levels: usize) -> serde_json::Result<Value> {
    let text = raw.get();
    let inside = || levels.checked_sub(1).ok_or_else(|| serde_json::Error::custom("the value is nested too deeply"));
    let kind = match text.as_bytes().first() {
        Some(b'{') => Kind::StructValue(Struct { fields: fields_of(text.as_bytes(), inside()?)? }),
        Some(b'[') => {
            let (items, levels): (Vec<&RawValue>, _) = (serde_json::from_str(text)?, inside()?);
            Kind::ListValue(ListValue { values: items.into_iter().map(|item| value_of(item, levels)).collect::<Result<_, _>>()? })
        }
        Some(b'"') => Kind::StringValue(serde_json::from_str(text)?),
        Some(b't') => Kind::BoolValue(true),
        Some(b'f') => Kind::BoolValue(false),
        Some(b'n') | None => Kind::NullValue(0),
        Some(_) => number_of(text),
    };
    Ok(Value { kind: Some(kind) })
}

/// A number as a double, or as its digits where it is a whole one that a double would round, or is none of a double at all.
fn number_of(text: &str) -> Kind {
    let is_whole = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let is_kept = text.parse::<i64>().is_ok_and(|whole| whole.unsigned_abs() <= WHOLE.unsigned_abs());
    match serde_json::from_str(text) {
        Ok(number) if is_kept || !is_whole => Kind::NumberValue(number),
        _ => Kind::StringValue(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_keep_their_digits_however_deep_they_stand() {
        let row = r#"{"least": -9223372036854775808, "kept": 9007199254740992, "f": 0.1, "no": null, "in": {"u": [18446744073709551615, 1]},
            "long": 123456789012345678901234567890, "far": 1e400, "text": "a\"b", "yes": true}"#;
        let fields = fields_of(row.as_bytes(), MOST_LEVELS).unwrap();
        let of = |name: &str| fields[name].kind.clone().unwrap();
        let text = |text: &str| Kind::StringValue(text.to_owned());
        assert_eq!((of("least"), of("long")), (text("-9223372036854775808"), text("123456789012345678901234567890")));
        assert_eq!((of("kept"), of("f")), (Kind::NumberValue(9_007_199_254_740_992.0), Kind::NumberValue(0.1)));
        assert_eq!((of("far"), of("text")), (text("1e400"), text("a\"b")));
        assert_eq!((of("no"), of("yes")), (Kind::NullValue(0), Kind::BoolValue(true)));
        let Kind::StructValue(inner) = of("in") else { panic!("{:?}", of("in")) };
        let Some(Kind::ListValue(list)) = &inner.fields["u"].kind else { panic!("{inner:?}") };
        assert_eq!(list.values[0].kind, Some(text("18446744073709551615")));
    }

    #[test]
    fn a_cell_that_is_nested_without_end_is_an_error_and_not_the_end_of_the_process() {
        let nested = |levels: usize| format!(r#"{{"deep": {}{}}}"#, "[".repeat(levels), "]".repeat(levels));
        assert!(fields_of(nested(MOST_LEVELS).as_bytes(), MOST_LEVELS).is_ok());
        assert!(fields_of(nested(100_000).as_bytes(), MOST_LEVELS).is_err());
    }
}
