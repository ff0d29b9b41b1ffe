//! The time that is asked about.

use model::Problem;
use model::clock::{HOUR, MINUTE, Millis, SECOND};
use observe::{Plan, Tier};

/// # Errors
/// A time that has no length or lies in the future, beside its field.
pub(super) fn check(from: Millis, to: Millis, now: Millis) -> Result<(), Problem> {
    if from >= to {
        return Err(Problem::field("from", "The time range must begin before it ends. Choose an earlier start or a later end."));
    }
    if from >= now {
        return Err(Problem::field("from", "The time range begins in the future. Choose a start in the past."));
    }
    Ok(())
}

/// How long the shortest intervals are in which the APIs of domains are added up. They are a third, a twelfth and a twenty-fourth of
/// a chunk at most, so that what is kept of them in memory is small.
pub(super) fn domain_step(tier: Tier) -> Millis {
    match tier {
        Tier::TenSeconds => 30 * SECOND,
        Tier::Minute => 5 * MINUTE,
        Tier::Hour => HOUR,
    }
}

/// The longest time that is read of each tier where all APIs are read: a thousand of them have 12,000, 26,000 and 365,000 chunks then.
const FINEST: [(Millis, Millis); 2] = [(2 * HOUR, 30 * SECOND), (26 * HOUR, 5 * MINUTE)];

/// What is read for all APIs of domains: coarser tiers than for one API, because each chunk of each of them is read.
pub(super) fn plan_of_domains(from: Millis, to: Millis, step: Option<Millis>, now: Millis) -> Plan {
    let range = to.min(now).saturating_sub(from.max(0));
    let least = FINEST.into_iter().find(|(longest, _)| range <= *longest).map_or(HOUR, |(_, step)| step);
    let plan = Plan::new(from, to, Some(step.unwrap_or(0).max(least)), now);
    // Finer ones may not be kept any more, or the step of the tier that is kept is longer.
    let plan = match domain_step(plan.tier) {
        own if plan.step % own == 0 => plan,
        own => Plan::new(from, to, Some(own), now),
    };
    Plan { is_coarser: step.is_some_and(|step| step < plan.step), ..plan }
}

#[cfg(test)]
mod tests {
    use model::ErrorCode;
    use model::clock::DAY;

    use super::*;

    /// 2026-03-01T12:00:00Z.
    const NOW: Millis = 1_772_366_400_000;

    #[test]
    fn a_time_without_length_and_the_future_are_refused_beside_their_field() {
        assert_eq!(check(NOW - HOUR, NOW, NOW), Ok(()));
        assert_eq!(check(NOW - HOUR, Millis::MAX, NOW), Ok(()), "it goes on");
        for (from, to) in [(NOW, NOW), (NOW, NOW - 1), (NOW + 1, NOW + HOUR), (Millis::MAX, Millis::MIN)] {
            let refused = check(from, to, NOW).unwrap_err();
            assert_eq!((refused.code, refused.errors[0].field.as_str()), (ErrorCode::Invalid, "from"), "{from} {to}");
        }
    }

    #[test]
    fn all_apis_are_read_from_few_chunks() {
        for (back, tier, step) in [
            (HOUR, Tier::TenSeconds, 30 * SECOND),
            (3 * HOUR, Tier::Minute, 5 * MINUTE),
            (DAY, Tier::Minute, 5 * MINUTE),
            (2 * DAY, Tier::Hour, HOUR),
            (30 * DAY, Tier::Hour, HOUR),
            (3_653 * DAY, Tier::Hour, 7 * DAY),
        ] {
            let plan = plan_of_domains(NOW - back, NOW, None, NOW);
            assert_eq!((plan.tier, plan.step), (tier, step), "{back}");
            assert_eq!(plan.step % domain_step(plan.tier), 0);
        }
        // An hour of three days ago is kept as minutes, and one of a month ago as hours.
        let plan = |back: Millis| plan_of_domains(NOW - back, NOW - back + HOUR, Some(10 * SECOND), NOW);
        assert_eq!([plan(3 * DAY), plan(30 * DAY)].map(|plan| (plan.tier, plan.step)), [(Tier::Minute, 5 * MINUTE), (Tier::Hour, HOUR)]);
        assert!(plan(HOUR).is_coarser && !plan_of_domains(NOW - HOUR, NOW, None, NOW).is_coarser);
    }
}
