//! Where columns stand, and how lines go from box to box through the places that are kept for them.

use super::acyclic::Acyclic;
use super::heights::Heights;
use super::layers::{Item, Layered};
use super::shapes::{Gaps, Layout, Point, Route, Size};

/// How far a line that leads back to its own box goes out.
const LOOP: i32 = 12;

pub(super) fn draw(graph: &Acyclic, layered: &Layered, heights: &Heights, (sizes, gaps): (&[Size], Gaps)) -> Layout {
    let widths: Vec<i32> = layered.columns.iter().map(|column| width_of(column, layered, sizes)).collect();
    let mut lefts = Vec::with_capacity(widths.len());
    let mut x = gaps.margin;
    for width in &widths {
        lefts.push(x);
        x += width + gaps.columns;
    }
    let boxes: Vec<Point> = (0..graph.boxes)
        .map(|place| Point { x: lefts[layered.column_of[place]], y: heights.middle[place] - sizes[place].height.max(0) / 2 })
        .collect();
    let along = |from: usize, to: usize| {
        let mut points = vec![Point { x: boxes[from].x + sizes[from].width, y: heights.middle[from] }];
        for pass in layered.passes(from, to) {
            let (left, y) = (lefts[layered.column_of[pass]], heights.middle[pass]);
            points.push(Point { x: left, y });
            points.push(Point { x: left + widths[layered.column_of[pass]], y });
        }
        points.push(Point { x: boxes[to].x, y: heights.middle[to] });
        points
    };
    let mut routes: Vec<Route> = graph
        .given
        .iter()
        .map(|(from, to)| {
            let is_back = graph.turned.contains(&(*from, *to));
            let mut points = if is_back { along(*to, *from) } else { along(*from, *to) };
            if is_back {
                points.reverse();
            }
            Route { from: *from, to: *to, is_back, points }
        })
        .collect();
    routes.extend(graph.loops.iter().map(|place| round(*place, boxes[*place], sizes[*place])));
    routes.sort_by_key(|route| (route.from, route.to));
    let columns = layered.column_of[..graph.boxes].to_vec();
    Layout { boxes, columns, routes, width: x - gaps.columns + gaps.margin, height: heights.height }
}

fn width_of(column: &[usize], layered: &Layered, sizes: &[Size]) -> i32 {
    let widths = column.iter().map(|item| match layered.items[*item] {
        Item::Box(place) => sizes[place].width.max(0),
        Item::Pass => 0,
    });
    widths.max().unwrap_or(0)
}

/// Out at the right side of a box, over its corner, and in at its top.
fn round(place: usize, corner: Point, size: Size) -> Route {
    let (right, middle) = (corner.x + size.width, corner.y + size.height / 2);
    let inner = corner.x + size.width - LOOP;
    let points = vec![
        Point { x: right, y: middle },
        Point { x: right + LOOP, y: middle },
        Point { x: right + LOOP, y: corner.y - LOOP / 2 },
        Point { x: inner, y: corner.y - LOOP / 2 },
        Point { x: inner, y: corner.y },
    ];
    Route { from: place, to: place, is_back: true, points }
}
