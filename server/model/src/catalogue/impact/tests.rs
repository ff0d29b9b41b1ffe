use proptest::prelude::*;

use super::*;

fn path(text: &str) -> AssetPath {
    text.parse().unwrap()
}

fn edge(text: &str) -> LineageEdge {
    let words: Vec<&str> = text.split(' ').collect();
    LineageEdge { from: path(words[0]), how: EdgeKind::from_key(words[1]).unwrap(), to: path(words[2]), by: path(words[3]) }
}

/// A dataset of flights that takes those of one carrier, an API of it, a Union and apps; and an API of which it is not known what it reads.
const FLIGHTS: [&str; 15] = [
    "table:db/flights read job:t/flights dataset:t/flights",
    "job:t/flights read dataset:t/flights dataset:t/flights",
    "column:table:db/flights#day direct column:dataset:t/flights#day dataset:t/flights",
    "column:table:db/flights#dep direct column:dataset:t/flights#delay dataset:t/flights",
    "column:table:db/flights#arr direct column:dataset:t/flights#delay dataset:t/flights",
    "column:table:db/flights#carrier filter dataset:t/flights dataset:t/flights",
    "dataset:t/flights read api:t/late api:t/late",
    "column:dataset:t/flights#delay direct column:api:t/late#minutes api:t/late",
    "column:dataset:t/flights#day filter api:t/late api:t/late",
    "api:t/late call api:t/both api:t/both",
    "column:api:t/late#minutes direct column:api:t/both#minutes api:t/both",
    "api:t/both call app:t/board app:t/board",
    "api:t/late call app:o/desk app:o/desk",
    "column:api:t/late#minutes call app:o/desk app:o/desk",
    "table:db/flights read api:t/script api:t/script",
];

fn told(start: &str, is_visible: &dyn Fn(&AssetPath) -> bool) -> (Vec<String>, BTreeMap<AssetKind, u32>) {
    let edges: Vec<LineageEdge> = FLIGHTS.iter().map(|text| edge(text)).collect();
    let unknown = [LineageUnknown { by: path("api:t/script"), place: path("column:api:t/script#x"), reason: "It is dynamic.".into() }];
    let impact = Impact::of(&path(start), &edges, &unknown, is_visible);
    let told = |one: &Impacted| {
        let route: Vec<&str> = one.route.iter().map(|step| step.as_ref().map_or("?", AssetPath::name)).collect();
        format!("{} {} [{}] {}", one.asset, one.effect.key(), one.columns.join(","), route.join(">"))
    };
    (impact.assets.iter().map(told).collect(), impact.hidden)
}

#[test]
fn a_column_reaches_what_is_made_of_it_and_what_it_decides_over() {
    assert_eq!(
        told("column:table:db/flights#dep", &|_| true).0,
        [
            "dataset:t/flights direct [delay] flights>flights>flights",
            "job:t/flights direct [] flights>flights",
            "api:t/late direct [minutes] flights>flights>flights>late",
            "api:t/both direct [minutes] flights>flights>flights>late>both",
            "app:o/desk direct [] flights>flights>flights>late>desk",
            "app:t/board direct [] flights>flights>flights>late>both>board",
            "api:t/script unknown [x] flights>script",
        ]
    );
    let indirect = told("column:table:db/flights#carrier", &|_| true).0;
    assert!(indirect.contains(&"app:t/board indirect [] flights>flights>flights>late>both>board".into()), "{indirect:?}");
    assert!(indirect.iter().all(|line| line.contains(" indirect ") || line.contains(" unknown ")), "{indirect:?}");
    // A column that nothing uses reaches only what nobody knows about.
    assert_eq!(told("column:table:db/flights#year", &|_| true).0, ["api:t/script unknown [x] flights>script"]);
}

#[test]
fn an_app_loses_no_field_that_it_does_not_get() {
    assert!(told("column:api:t/late#carrier", &|_| true).0.is_empty());
    assert_eq!(told("column:api:t/both#carrier", &|_| true).0, ["app:t/board direct [] both>board"]);
}

#[test]
fn a_whole_asset_reaches_all_that_lies_behind_it() {
    let all = told("source:db", &|_| true).0;
    assert_eq!(all.len(), 8, "{all:?}");
    assert_eq!(all[0], "table:db/flights direct [] db>flights");
    assert!(told("app:t/board", &|_| true).0.is_empty() && told("api:t/none", &|_| true).0.is_empty());
}

#[test]
fn what_the_reader_may_not_see_is_counted_and_not_named() {
    let (seen, hidden) = told("table:db/flights", &|asset| !asset.to_string().contains("t/late") && !asset.to_string().contains("o/desk"));
    assert_eq!(hidden, BTreeMap::from([(AssetKind::Api, 1), (AssetKind::App, 1)]));
    assert!(seen.contains(&"api:t/both direct [] flights>flights>flights>?>both".into()), "{seen:?}");
}

proptest! {
    /// Against the plain closure of the links of assets.
    #[test]
    fn nothing_that_is_reached_is_left_out_and_circles_end(
        links in prop::collection::vec((0_usize..12, 0_usize..12, 0_usize..3, 0_usize..3, 0_usize..7), 0..60), start in 0_usize..12,
    ) {
        let asset = |number: usize| path(&format!("api:d/n{number}"));
        let edges: Vec<LineageEdge> = links.iter().map(|(from, to, column, other, how)| {
            let how = EdgeKind::ALL[*how];
            let from = if how == EdgeKind::Read || how == EdgeKind::Call { asset(*from) } else { asset(*from).column(&format!("c{column}")) };
            let to = if how == EdgeKind::Direct { asset(*to).column(&format!("c{other}")) } else { asset(*to) };
            LineageEdge { from, to, how, by: path("api:d/by") }
        }).collect();
        let impact = Impact::of(&asset(start), &edges, &[], &|_| true);
        let mut closure = BTreeSet::from([start]);
        loop {
            let more: BTreeSet<usize> = links.iter().filter(|link| closure.contains(&link.0)).map(|link| link.1).collect();
            let before = closure.len();
            closure.extend(more);
            if closure.len() == before { break }
        }
        closure.remove(&start);
        let found: BTreeSet<AssetPath> = impact.assets.iter().map(|one| one.asset.clone()).collect();
        prop_assert_eq!(found, closure.into_iter().map(asset).collect::<BTreeSet<_>>());
        for one in &impact.assets {
            prop_assert_eq!(one.route.first().unwrap().as_ref(), Some(&asset(start)));
            prop_assert_eq!(one.route.last().unwrap().as_ref(), Some(&one.asset));
            for step in one.route.windows(2) {
                let is_link = edges.iter().any(|edge| Some(asset_of(&edge.from)) == step[0].as_ref() && Some(asset_of(&edge.to)) == step[1].as_ref());
                prop_assert!(is_link, "{step:?}");
            }
        }
        // A column reaches no more than its whole asset does.
        let of_column = Impact::of(&asset(start).column("c0"), &edges, &[], &|_| true);
        prop_assert!(of_column.assets.iter().all(|one| impact.assets.iter().any(|other| other.asset == one.asset)));
    }
}
