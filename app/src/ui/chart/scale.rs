//! Where a value stands, and which round values have a line.

/// A scale of values, from its foot to its top.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scale {
    low: f64,
    top: f64,
    is_log: bool,
    ticks: Vec<f64>,
}

/// So many steps at the most, and so one line more.
const STEPS: f64 = 5.0;
/// A logarithmic scale shows no more powers of ten: what is less stands at its foot.
const DECADES: i32 = 6;

impl Scale {
    /// From zero to a round value at or above the highest. Whole numbers are parted by whole steps.
    pub(crate) fn linear(highest: f64, is_whole: bool) -> Self {
        let highest = if highest.is_finite() && highest > 0.0 { highest } else { 1.0 };
        let step = round_up(highest / STEPS);
        let step = if is_whole { step.max(1.0).ceil() } else { step };
        let count = (highest / step - 1e-9).ceil().max(1.0);
        #[allow(clippy::cast_possible_truncation)] // at most six
        let ticks = (0..=count as i32).map(|place| f64::from(place) * step).collect();
        Self { low: 0.0, top: count * step, is_log: false, ticks }
    }

    /// From zero to one hundred per cent.
    pub(crate) fn whole_share() -> Self {
        Self { low: 0.0, top: 100.0, is_log: false, ticks: [0.0, 25.0, 50.0, 75.0, 100.0].to_vec() }
    }

    /// By powers of ten around the values above zero. Without such values it is linear.
    pub(crate) fn logarithmic(values: impl Iterator<Item = f64>) -> Self {
        let (mut least, mut highest) = (f64::INFINITY, 0.0_f64);
        for value in values.filter(|value| value.is_finite() && *value > 0.0) {
            least = least.min(value);
            highest = highest.max(value);
        }
        if highest <= 0.0 {
            return Self::linear(0.0, false);
        }
        #[allow(clippy::cast_possible_truncation)] // an f64 has 308 powers of ten
        let (foot, head) = (least.log10().floor() as i32, highest.log10().ceil() as i32);
        let head = head.max(foot + 1);
        let foot = foot.max(head - DECADES);
        let between: &[f64] = if head - foot == 1 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let powers = (foot..head).flat_map(|power| between.iter().map(move |part| part * 10_f64.powi(power)));
        let ticks = powers.chain([10_f64.powi(head)]).collect();
        Self { low: 10_f64.powi(foot), top: 10_f64.powi(head), is_log: true, ticks }
    }

    /// How far below the top, in per cent of the height. Nothing stands outside.
    pub(crate) fn place(&self, value: f64) -> f64 {
        let share = if self.is_log {
            if value <= self.low { 0.0 } else { (value / self.low).ln() / (self.top / self.low).ln() }
        } else {
            value / self.top
        };
        (1.0 - share.clamp(0.0, 1.0)) * 100.0
    }

    pub(crate) fn ticks(&self) -> &[f64] {
        &self.ticks
    }

    pub(crate) fn top(&self) -> f64 {
        self.top
    }

    /// The foot of a logarithmic scale, which is not zero.
    pub(crate) fn log_foot(&self) -> Option<f64> {
        self.is_log.then_some(self.low)
    }
}

/// 1, 2, 2.5 or 5 times a power of ten, at or above the number.
fn round_up(number: f64) -> f64 {
    let power = 10_f64.powf(number.log10().floor());
    let part = number / power;
    let round = [1.0, 2.0, 2.5, 5.0].into_iter().find(|round| part <= round + 1e-9).unwrap_or(10.0);
    round * power
}

/// A number as people read it, with three digits or more: `1,842`, `12.4`, `0.031`.
pub(crate) fn number(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        _ if !value.is_finite() => return String::new(),
        _ if size >= 99.95 => 0,
        _ if size >= 9.995 => 1,
        _ if size >= 0.9995 => 2,
        _ => 3,
    };
    let text = format!("{value:.decimals$}");
    let text = if decimals > 0 { text.trim_end_matches('0').trim_end_matches('.') } else { text.as_str() };
    let (whole, part) = text.split_once('.').map_or((text, None), |(whole, part)| (whole, Some(part)));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let grouped = whole.parse::<i64>().map_or_else(|_| whole.to_owned(), model::number::grouped);
    match part {
        Some(part) => format!("{sign}{grouped}.{part}"),
        None if grouped == "0" => grouped,
        None => format!("{sign}{grouped}"),
    }
}

