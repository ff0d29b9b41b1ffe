//! The end of a request, as the request log gets it. Whether it is kept is one look at a number; all else is done for those that are.

use std::time::Instant;

use connect::Note;
use http::HeaderMap;
use model::ErrorCode;
use model::clock::Millis;
use model::view::{LoggedCaller, LoggedParameter, LoggedSpan, SpanKind, StepTrace};
use request_log::{MAX_SPANS, RequestEntry, Sampler, masked};

use crate::answer::{parent_of, trace_id};
use crate::figures::CacheResult;
use crate::kept::Kept;
use crate::metrics::Spent;
use crate::parameters::Given;
use crate::plan::{Backend, Plan};
use crate::request_id::RequestId;
use crate::stack::{Admitted, Denied, Target};
use crate::timings::{SOURCE, Timings};
use crate::{Gateway, keys, message};

/// What a request gave, as far as its edge has read it.
#[derive(Clone, Copy)]
pub(crate) enum Said<'a> {
    Nothing,
    Query(&'a str),
    Given(&'a Given),
    /// A message of gRPC.
    Message(&'a [u8]),
}

/// A request at its end.
#[derive(Clone, Copy)]
pub(crate) struct Ended<'a> {
    pub(crate) request_id: &'a RequestId,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) began: Instant,
    pub(crate) now: Millis,
    /// As it is counted.
    pub(crate) spent: Spent,
    pub(crate) code: Option<ErrorCode>,
    /// Of the response, where that is known.
    pub(crate) bytes: Option<usize>,
    pub(crate) timings: Option<&'a Timings>,
    pub(crate) said: Said<'a>,
}

impl Ended<'_> {
    /// The time at its end, without asking the clock once more.
    fn at(&self) -> Millis {
        self.now + Millis::try_from(self.spent.micros / 1_000).unwrap_or(0)
    }

    /// Where the rows came from, where the API keeps answers.
    fn result(&self) -> Option<CacheResult> {
        self.timings.and_then(|timings| timings.result)
    }
}

impl Gateway {
    /// Hands a request that was let in to the request log and to the traces, where it is kept or traced.
    pub(crate) fn log(&self, admitted: &Admitted<'_>, ended: &Ended<'_>) {
        let Some(kept) = &self.kept else { return };
        hand_over(kept, admitted.meter.kept(), ended, || self.entry_of(kept, admitted, ended));
    }

    /// The same of one that was not.
    pub(crate) fn log_denied(&self, denied: &Denied, target: Target<'_>, ended: &Ended<'_>) {
        let Some(kept) = &self.kept else { return };
        let sampler = denied.meter.as_ref().map_or(&kept.strangers, |meter| meter.kept());
        let ended = &Ended { code: Some(denied.problem.code), ..*ended };
        hand_over(kept, sampler, ended, || self.entry_of_denied(kept, denied, target, ended));
    }

    // Apart, both, so that the requests that are not kept do not pay for their size.
    #[cold]
    fn entry_of(&self, kept: &Kept, admitted: &Admitted<'_>, ended: &Ended<'_>) -> RequestEntry {
        let routes = self.routes.load();
        let app = admitted.app.and_then(|id| routes.callers.apps.get(id)).map(|app| app.name.to_string()).unwrap_or_default();
        entry(kept.log.node(), Some(&**admitted.plan), app, parameters(admitted, ended.said), ended)
    }

    #[cold]
    fn entry_of_denied(&self, kept: &Kept, denied: &Denied, target: Target<'_>, ended: &Ended<'_>) -> RequestEntry {
        let routes = self.routes.load();
        // Without a meter it was turned away before its API was found.
        let called = denied.meter.as_ref().and_then(|_| self.called(&routes, ended.headers, target, ended.now));
        let app = called.map(|(_, app)| app.name.to_string()).unwrap_or_default();
        entry(kept.log.node(), called.map(|(plan, _)| &**plan), app, Vec::new(), ended)
    }
}

