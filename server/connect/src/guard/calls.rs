//! How deep calls stand in one another: the engine's planner asks for the type of an argument again at each level, so that its time
//! doubles with each. What takes no time on a server ends nothing here, inside of this process.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, Visit, Visitor};

/// Twelve levels take the planner milliseconds, thirty of them hours.
const MAX_CALLS: usize = 12;

/// Whether calls in a tree stand deeper in one another than the engine can plan.
pub fn calls_too_deep<T: Visit>(tree: &T) -> bool {
    tree.visit(&mut Depth(0)).is_break()
}

struct Depth(usize);

impl Visitor for Depth {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        self.0 += usize::from(is_call(expr));
        if self.0 > MAX_CALLS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn post_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        self.0 -= usize::from(is_call(expr));
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
