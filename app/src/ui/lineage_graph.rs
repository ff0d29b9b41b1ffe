//! Lineage as a drawing, made by the server as text: boxes from left to right, linked by lines, with their columns where somebody has asked
//! for them. All that can be pressed in it is a link.

use model::catalogue::layout::{Gaps, Layout, Point, Route, Size, lay_out};

use super::ICONS;
use super::chart::Element;

const WIDTH: i32 = 208;
/// The name and the line below it.
const HEAD: i32 = 56;
/// A column, and what opens the columns.
const ROW: i32 = 24;
/// For the names of the columns of boxes.
const LANE: i32 = 24;
/// Letters that fit beside the icon, and those of a line of smaller ones.
const LETTERS: usize = 22;
const SMALL_LETTERS: usize = 26;
/// What opens more on one side of a box.
const MORE: Size = Size { width: 44, height: 24 };
const GAPS: Gaps = Gaps { columns: 72, boxes: 32, lines: 12, margin: 24 };

/// A link with what it says to those who do not see it.
#[derive(Debug, Clone, Default)]
pub(crate) struct GraphLink {
    pub(crate) to: String,
    pub(crate) label: String,
    pub(crate) text: String,
}

/// How a box looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum BoxLook {
    #[default]
    Plain,
    /// What the drawing is about.
    Center,
    /// On the highlighted path.
    On,
    /// Beside the highlighted path.
    Dim,
    /// Nothing of it may be seen.
    Veiled,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct DrawnBox {
    pub(crate) icon: &'static str,
    pub(crate) name: String,
    pub(crate) note: String,
    pub(crate) look: BoxLook,
    /// Something of it is not known.
    pub(crate) has_gaps: bool,
    /// Nothing where there is nowhere to go.
    pub(crate) link: Option<GraphLink>,
    pub(crate) more_up: Option<GraphLink>,
    pub(crate) more_down: Option<GraphLink>,
    /// Opens or closes its columns.
    pub(crate) columns_link: Option<GraphLink>,
    /// Each with whether it is on the way of the column that is looked at.
    pub(crate) columns: Vec<(GraphLink, bool)>,
    /// Below the columns.
    pub(crate) columns_note: String,
    /// What all boxes of one kind are called together.
    pub(crate) lane: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DrawnLine {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) is_indirect: bool,
    pub(crate) is_on: bool,
}

/// A line between columns; without one, it ends at the box itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ColumnLine {
    pub(crate) from: (usize, Option<usize>),
    pub(crate) to: (usize, Option<usize>),
    pub(crate) is_indirect: bool,
    pub(crate) is_on: bool,
}

/// The whole drawing.
pub(crate) fn lineage_graph(label: &str, boxes: &[DrawnBox], lines: &[DrawnLine], column_lines: &[ColumnLine]) -> Element {
    let sizes: Vec<Size> = boxes.iter().map(|one| Size { width: WIDTH, height: height(one) }).collect();
    let pairs: Vec<(usize, usize)> = lines.iter().map(|line| (line.from, line.to)).collect();
    let mut layout = lay_out(&sizes, &pairs, GAPS);
    shift(&mut layout);
    let (width, height) = (layout.width, layout.height + LANE);
    let routes = layout.routes.iter().filter_map(|route| {
        let line = lines.iter().find(|line| (line.from, line.to) == (route.from, route.to))?;
        Some(edge(&smooth(route), (line.is_indirect, line.is_on), route.points.last().copied()?, arrives(route)))
    });
    let of_columns = column_lines.iter().map(|line| column_line(line, &layout, boxes));
    let edges = Element::new("g").set("aria-hidden", "true").with_all(routes).with_all(of_columns);
    let drawn = boxes.iter().zip(&layout.boxes).map(|(one, corner)| node(one, *corner));
    let svg = Element::new("svg").set("width", width).set("height", height).set("viewBox", format!("0 0 {width} {height}"));
    let svg = svg.with_all(lanes(boxes, &layout)).with(edges).with_all(drawn);
    Element::new("div").class("lineage").set("tabindex", "0").set("role", "group").set("aria-label", label).with(svg)
}

fn height(one: &DrawnBox) -> i32 {
    let rows = one.columns.len() + usize::from(one.columns_link.is_some()) + usize::from(!one.columns_note.is_empty());
    HEAD + ROW * i32::try_from(rows).unwrap_or(0)
}

/// Makes room above for the names of the columns of boxes.
fn shift(layout: &mut Layout) {
    let points = layout.routes.iter_mut().flat_map(|route| route.points.iter_mut());
    layout.boxes.iter_mut().chain(points).for_each(|point| point.y += LANE);
}

