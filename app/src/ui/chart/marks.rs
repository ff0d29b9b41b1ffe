//! What happened, on the time axis: releases, version switches and changes of settings.

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
    let say = &words().monitoring;
    let kind = match mark.kind {
        MarkKind::Release => say.release,
        MarkKind::VersionSwitch => say.version_switch,
        MarkKind::SettingChange => say.setting_change,
    };
    (say.mark)(&zone.date_and_time(mark.at), &mark.text, kind)
}

/// Their lines. Flags with words stand on the first chart of a page alone, as far as there is room.
pub(super) fn lines(marks: &[Mark], (from, to): (Millis, Millis), zone: &Zone, has_flags: bool) -> Vec<Element> {
    let mut free_from = 0.0;
    let mut drawn = Vec::new();
    for Placed { mark, x } in placed(marks, from, to) {
        let at = format!("{x:.2}%");
        let line = Element::new("line").class("mark-line").set("x1", &at).set("x2", &at).set("y1", "0").set("y2", "100%");
        let flag = Element::new("circle").class("mark-flag").set("cx", &at).set("cy", "0").set("r", "3");
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
}