/// A request is kept as its API's sampler says. Its spans are sent where its caller samples the trace, and, where the caller sent none,
/// as it is kept.
fn hand_over(kept: &Kept, sampler: &Sampler, ended: &Ended<'_>, make: impl FnOnce() -> RequestEntry) {
    let keeps = kept.keeps(sampler, ended.code, ended.at());
    let Some(traces) = &kept.traces else {
        if keeps {
            kept.log.keep(make());
        }
        return;
    };
    let parent = parent_of(ended.headers);
    let is_sampled = parent.map_or(keeps, |(_, sampled)| sampled);
    if !keeps && !is_sampled {
        return;
    }
    let entry = make();
    if is_sampled {
        traces.take(&entry, parent.map(|(span, _)| span));
    }
    if keeps {
        kept.log.keep(entry);
    }
}

fn entry(node: &str, plan: Option<&Plan>, app: String, parameters: Vec<LoggedParameter>, ended: &Ended<'_>) -> RequestEntry {
    let (gateway_us, cache_us, source_us) = ended.spent.parts();
    let id = ended.request_id.as_str();
    RequestEntry {
        at: ended.now,
        request_id: id.to_owned(),
        trace_id: trace_id(id, ended.headers),
        api: plan.map(|plan| plan.path.clone()).unwrap_or_default(),
        version: plan.map(|plan| plan.api.version),
        environment: plan.map(|plan| plan.api.environment),
        app,
        caller: caller(ended.headers),
        code: ended.code,
        total_us: ended.spent.micros,
        gateway_us,
        cache_us,
        source_us,
        cache: ended.result().map(CacheResult::key).unwrap_or_default().to_owned(),
        bytes: ended.bytes.map(|bytes| bytes as u64),
        node: node.to_owned(),
        parameters,
        spans: spans(plan, ended),
    }
}

fn caller(headers: &HeaderMap) -> LoggedCaller {
    match keys::given_key(headers) {
        None => LoggedCaller::Nobody,
        Some(given) if given.starts_with("slk_") => LoggedCaller::Key,
        Some(_) => LoggedCaller::Token,
    }
}

/// Whether rows came out of the response cache.
fn is_kept_answer(cache: Option<CacheResult>) -> bool {
    matches!(cache, Some(CacheResult::L1 | CacheResult::L2 | CacheResult::Stale))
}

/// The request itself, each of its timed steps, the steps of a Union, and what its sources were asked.
fn spans(plan: Option<&Plan>, ended: &Ended<'_>) -> Vec<LoggedSpan> {
    let failed = ended.code.is_some();
    let mut spans = vec![LoggedSpan::new("request", SpanKind::Gateway, (0, ended.spent.micros), failed)];
    let Some(timings) = ended.timings else { return spans };
    let mut steps_began = 0;
    for ((name, took_us), began) in timings.steps.iter().zip(&timings.began) {
        let began_us = micros(ended.began, *began);
        let (kind, note) = match *name {
            SOURCE if is_kept_answer(ended.result()) => {
                (SpanKind::Cache, ended.result().map(CacheResult::key).unwrap_or_default().to_owned())
            }
            SOURCE => (SpanKind::Source, plan.map(source_of).unwrap_or_default()),
            _ => (SpanKind::Gateway, String::new()),
        };
        if *name == SOURCE {
            steps_began = began_us;
        }
        // What failed failed in what came last.
        let span = LoggedSpan::new(*name, kind, (began_us, *took_us), failed && *name == SOURCE);
        spans.push(LoggedSpan { note, ..span });
    }
    spans.extend(timings.graph.iter().map(|step| span_of_step(step, steps_began)));
    spans.extend(timings.notes.read().iter().map(|note| span_of_note(note, ended)));
    spans.truncate(MAX_SPANS);
    // The request itself stays the first.
    spans.sort_by_key(|span| span.began_us);
    spans
}

fn micros(from: Instant, to: Instant) -> u64 {
    u64::try_from(to.saturating_duration_since(from).as_micros()).unwrap_or(u64::MAX)
}

