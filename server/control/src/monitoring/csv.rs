//! A chart as a table in CSV.

use model::clock::rfc3339;
use model::view::{ChartLine, ChartView};

/// A row for each interval, with the time at which it begins in UTC, and a column for each line; those of the earlier time follow their
/// line. A gap is empty.
#[must_use]
pub fn chart_as_csv(view: &ChartView) -> String {
    let mut out = String::from("time");
    for line in &view.lines {
        let name = name_of(line);
        out.push_str(&format!(",{name}"));
        if line.earlier.is_some() {
            out.push_str(&format!(",{name}-earlier"));
        }
    }
    out.push_str("\r\n");
    let rows = view.lines.iter().map(|line| line.values.len()).max().unwrap_or(0);
    for row in 0..rows {
        let begins = view.from.saturating_add(view.step.saturating_mul(i64::try_from(row).unwrap_or(i64::MAX)));
        out.push_str(&rfc3339(begins));
        for line in &view.lines {
            out.push(',');
            out.push_str(&text_of(&line.values, row));
            if let Some(earlier) = &line.earlier {
                out.push(',');
                out.push_str(&text_of(earlier, row));
            }
        }
        out.push_str("\r\n");
    }
    out
}

fn name_of(line: &ChartLine) -> String {
    match line.code {
        None => line.metric.key().to_owned(),
        Some(code) => format!("{}-{}", line.metric.key(), code.key()),
    }
}

fn text_of(values: &[Option<f64>], row: usize) -> String {
    values.get(row).copied().flatten().map(|value| value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use model::ErrorCode;
    use model::view::Metric;

    use super::*;

    #[test]
    fn a_row_is_an_interval_and_a_gap_is_empty() {
        let line = |metric: Metric, code: Option<ErrorCode>, values: [Option<f64>; 2], earlier: Option<Vec<Option<f64>>>| ChartLine {
            metric,
            code,
            values: values.to_vec(),
            earlier,
        };
        let view = ChartView {
            from: 1_357_034_400_000,
            to: 1_357_034_420_000,
            step: 10_000,
            now: 1_357_034_420_000,
            is_coarser: false,
            lines: vec![
                line(Metric::Requests, None, [Some(12.5), None], Some(vec![Some(0.0), Some(3.0)])),
                line(Metric::Errors, Some(ErrorCode::NotFound), [Some(0.1), None], None),
            ],
            marks: Vec::new(),
            unreadable: 0,
        };
        let expected = "time,requests,requests-earlier,errors-not-found\r\n2013-01-01T10:00:00Z,12.5,0,0.1\r\n2013-01-01T10:00:10Z,,3,\r\n";
        assert_eq!(chart_as_csv(&view), expected);
    }
}
