//! Figures over time: the chart of one thing, as JSON or CSV, all APIs of domains, and why one of them is slow or failing.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use control::model::clock::{Millis, SECOND, parse_time};
use control::model::snapshot::Environment;
use control::model::view::{ChartQuery, ChartView, CompareWith, Diagnosis, Metric, OverviewQuery, OverviewView, Subject, SubjectKind};
use control::model::wall_clock::WallClock;
use control::model::{FieldError, Problem};
use control::{Control, chart_as_csv};
use http::{HeaderMap, Method, header};
use schemars::JsonSchema;
use serde::Deserialize;

use super::answer::{Answer, answer};
use crate::extract::{Asker, Failure, Query};
use crate::operation::Table;

/// What is asked for; each is checked here, so that what is wrong is said beside its name.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ChartAsked {
    /// `api`, `app`, `app-api`, `source`, `dataset`, `job`, `compartment`, `node` or `domain`.
    kind: Option<String>,
    /// `test` or `prod`; not for datasets, jobs, compartments and nodes.
    environment: Option<String>,
    /// Such as `travel/plane`.
    path: Option<String>,
    /// Such as `requests,latency-p95`.
    metrics: Option<String>,
    /// RFC 3339, or milliseconds since 1970 in UTC.
    from: Option<String>,
    /// As `from`.
    to: Option<String>,
    /// The length of intervals in seconds, where that can be.
    step: Option<String>,
    /// `yesterday` or `last-week`.
    compare: Option<String>,
    /// The time zone of the comparison, such as `Europe/Berlin`; UTC without it.
    zone: Option<String>,
    /// `true` for a line of errors for each code.
    by_code: Option<String>,
    /// `json` or `csv`; as the header accept says without it.
    format: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OverviewAsked {
    /// All domains that you may see without it.
    domain: Option<String>,
    /// `test` or `prod`.
    environment: Option<String>,
    /// RFC 3339, or milliseconds since 1970 in UTC.
    from: Option<String>,
    /// As `from`.
    to: Option<String>,
    /// `yesterday` or `last-week`.
    compare: Option<String>,
    /// The time zone of the comparison, such as `Europe/Berlin`; UTC without it.
    zone: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DiagnosisAsked {
    /// Of the API, such as `travel/plane`.
    path: Option<String>,
    /// `test` or `prod`.
    environment: Option<String>,
    /// RFC 3339, or milliseconds since 1970 in UTC. The time of the same length before it is compared with.
    from: Option<String>,
    /// As `from`.
    to: Option<String>,
}

pub(super) fn add(table: Table) -> Table {
    table
        .add::<(), ChartView, _, _>(Method::GET, "/admin/v1/metrics", "Get figures over time of an API, app, source, dataset or job", chart)
        .with_query::<ChartAsked>()
        .add::<(), OverviewView, _, _>(
            Method::GET,
            "/admin/v1/metrics/overview",
            "Get figures over time of all APIs of my domains",
            overview,
        )
        .with_query::<OverviewAsked>()
        .add::<(), Diagnosis, _, _>(Method::GET, "/admin/v1/diagnosis", "Say why an API is slow or failing", diagnosis)
        .with_query::<DiagnosisAsked>()
}

async fn chart(
    State(control): State<Control>,
    Asker(caller): Asker,
    headers: HeaderMap,
    Query(asked): Query<ChartAsked>,
) -> Result<Response, Failure> {
    let is_csv = is_csv(asked.format.as_deref(), &headers)?;
    let view = control.chart(&caller, &chart_query(&asked)?).await?;
    if is_csv {
        return Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], chart_as_csv(&view)).into_response());
    }
    Ok(axum::Json(view).into_response())
}

async fn overview(State(control): State<Control>, Asker(caller): Asker, Query(asked): Query<OverviewAsked>) -> Answer<OverviewView> {
    let mut errors = Vec::new();
    let environment =
        chosen(&mut errors, "environment", asked.environment.as_deref(), "Choose an environment: test or prod.", Environment::from_key);
    let (from, to) = (time(&mut errors, "from", asked.from.as_deref()), time(&mut errors, "to", asked.to.as_deref()));
    let compare = compare(&mut errors, asked.compare.as_deref());
    let zone = zone(&mut errors, asked.zone.as_deref());
    let (Some(environment), Some(from), Some(to), true) = (environment, from, to, errors.is_empty()) else {
        return Err(Problem::fields(errors).into());
    };
    answer(control.overview(&caller, &OverviewQuery { domain: asked.domain, environment, from, to, compare, zone }).await)
}

