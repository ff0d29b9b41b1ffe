//! Steps drawn from left to right: what waits for what, and what each did.

use leptos::prelude::*;

use crate::words::words;

const WIDTH: usize = 168;
const HEIGHT: usize = 52;
const GAP_X: usize = 44;
const GAP_Y: usize = 14;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct GraphNode {
    pub name: String,
    /// The second line.
    pub note: String,
    pub needs: Vec<String>,
    pub secondary: bool,
    pub failed: bool,
}

/// Where a node stands: how many others it waits behind, and its place among those.
fn places(nodes: &[GraphNode]) -> Vec<(usize, usize)> {
    let mut depth: Vec<usize> = vec![0; nodes.len()];
    // As often as there are nodes: a knot, which the check refuses, does not hang it.
    for _ in 0..nodes.len() {
        for (index, node) in nodes.iter().enumerate() {
            let behind = nodes.iter().enumerate().filter(|(_, other)| node.needs.contains(&other.name)).map(|(at, _)| depth[at] + 1);
            depth[index] = behind.max().unwrap_or(0).min(nodes.len());
        }
    }
    let mut used: Vec<usize> = vec![0; nodes.len() + 1];
    depth
        .into_iter()
        .map(|depth| {
            used[depth] += 1;
            (depth, used[depth] - 1)
        })
        .collect()
}

#[component]
pub(crate) fn StepGraph(nodes: Signal<Vec<GraphNode>>) -> impl IntoView {
    move || {
        let nodes = nodes.get();
        (!nodes.is_empty()).then(|| draw(&nodes))
    }
}

fn draw(nodes: &[GraphNode]) -> impl IntoView + use<> {
    let places = places(nodes);
    let at = |(column, row): (usize, usize)| (column * (WIDTH + GAP_X) + 1, row * (HEIGHT + GAP_Y) + 1);
    let columns = places.iter().map(|(column, _)| column + 1).max().unwrap_or(1);
    let rows = places.iter().map(|(_, row)| row + 1).max().unwrap_or(1);
    let (width, height) = (columns * (WIDTH + GAP_X) - GAP_X + 2, rows * (HEIGHT + GAP_Y) - GAP_Y + 2);
    let lines: Vec<String> = nodes
        .iter()
        .zip(&places)
        .flat_map(|(node, to)| {
            let (x2, y2) = at(*to);
            let from = nodes.iter().zip(&places).filter(|(other, _)| node.needs.contains(&other.name));
            from.map(move |(_, from)| {
                let (x1, y1) = at(*from);
                let (x1, y1, y2) = (x1 + WIDTH, y1 + HEIGHT / 2, y2 + HEIGHT / 2);
                let middle = usize::midpoint(x1, x2);
                format!("M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}")
            })
            .collect::<Vec<_>>()
        })
        .collect();
    let say = &words().ui;
    let told: Vec<String> = nodes
        .iter()
        .map(|node| match node.needs.is_empty() {
            true => (say.step_first)(&node.name),
            false => (say.step_after)(&node.name, &node.needs.join(say.step_and)),
        })
        .collect();
    view! {
        <div class="graph" tabindex="0"><svg width=width height=height viewBox=format!("0 0 {width} {height}") role="img" aria-label=told.join(", ")>
            {lines.into_iter().map(|line| view! { <path class="graph-line" d=line/> }).collect_view()}
            {nodes.iter().zip(&places).map(|(node, place)| {
                let (x, y) = at(*place);
                let class = if node.failed { "graph-node bad" } else if node.secondary { "graph-node secondary" } else { "graph-node" };
                view! {
                    <g class=class transform=format!("translate({x} {y})")>
                        <rect width=WIDTH height=HEIGHT rx="6"/>
                        <text x="12" y="22" class="graph-name">{node.name.clone()}</text>
                        <text x="12" y="40" class="graph-note">{node.note.clone()}</text>
                    </g>
                }
            }).collect_view()}
        </svg></div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_stands_behind_all_that_it_needs() {
        let node = |name: &str, needs: &[&str]| GraphNode {
            name: name.into(),
            needs: needs.iter().map(|need| (*need).to_owned()).collect(),
            ..GraphNode::default()
        };
        let nodes = [node("c", &["a", "b"]), node("a", &[]), node("b", &["a"]), node("d", &["a"])];
        assert_eq!(places(&nodes), [(2, 0), (0, 0), (1, 0), (1, 1)]);
        assert_eq!(places(&[node("x", &["x"])]), [(1, 0)]);
    }
}
