use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use proptest::prelude::*;

use super::*;

const GAPS: Gaps = Gaps { columns: 48, boxes: 24, lines: 10, margin: 24 };

fn same_size(count: usize) -> Vec<Size> {
    vec![Size { width: 176, height: 56 }; count]
}

fn overlap((a, of_a): (Point, Size), (b, of_b): (Point, Size)) -> bool {
    a.x < b.x + of_b.width && b.x < a.x + of_a.width && a.y < b.y + of_b.height && b.y < a.y + of_a.height
}

/// Whether following the links leads from a box back to it, looked for from each box.
fn has_circle(count: usize, links: &BTreeSet<(usize, usize)>) -> bool {
    (0..count).any(|start| {
        let mut reached = BTreeSet::new();
        let mut left: Vec<usize> = links.iter().filter(|(from, _)| *from == start).map(|(_, to)| *to).collect();
        while let Some(place) = left.pop() {
            if reached.insert(place) {
                left.extend(links.iter().filter(|(from, _)| *from == place).map(|(_, to)| *to));
            }
        }
        reached.contains(&start)
    })
}

fn check(sizes: &[Size], links: &[(usize, usize)], layout: &Layout) -> Result<(), String> {
    let placed: Vec<(Point, Size)> = layout.boxes.iter().copied().zip(sizes.iter().copied()).collect();
    for (index, one) in placed.iter().enumerate() {
        if let Some(other) = placed[..index].iter().position(|other| overlap(*one, *other)) {
            return Err(format!("box {index} {one:?} lies over box {other} {:?}", placed[other]));
        }
        let (corner, size) = *one;
        let is_within = corner.x >= 0 && corner.y >= 0 && corner.x + size.width <= layout.width && corner.y + size.height <= layout.height;
        if !is_within {
            return Err(format!("box {index} {one:?} lies outside of {} x {}", layout.width, layout.height));
        }
    }
    let drawn: Vec<(usize, usize)> = layout.routes.iter().map(|route| (route.from, route.to)).collect();
    let given: BTreeSet<(usize, usize)> = links.iter().copied().collect();
    if drawn != given.iter().copied().collect::<Vec<_>>() {
        return Err(format!("{drawn:?} are drawn, {given:?} are given"));
    }
    for route in layout.routes.iter().filter(|route| route.from != route.to) {
        let ordered = |points: &[Point]| points.windows(2).all(|pair| pair[0].x <= pair[1].x) && points.first() < points.last();
        let back: Vec<Point> = route.points.iter().rev().copied().collect();
        let (left, right) = if route.is_back { (route.to, route.from) } else { (route.from, route.to) };
        if !ordered(if route.is_back { &back } else { &route.points }) || layout.columns[left] >= layout.columns[right] {
            return Err(format!("{route:?} does not go its way"));
        }
    }
    let kept = layout.routes.iter().filter(|route| route.from != route.to);
    let copy = kept.map(|route| if route.is_back { (route.to, route.from) } else { (route.from, route.to) }).collect();
    if has_circle(sizes.len(), &copy) { Err("the copy has a circle".into()) } else { Ok(()) }
}

#[test]
fn a_chain_is_a_line() {
    let layout = lay_out(&same_size(4), &[(0, 1), (1, 2), (2, 3)], GAPS);
    assert_eq!(layout.columns, [0, 1, 2, 3]);
    assert!(layout.boxes.iter().all(|corner| corner.y == GAPS.margin), "{layout:?}");
    assert_eq!((layout.boxes[1].x, layout.width, layout.height), (24 + 176 + 48, 2 * 24 + 4 * 176 + 3 * 48, 2 * 24 + 56));
    assert_eq!(layout.routes[0].points, [Point { x: 200, y: 52 }, Point { x: 248, y: 52 }]);
}