async fn diagnosis(State(control): State<Control>, Asker(caller): Asker, Query(asked): Query<DiagnosisAsked>) -> Answer<Diagnosis> {
    let mut errors = Vec::new();
    let path = path(&mut errors, asked.path.as_deref());
    let environment =
        chosen(&mut errors, "environment", asked.environment.as_deref(), "Choose an environment: test or prod.", Environment::from_key);
    let (from, to) = (time(&mut errors, "from", asked.from.as_deref()), time(&mut errors, "to", asked.to.as_deref()));
    let (Some(path), Some(environment), Some(from), Some(to)) = (path, environment, from, to) else {
        return Err(Problem::fields(errors).into());
    };
    answer(control.diagnose(&caller, (path.as_str(), environment), (from, to)).await)
}

fn chart_query(asked: &ChartAsked) -> Result<ChartQuery, Problem> {
    let mut errors = Vec::new();
    let kinds = SubjectKind::ALL.map(SubjectKind::key).join(", ");
    let kind = chosen(&mut errors, "kind", asked.kind.as_deref(), &format!("Choose a kind: {kinds}."), SubjectKind::from_key);
    let environment = match asked.environment.as_deref() {
        None => None,
        given => chosen(&mut errors, "environment", given, "Choose an environment: test or prod.", Environment::from_key),
    };
    let path = path(&mut errors, asked.path.as_deref());
    let metrics = metrics(&mut errors, asked.metrics.as_deref());
    let (from, to) = (time(&mut errors, "from", asked.from.as_deref()), time(&mut errors, "to", asked.to.as_deref()));
    let step = asked.step.as_deref().and_then(|step| {
        let seconds = |text: &str| text.trim().parse::<Millis>().ok().filter(|step| *step > 0)?.checked_mul(SECOND);
        chosen(&mut errors, "step", Some(step), "Enter a whole number of seconds above 0.", seconds)
    });
    let compare = compare(&mut errors, asked.compare.as_deref());
    let zone = zone(&mut errors, asked.zone.as_deref());
    let by_code = asked
        .by_code
        .as_deref()
        .and_then(|by_code| chosen(&mut errors, "by_code", Some(by_code), "Enter true or false.", |text| text.parse::<bool>().ok()));
    let (Some(kind), Some(path), Some(from), Some(to), true) = (kind, path, from, to, errors.is_empty()) else {
        return Err(Problem::fields(errors));
    };
    let subject = Subject { kind, environment, path };
    Ok(ChartQuery { subject, metrics, from, to, step, compare, zone, by_code: by_code.unwrap_or(false) })
}

/// Reads one member; what is wrong or missing is added to the errors.
fn chosen<T>(errors: &mut Vec<FieldError>, name: &str, text: Option<&str>, what: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
    let value = text.filter(|text| !text.trim().is_empty()).and_then(read);
    if value.is_none() {
        errors.push(FieldError::new(name, what));
    }
    value
}

fn path(errors: &mut Vec<FieldError>, text: Option<&str>) -> Option<String> {
    chosen(errors, "path", text, "Enter the path, such as travel/plane.", |path| Some(path.to_owned()))
}

fn time(errors: &mut Vec<FieldError>, name: &str, text: Option<&str>) -> Option<Millis> {
    let what = "Enter a time in RFC 3339, such as 2026-03-01T12:00:00Z, or in milliseconds since 1970.";
    chosen(errors, name, text, what, parse_time)
}

fn metrics(errors: &mut Vec<FieldError>, text: Option<&str>) -> Vec<Metric> {
    let names = text.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty());
    let read: Vec<Option<Metric>> = names.map(Metric::from_key).collect();
    if read.is_empty() || read.contains(&None) {
        let known = Metric::ALL.map(Metric::key).join(", ");
        errors.push(FieldError::new("metrics", format!("Enter one or more metrics, separated by commas: {known}.")));
    }
    read.into_iter().flatten().collect()
}

fn compare(errors: &mut Vec<FieldError>, text: Option<&str>) -> Option<CompareWith> {
    let read = |text: &str| match text {
        "yesterday" => Some(CompareWith::Yesterday),
        "last-week" => Some(CompareWith::LastWeek),
        _ => None,
    };
    text.and_then(|text| chosen(errors, "compare", Some(text), "Choose yesterday or last-week.", read))
}

fn zone(errors: &mut Vec<FieldError>, text: Option<&str>) -> String {
    let zone = text.unwrap_or_default();
    if WallClock::of(zone).is_none() {
        errors.push(FieldError::new("zone", "Unknown time zone. Enter a name such as Europe/Zurich or UTC."));
    }
    zone.to_owned()
}

fn is_csv(format: Option<&str>, headers: &HeaderMap) -> Result<bool, Problem> {
    match format {
        Some("csv") => Ok(true),
        Some("json") => Ok(false),
        Some(_) => Err(Problem::field("format", "Choose json or csv.")),
        None => {
            let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
            Ok(accept.trim_start().starts_with("text/csv"))
        }
    }
}
