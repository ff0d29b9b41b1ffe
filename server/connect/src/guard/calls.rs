//! How deep calls and queries may stand in one another.
//!
//! The depth is looked at twice, because two readers go through what stands inside again at each level, so that their time doubles with
//! each. The parser does so with brackets, before there is a tree: [`brackets_too_deep`] looks at the words. The engine's planner does so
//! with whatever it takes for a call, also where no bracket says so, as CASE and `::` do: [`calls_too_deep`] looks at the tree. What takes
//! no time on a server ends nothing here, inside of this process.

use std::ops::ControlFlow;

use sqlparser::ast::{Expr, Query, Visit, Visitor};
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

/// Twelve levels take the planner milliseconds, thirty of them hours. The same bound holds for the parser.
const MAX_CALLS: usize = 12;
/// Eleven levels take the planner a second, twenty more than anybody waits.
const MAX_QUERIES: usize = 8;
/// SQLite reads at most 1,000 levels (SQLITE_MAX_EXPR_DEPTH), and counts those of a query inside an expression once more for each query
/// around it.
const MAX_SQLITE_LEVELS: usize = 900;

/// What is said of all of them.
pub(super) const TOO_DEEP: &str = "The function calls or queries are nested too deeply. Simplify the statement.";

/// Whether brackets behind a word, or around a query, stand too deep in one another for the parser. Those of types (`array<array<int>>`)
/// it counts nowhere, so there may be few of them in all.
pub(super) fn brackets_too_deep(tokens: &[TokenWithSpan]) -> bool {
    let mut open: Vec<bool> = Vec::new();
    let (mut calls, mut types) = (0_usize, 0_usize);
    for (at, token) in tokens.iter().enumerate() {
        match &token.token {
            Token::LParen => {
                let behind_word = at > 0 && matches!(tokens[at - 1].token, Token::Word(_));
                let around_query = matches!(tokens.get(at + 1).map(|next| &next.token), Some(Token::Word(word)) if matches!(word.keyword, Keyword::SELECT | Keyword::WITH));
                open.push(behind_word || around_query);
                calls += usize::from(behind_word || around_query);
                if calls > MAX_CALLS {
                    return true;
                }
            }
            Token::RParen => calls -= usize::from(open.pop().unwrap_or(false)),
            Token::Lt if at > 0 && is_type(&tokens[at - 1].token) => {
                types += 1;
                if types > MAX_CALLS {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

fn is_type(token: &Token) -> bool {
    matches!(token, Token::Word(word) if matches!(word.keyword, Keyword::ARRAY | Keyword::STRUCT | Keyword::MAP))
}

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

/// Whether a tree has more levels than SQLite reads.
pub(super) fn levels_too_many_for_sqlite<T: Visit>(tree: &T) -> bool {
    tree.visit(&mut Levels::default()).is_break()
}

#[derive(Default)]
struct Levels {
    depth: usize,
    /// At which depth each query begins that is being looked at.
    queries: Vec<usize>,
}

impl Visitor for Levels {
    type Break = ();

    fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.queries.push(self.depth);
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.queries.pop();
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, _: &Expr) -> ControlFlow<()> {
        self.depth += 1;
        let levels: usize = self.queries.iter().map(|begin| self.depth - begin).sum();
        if levels > MAX_SQLITE_LEVELS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn post_visit_expr(&mut self, _: &Expr) -> ControlFlow<()> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }
}
