//! Tables behind FROM, joined.

use std::rc::Rc;

use model::dialect::Dialect;
use sqlparser::ast::{Expr, Ident, Join, JoinConstraint, JoinOperator, ObjectName, TableFactor, TableWithJoins};

use crate::edges::{How, Reason};
use crate::expr;
use crate::factors::{self, Spot};
use crate::flow::Flow;
use crate::names::{idents, last};
use crate::scope::{Env, Queries, Scope};
use crate::table::{Piece, Table};
use crate::tree::{Side, Tree};
use crate::work::Work;

/// All tables behind one FROM, and what decides which rows they give together.
pub(crate) fn tables(queries: &dyn Queries, from: &[TableWithJoins], env: Env<'_>) -> (Tree, Flow) {
    let (mut all, mut rows) = (Tree::default(), Flow::default());
    let mut is_list_of_arrays = false;
    for item in from {
        if is_list_of_arrays {
            // Behind ARRAY JOIN a comma separates arrays.
            array(queries, &mut all, &item.relation, env);
            for join in &item.joins {
                all = joined(queries, all, join, Spot { env, before: &[] }, &mut rows);
            }
        } else {
            let tree = items(queries, item, Spot { env, before: &[&all] }, &mut rows);
            all = all.with(tree, queries.work());
        }
        is_list_of_arrays = match item.joins.last() {
            Some(join) => is_array_join(&join.join_operator),
            None => is_list_of_arrays,
        };
    }
    (all, rows)
}

fn is_array_join(operator: &JoinOperator) -> bool {
    matches!(operator, JoinOperator::ArrayJoin | JoinOperator::LeftArrayJoin | JoinOperator::InnerArrayJoin)
}

fn items(queries: &dyn Queries, item: &TableWithJoins, spot: Spot<'_>, rows: &mut Flow) -> Tree {
    let mut tree = relation(queries, &item.relation, spot, rows);
    for join in &item.joins {
        tree = joined(queries, tree, join, spot, rows);
    }
    tree
}

/// One table, or several in brackets.
fn relation(queries: &dyn Queries, factor: &TableFactor, spot: Spot<'_>, rows: &mut Flow) -> Tree {
    let work = queries.work();
    let TableFactor::NestedJoin { table_with_joins, alias } = factor else {
        let tree = factors::factor(queries, factor, spot);
        rows.add(&factors::rows(&tree, work), work);
        return tree;
    };
    let tree = work.deeper(|| items(queries, table_with_joins, spot, rows)).unwrap_or_default();
    match factors::written(work, alias.as_ref()) {
        Some(_) => factors::called(work, Rc::new(Table::of(tree.listed())), String::new(), String::new(), alias.as_ref()),
        None => tree,
    }
}

fn joined(queries: &dyn Queries, mut left: Tree, join: &Join, spot: Spot<'_>, rows: &mut Flow) -> Tree {
    if is_array_join(&join.join_operator) {
        array(queries, &mut left, &join.relation, spot.env);
        return left;
    }
    let before: Vec<&Tree> = spot.before.iter().copied().chain([&left]).collect();
    let right = relation(queries, &join.relation, Spot { env: spot.env, before: &before }, rows);
    let (constraint, condition) = match &join.join_operator {
        JoinOperator::Join(on)
        | JoinOperator::Inner(on)
        | JoinOperator::Left(on)
        | JoinOperator::LeftOuter(on)
        | JoinOperator::Right(on)
        | JoinOperator::RightOuter(on)
        | JoinOperator::FullOuter(on)
        | JoinOperator::CrossJoin(on)
        | JoinOperator::Semi(on)
        | JoinOperator::LeftSemi(on)
        | JoinOperator::RightSemi(on)
        | JoinOperator::Anti(on)
        | JoinOperator::LeftAnti(on)
        | JoinOperator::RightAnti(on)
        | JoinOperator::StraightJoin(on) => (on, None),
        JoinOperator::AsOf { match_condition, constraint } => (constraint, Some(match_condition)),
        JoinOperator::CrossApply
        | JoinOperator::OuterApply
        | JoinOperator::ArrayJoin
        | JoinOperator::LeftArrayJoin
        | JoinOperator::InnerArrayJoin => (&JoinConstraint::None, None),
    };
    let kept = kept(&join.join_operator, queries.work().dialect(), &left, &right);
    let side = side(&join.join_operator, queries.work().dialect());
    let tree = constrained(queries, left, right, constraint, side, spot, rows);
    if let Some(condition) = condition {
        on(queries, &tree, condition, spot, rows);
    }
    kept.unwrap_or(tree)
}

/// The one side that the engine gives of a semi join.
fn kept(operator: &JoinOperator, dialect: Dialect, left: &Tree, right: &Tree) -> Option<Tree> {
    if dialect != Dialect::Datafusion {
        return None;
    }
    match operator {
        JoinOperator::Semi(_) | JoinOperator::LeftSemi(_) | JoinOperator::Anti(_) | JoinOperator::LeftAnti(_) => Some(left.clone()),
        JoinOperator::RightSemi(_) | JoinOperator::RightAnti(_) => Some(right.clone()),
        _ => None,
    }
}

/// Whose value a column of USING has. The engine takes the left one whatever the join; SQLite takes the one that is there.
fn side(operator: &JoinOperator, dialect: Dialect) -> Side {
    match operator {
        _ if dialect == Dialect::Datafusion => Side::Left,
        JoinOperator::FullOuter(_) => Side::Both,
        JoinOperator::Right(_) | JoinOperator::RightOuter(_) if dialect == Dialect::Sqlite => Side::Both,
        JoinOperator::Right(_) | JoinOperator::RightOuter(_) | JoinOperator::RightSemi(_) | JoinOperator::RightAnti(_) => Side::Right,
        _ => Side::Left,
    }
}

