use std::cell::Cell;

use model::alert::{Matcher, Silence, subject_text};
use model::clock::{MINUTE, SECOND};
use model::snapshot::Environment;
use model::view::SubjectKind;

use super::*;

const STEP: Millis = 10 * SECOND;

fn watched(name: &str, verdict: Verdict) -> Watched {
    let subject = Subject::new(SubjectKind::Api, Some(Environment::Prod), format!("travel/{name}"));
    Watched {
        definition_id: "rule".into(),
        domain: "travel".into(),
        name: "errors".into(),
        condition: "error-share above 0.05 over 5 min".into(),
        series: subject_text(&subject),
        subject,
        timing: Timing { hold: MINUTE, keep: MINUTE },
        verdict,
        value: Some(0.5),
        policy: NotificationPolicy { receivers: vec!["team".into()], ..NotificationPolicy::default() },
    }
}

/// What a database would hold, with a fake clock and fake ids.
#[derive(Default)]
struct World {
    states: HashMap<String, AlertStateRow>,
    events: Vec<(Millis, String, String)>,
    told: Vec<(Millis, NoticeKind, usize)>,
    mutes: Mutes,
    ids: Cell<u32>,
}

impl World {
    fn step(&mut self, watched: &[Watched], resting: &[&str], at: Millis) {
        let id = || {
            self.ids.set(self.ids.get() + 1);
            format!("id-{}", self.ids.get())
        };
        let resting = resting.iter().map(|series| ("rule".to_owned(), (*series).to_owned())).collect();
        let known = self.states.values().cloned().collect();
        self.mutes.told_at = at;
        let steps = step_all(watched, &resting, known, &self.mutes, (at, &id)).unwrap();
        for row in steps.put {
            self.states.insert(row.series.clone(), row);
        }
        for row in steps.deleted {
            self.states.remove(&row.series);
        }
        self.events.extend(steps.events.into_iter().map(|event| (at, event.kind, event.series)));
        self.told.extend(steps.notices.into_iter().map(|(notice, _)| (at, notice.kind, notice.alerts.len())));
    }

    fn run(&mut self, verdict: Verdict, (from, to): (Millis, Millis)) {
        for at in (from..to).step_by(STEP as usize) {
            self.step(&[watched("plane", verdict)], &[], at);
        }
    }
}

#[test]
fn an_alert_fires_is_silenced_and_resolved() {
    let mut world = World::default();
    world.run(Verdict::NotMet, (0, MINUTE));
    assert!(world.states.is_empty(), "what is ok has no row");
    let matcher = Matcher { path: Some("travel/plane".into()), ..Matcher::default() };
    let silence = Silence { matcher, from: 0, to: 5 * MINUTE, by: "ann@demo".into(), reason: "move".into() };
    world.mutes.silences = vec![("travel".into(), silence)];
    world.run(Verdict::Met, (MINUTE, 10 * MINUTE));
    world.run(Verdict::NotMet, (10 * MINUTE, 30 * MINUTE));
    let events: Vec<(Millis, &str)> = world.events.iter().map(|(at, kind, _)| (*at, kind.as_str())).collect();
    assert_eq!(events, [(2 * MINUTE, "fired"), (11 * MINUTE, "resolved")], "the silence changes no state");
    assert_eq!(world.told, [(5 * MINUTE, NoticeKind::Firing, 1), (11 * MINUTE, NoticeKind::Resolved, 1)]);
    assert!(world.states.is_empty());
}

#[test]
fn alerts_of_one_rule_that_change_together_are_one_notice() {
    let mut world = World::default();
    let all = |verdict| (0..30).map(|index| watched(&format!("api-{index}"), verdict)).collect::<Vec<_>>();
    for at in (0..2 * MINUTE).step_by(STEP as usize) {
        world.step(&all(Verdict::Met), &[], at);
    }
    assert_eq!((world.told.as_slice(), world.events.len()), (&[(MINUTE, NoticeKind::Firing, 20)][..], 30));
    let ids: HashSet<&String> = world.states.values().map(|row| &row.alert_id).collect();
    assert_eq!(ids.len(), 30);
}

#[test]
fn an_alert_keeps_its_id_until_it_is_over() {
    let mut world = World::default();
    let id = |world: &World| world.states.values().next().unwrap().alert_id.clone();
    world.run(Verdict::Met, (0, MINUTE));
    let first = id(&world);
    world.run(Verdict::Met, (MINUTE, 3 * MINUTE));
    world.run(Verdict::NotMet, (3 * MINUTE, 6 * MINUTE));
    assert_eq!(id(&world), first, "resolved");
    world.run(Verdict::Met, (6 * MINUTE, 7 * MINUTE));
    assert_ne!(id(&world), first, "another alert");
}

#[test]
fn another_node_goes_on_where_one_has_stopped() {
    let (mut one, mut both) = (World::default(), World::default());
    one.run(Verdict::Met, (0, 30 * SECOND));
    both.run(Verdict::Met, (0, 30 * SECOND));
    // The same rows, another process.
    let mut other = World { states: one.states, ..World::default() };
    other.run(Verdict::Met, (30 * SECOND, 2 * MINUTE));
    both.run(Verdict::Met, (30 * SECOND, 2 * MINUTE));
    assert_eq!((&other.told, other.told.len()), (&both.told, 1));
}

#[test]
fn what_is_not_watched_any_more_ends_and_what_rests_stays() {
    let mut world = World::default();
    world.run(Verdict::Met, (0, 2 * MINUTE));
    world.step(&[], &["api:prod:travel/plane"], 2 * MINUTE);
    assert_eq!((world.states.len(), world.events.len()), (1, 1));
    world.step(&[], &[], 3 * MINUTE);
    assert_eq!((world.states.len(), world.events.len()), (0, 2));
    assert_eq!(world.events[1].1, "resolved");
    assert_eq!(world.told, [(MINUTE, NoticeKind::Firing, 1), (3 * MINUTE, NoticeKind::Resolved, 1)], "also where its rule is gone");
    world.step(&[], &[], 4 * MINUTE);
    assert_eq!(world.told.len(), 2);
}

#[test]
fn an_object_that_is_gone_is_resolved_to_those_who_were_told() {
    let mut world = World::default();
    let both = || [watched("plane", Verdict::Met), watched("delays", Verdict::Met)];
    for at in (0..2 * MINUTE).step_by(STEP as usize) {
        world.step(&both(), &[], at);
    }
    world.step(&both()[..1], &[], 2 * MINUTE);
    assert_eq!(world.told, [(MINUTE, NoticeKind::Firing, 2), (2 * MINUTE, NoticeKind::Resolved, 1)]);
    assert_eq!(world.states.len(), 1);
}

#[test]
fn one_failure_at_night_and_nothing_known_tell_nobody() {
    let mut world = World::default();
    for at in (0..24 * 60 * MINUTE).step_by(STEP as usize) {
        // One sample that meets the condition, once a night.
        let verdict = if at == 3 * 60 * MINUTE { Verdict::Met } else { Verdict::Unknown };
        world.step(&[watched("plane", verdict)], &[], at);
    }
    assert!(world.told.is_empty() && world.events.is_empty());
}
