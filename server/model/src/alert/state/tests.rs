use proptest::prelude::*;

use super::*;
use crate::clock::{DAY, SECOND};

const TIMING: Timing = Timing { hold: 2 * MINUTE, keep: 5 * MINUTE };
const STEP: Millis = 10 * SECOND;
const HALF_HOUR: Millis = 30 * MINUTE;

/// Steps with one verdict from a time until another, and what happened when.
fn run(state: &mut AlertState, verdict: Verdict, (from, to): (Millis, Millis)) -> Vec<(Millis, Transition)> {
    let times = (from..to).step_by(STEP as usize);
    times.filter_map(|at| state.step(TIMING, verdict, at).map(|transition| (at, transition))).collect()
}

#[test]
fn it_fires_after_its_time_and_is_resolved_after_its_time() {
    let mut state = AlertState::new(0);
    assert!(run(&mut state, Verdict::Met, (0, 119 * SECOND)).is_empty());
    assert_eq!((state.phase, state.since), (Phase::Pending, 0));
    assert_eq!(run(&mut state, Verdict::Met, (120 * SECOND, 600 * SECOND)), [(120 * SECOND, Transition::Fired)]);
    assert_eq!((state.phase, state.since), (Phase::Firing, 120 * SECOND));
    assert_eq!(run(&mut state, Verdict::NotMet, (600 * SECOND, 1_000 * SECOND)), [(900 * SECOND, Transition::Resolved)]);
    assert_eq!(state.phase, Phase::Resolved);
    run(&mut state, Verdict::NotMet, (1_000 * SECOND, 900 * SECOND + SHOWN_FOR + STEP));
    assert_eq!(state.phase, Phase::Ok);
}

#[test]
fn a_condition_that_comes_and_goes_fires_once() {
    let mut state = AlertState::new(0);
    let mut all = run(&mut state, Verdict::Met, (0, 3 * MINUTE));
    for minute in 3..60 {
        let verdict = if minute % 4 == 0 { Verdict::Met } else { Verdict::NotMet };
        all.extend(run(&mut state, verdict, (minute * MINUTE, (minute + 1) * MINUTE)));
    }
    assert_eq!(all, [(2 * MINUTE, Transition::Fired)], "three minutes without are less than the five that it keeps firing");
}

#[test]
fn without_a_wait_it_fires_and_is_resolved_at_once() {
    let timing = Timing { hold: 0, keep: 0 };
    let mut state = AlertState::new(0);
    assert_eq!(state.step(timing, Verdict::Met, STEP), Some(Transition::Fired));
    assert_eq!(state.step(timing, Verdict::NotMet, 2 * STEP), Some(Transition::Resolved));
    assert_eq!(state.step(timing, Verdict::Met, 3 * STEP), Some(Transition::Fired), "again, from resolved");
}

#[test]
fn while_nothing_is_known_the_state_stands_still() {
    for verdict in [Verdict::Met, Verdict::NotMet] {
        let (mut steady, mut gap) = (AlertState::new(0), AlertState::new(0));
        for state in [&mut steady, &mut gap] {
            run(state, Verdict::Met, (0, MINUTE));
        }
        assert!(run(&mut gap, Verdict::Unknown, (MINUTE, DAY)).is_empty());
        assert_eq!(gap.phase, Phase::Pending);
        let shifted = run(&mut gap, verdict, (DAY, DAY + HALF_HOUR));
        let plain = run(&mut steady, verdict, (MINUTE, MINUTE + HALF_HOUR));
        let plain: Vec<_> = plain.into_iter().map(|(at, transition)| (at + DAY - MINUTE, transition)).collect();
        assert_eq!(shifted, plain);
    }
}

#[test]
fn a_clock_that_jumps_fires_nothing_and_freezes_nothing() {
    let mut state = AlertState::new(0);
    state.step(TIMING, Verdict::Met, 0);
    assert_eq!(state.step(TIMING, Verdict::Met, DAY), None, "a day of the clock is at most a minute of the condition");
    assert_eq!(state.step(TIMING, Verdict::Met, STEP), None, "back again");
    assert_eq!(run(&mut state, Verdict::Met, (2 * STEP, 3 * MINUTE)).len(), 1);
}

fn policy(repeat_minutes: Option<u32>) -> NotificationPolicy {
    NotificationPolicy { receivers: vec!["team".into()], repeat_minutes, skip_resolved: false }
}

#[test]
fn it_is_told_once_when_it_fires_and_once_when_it_is_resolved() {
    let (mut state, policy) = (AlertState::new(0), policy(None));
    let mut told = Vec::new();
    for at in (0..30 * MINUTE).step_by(STEP as usize) {
        let verdict = if at < 10 * MINUTE { Verdict::Met } else { Verdict::NotMet };
        state.step(TIMING, verdict, at);
        told.extend(state.take_notice(&policy, false, at).map(|kind| (at, kind)));
    }
    assert_eq!(told, [(2 * MINUTE, NoticeKind::Firing), (15 * MINUTE, NoticeKind::Resolved)]);
}

