//! The time that a page shows, and how long its intervals are.

use model::Problem;
use model::clock::{DAY, HOUR, MINUTE, Millis, SECOND};
use model::snapshot::Environment;
use model::view::CompareWith;

use super::asked::Asked;
use crate::words::words;

/// A chart is some hundred pixels wide: more intervals would be drawn over each other.
const INTERVALS: Millis = 180;
const STEPS: [Millis; 13] =
    [10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 7 * DAY];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: Millis,
    pub(super) to: Millis,
    pub(super) step: Millis,
    /// It ends now, and goes on.
    pub(super) is_live: bool,
}

impl Span {
    /// # Errors
    /// Where the address names no time.
    pub(super) fn of(asked: &Asked, now: Millis) -> Result<Self, Problem> {
        let Some(range) = asked.shown_range() else { return between(asked) };
        let length = match range {
            "15m" => 15 * MINUTE,
            "1h" => HOUR,
            "6h" => 6 * HOUR,
            "24h" => DAY,
            "7d" => 7 * DAY,
            "30d" => 30 * DAY,
            _ => return Err(Problem::field("range", words().monitoring.bad_range)),
        };
        Ok(Self { from: now - length, to: now, step: step_of(length), is_live: true })
    }
}

/// What was zoomed into.
fn between(asked: &Asked) -> Result<Span, Problem> {
    let bad = || Problem::field("from", words().monitoring.bad_span);
    let (from, to): (Millis, Millis) = (asked.from.parse().map_err(|_| bad())?, asked.to.parse().map_err(|_| bad())?);
    let length = to.checked_sub(from).filter(|length| *length >= SECOND && from >= 0).ok_or_else(bad)?;
    Ok(Span { from, to, step: step_of(length), is_live: false })
}

fn step_of(length: Millis) -> Millis {
    STEPS.into_iter().find(|step| length / step <= INTERVALS).unwrap_or(STEPS[STEPS.len() - 1])
}

/// # Errors
/// Where the address names no environment.
pub(super) fn environment(asked: &Asked) -> Result<Environment, Problem> {
    Environment::from_key(asked.shown_environment()).ok_or_else(|| Problem::field("environment", words().monitoring.bad_environment))
}

/// What is compared with, and what it is called. Anything else is nothing.
pub(super) fn compare(asked: &Asked) -> (Option<CompareWith>, &'static str) {
    let say = &words().monitoring;
    match asked.compare.as_str() {
        "yesterday" => (Some(CompareWith::Yesterday), say.yesterday),
        "last-week" => (Some(CompareWith::LastWeek), say.last_week),
        _ => (None, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zoomed(from: &str, to: &str) -> Result<Span, Problem> {
        Span::of(&Asked { from: from.into(), to: to.into(), ..Asked::default() }, 0)
    }

    #[test]
    fn a_range_ends_now_and_has_as_many_intervals_as_there_is_room_for() {
        let now = 1_796_000_000_000;
        for (range, step) in
            [("15m", 10 * SECOND), ("1h", 30 * SECOND), ("6h", 2 * MINUTE), ("24h", 10 * MINUTE), ("7d", HOUR), ("30d", 6 * HOUR)]
        {
            let span = Span::of(&Asked { range: range.into(), ..Asked::default() }, now).unwrap();
            assert_eq!((span.to, span.step, span.is_live), (now, step, true), "{range}");
        }
        assert!(Span::of(&Asked { range: "a day".into(), ..Asked::default() }, now).is_err());
    }

    #[test]
    fn what_is_zoomed_into_has_a_beginning_before_its_end() {
        assert_eq!(zoomed("1000", "61000").unwrap(), Span { from: 1_000, to: 61_000, step: 10 * SECOND, is_live: false });
        // Ten years are a question too: with intervals of a week.
        assert_eq!(zoomed("0", &(3_653 * DAY).to_string()).unwrap().step, 7 * DAY);
        for (from, to) in [("5", ""), ("x", "9"), ("9000", "1000"), ("-9223372036854775808", "9223372036854775807"), ("1000", "1001")] {
            assert!(zoomed(from, to).is_err(), "{from} to {to}");
        }
    }
}
