//! The lines, areas and layers of a chart, in a square of 100 by 100. Where there is no value nothing is drawn: neighbours of a gap are
//! never joined.

use std::fmt::Write as _;
use std::ops::Range;

use super::scale::Scale;

pub(crate) type Values = [Option<f64>];

/// Where the middle of an interval stands, in per cent of the width.
fn middle(place: usize, count: usize) -> f64 {
    share(place, count) + 50.0 / as_float(count.max(1))
}

/// Where an interval begins, in per cent of the width.
pub(crate) fn share(place: usize, count: usize) -> f64 {
    as_float(place) * 100.0 / as_float(count.max(1))
}

#[allow(clippy::cast_precision_loss)] // intervals of a chart
fn as_float(count: usize) -> f64 {
    count as f64
}

/// The runs of intervals for which it holds.
pub(crate) fn runs(count: usize, holds: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for place in (0..count).filter(|place| holds(*place)) {
        match found.last_mut() {
            Some(run) if run.end == place => run.end += 1,
            _ => found.push(place..place + 1),
        }
    }
    found
}

fn value(values: &Values, place: usize) -> Option<f64> {
    values.get(place).copied().flatten().filter(|value| value.is_finite())
}

fn known_runs(values: &Values) -> Vec<Range<usize>> {
    runs(values.len(), |place| value(values, place).is_some())
}

/// A line. A value between two gaps is a dot.
pub(crate) fn line(values: &Values, scale: &Scale) -> String {
    let mut path = String::new();
    for run in known_runs(values) {
        let is_alone = run.len() == 1;
        for (nth, place) in run.enumerate() {
            let (x, y) = (middle(place, values.len()), scale.place(value(values, place).unwrap_or_default()));
            let _ = write!(path, "{}{x:.2} {y:.2}", if nth == 0 { 'M' } else { 'L' });
        }
        if is_alone {
            // It has an end, and so the round ends that a line has.
            path.push_str("h.01");
        }
    }
    path
}

/// The area below a line.
pub(crate) fn area(values: &Values, scale: &Scale) -> String {
    let mut path = String::new();
    for run in known_runs(values).into_iter().filter(|run| run.len() > 1) {
        let (first, last) = (middle(run.start, values.len()), middle(run.end - 1, values.len()));
        let _ = write!(path, "M{first:.2} 100");
        for place in run {
            let y = scale.place(value(values, place).unwrap_or_default());
            let _ = write!(path, "L{:.2} {y:.2}", middle(place, values.len()));
        }
        let _ = write!(path, "L{last:.2} 100Z");
    }
    path
}

/// Parts of a whole, one above the other. Where one of them is known, the others count as nothing.
pub(crate) fn layers(parts: &[&Values], scale: &Scale) -> Vec<String> {
    let count = parts.iter().map(|part| part.len()).max().unwrap_or(0);
    let known = runs(count, |place| parts.iter().any(|part| value(part, place).is_some()));
    let mut floor = vec![0.0; count];
    let mut paths = Vec::new();
    for part in parts {
        let top: Vec<f64> = (0..count).map(|place| floor[place] + value(part, place).unwrap_or(0.0)).collect();
        let mut path = String::new();
        for run in &known {
            let points = |heights: &[f64]| edges(run, count).map(|(x, place)| (x, scale.place(heights[place]))).collect::<Vec<_>>();
            let there = points(&top);
            let back = points(&floor);
            for (nth, (x, y)) in there.into_iter().chain(back.into_iter().rev()).enumerate() {
                let _ = write!(path, "{}{x:.2} {y:.2}", if nth == 0 { 'M' } else { 'L' });
            }
            path.push('Z');
        }
        paths.push(path);
        floor = top;
    }
    paths
}

/// The points of a layer: the middles of its intervals, and its two edges, so that it reaches to where a gap begins.
fn edges(run: &Range<usize>, count: usize) -> impl Iterator<Item = (f64, usize)> + use<> {
    let begin = (share(run.start, count), run.start);
    let end = (share(run.end, count), run.end - 1);
    let middles = run.clone().map(move |place| (middle(place, count), place));
    std::iter::once(begin).chain(middles).chain(std::iter::once(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_a_gap_are_not_joined_and_nothing_is_drawn_as_zero() {
        let scale = Scale::linear(4.0, false);
        let values = [Some(4.0), Some(2.0), None, Some(1.0), None];
        assert_eq!(line(&values, &scale), "M10.00 0.00L30.00 50.00M70.00 75.00h.01");
        assert_eq!(area(&values, &scale), "M10.00 100L10.00 0.00L30.00 50.00L30.00 100Z");
        assert_eq!(line(&[None, None], &scale), "");
        assert_eq!(line(&[], &scale), "");
        assert_eq!(line(&[Some(f64::NAN)], &scale), "", "what is no number is no value");
        assert_eq!(runs(5, |place| values[place].is_none()), [2..3, 4..5]);
    }

    #[test]
    fn layers_stand_one_above_the_other_and_stop_at_a_gap() {
        let scale = Scale::linear(4.0, false);
        let (low, high): ([Option<f64>; 2], [Option<f64>; 2]) = ([Some(1.0), None], [Some(3.0), None]);
        let layers = layers(&[&low, &high], &scale);
        assert_eq!(layers[0], "M0.00 75.00L25.00 75.00L50.00 75.00L50.00 100.00L25.00 100.00L0.00 100.00Z");
        assert_eq!(layers[1], "M0.00 0.00L25.00 0.00L50.00 0.00L50.00 75.00L25.00 75.00L0.00 75.00Z");
    }
}
