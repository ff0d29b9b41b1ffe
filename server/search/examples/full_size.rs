//! An index of 100,000 assets with 1,000,000 columns: how long it takes to build, what it takes on disk, and how fast it answers.
//! `cargo run --release -p search --example full_size`; with `columns`, each column is a document of its own, for comparison.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a measurement that somebody reads

mod generated;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use generated::{DOMAINS, Numbers, asset, query, vocabulary};
use model::asset_document::{AssetDocument, DocumentColumn, SeenDomains};
use model::view::AssetQuery;
use search::{Index, Request};

const ASSETS: usize = 100_000;
const PORTION: usize = 1_000;
const QUERIES: usize = 1_000;

/// The same with each column as a document of its own.
fn apart(asset: &AssetDocument) -> Vec<AssetDocument> {
    let column = |(at, column): (usize, &DocumentColumn)| AssetDocument {
        id: format!("{}-{at}", asset.id),
        path: format!("column:{}#{}", asset.path, column.name),
        kind: "column".into(),
        name: column.name.clone(),
        description: String::new(),
        columns: Vec::new(),
        ..asset.clone()
    };
    let columns = asset.columns.iter().enumerate().map(column);
    columns.chain([AssetDocument { columns: Vec::new(), ..asset.clone() }]).collect()
}

fn bytes_of(folder: &Path) -> u64 {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
}

fn build(index: &Index, columns_apart: bool) -> (Duration, AssetDocument) {
    let (mut numbers, words) = (Numbers(7), vocabulary());
    let mut spent = Duration::ZERO;
    let mut last = AssetDocument::default();
    for portion in 0..ASSETS / PORTION {
        let assets: Vec<AssetDocument> = (0..PORTION).map(|at| asset(portion * PORTION + at, &mut numbers, &words)).collect();
        let documents = if columns_apart { assets.iter().flat_map(apart).collect() } else { assets.clone() };
        let start = Instant::now();
        index.change(&documents, &[]).unwrap();
        spent += start.elapsed();
        last = assets[0].clone();
    }
    let start = Instant::now();
    index.commit(1).unwrap();
    (spent + start.elapsed(), last)
}

fn percentile(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    times[(times.len() * percent / 100).min(times.len() - 1)].as_secs_f64() * 1_000.0
}

fn ask_all(index: &Index) {
    let (mut numbers, words) = (Numbers(11), vocabulary());
    let some = SeenDomains::Of((0..DOMAINS).step_by(2).map(|at| format!("domain-{at}")).collect());
    let mut times: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    for at in 0..QUERIES {
        let (kind, query) = query(&mut numbers, &words);
        let sees = if at % 2 == 0 { &SeenDomains::All } else { &some };
        let start = Instant::now();
        index.search(&Request { query: &query, sees, rows: 20, now: 2 }).unwrap();
        let took = start.elapsed();
        times.entry(kind).or_default().push(took);
        times.entry("all").or_default().push(took);
    }
    for (kind, times) in &mut times {
        let [p50, p95, most] = [50, 95, 100].map(|percent| percentile(times, percent));
        println!("{kind:20} p50 {p50:6.2} ms   p95 {p95:6.2} ms   most {most:6.2} ms   of {}", times.len());
    }
}

fn main() {
    let columns_apart = std::env::args().any(|argument| argument == "columns");
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path(), "full size").unwrap();
    let (built, last) = build(&index, columns_apart);
    println!("built in {:.1} s, {} MB on disk", built.as_secs_f64(), bytes_of(folder.path()) / 1_000_000);
    ask_all(&index);
    let start = Instant::now();
    index.change(&[AssetDocument { description: "zyxwvut".into(), ..last }], &[]).unwrap();
    index.commit(2).unwrap();
    let query = AssetQuery { text: "zyxwvut".into(), ..AssetQuery::default() };
    assert_eq!(index.search(&Request { query: &query, sees: &SeenDomains::All, rows: 20, now: 2 }).unwrap().total, 1);
    println!("a change is seen after {:.0} ms", start.elapsed().as_secs_f64() * 1_000.0);
    drop(index);
    let start = Instant::now();
    let index = Index::open(folder.path(), "full size").unwrap();
    println!(
        "opened in {:.0} ms at revision {:?}, {} MB on disk",
        start.elapsed().as_secs_f64() * 1_000.0,
        index.revision(),
        bytes_of(folder.path()) / 1_000_000
    );
}