/// What the boxes of a column are called, where they are of one kind.
fn lanes(boxes: &[DrawnBox], layout: &Layout) -> Vec<Element> {
    let count = layout.columns.iter().max().map_or(0, |last| last + 1);
    let lane = |column: usize| {
        let mut of_column = boxes.iter().zip(&layout.boxes).zip(&layout.columns).filter(|(_, at)| **at == column).map(|(one, _)| one);
        let (first, corner) = of_column.next()?;
        let is_one = of_column.all(|(other, _)| other.lane == first.lane);
        is_one.then(|| Element::new("text").class("lane").set("x", corner.x).set("y", LANE).text(first.lane))
    };
    (0..count).filter_map(lane).collect()
}

/// Straight through columns of boxes, and bent between them.
fn smooth(route: &Route) -> String {
    let mut path = String::new();
    let mut last: Option<Point> = None;
    for point in &route.points {
        let Point { x, y } = *point;
        match last {
            None => path.push_str(&format!("M{x} {y}")),
            Some(before) if before.y == y || before.x == x => path.push_str(&format!("L{x} {y}")),
            Some(before) => {
                let middle = i32::midpoint(before.x, x);
                path.push_str(&format!("C{middle} {} {middle} {y} {x} {y}", before.y));
            }
        }
        last = Some(*point);
    }
    path
}

/// From which side a line comes to its end.
fn arrives(route: &Route) -> (i32, i32) {
    if route.from == route.to {
        return (0, 1);
    }
    if route.is_back { (-1, 0) } else { (1, 0) }
}

fn edge(path: &str, (is_indirect, is_on): (bool, bool), end: Point, (dx, dy): (i32, i32)) -> Element {
    let class = match (is_indirect, is_on) {
        (false, false) => "edge",
        (true, false) => "edge edge-indirect",
        (false, true) => "edge edge-on",
        (true, true) => "edge edge-indirect edge-on",
    };
    let Point { x, y } = end;
    let arrow = if dy == 0 { format!("M{x} {y}l{} -3.5v7z", -6 * dx) } else { format!("M{x} {y}l-3.5 -6h7z") };
    let arrow_class = if is_on { "arrow arrow-on" } else { "arrow" };
    Element::new("g").with(Element::new("path").class(class).set("d", path)).with(Element::new("path").class(arrow_class).set("d", arrow))
}

fn column_line(line: &ColumnLine, layout: &Layout, boxes: &[DrawnBox]) -> Element {
    let end = |(place, column): (usize, Option<usize>), is_right: bool| {
        let corner = layout.boxes[place];
        let y = column.map_or(HEAD / 2, |column| row(&boxes[place], column) + ROW / 2);
        Point { x: corner.x + if is_right { WIDTH } else { 0 }, y: corner.y + y }
    };
    let (from, to) = (end(line.from, true), end(line.to, false));
    let route = Route { from: line.from.0, to: line.to.0, is_back: false, points: vec![from, to] };
    edge(&smooth(&route), (line.is_indirect, line.is_on), to, (1, 0))
}

/// How far below the upper edge of its box a column stands.
fn row(one: &DrawnBox, column: usize) -> i32 {
    let above = column + usize::from(one.columns_link.is_some());
    HEAD + ROW * i32::try_from(above).unwrap_or(0)
}

fn node(one: &DrawnBox, corner: Point) -> Element {
    let look = match one.look {
        BoxLook::Plain => "node",
        BoxLook::Center => "node on self",
        BoxLook::On => "node on",
        BoxLook::Dim => "node dim",
        BoxLook::Veiled => "node veil",
    };
    let rect = Element::new("rect").class("frame").set("width", WIDTH).set("height", height(one)).set("rx", 8);
    let icon = Element::new("svg").class("i").set("x", 12).set("y", 12).set("width", 16).set("height", 16).set("viewBox", "0 0 24 24");
    let icon = icon.with(Element::new("use").set("href", format!("{ICONS}#i-{}", one.icon)));
    let name = Element::new("text").set("x", 36).set("y", 24).text(&cut(&one.name, LETTERS));
    let note = Element::new("text").class("sub").set("x", 36).set("y", 42).text(&cut(&one.note, SMALL_LETTERS));
    let mut head = vec![Element::new("title").text(&one.name), rect, icon, name, note];
    if one.has_gaps {
        head.push(Element::new("circle").class("state-warn").set("cx", WIDTH - 14).set("cy", 20).set("r", 4));
    }
    let head = match &one.link {
        Some(link) => anchor(link).with_all(head),
        None => Element::new("g").with_all(head),
    };
    let columns = one.columns_link.iter().map(|link| text_row(link, HEAD, "fold"));
    let rows = one
        .columns
        .iter()
        .enumerate()
        .map(|(place, (link, is_on))| text_row(link, row(one, place), if *is_on { "col col-on" } else { "col" }));
    let last = row(one, one.columns.len());
    let note = (!one.columns_note.is_empty())
        .then(|| Element::new("text").class("sub").set("x", 16).set("y", last + 16).text(&cut(&one.columns_note, SMALL_LETTERS)));
    let up = one.more_up.iter().map(|link| more(link, 8, height(one)));
    let down = one.more_down.iter().map(|link| more(link, WIDTH - 8 - MORE.width, height(one)));
    Element::new("g")
        .class(look)
        .set("transform", format!("translate({} {})", corner.x, corner.y))
        .with(head)
        .with_all(columns)
        .with_all(rows)
        .with_all(note)
        .with_all(up)
        .with_all(down)
}

