use proptest::prelude::*;

use super::*;

fn path(text: &str) -> AssetPath {
    text.parse().unwrap()
}

fn edge(text: &str) -> LineageEdge {
    let words: Vec<&str> = text.split(' ').collect();
    LineageEdge { from: path(words[0]), to: path(words[2]), how: EdgeKind::from_key(words[1]).unwrap(), by: path("api:a/a") }
}

fn graph(edges: &[&str]) -> LineageGraph {
    LineageGraph::new(&edges.iter().map(|text| edge(text)).collect::<Vec<_>>())
}

const FLIGHTS: [&str; 8] = [
    "table:db/planes read job:travel/planes",
    "column:table:db/planes#tailnum direct column:dataset:travel/planes#tailnum",
    "dataset:travel/planes read api:travel/plane",
    "column:dataset:travel/planes#tailnum filter api:travel/plane",
    "table:db/flights read api:travel/delays",
    "api:travel/plane call api:travel/day",
    "api:travel/day call app:travel/board",
    "api:travel/day call app:other/desk",
];

fn names(boxes: &[GraphBox]) -> Vec<String> {
    boxes.iter().map(|one| one.asset.as_ref().map_or_else(|| format!("{} {}", one.count, one.kind.key()), ToString::to_string)).collect()
}

#[test]
fn a_dataset_is_made_by_its_job_and_a_table_comes_with_its_source() {
    let graph = graph(&FLIGHTS);
    let near = |asset: &str, side| graph.next_to(&path(asset), side).into_iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(near("table:db/planes", Side::Down), ["job:travel/planes"]);
    assert_eq!(near("dataset:travel/planes", Side::Up), ["job:travel/planes"]);
    assert_eq!(near("source:db", Side::Down), ["table:db/flights", "table:db/planes"]);
    let into_job = graph.kinds(&path("table:db/planes"), &path("job:travel/planes")).unwrap();
    assert!(into_job.contains(EdgeKind::Direct) && into_job.contains(EdgeKind::Read));
    assert!(graph.kinds(&path("dataset:travel/planes"), &path("api:travel/plane")).unwrap().is_indirect());
}

#[test]
fn one_step_is_shown_and_the_rest_is_counted() {
    let graph = graph(&FLIGHTS);
    let shown = graph.neighbourhood(&Opening::around(path("dataset:travel/planes")), &|_| true);
    assert_eq!(names(&shown.boxes), ["dataset:travel/planes", "job:travel/planes", "api:travel/plane"]);
    assert_eq!((shown.boxes[1].more_up, shown.boxes[2].more_down, shown.shown, shown.of), (1, 1, 3, 5));
    let opened = vec![(path("api:travel/day"), Side::Down), (path("api:travel/plane"), Side::Down)];
    let more = graph.neighbourhood(&Opening { opened, ..Opening::around(path("dataset:travel/planes")) }, &|_| true);
    let expected =
        ["dataset:travel/planes", "job:travel/planes", "api:travel/plane", "api:travel/day", "app:other/desk", "app:travel/board"];
    assert_eq!(names(&more.boxes), expected, "what was opened behind something that was opened is shown too");
    let also = vec![path("app:other/desk"), path("app:nobody/knows")];
    let also = graph.neighbourhood(&Opening { also, ..Opening::around(path("dataset:travel/planes")) }, &|_| true);
    assert_eq!(names(&also.boxes)[..2], ["dataset:travel/planes", "app:other/desk"]);
    let deep = graph.neighbourhood(&Opening { up: 9, down: 9, ..Opening::around(path("dataset:travel/planes")) }, &|_| true);
    assert_eq!((deep.boxes.len(), deep.shown, deep.of), (8, 8, 9), "the other table of the source is next to it");
}

#[test]
fn what_the_reader_may_not_see_has_a_count_and_no_name_and_hides_what_lies_behind() {
    let mut edges: Vec<String> = FLIGHTS.iter().map(|text| (*text).to_owned()).collect();
    edges.extend((0..3).map(|number| format!("api:travel/plane call app:other/desk{number}")));
    edges.push("api:travel/plane call api:other/more".into());
    edges.push("api:other/more call app:travel/board".into());
    let graph = LineageGraph::new(&edges.iter().map(|text| edge(text)).collect::<Vec<_>>());
    let may_see = |asset: &AssetPath| !asset.to_string().contains(":other/");
    let shown = graph.neighbourhood(&Opening { down: 5, ..Opening::around(path("api:travel/plane")) }, &may_see);
    let expected = ["api:travel/plane", "dataset:travel/planes", "1 api", "api:travel/day", "3 app", "1 app", "app:travel/board"];
    assert_eq!(names(&shown.boxes), expected);
    let to: Vec<(usize, usize)> = shown.links.iter().map(|link| (link.from, link.to)).collect();
    // The board is reached from the API of the other domain too, which nobody who may not see that API is told at its box.
    assert!(to.contains(&(0, 2)) && to.contains(&(0, 4)) && to.contains(&(3, 5)) && to.contains(&(2, 6)), "{to:?}");
    let without = graph.neighbourhood(&Opening { down: 1, ..Opening::around(path("api:travel/plane")) }, &may_see);
    assert_eq!((without.boxes[2].more_up, without.boxes[2].more_down), (0, 0));
}