#[test]
fn a_muted_alert_is_told_once_it_is_not_and_one_that_nobody_heard_of_is_not_resolved_to_anybody() {
    let (mut state, policy) = (AlertState::new(0), policy(None));
    run(&mut state, Verdict::Met, (0, 3 * MINUTE));
    assert_eq!(state.take_notice(&policy, true, 3 * MINUTE), None);
    assert_eq!(state.phase, Phase::Firing, "a silence hides nothing");
    let mut other = state.clone();
    assert_eq!(state.take_notice(&policy, false, 4 * MINUTE), Some(NoticeKind::Firing));
    run(&mut other, Verdict::NotMet, (4 * MINUTE, 10 * MINUTE));
    assert_eq!((other.phase, other.take_notice(&policy, false, 10 * MINUTE)), (Phase::Resolved, None));
    run(&mut state, Verdict::NotMet, (4 * MINUTE, 10 * MINUTE));
    assert_eq!(state.take_notice(&policy, true, 10 * MINUTE), Some(NoticeKind::Resolved), "whoever was told is told its end");
}

#[test]
fn an_acknowledged_alert_is_not_repeated_until_it_fires_anew() {
    let (mut state, policy) = (AlertState::new(0), policy(Some(30)));
    run(&mut state, Verdict::Met, (0, 3 * MINUTE));
    assert_eq!(state.take_notice(&policy, false, 0), Some(NoticeKind::Firing));
    assert_eq!(state.take_notice(&policy, false, 29 * MINUTE), None);
    assert_eq!(state.take_notice(&policy, false, 30 * MINUTE), Some(NoticeKind::StillFiring));
    state.acknowledged = Some(Acknowledgement { by: "ann@demo".into(), at: 0, note: String::new() });
    assert_eq!(state.take_notice(&policy, false, 90 * MINUTE), None);
    run(&mut state, Verdict::NotMet, (3 * MINUTE, 9 * MINUTE));
    assert_eq!((state.phase, &state.acknowledged), (Phase::Resolved, &None));
}

#[test]
fn what_nobody_watches_any_more_is_resolved() {
    let mut state = AlertState::new(0);
    assert_eq!(state.end(STEP), None);
    run(&mut state, Verdict::Met, (STEP, 3 * MINUTE));
    assert_eq!((state.end(3 * MINUTE), state.phase), (Some(Transition::Resolved), Phase::Resolved));
}

fn verdicts() -> impl Strategy<Value = Vec<(u8, i64)>> {
    prop::collection::vec((0_u8..3, -30_i64..200), 0..200)
}

proptest! {
    /// However verdicts and times come: firing and resolved alternate, and each lasts at least its time.
    #[test]
    fn transitions_alternate_and_wait(steps in verdicts()) {
        let (mut state, mut at, mut last): (_, Millis, Option<Transition>) = (AlertState::new(0), 0, None);
        // Of the condition as it was seen, in the time that steps count.
        let (mut met, mut unmet): (Option<Millis>, Option<Millis>) = (None, None);
        for (verdict, seconds) in steps {
            let verdict = [Verdict::Met, Verdict::NotMet, Verdict::Unknown][usize::from(verdict)];
            let passed = (seconds * SECOND).clamp(0, MAX_STEP);
            at += seconds * SECOND;
            match verdict {
                Verdict::Met => (met, unmet) = (Some(met.map_or(0, |time| time + passed)), None),
                Verdict::NotMet => (met, unmet) = (None, Some(unmet.map_or(0, |time| time + passed))),
                Verdict::Unknown => {}
            }
            let transition = state.step(TIMING, verdict, at);
            match transition {
                Some(Transition::Fired) => prop_assert!(met.is_some_and(|time| time >= TIMING.hold) && last != transition),
                Some(Transition::Resolved) => prop_assert!(unmet.is_some_and(|time| time >= TIMING.keep) && last == Some(Transition::Fired)),
                None => {}
            }
            last = transition.or(last);
            prop_assert_eq!(state.phase == Phase::Firing, last == Some(Transition::Fired));
            let stored = serde_json::to_string(&state).unwrap();
            prop_assert_eq!(&serde_json::from_str::<AlertState>(&stored).unwrap(), &state);
            let before = state.clone();
            prop_assert_eq!(state.step(TIMING, Verdict::Unknown, at), None);
            prop_assert_eq!(&state, &before);
        }
    }

    /// Each notice that an alert fires has at most one that it is resolved behind it, whatever is muted when.
    #[test]
    fn notices_alternate(steps in prop::collection::vec((any::<bool>(), any::<bool>()), 0..300)) {
        let (mut state, policy, mut told) = (AlertState::new(0), policy(None), Vec::new());
        for (index, (is_met, is_muted)) in steps.into_iter().enumerate() {
            let at = index as Millis * MINUTE;
            state.step(TIMING, if is_met { Verdict::Met } else { Verdict::NotMet }, at);
            told.extend(state.take_notice(&policy, is_muted, at));
        }
        for (index, kind) in told.into_iter().enumerate() {
            prop_assert_eq!(kind, if index.is_multiple_of(2) { NoticeKind::Firing } else { NoticeKind::Resolved });
        }
    }
}