/// What a source was asked. What is not over when the request is logged, as of a stream, has taken until then.
fn span_of_note(note: &Note, ended: &Ended<'_>) -> LoggedSpan {
    let began_us = micros(ended.began, note.began);
    let took_us = note.ended.map_or(ended.spent.micros.saturating_sub(began_us), |end| micros(note.began, end));
    LoggedSpan {
        note: note.source.name.clone(),
        driver: note.source.driver.clone(),
        rows: note.rows,
        step: note.step.as_deref().unwrap_or_default().to_owned(),
        ..LoggedSpan::new(note.part.key(), SpanKind::Source, (began_us, took_us), note.failed)
    }
}

fn source_of(plan: &Plan) -> String {
    match &plan.backend {
        Backend::Source(backend) => backend.source.name.clone(),
        Backend::Dataset(open) => open.about.name.clone(),
        Backend::Union(_) => String::new(),
    }
}

fn span_of_step(step: &StepTrace, steps_began: u64) -> LoggedSpan {
    let note = match &step.degraded {
        Some(degraded) => format!("{}: {}, fallback {}", step.api, degraded.code, degraded.fallback),
        None => step.api.clone(),
    };
    let times = (steps_began + step.began_us, step.took_us);
    LoggedSpan { note, ..LoggedSpan::new(&step.name, SpanKind::Step, times, step.degraded.is_some()) }
}

/// What was given, as it is kept.
fn parameters(admitted: &Admitted<'_>, said: Said<'_>) -> Vec<LoggedParameter> {
    let known = &admitted.plan.api.spec.parameters;
    match said {
        Said::Nothing => Vec::new(),
        Said::Given(given) => masked(known, |name| given.shown(name)),
        Said::Query(query) => {
            let given = Given::Query(crate::parameters::parse_query(query));
            masked(known, |name| given.shown(name))
        }
        Said::Message(bytes) => {
            let Ok(given) = message::given_of(admitted, bytes) else { return Vec::new() };
            masked(known, |name| given.shown(name))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended<'a>(request_id: &'a RequestId, headers: &'a HeaderMap, timings: &'a Timings) -> Ended<'a> {
        Ended {
            request_id,
            headers,
            began: Instant::now(),
            now: 1_700_000_000_000,
            spent: timings.spent(1_000),
            code: None,
            bytes: Some(7),
            timings: Some(timings),
            said: Said::Nothing,
        }
    }

    #[test]
    fn time_is_split_as_it_is_counted_and_its_parts_are_the_whole() {
        let (id, headers) = (RequestId::new([7; 16]), HeaderMap::new());
        let split = |took: u64, at_source: Option<u64>, result: Option<CacheResult>| {
            let mut timings = Timings { result, ..Timings::default() };
            timings.spend(took, at_source);
            let entry = entry("here", None, String::new(), Vec::new(), &ended(&id, &headers, &timings));
            assert_eq!(entry.total_us, 1_000);
            (entry.gateway_us, entry.cache_us, entry.source_us, entry.cache)
        };
        assert_eq!(split(800, None, None), (200, 0, 800, String::new()));
        assert_eq!(split(800, Some(500), Some(CacheResult::Miss)), (200, 300, 500, "miss".into()));
        assert_eq!(split(800, Some(0), Some(CacheResult::L1)), (200, 800, 0, "l1".into()));
        assert_eq!(split(5_000, None, None), (0, 0, 1_000, String::new()), "never more than the whole");
    }

    #[test]
    fn a_step_of_a_union_stands_where_the_union_began() {
        let (id, headers) = (RequestId::new([7; 16]), HeaderMap::new());
        let mut timings = Timings::default();
        timings.time("parameters", || ());
        timings.fetched(Instant::now(), None);
        timings.graph = vec![StepTrace {
            name: "plane".into(),
            api: "plane".into(),
            needs: Vec::new(),
            began_us: 40,
            took_us: 60,
            calls: 1,
            rows: 1,
            degraded: None,
        }];
        let spans = spans(None, &ended(&id, &headers, &timings));
        let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
        assert_eq!(names, ["request", "parameters", SOURCE, "plane"]);
        assert_eq!(spans[3].began_us, spans[2].began_us + 40);
    }
}
