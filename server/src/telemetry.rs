//! Traces by OpenTelemetry, over OTLP/gRPC, where a collector is set. The spans of requests come from the gateway at the end of each
//! request, as the request log has them; those of runs and of the portal come by `tracing`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use gateway::Traces;
use model::view::{LoggedRequest, LoggedSpan};
use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState, TracerProvider};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchSpanProcessor, SdkTracer, SdkTracerProvider, SpanData, SpanEvents, SpanLinks, SpanProcessor};

const NAME: &str = "sluice";
/// How long the end of the process waits for spans to be sent.
const ENDING: Duration = Duration::from_secs(5);

/// Sends spans to a collector.
pub(crate) struct Telemetry {
    requests: BatchSpanProcessor,
    others: SdkTracerProvider,
    scope: InstrumentationScope,
}

impl Telemetry {
    /// Begins to send to a collector. It is dialled when there is something to send, and Sluice works the same while it is away. Belongs
    /// into a runtime.
    ///
    /// # Errors
    /// An address that is none.
    pub(crate) fn start(endpoint: &str) -> Result<Self, String> {
        let exporter = || {
            let built = SpanExporter::builder().with_tonic().with_endpoint(endpoint).build();
            built.map_err(|error| {
                format!("traces cannot be sent to SLUICE_OTLP_ENDPOINT: {error}. Set an address such as http://127.0.0.1:4317")
            })
        };
        let resource = Resource::builder_empty().with_service_name(NAME).build();
        let mut requests = BatchSpanProcessor::builder(exporter()?).build();
        requests.set_resource(&resource);
        let others = SdkTracerProvider::builder().with_batch_exporter(exporter()?).with_resource(resource).build();
        Ok(Self { requests, others, scope: InstrumentationScope::builder(NAME).build() })
    }

    /// What `tracing` writes spans with.
    pub(crate) fn tracer(&self) -> SdkTracer {
        self.others.tracer(NAME)
    }

    /// Sends what is not sent yet. It waits, so it belongs on a thread that may.
    pub(crate) fn end(&self) {
        let _ = self.requests.shutdown_with_timeout(ENDING);
        let _ = self.others.shutdown_with_timeout(ENDING);
    }
}

impl Traces for Telemetry {
    fn take(&self, request: &LoggedRequest, parent: Option<&str>) {
        for span in spans_of(request, parent, &self.scope) {
            self.requests.on_end(span);
        }
    }
}