fn constrained(
    queries: &dyn Queries,
    left: Tree,
    right: Tree,
    constraint: &JoinConstraint,
    side: Side,
    spot: Spot<'_>,
    rows: &mut Flow,
) -> Tree {
    let work = queries.work();
    let columns: Vec<Common> = match constraint {
        JoinConstraint::None => return left.with(right, work),
        JoinConstraint::On(condition) => {
            let tree = left.with(right, work);
            on(queries, &tree, condition, spot, rows);
            return tree;
        }
        JoinConstraint::Using(names) => names.iter().filter_map(last).map(|name| using(queries, name, &left, &right)).collect(),
        JoinConstraint::Natural => match natural(queries, &left, &right) {
            Ok(columns) => columns,
            Err(unknown) => {
                rows.absorb(How::Join, &unknown, work);
                let mut tree = left.with(right, work);
                tree.list_nothing(&unknown);
                return tree;
            }
        },
    };
    for (_, left, right) in &columns {
        rows.absorb(How::Join, left, work);
        rows.absorb(How::Join, right, work);
    }
    if work.dialect() == Dialect::Mysql {
        joined_by_mysql(left, right, columns, side, work)
    } else {
        left.joined(right, &columns, side, work)
    }
}

/// MySQL reads a right join as a left join of the other table, and lists the columns of USING in the order of the first table.
fn joined_by_mysql(left: Tree, right: Tree, columns: Vec<Common>, side: Side, work: &Work<'_>) -> Tree {
    let (first, second, mut columns) = match side {
        Side::Right => (right, left, columns.into_iter().map(|(name, left, right)| (name, right, left)).collect()),
        Side::Left | Side::Both => (left, right, columns),
    };
    let is_it = |piece: &Piece, name: &str| piece.name().is_some_and(|known| work.names.are_same(known, name));
    columns.sort_by_key(|(name, ..)| first.shown.iter().position(|shown| is_it(&shown.piece, name)));
    first.joined(second, &columns, Side::Left, work)
}

/// A condition of a join sees the tables that it joins; SQLite's also those before.
fn on(queries: &dyn Queries, tree: &Tree, condition: &Expr, spot: Spot<'_>, rows: &mut Flow) {
    let mut trees = vec![tree];
    if queries.work().dialect() == Dialect::Sqlite {
        trees.extend(spot.before);
    }
    let flow = expr::flow(queries, &Scope::of(&trees, spot.env), condition);
    rows.absorb(How::Join, &flow, queries.work());
}

/// A column that both sides have, with what flows into each.
type Common = (String, Rc<Flow>, Rc<Flow>);

fn using(queries: &dyn Queries, name: &Ident, left: &Tree, right: &Tree) -> Common {
    let of = |tree: &Tree| expr::column(queries, &Scope::of(&[tree], Env::default()), &[name]);
    (queries.work().names.looked_up(name), of(left), of(right))
}

/// The columns that both sides have, or why they are not known.
fn natural(queries: &dyn Queries, left: &Tree, right: &Tree) -> Result<Vec<Common>, Rc<Flow>> {
    let work = queries.work();
    let rest = left.shown.iter().chain(&right.shown).find(|shown| matches!(shown.piece, Piece::Rest { .. }));
    if let Some(rest) = rest {
        return Err(rest.piece.whole(None, work));
    }
    let mut columns: Vec<Common> = Vec::new();
    for shown in &left.shown {
        if let Piece::Column { name: Some(name), .. } = &shown.piece
            && !right.named(name, work).sure.is_empty()
            && !columns.iter().any(|(known, ..)| work.names.are_same(known, name))
        {
            columns.push(using(queries, &Ident::with_quote('"', name), left, right));
        }
    }
    Ok(columns)
}

/// ARRAY JOIN: an array of the tables before, one row for each of its elements, under another name.
fn array(queries: &dyn Queries, tree: &mut Tree, relation: &TableFactor, env: Env<'_>) {
    let work = queries.work();
    let TableFactor::Table { name, alias, args, .. } = relation else {
        let unknown = Flow::unknown(Reason::NotFollowed("This kind of ARRAY JOIN"), None);
        return tree.list_nothing(&unknown);
    };
    // Without another name the array has the name of its column, and comes from it as before.
    let Some(alias) = factors::written(work, alias.as_ref()) else { return };
    let alias = work.names.looked_up(&alias.name);
    let flow = {
        let trees = [&*tree];
        let scope = Scope::of(&trees, env);
        match args {
            Some(arguments) => Rc::new(factors::arguments(queries, &scope, &arguments.args)),
            None => match nested(name, tree, &alias) {
                Some(columns) => return columns.into_iter().for_each(|(name, flow)| tree.add_unlisted(name, flow)),
                None => expr::column(queries, &scope, &idents(name).unwrap_or_default()),
            },
        }
    };
    tree.add_unlisted(alias, flow);
}

/// The columns of a nested table, under the other name.
fn nested(name: &ObjectName, tree: &Tree, alias: &str) -> Option<Vec<(String, Rc<Flow>)>> {
    let begin = format!("{}.", last(name)?.value);
    let column = |piece: &Piece| match piece {
        Piece::Column { name: Some(name), flow } => name.strip_prefix(&begin).map(|rest| (format!("{alias}.{rest}"), flow.clone())),
        _ => None,
    };
    let found: Vec<(String, Rc<Flow>)> = tree.shown.iter().filter_map(|shown| column(&shown.piece)).collect();
    (!found.is_empty()).then_some(found)
}
