//! Draws boxes and what leads from one to the other, from left to right: which column each box stands in ([`layers`]), in which order within
//! it ([`order`]), how high ([`heights`]), and how the lines go between them ([`routes`]). Circles are cut first ([`acyclic`]).
//!
//! The same input gives the same drawing. All steps are bounded, whatever the input: the number of sweeps is fixed, and lines of one box that
//! pass through the same column share their place in it.

mod acyclic;
mod heights;
mod layers;
mod order;
mod routes;
mod shapes;
#[cfg(test)]
mod tests;

pub use shapes::{Gaps, Layout, Point, Route, Size};

/// Lays out boxes and the pairs of them that are linked.
#[must_use]
pub fn lay_out(sizes: &[Size], links: &[(usize, usize)], gaps: Gaps) -> Layout {
    if sizes.is_empty() {
        return Layout::default();
    }
    let graph = acyclic::Acyclic::of(sizes.len(), links);
    let mut layered = layers::Layered::of(&graph);
    order::arrange(&mut layered);
    let heights = heights::place(&layered, sizes, gaps);
    routes::draw(&graph, &layered, &heights, (sizes, gaps))
}