fn anchor(link: &GraphLink) -> Element {
    Element::new("a").set("href", &link.to).set("aria-label", &link.label)
}

/// A line of text over the whole width, all of which can be pressed.
fn text_row(link: &GraphLink, y: i32, class: &str) -> Element {
    let area = Element::new("rect").class("hit").set("x", 1).set("y", y).set("width", WIDTH - 2).set("height", ROW - 1).set("rx", 4);
    let text = Element::new("text").class("sub").set("x", 16).set("y", y + 16).text(&cut(&link.text, SMALL_LETTERS));
    anchor(link).class(class).with(area).with(text)
}

/// Stands over the lower edge of a box.
fn more(link: &GraphLink, x: i32, y: i32) -> Element {
    let y = y - MORE.height / 2;
    let pill = Element::new("rect").class("pill").set("x", x).set("y", y).set("width", MORE.width).set("height", MORE.height).set("rx", 12);
    let text =
        Element::new("text").class("pill-text").set("x", x + MORE.width / 2).set("y", y + 16).set("text-anchor", "middle").text(&link.text);
    anchor(link).class("opener").with(pill).with(text)
}

/// As many letters as fit; the whole name is read out and shown as a title.
fn cut(text: &str, letters: usize) -> String {
    if text.chars().count() <= letters {
        return text.to_owned();
    }
    let kept: String = text.chars().take(letters - 1).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str) -> DrawnBox {
        let link = GraphLink { to: format!("/to?a={name}&b"), label: format!("label of {name}"), text: String::new() };
        DrawnBox { icon: "table", name: name.into(), note: "An owner".into(), link: Some(link), lane: "Tables", ..DrawnBox::default() }
    }

    #[test]
    fn names_are_cut_and_are_no_markup() {
        let long = DrawnBox { more_down: Some(GraphLink { text: "+3".into(), ..GraphLink::default() }), ..one(&"<b>".repeat(20)) };
        let html = lineage_graph("Of <i>", &[long, DrawnBox { look: BoxLook::Veiled, link: None, ..one("x") }], &[], &[]).into_html();
        assert!(!html.contains("<b>") && !html.contains("<i>") && html.contains("Of &lt;i&gt;"), "{html}");
        assert!(html.contains("…") && html.contains(">+3<") && html.contains("node veil"), "{html}");
        assert_eq!(html.matches("<a ").count(), 2, "what is veiled leads nowhere: {html}");
        assert_eq!(cut("abcdef", 4), "abc…");
    }

    #[test]
    fn lines_say_how_and_whether_they_are_on_the_path() {
        let boxes = [one("a"), one("b"), DrawnBox { lane: "APIs", ..one("c") }];
        let lines = [
            DrawnLine { from: 0, to: 2, is_indirect: true, is_on: false },
            DrawnLine { from: 1, to: 2, is_indirect: false, is_on: true },
            DrawnLine { from: 2, to: 0, is_indirect: false, is_on: false },
            DrawnLine { from: 2, to: 2, is_indirect: false, is_on: false },
        ];
        let html = lineage_graph("x", &boxes, &lines, &[]).into_html();
        assert_eq!(html.matches("class=\"arrow").count(), 4, "{html}");
        assert!(html.contains("edge edge-indirect\"") && html.contains("edge edge-on\""), "{html}");
        assert!(html.contains(">Tables<") && html.contains(">APIs<"), "{html}");
    }

    #[test]
    fn columns_stand_in_their_box_and_are_linked() {
        let column = |name: &str| (GraphLink { to: "/c".into(), label: name.into(), text: name.into() }, name == "b");
        let with = DrawnBox { columns: vec![column("a"), column("b")], columns_link: Some(GraphLink::default()), ..one("t") };
        assert_eq!((height(&with), row(&with, 1)), (HEAD + 3 * ROW, HEAD + 2 * ROW));
        let line = ColumnLine { from: (0, Some(1)), to: (1, None), is_indirect: false, is_on: true };
        let html =
            lineage_graph("x", &[with, one("u")], &[DrawnLine { from: 0, to: 1, is_indirect: false, is_on: false }], &[line]).into_html();
        assert!(html.contains("col col-on") && html.matches("class=\"arrow").count() == 2, "{html}");
    }
}
