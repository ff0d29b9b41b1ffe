//! The shape of a few values, small, beside their number.

use super::markup::Element;
use super::paths::{Values, line};
use super::scale::Scale;

/// Air above the highest value and below the lowest, as a share of what is between them.
const AIR: f64 = 0.1;

/// Its foot is the lowest value: it shows how values change, and the number beside it how large they are.
pub(crate) fn sparkline(values: &Values) -> Element {
    let known = || values.iter().flatten().copied().filter(|value| value.is_finite());
    let (lowest, highest) = known().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    let span = if highest > lowest { highest - lowest } else { 1.0 };
    // All the same is a line in the middle.
    let place = |value: f64| if highest > lowest { (value - lowest) / span * (1.0 - 2.0 * AIR) + AIR } else { 0.5 };
    let shape: Vec<Option<f64>> = values.iter().map(|value| value.filter(|value| value.is_finite()).map(place)).collect();
    let path = Element::new("path").class("line s1").set("d", line(&shape, &Scale::linear(1.0, false)));
    let square = Element::new("svg").class("spark spark-sm").set("viewBox", "0 0 100 100").set("preserveAspectRatio", "none");
    square.set("aria-hidden", "true").with(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_has_gaps_and_a_flat_one_is_in_the_middle() {
        let html = sparkline(&[Some(1.0), None, Some(3.0), Some(3.0)]).into_html();
        assert!(html.contains("d=\"M12.50 90.00h.01M62.50 10.00L87.50 10.00\""), "{html}");
        assert!(sparkline(&[Some(7.0), Some(7.0)]).into_html().contains("M25.00 50.00L75.00 50.00"));
        assert!(sparkline(&[]).into_html().contains("d=\"\""));
    }
}
