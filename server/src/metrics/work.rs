//! What was counted of sources, datasets and their jobs, and what this process uses.

use model::ErrorCode;
use model::snapshot::Environment;
use observe::{Counter, Gauge, Reading, SeriesKey, SeriesKind};

use super::apis::BOUNDS;
use super::page::{Labels, Page};
use crate::figures::Process;

/// A counter of one kind of series.
type Counted = (&'static str, SeriesKind, &'static str, Counter);

const COUNTERS: [Counted; 5] = [
    ("sluice_source_statements_total", SeriesKind::Source, "Statements that were sent to a source.", Counter::Statements),
    ("sluice_source_rows_total", SeriesKind::Source, "Rows that a source returned.", Counter::Rows),
    ("sluice_dataset_rows_total", SeriesKind::Dataset, "Rows that were written into a dataset.", Counter::Rows),
    ("sluice_dataset_rejected_rows_total", SeriesKind::Dataset, "Rejected rows of a dataset.", Counter::RejectedRows),
    ("sluice_job_rows_total", SeriesKind::Job, "Rows that the job of a dataset read.", Counter::Rows),
];

/// Errors by code, of one kind of series.
const ERRORS: [(&str, SeriesKind, &str); 2] = [
    ("sluice_source_errors_total", SeriesKind::Source, "Failed statements of a source, by error code."),
    ("sluice_job_errors_total", SeriesKind::Job, "Failed attempts and turns of the job of a dataset, by error code."),
];

/// Ages of what is live of a dataset.
const AGES: [(&str, &str, Gauge); 3] = [
    ("sluice_dataset_freshness_seconds", "Age of the newest row of the live version.", Gauge::FreshnessMillis),
    ("sluice_dataset_version_age_seconds", "Age of the live version.", Gauge::VersionAgeMillis),
    ("sluice_dataset_lag_seconds", "Time since incremental sync had nothing left to take.", Gauge::LagMillis),
];

/// Writes the lines of all of these; what was never counted has none.
pub(super) fn write(page: &mut Page, readings: &[(SeriesKey, Reading)]) {
    let all: Vec<(Labels, SeriesKind, &Reading)> =
        readings.iter().filter_map(|(key, reading)| Some((labels(key)?, key.kind, reading))).collect();
    let of = |wanted: SeriesKind| all.iter().filter(move |(_, kind, _)| *kind == wanted).map(|(labels, _, reading)| (labels, *reading));
    for (name, kind, help, counter) in COUNTERS {
        page.head(name, "counter", help);
        for (labels, reading) in of(kind) {
            if let Some(count) = reading.counted(counter) {
                page.line(name, labels, None, count);
            }
        }
    }
    for (name, kind, help) in ERRORS {
        page.head(name, "counter", help);
        for (labels, reading) in of(kind) {
            for code in ErrorCode::ALL {
                if let Some(count) = reading.counted(Counter::Error(code)).filter(|count| *count > 0) {
                    page.line(name, labels, Some(("code", code.key())), count);
                }
            }
        }
    }
    for (name, help, gauge) in AGES {
        page.head(name, "gauge", help);
        for (labels, reading) in of(SeriesKind::Dataset) {
            if let Some(millis) = reading.measured(gauge) {
                page.seconds(name, labels, None, u64::try_from(millis).unwrap_or(0).saturating_mul(1_000));
            }
        }
    }
    page.head("sluice_source_seconds", "histogram", "Time from a statement to its first rows, in seconds.");
    of(SeriesKind::Source).for_each(|(labels, reading)| latencies(page, labels, reading));
}

fn latencies(page: &mut Page, labels: &Labels, reading: &Reading) {
    let Some(latencies) = reading.timed() else { return };
    for (bound, text) in BOUNDS {
        page.line("sluice_source_seconds_bucket", labels, Some(("le", text)), latencies.count_up_to(bound));
    }
    page.line("sluice_source_seconds_bucket", labels, Some(("le", "+Inf")), latencies.count());
    page.seconds("sluice_source_seconds_sum", labels, None, latencies.sum());
    page.line("sluice_source_seconds_count", labels, None, latencies.count());
}

/// Nothing for a compartment: its pools have lines of their own.
fn labels(SeriesKey { kind, environment, object }: &SeriesKey) -> Option<Labels> {
    match kind {
        SeriesKind::Source => {
            let environment = environment.map(Environment::key).unwrap_or_default();
            Some(Labels::default().and("source", object).and("env", environment))
        }
        SeriesKind::Dataset | SeriesKind::Job => {
            let (domain, dataset) = object.split_once('/').unwrap_or((object, ""));
            Some(Labels::default().and("domain", domain).and("dataset", dataset))
        }
        _ => None,
    }
}

pub(super) fn of_own(page: &mut Page, of: &Process) {
    let none = Labels::default();
    for (name, kind, help, micros) in [
        ("sluice_cpu_seconds_total", "counter", "Processor time of this process.", of.processor_micros),
        ("sluice_loop_delay_seconds", "gauge", "Longest delay of a timer in the last full ten seconds.", of.delay_micros),
    ] {
        page.head(name, kind, help);
        page.seconds(name, &none, None, micros);
    }
    for (name, help, value) in [
        ("sluice_memory_bytes", "Memory of this process, without the pages of files.", of.memory_bytes),
        ("sluice_open_files", "Open files and connections of this process.", of.open_files),
    ] {
        if let Some(value) = value {
            page.head(name, "gauge", help);
            page.line(name, &none, None, value);
        }
    }
}
