//! What happened, on the time axis: releases, version switches, changes of settings, degradations and alerts.

use model::clock::Millis;
use model::time_axis::Zone;
use model::view::{Mark, MarkKind};

use super::markup::Element;
use crate::words::words;

/// Flags that are closer than this, in per cent of the width, would be written over each other.
const ROOM: f64 = 14.0;
/// How close to an edge a flag stands beside its line, and not across it.
const EDGE: f64 = 10.0;

/// A mark with its place, in per cent of the width.
struct Placed<'a> {
    mark: &'a Mark,
    x: f64,
}

#[allow(clippy::cast_precision_loss)] // milliseconds of a chart
fn placed(marks: &[Mark], from: Millis, to: Millis) -> Vec<Placed<'_>> {
    let span = to.saturating_sub(from).max(1) as f64;
    let within = marks.iter().filter(|mark| (from..=to).contains(&mark.at));
    let mut placed: Vec<Placed<'_>> = within.map(|mark| Placed { mark, x: (mark.at - from) as f64 * 100.0 / span }).collect();
    placed.sort_by_key(|placed| placed.mark.at);
    placed
}

/// `13:37 travel/delays v7, release`
pub(super) fn told(mark: &Mark, zone: &Zone) -> String {
    (words().monitoring.mark)(&zone.date_and_time(mark.at), &mark.text, name(mark.kind))
}

fn name(kind: MarkKind) -> &'static str {
    let say = &words().monitoring;
    match kind {
        MarkKind::Release => say.release,
        MarkKind::VersionSwitch => say.version_switch,
        MarkKind::SettingChange => say.setting_change,
        MarkKind::Degradation => say.degradation,
        MarkKind::Alert => say.alert,
    }
}

/// The sign of a kind, around the point where it stands. Each has a shape of its own, so that no colour need be told from another.
fn sign(kind: MarkKind) -> Element {
    let (shape, class) = match kind {
        MarkKind::Release => (Element::new("circle").set("r", "3"), "mark-flag"),
        MarkKind::VersionSwitch => (Element::new("path").set("d", "M0-4L4 0L0 4L-4 0Z"), "mark-flag"),
        MarkKind::SettingChange => (Element::new("path").set("d", "M-3 0H3M0-3V3"), "mark-flag"),
        MarkKind::Degradation => (Element::new("path").set("d", "M-3-3H3V3H-3Z"), "mark-flag mark-flag-warn"),
        MarkKind::Alert => (Element::new("path").set("d", "M0-4L4 3H-4Z"), "mark-flag mark-flag-bad"),
    };
    shape.class(class)
}

/// The signs of the kinds that are within a time, and what they are called. Nothing without marks.
pub(super) fn legend(marks: &[Mark], from: Millis, to: Millis) -> Option<Element> {
    const KINDS: [MarkKind; 5] =
        [MarkKind::Release, MarkKind::VersionSwitch, MarkKind::SettingChange, MarkKind::Degradation, MarkKind::Alert];
    let within = within(marks, from, to);
    let items: Vec<Element> = KINDS
        .into_iter()
        .filter(|kind| within.iter().any(|mark| mark.kind == *kind))
        .map(|kind| {
            let key = Element::new("svg").class("key").set("viewBox", "-7 -4 14 8").set("aria-hidden", "true").with(sign(kind));
            Element::new("li").with(key).text(name(kind))
        })
        .collect();
    (!items.is_empty()).then(|| Element::new("ul").class("legend mark-kinds").with_all(items))
}

/// Their lines. Flags with words stand on the first chart of a page alone, as far as there is room.
pub(super) fn lines(marks: &[Mark], (from, to): (Millis, Millis), zone: &Zone, has_flags: bool) -> Vec<Element> {
    let mut free_from = 0.0;
    let mut drawn = Vec::new();
    for Placed { mark, x } in placed(marks, from, to) {
        let at = format!("{x:.2}%");
        let line = Element::new("line").class("mark-line").set("x1", &at).set("x2", &at).set("y1", "0").set("y2", "100%");
        let flag = Element::new("svg").set("x", &at).set("y", "0").set("overflow", "visible").with(sign(mark.kind));
        let mut group = Element::new("g").class("mark").with(Element::new("title").text(&told(mark, zone))).with(line).with(flag);
        if has_flags && x >= free_from {
            free_from = x + ROOM;
            let anchor = match x {
                x if x < EDGE => "start",
                x if x > 100.0 - EDGE => "end",
                _ => "middle",
            };
            let words = Element::new("text").class("mark-text").set("x", &at).set("y", "-8").set("text-anchor", anchor);
            group = group.with(words.text(&mark.text));
        }
        drawn.push(group);
    }
    drawn
}

/// Those within a time.
pub(super) fn within(marks: &[Mark], from: Millis, to: Millis) -> Vec<&Mark> {
    placed(marks, from, to).into_iter().map(|placed| placed.mark).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_have_room_and_no_text_is_markup() {
        let mark = |at: Millis, text: &str| Mark { at, kind: MarkKind::Release, text: text.into() };
        let marks = [mark(520, "b<i>"), mark(500, "a"), mark(900, "c"), mark(2_000, "later")];
        let zone = Zone::named("UTC");
        let html: String = lines(&marks, (0, 1_000), &zone, true).into_iter().map(Element::into_html).collect();
        assert_eq!(html.matches("mark-line").count(), 3, "{html}");
        // The second has its title and no flag: the first stands there.
        assert_eq!(html.matches("mark-text").count(), 2, "{html}");
        assert!(html.contains("b&lt;i&gt;") && !html.contains("<i>"), "{html}");
        let without: String = lines(&marks, (0, 1_000), &zone, false).into_iter().map(Element::into_html).collect();
        assert_eq!(without.matches("mark-text").count(), 0);
    }

    #[test]
    fn the_legend_has_each_kind_that_is_shown_once_and_each_has_its_own_shape() {
        let mark = |at: Millis, kind: MarkKind| Mark { at, kind, text: "travel/errors fired".into() };
        let marks = [mark(3, MarkKind::Alert), mark(1, MarkKind::Degradation), mark(4, MarkKind::Alert), mark(99, MarkKind::Release)];
        let html = legend(&marks, 0, 10).map(Element::into_html).unwrap_or_default();
        let say = &words().monitoring;
        assert_eq!(html.matches("<li>").count(), 2, "{html}");
        assert!(html.contains(say.degradation) && html.contains(say.alert) && html.contains("mark-flag-bad"), "{html}");
        assert!(legend(&marks[3..], 0, 10).is_none());
        let zone = Zone::named("UTC");
        assert!(told(&marks[0], &zone).ends_with("travel/errors fired, alert"));
        let shown: String = lines(&marks, (0, 10), &zone, true).into_iter().map(Element::into_html).collect();
        assert_eq!((shown.matches("mark-flag-bad").count(), shown.matches("mark-flag-warn").count()), (2, 1), "{shown}");
    }
}
