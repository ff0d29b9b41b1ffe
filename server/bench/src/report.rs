//! The table of what was measured, in print and as `bench/report.json`.

use std::path::Path;

use serde::Serialize;

/// Several readings of one figure.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Spread {
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// At least one reading.
    #[must_use]
    pub(crate) fn of(mut readings: Vec<f64>) -> Self {
        readings.sort_by(f64::total_cmp);
        let at = |index: usize| readings.get(index).copied().unwrap_or(f64::NAN);
        Self { min: at(0), median: at(readings.len() / 2), max: at(readings.len().saturating_sub(1)) }
    }
}

/// One row: a figure, and the bound that it must keep.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) value: Spread,
    pub(crate) unit: &'static str,
    pub(crate) bound: Option<f64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) at_least: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) at_most: bool,
}

/// Everything of one run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) cores: usize,
    pub(crate) rows: Vec<Row>,
}

impl Report {
    #[must_use]
    pub(crate) fn new() -> Self {
        Self { cores: std::thread::available_parallelism().map_or(1, usize::from), rows: Vec::new() }
    }

    pub(crate) fn at_least(&mut self, name: &str, unit: &'static str, readings: Vec<f64>, bound: f64) {
        self.push(name, unit, readings, Some(bound), true);
    }

    pub(crate) fn at_most(&mut self, name: &str, unit: &'static str, readings: Vec<f64>, bound: f64) {
        self.push(name, unit, readings, Some(bound), false);
    }

    /// A figure without a bound.
    pub(crate) fn note(&mut self, name: &str, unit: &'static str, readings: Vec<f64>) {
        self.push(name, unit, readings, None, false);
    }

    fn push(&mut self, name: &str, unit: &'static str, readings: Vec<f64>, bound: Option<f64>, at_least: bool) {
        let row = Row {
            name: name.into(),
            value: Spread::of(readings),
            unit,
            bound,
            at_least: at_least && bound.is_some(),
            at_most: !at_least && bound.is_some(),
        };
        println!("{}", line(&row));
        self.rows.push(row);
    }

    /// The table in Markdown.
    #[must_use]
    pub(crate) fn table(&self) -> String {
        let mut out = String::from("| name | min | median | max | unit | bound | kept |\n| --- | --- | --- | --- | --- | --- | --- |\n");
        for row in &self.rows {
            out.push_str(&line(row));
            out.push('\n');
        }
        out
    }

    /// # Errors
    /// Where the folder cannot be written.
    pub(crate) fn write(&self, folder: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join("report.json"), serde_json::to_string_pretty(self)?)?;
        std::fs::write(folder.join("report.md"), self.table())
    }
}

impl Default for Report {
    fn default() -> Self {
        Self::new()
    }
}

fn line(row: &Row) -> String {
    let number = |value: f64| if value.abs() >= 1_000.0 { format!("{value:.0}") } else { format!("{value:.3}") };
    let (bound, kept) = match row.bound {
        None => (String::new(), String::new()),
        Some(bound) => {
            let kept = if row.at_least { row.value.median >= bound } else { row.value.median <= bound };
            let words = if row.at_least { "at least" } else { "at most" };
            (format!("{words} {}", number(bound)), if kept { "yes".into() } else { "**no**".into() })
        }
    };
    let Spread { min, median, max } = row.value;
    format!("| `{}` | {} | {} | {} | {} | {bound} | {kept} |", row.name, number(min), number(median), number(max), row.unit)
}