#[test]
fn a_line_passes_between_boxes_and_not_behind_them() {
    // The long line from 0 to 3 goes through the column of 1 and that of 2.
    let sizes = same_size(4);
    let layout = lay_out(&sizes, &[(0, 1), (1, 2), (2, 3), (0, 3)], GAPS);
    let long = layout.routes.iter().find(|route| (route.from, route.to) == (0, 3)).unwrap();
    assert_eq!(long.points.len(), 6);
    for point in &long.points[1..5] {
        let hidden = |place: usize| (layout.boxes[place].y..layout.boxes[place].y + sizes[place].height).contains(&point.y);
        assert!(!hidden(1) && !hidden(2), "{layout:?}");
    }
}

#[test]
fn lines_that_need_not_cross_do_not() {
    // As they come, they would all cross.
    let links: Vec<(usize, usize)> = (0..8).map(|place| (place, 15 - place)).collect();
    let graph = acyclic::Acyclic::of(16, &links);
    let mut layered = layers::Layered::of(&graph);
    assert_eq!(order::crossings(&layered, &order::places(&layered)), 28);
    order::arrange(&mut layered);
    assert_eq!(order::crossings(&layered, &order::places(&layered)), 0);
}

#[test]
fn where_nothing_leads_to_a_box_stands_before_what_it_leads_to() {
    let layout = lay_out(&same_size(5), &[(0, 1), (1, 2), (3, 2)], GAPS);
    assert_eq!(layout.columns, [0, 1, 2, 1, 0]);
}

#[test]
fn circles_and_boxes_linked_with_themselves_are_drawn() {
    let (sizes, links) = (same_size(4), [(0, 1), (1, 2), (2, 0), (3, 3), (1, 2), (2, 1)]);
    let layout = lay_out(&sizes, &links, GAPS);
    assert_eq!(check(&sizes, &links, &layout), Ok(()));
    let back: Vec<(usize, usize)> = layout.routes.iter().filter(|route| route.is_back).map(|route| (route.from, route.to)).collect();
    assert_eq!(back, [(2, 0), (2, 1), (3, 3)]);
    assert_eq!(lay_out(&[], &[], GAPS), Layout::default());
    // A pair that names a box that is not there is left out.
    assert!(lay_out(&same_size(1), &[(0, 7)], GAPS).routes.is_empty());
}

/// Numbers that are spread out, the same each time.
fn spread(seed: u64) -> impl Iterator<Item = usize> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap()
    })
}

/// Prints how long 200 boxes take. The bench has the row; a test fails by no clock.
#[test]
fn two_hundred_boxes() {
    let mut shapes: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
    let mut numbers = spread(7);
    let mut pick = |most: usize| numbers.next().unwrap() % most;
    shapes.insert("random", (0..600).map(|_| (pick(200), pick(200))).collect());
    shapes.insert("dense", (0..4_000).map(|_| (pick(200), pick(200))).collect());
    shapes.insert("chain with jumps", (0..199).map(|at| (at, at + 1)).chain((0..200).map(|_| (pick(200), pick(200)))).collect());
    shapes.insert("fan", (1..200).map(|at| (0, at)).collect());
    for (name, links) in shapes {
        let sizes = same_size(200);
        let started = Instant::now();
        let layout = lay_out(&sizes, &links, GAPS);
        println!("layout of 200 boxes, {name}, {} lines: {:.1} ms", layout.routes.len(), started.elapsed().as_secs_f64() * 1e3);
        assert_eq!(check(&sizes, &links, &layout), Ok(()), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn random_graphs_with_circles_are_drawn_without_overlaps(
        sizes in prop::collection::vec((1_i32..300, 1_i32..400), 1..40),
        links in prop::collection::vec((0_usize..40, 0_usize..40), 0..120),
    ) {
        let sizes: Vec<Size> = sizes.into_iter().map(|(width, height)| Size { width, height }).collect();
        let links: Vec<(usize, usize)> = links.into_iter().map(|(from, to)| (from % sizes.len(), to % sizes.len())).collect();
        let layout = lay_out(&sizes, &links, GAPS);
        prop_assert_eq!(check(&sizes, &links, &layout), Ok(()));
        let mut shuffled = links.clone();
        shuffled.reverse();
        prop_assert_eq!(lay_out(&sizes, &shuffled, GAPS), layout, "it hangs on the order in which the links came");
    }
}