/// The label of a line: with as many decimals as its neighbours need, so that all are alike.
pub(crate) fn label(value: f64, ticks: &[f64]) -> String {
    let needs = |tick: &f64| (0..6).find(|decimals| is_told(*tick, *decimals)).unwrap_or(6);
    let decimals = ticks.iter().map(needs).max().unwrap_or(0);
    if value == 0.0 || decimals == 0 || ticks.iter().any(|tick| *tick >= 1_000.0) { number(value) } else { format!("{value:.decimals$}") }
}

/// Whether so many decimals say all of a number.
fn is_told(value: f64, decimals: usize) -> bool {
    let told = format!("{value:.decimals$}").parse().unwrap_or(0.0);
    (value - told).abs() <= value.abs() * 1e-6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: &Scale) -> Vec<String> {
        scale.ticks().iter().map(|tick| label(*tick, scale.ticks())).collect()
    }

    #[test]
    fn a_scale_begins_at_zero_and_has_few_round_steps() {
        assert_eq!(labels(&Scale::linear(2_040.0, false)), ["0", "500", "1,000", "1,500", "2,000", "2,500"]);
        assert_eq!(labels(&Scale::linear(14.2, false)), ["0", "5", "10", "15"]);
        assert_eq!(labels(&Scale::linear(1.1, false)), ["0", "0.25", "0.50", "0.75", "1.00", "1.25"]);
        assert_eq!(labels(&Scale::linear(0.03, false)), ["0", "0.01", "0.02", "0.03"]);
        assert_eq!(labels(&Scale::linear(2.0, true)), ["0", "1", "2"]);
        for highest in [0.0, -3.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Scale::linear(highest, false).top(), 1.0, "{highest}");
        }
        for highest in [1e-9, 0.007, 0.3, 1.0, 3.0, 9.99, 10.0, 101.0, 98_765.0, 1e12] {
            let scale = Scale::linear(highest, false);
            assert!(scale.top() >= highest * 0.999_999 && (2..=6).contains(&scale.ticks().len()), "{highest}: {scale:?}");
        }
    }

    #[test]
    fn a_value_has_its_place_and_none_stands_outside() {
        let scale = Scale::linear(100.0, false);
        assert_eq!([0.0, 50.0, 100.0, 1_000.0, -5.0].map(|value| scale.place(value)), [100.0, 50.0, 0.0, 0.0, 100.0]);
        assert_eq!(Scale::whole_share().place(25.0), 75.0);
    }

    #[test]
    fn a_logarithmic_scale_has_powers_of_ten_and_a_foot_above_zero() {
        let scale = Scale::logarithmic([0.0, 0.8, 13.0, 900.0].into_iter());
        assert_eq!(labels(&scale), ["0.1", "1", "10", "100", "1,000"]);
        assert_eq!(scale.ticks(), [0.1, 1.0, 10.0, 100.0, 1_000.0]);
        assert_eq!([0.0, 0.1, 10.0, 1_000.0].map(|value| scale.place(value).round()), [100.0, 100.0, 50.0, 0.0]);
        assert_eq!(scale.log_foot(), Some(0.1));
        // One power alone has lines between.
        assert_eq!(Scale::logarithmic([2.0, 7.0].into_iter()).ticks(), [1.0, 2.0, 5.0, 10.0]);
        // An outlier does not press all else together.
        assert_eq!(Scale::logarithmic([1e-9, 100.0].into_iter()).ticks().len(), 7);
        assert_eq!(Scale::logarithmic([0.0].into_iter()).log_foot(), None);
    }

    #[test]
    fn numbers_read_as_people_write_them() {
        let told = [0.0, 0.02, 0.0314, 1.0, 2.9, 12.44, 99.96, 1_841.7, 98_200_000.0, -1_234.4, -0.000_1].map(number);
        assert_eq!(told, ["0", "0.02", "0.031", "1", "2.9", "12.4", "100", "1,842", "98,200,000", "-1,234", "0"]);
        assert_eq!(number(f64::NAN), "");
    }
}