/// The spans of a request: the first one is the request itself, and the others are within it, or within one another.
fn spans_of(request: &LoggedRequest, parent: Option<&str>, scope: &InstrumentationScope) -> Vec<SpanData> {
    let Ok(trace) = TraceId::from_hex(&request.trace_id) else { return Vec::new() };
    // As the response says it in `traceparent`.
    let id: String = request.request_id.chars().filter(|letter| *letter != '-').skip(16).collect();
    let Ok(own) = u64::from_str_radix(&id, 16) else { return Vec::new() };
    let parent = parent.and_then(|span| SpanId::from_hex(span).ok()).unwrap_or(SpanId::INVALID);
    let begin = UNIX_EPOCH + Duration::from_millis(u64::try_from(request.at).unwrap_or(0));
    let context = |id: u64| SpanContext::new(trace, SpanId::from(id), TraceFlags::SAMPLED, false, TraceState::default());
    // An odd step, so that no two of them are the same.
    let id_at = |index: usize| own.wrapping_add((index as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let of = |(index, span): (usize, &LoggedSpan)| {
        let is_root = index == 0;
        SpanData {
            span_context: context(id_at(index)),
            parent_span_id: if is_root { parent } else { SpanId::from(id_at(span.parent_in(&request.spans))) },
            parent_span_is_remote: is_root && parent != SpanId::INVALID,
            span_kind: if is_root { SpanKind::Server } else { SpanKind::Internal },
            name: if is_root && !request.api.is_empty() { request.api.clone().into() } else { span.name.clone().into() },
            start_time: after(begin, span.began_us),
            end_time: after(begin, span.began_us.saturating_add(span.took_us)),
            attributes: if is_root { attributes_of(request) } else { attributes_within(span) },
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: status_of(request, span, is_root),
            instrumentation_scope: scope.clone(),
        }
    };
    request.spans.iter().enumerate().map(of).collect()
}

fn after(begin: SystemTime, micros: u64) -> SystemTime {
    begin.checked_add(Duration::from_micros(micros)).unwrap_or(begin)
}

fn status_of(request: &LoggedRequest, span: &LoggedSpan, is_root: bool) -> Status {
    match (request.code, is_root, span.failed) {
        (Some(code), true, _) => Status::error(code.key()),
        (_, false, true) => Status::error("failed"),
        _ => Status::Unset,
    }
}

fn attributes_of(request: &LoggedRequest) -> Vec<KeyValue> {
    let text = |name: &'static str, value: &str| (!value.is_empty()).then(|| KeyValue::new(name, value.to_owned()));
    let all = [
        text("sluice.request_id", &request.request_id),
        text("sluice.api", &request.api),
        text("sluice.app", &request.app),
        text("sluice.environment", request.environment.map(model::snapshot::Environment::key).unwrap_or_default()),
        text("sluice.code", request.code.map(model::ErrorCode::key).unwrap_or_default()),
        text("sluice.cache", &request.cache),
        request.version.map(|version| KeyValue::new("sluice.version", version)),
    ];
    all.into_iter().flatten().collect()
}

fn attributes_within(span: &LoggedSpan) -> Vec<KeyValue> {
    let text = |name: &'static str, value: &str| (!value.is_empty()).then(|| KeyValue::new(name, value.to_owned()));
    let of_note = if span.is_of_source() { "sluice.source" } else { "sluice.note" };
    let rows = span.rows.map(|rows| KeyValue::new("sluice.rows", i64::try_from(rows).unwrap_or(i64::MAX)));
    let all = [
        Some(KeyValue::new("sluice.kind", span.kind.key())),
        text(of_note, &span.note),
        text("sluice.driver", &span.driver),
        text("sluice.step", &span.step),
        rows,
    ];
    all.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use model::view::{LoggedCaller, SpanKind as Kind};
    use model::{ErrorCode, snapshot::Environment};

    use super::*;

    fn request() -> LoggedRequest {
        let span = |name: &str, kind, began_us, took_us, failed| LoggedSpan::new(name, kind, (began_us, took_us), failed);
        let statement =
            LoggedSpan { note: "db".into(), driver: "postgres".into(), rows: Some(1), ..span("statement", Kind::Source, 60, 780, true) };
        LoggedRequest {
            at: 1_700_000_000_000,
            request_id: "01890a5d-ac96-774b-bcce-b302099a8057".into(),
            trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
            api: "travel/plane".into(),
            version: Some(3),
            environment: Some(Environment::Prod),
            app: "travel/demo-app".into(),
            caller: LoggedCaller::Key,
            code: Some(ErrorCode::SourceTimeout),
            total_us: 900,
            gateway_us: 100,
            cache_us: 0,
            source_us: 800,
            cache: String::new(),
            bytes: None,
            node: "here".into(),
            parameters: Vec::new(),
            spans: vec![
                span("request", Kind::Gateway, 0, 900, true),
                span("parameters", Kind::Gateway, 10, 20, false),
                span("source", Kind::Source, 50, 800, true),
                statement,
            ],
        }
    }

    #[test]
    fn the_spans_of_a_request_are_of_the_callers_trace_and_within_the_one_that_the_response_names() {
        let scope = InstrumentationScope::builder(NAME).build();
        let spans = spans_of(&request(), Some("00f067aa0ba902b7"), &scope);
        assert_eq!(spans.len(), 4);
        let own = SpanId::from_hex("bcceb302099a8057").unwrap();
        assert_eq!((spans[0].span_context.span_id(), spans[0].parent_span_id), (own, SpanId::from_hex("00f067aa0ba902b7").unwrap()));
        assert!(spans[1..3].iter().all(|span| span.parent_span_id == own));
        assert_eq!(spans[3].parent_span_id, spans[2].span_context.span_id(), "a statement is within where rows were fetched");
        let told: BTreeSet<String> = spans[3].attributes.iter().map(|of| format!("{}={}", of.key.as_str(), of.value)).collect();
        let wanted = ["sluice.kind=source", "sluice.source=db", "sluice.driver=postgres", "sluice.rows=1"];
        assert_eq!(told, BTreeSet::from(wanted.map(str::to_owned)));
        let trace = TraceId::from_hex("4bf92f3577b34da6a3ce929d0e0e4736").unwrap();
        assert!(spans.iter().all(|span| span.span_context.trace_id() == trace && span.span_context.is_sampled()));
        let ids: BTreeSet<[u8; 8]> = spans.iter().map(|span| span.span_context.span_id().to_bytes()).collect();
        assert_eq!(ids.len(), 4);
        let took = |span: &SpanData| span.end_time.duration_since(span.start_time).unwrap().as_micros();
        assert_eq!(spans.iter().map(took).collect::<Vec<_>>(), [900, 20, 800, 780]);
        assert_eq!((&spans[0].status, &spans[1].status), (&Status::error("source-timeout"), &Status::Unset));
    }

    #[test]
    fn a_request_without_a_callers_span_is_the_first_of_its_trace() {
        let spans = spans_of(&request(), None, &InstrumentationScope::builder(NAME).build());
        assert_eq!((spans[0].parent_span_id, spans[0].parent_span_is_remote), (SpanId::INVALID, false));
    }
}
