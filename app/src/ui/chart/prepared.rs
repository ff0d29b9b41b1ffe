//! A chart with its numbers in the unit that it shows, before it is drawn.

use model::ErrorCode;
use model::clock::Millis;
use model::view::{ChartLine, Metric};

use super::description::{Description, Form, LineOf, Shared};
use super::scale::{Scale, number};
use super::unit::Unit;
use crate::words::words;

/// A line in the unit of its chart.
pub(super) struct Series {
    pub(super) name: String,
    ink: &'static str,
    pub(super) values: Vec<Option<f64>>,
    /// It is of the earlier time.
    pub(super) is_past: bool,
}

impl Series {
    /// The classes of its line.
    pub(super) fn stroke(&self) -> String {
        if self.is_past { "line past".to_owned() } else { format!("line s{}", self.ink) }
    }

    /// The class of what is filled with its ink.
    pub(super) fn fill(&self) -> String {
        if self.is_past { "fpast".to_owned() } else { format!("f{}", self.ink) }
    }
}

pub(super) struct Prepared<'a> {
    pub(super) shared: &'a Shared<'a>,
    pub(super) description: &'a Description,
    /// Empty for plain counts.
    pub(super) unit: &'static str,
    pub(super) scale: Scale,
    /// Those of the earlier time stand last.
    pub(super) series: Vec<Series>,
    pub(super) limit: Option<f64>,
}

fn line_of<'a>(shared: &'a Shared<'_>, metric: Metric, code: Option<ErrorCode>) -> Option<&'a ChartLine> {
    shared.view.lines.iter().find(|line| line.metric == metric && line.code == code)
}

fn known(values: &[Option<f64>]) -> impl Iterator<Item = f64> + '_ {
    values.iter().flatten().copied().filter(|value| value.is_finite())
}

impl<'a> Prepared<'a> {
    pub(super) fn of(shared: &'a Shared<'a>, description: &'a Description) -> Self {
        let lines: Vec<(&LineOf, &ChartLine)> =
            description.lines.iter().filter_map(|line| line_of(shared, line.metric, line.code).map(|found| (line, found))).collect();
        let limit = description.limit.and_then(|metric| known(&line_of(shared, metric, None)?.values).last());
        let all = || lines.iter().flat_map(|(_, line)| known(&line.values).chain(known(line.earlier.as_deref().unwrap_or_default())));
        let unit = description.unit.sized(all().chain(limit).fold(0.0, f64::max));
        let in_unit = |values: &[Option<f64>]| values.iter().map(|value| value.map(|value| value * unit.factor)).collect::<Vec<_>>();
        let now =
            lines.iter().map(|(of, line)| Series { name: of.name.to_owned(), ink: of.ink, values: in_unit(&line.values), is_past: false });
        // Layers cover each other: what was before would be read as one of them.
        let compares = description.form != Form::Stacked;
        let before = lines.iter().filter(|_| compares).filter_map(|(of, line)| {
            let values = in_unit(line.earlier.as_deref()?);
            let name = if lines.len() == 1 { shared.earlier.to_owned() } else { (words().monitoring.line_before)(of.name, shared.earlier) };
            Some(Series { name, ink: of.ink, values, is_past: true })
        });
        let series: Vec<Series> = now.chain(before).collect();
        let limit = limit.map(|limit| limit * unit.factor);
        let scale = scale_of(description, shared.is_log, &series, limit);
        Self { shared, description, unit: unit.name, scale, series, limit }
    }

    pub(super) fn count(&self) -> usize {
        self.series.iter().map(|series| series.values.len()).max().unwrap_or(0)
    }

    /// When an interval begins.
    pub(super) fn at(&self, place: usize) -> Millis {
        self.shared.view.from + self.shared.view.step * i64::try_from(place).unwrap_or(0)
    }

    /// How many intervals have begun by now.
    pub(super) fn begun(&self) -> usize {
        (0..self.count()).take_while(|place| self.at(*place) < self.shared.view.now).count()
    }

    /// Whether nothing at all is known of an interval, and it is over for so long that nothing is on its way. Where requests are known to be
    /// none, there is no latency, and no gap either.
    pub(super) fn is_gap(&self, place: usize) -> bool {
        let view = self.shared.view;
        let is_over = self.at(place) + 2 * view.step <= view.now;
        is_over && !view.lines.iter().any(|line| line.values.get(place).is_some_and(Option::is_some))
    }

    /// What is said in place of the drawing: there were requests, and still nothing to draw.
    pub(super) fn said_instead(&self) -> Option<&'static str> {
        let text = self.description.none?;
        let were_asked = known(&line_of(self.shared, Metric::Requests, None)?.values).any(|value| value > 0.0);
        let has_values = self.series.iter().any(|series| known(&series.values).next().is_some());
        (were_asked && !has_values).then_some(text)
    }

    /// `Latency (ms)`
    pub(super) fn title(&self) -> String {
        let title = self.description.title;
        if self.unit.is_empty() { title.to_owned() } else { (words().monitoring.title_with_unit)(title, self.unit) }
    }

    fn main(&self) -> Option<&Series> {
        self.series.get(self.description.headline).filter(|series| !series.is_past)
    }

    /// The latest value of the line that a chart is mostly about, and what stands beside it.
    pub(super) fn headline(&self) -> Option<(f64, String)> {
        let main = self.main()?;
        let say = &words().monitoring;
        let when = if self.shared.is_live { say.now } else { say.latest };
        let about = if self.description.lines.len() == 1 { when.to_owned() } else { (say.of_line)(&main.name, when) };
        Some((known(&main.values).last()?, about))
    }

    /// What is to be seen, in a sentence for those who do not see it.
    pub(super) fn finding(&self) -> String {
        let say = &words().monitoring;
        let highest = self.main().and_then(|main| {
            let known = main
                .values
                .iter()
                .enumerate()
                .filter_map(|(place, value)| value.filter(|value| value.is_finite()).map(|value| (place, value)));
            known.max_by(|(_, one), (_, other)| one.total_cmp(other))
        });
        let (Some((place, highest)), Some((latest, _))) = (highest, self.headline()) else { return (say.finding_none)(&self.title()) };
        (say.finding)(&self.title(), &number(latest), &number(highest), &self.time(self.at(place)))
    }

    /// A time as the table of the chart says it: with its day, where there is more than one.
    pub(super) fn time(&self, at: Millis) -> String {
        let view = self.shared.view;
        if view.to - view.from > model::clock::DAY { self.shared.zone.date_and_time(at) } else { self.shared.zone.time(at) }
    }
}

fn scale_of(description: &Description, is_log: bool, series: &[Series], limit: Option<f64>) -> Scale {
    let is_whole = description.unit == Unit::Count;
    let highest = |values: &[Option<f64>]| known(values).fold(0.0, f64::max);
    match description.form {
        Form::Stacked if description.unit == Unit::Share => Scale::whole_share(),
        Form::Stacked => {
            let count = series.iter().map(|series| series.values.len()).max().unwrap_or(0);
            let sum = |place: usize| series.iter().filter_map(|series| series.values.get(place).copied().flatten()).sum::<f64>();
            Scale::linear((0..count).map(sum).fold(0.0, f64::max), is_whole)
        }
        Form::Latencies if is_log => Scale::logarithmic(series.iter().flat_map(|series| known(&series.values))),
        Form::Lines | Form::Latencies => {
            Scale::linear(series.iter().map(|series| highest(&series.values)).chain(limit).fold(0.0, f64::max), is_whole)
        }
    }
}
