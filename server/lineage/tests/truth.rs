//! Lineage of whole texts against truth that was written by hand, against sqlglot, and of texts by chance.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods)] // tests

mod cases;
mod chance;
mod sqlglot;

use std::collections::BTreeMap;

use cases::{Said, TrueEdges};

fn count(edges: &TrueEdges, counts: &mut BTreeMap<&'static str, usize>) {
    let lists = [&edges.direct, &edges.filter, &edges.join, &edges.group, &edges.sort];
    for (how, list) in ["direct", "filter", "join", "group", "sort"].into_iter().zip(lists) {
        *counts.entry(how).or_default() += list.len();
    }
    *counts.entry("unknown").or_default() += edges.unknown.len();
}

#[test]
fn texts_have_the_lineage_that_was_written_by_hand() {
    let (schema, all) = (cases::schema(), cases::all());
    let (mut wrong, mut counts, mut dialects) = (Vec::new(), BTreeMap::new(), BTreeMap::<String, usize>::new());
    let (texts, mut outputs) = (all.len(), 0);
    for case in all {
        let said = Said::of(&lineage::of_text(&case.sql, case.truth.dialect, &schema));
        *dialects.entry(format!("{:?}", case.truth.dialect)).or_default() += 1;
        let rows = case.truth.rows.in_order();
        let true_outputs: Vec<_> =
            case.truth.outputs.into_iter().map(|output| cases::TrueOutput { edges: output.edges.in_order(), ..output }).collect();
        count(&rows, &mut counts);
        true_outputs.iter().for_each(|output| count(&output.edges, &mut counts));
        outputs += true_outputs.len();
        let mut differ = |what: &str, is: String, should: String| {
            if is != should {
                wrong.push(format!("{} {what}\n   is     {is}\n   should {should}", case.name));
            }
        };
        differ("columns", format!("{}", said.outputs.len()), format!("{}", true_outputs.len()));
        for (is, should) in said.outputs.iter().zip(&true_outputs) {
            differ("column", format!("{is:?}"), format!("{should:?}"));
        }
        differ("rows", format!("{:?}", said.rows), format!("{rows:?}"));
        if let Some(tables) = case.truth.tables {
            differ("tables", format!("{:?}", said.tables), format!("{tables:?}"));
        }
    }
    println!("lineage: {texts} texts {dialects:?}, {outputs} columns, edges {counts:?}");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(texts >= 30 && dialects.len() == 5, "{texts} texts in {} dialects", dialects.len());
}