#[test]
fn a_route_goes_along_the_data_or_against_it() {
    let graph = graph(&FLIGHTS);
    let route = |from: &str, to: &str| graph.route(&path(from), &path(to)).map(|way| way.len());
    assert_eq!(route("table:db/planes", "app:travel/board"), Some(6));
    assert_eq!(route("app:travel/board", "table:db/planes"), Some(6));
    assert_eq!(route("table:db/flights", "app:travel/board"), None);
    let shown = graph.neighbourhood(&Opening { down: 9, up: 9, ..Opening::around(path("api:travel/plane")) }, &|_| true);
    let at = |text: &str| shown.place_of(&path(text)).unwrap();
    let lit = shown.between(at("app:travel/board"), at("table:db/planes"));
    let lit: Vec<String> =
        shown.boxes.iter().zip(lit).filter(|(_, on)| *on).map(|(one, _)| one.asset.clone().unwrap().to_string()).collect();
    assert_eq!(
        lit,
        ["api:travel/plane", "dataset:travel/planes", "job:travel/planes", "table:db/planes", "api:travel/day", "app:travel/board"]
    );
}

#[test]
fn a_circle_and_an_asset_that_reads_itself_are_drawn_like_others() {
    let graph = graph(&["api:a/a call api:a/b", "api:a/b call api:a/a", "api:a/a call api:a/a"]);
    let shown = graph.neighbourhood(&Opening { up: 5, down: 5, ..Opening::around(path("api:a/a")) }, &|_| true);
    assert_eq!((shown.boxes.len(), shown.links.len()), (2, 3));
    assert_eq!(graph.reach(&path("api:a/a"), Side::Down), [&path("api:a/b")]);
    assert_eq!(shown.between(0, 1), [true, true]);
}

#[test]
fn words_are_found_in_names_whatever_their_case() {
    let asset = path("table:flights-db/public.Flights");
    for (words, expected) in [("flights", true), ("DB flights", true), ("db planes", false), ("", false), ("  ", false)] {
        assert_eq!(is_found_by(&asset, words), expected, "{words:?}");
    }
}

proptest! {
    #[test]
    fn a_neighbourhood_is_bounded_whole_and_the_same_in_any_order(
        links in prop::collection::vec((0_usize..300, 0_usize..300), 0..900), up in 0_u32..6, down in 0_u32..6, veiled in 0_usize..4,
    ) {
        let name = |number: usize| path(&format!("api:d{}/n{number}", number % 4));
        let edges: Vec<LineageEdge> = links.iter().map(|(from, to)| {
            LineageEdge { from: name(*from), to: name(*to), how: EdgeKind::Call, by: name(0) }
        }).collect();
        let mut reversed = edges.clone();
        reversed.reverse();
        let (one, other) = (LineageGraph::new(&edges), LineageGraph::new(&reversed));
        let center = edges.first().map_or_else(|| name(0), |edge| edge.from.clone());
        let opened = vec![(center.clone(), Side::Down)];
        let opening = Opening { up, down, opened, ..Opening::around(center.clone()) };
        let may_see = |asset: &AssetPath| asset == &center || !asset.to_string().starts_with(&format!("api:d{veiled}/"));
        let shown = one.neighbourhood(&opening, &may_see);
        prop_assert_eq!(&shown, &other.neighbourhood(&opening, &may_see));
        prop_assert!(shown.boxes.len() <= MAX_BOXES && shown.shown <= shown.of);
        prop_assert_eq!(shown.boxes.iter().map(|one| one.count).sum::<u32>(), shown.shown);
        prop_assert!(shown.boxes.iter().all(|one| one.asset.as_ref().is_none_or(&may_see)));
        // Counted another way: each neighbour of an asset is shown, or is among those that are not.
        for one in &shown.boxes {
            let Some(asset) = &one.asset else { continue };
            let near: BTreeSet<String> = edges.iter().filter(|edge| &edge.from == asset).map(|edge| edge.to.to_string()).collect();
            let place = shown.place_of(asset).unwrap();
            let linked: u32 = shown.links.iter().filter(|link| link.from == place).map(|link| shown.boxes[link.to].count).sum();
            prop_assert!(linked + one.more_down >= u32::try_from(near.len()).unwrap());
        }
    }
}
