//! How deep calls and queries stand in one another: the engine's planner goes through what stands inside again at each level, so that its
//! time doubles with each. What takes no time on a server ends nothing here, inside of this process.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, Query, Visit, Visitor};

/// Twelve levels take the planner milliseconds, thirty of them hours.
const MAX_CALLS: usize = 12;
/// Eleven levels take it a second, twenty more than anybody waits.
const MAX_QUERIES: usize = 8;

/// Whether calls or queries in a tree stand deeper in one another than the engine can plan.
pub fn calls_too_deep<T: Visit>(tree: &T) -> bool {
    tree.visit(&mut Depth::default()).is_break()
}

#[derive(Default)]
struct Depth {
    calls: usize,
    queries: usize,
}

impl Visitor for Depth {
    type Break = ();

    fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.queries += 1;
        if self.queries > MAX_QUERIES { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.queries -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        self.calls += usize::from(is_call(expr));
        if self.calls > MAX_CALLS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn post_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        self.calls -= usize::from(is_call(expr));
        ControlFlow::Continue(())
    }
}

/// What is planned as a call, by whatever words it is written.
fn is_call(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Function(_)
            | Expr::Case { .. }
            | Expr::Cast { .. }
            | Expr::Ceil { .. }
            | Expr::Extract { .. }
            | Expr::Floor { .. }
            | Expr::Overlay { .. }
            | Expr::Position { .. }
            | Expr::Substring { .. }
            | Expr::Trim { .. }
            | Expr::AtTimeZone { .. }
    )
}
