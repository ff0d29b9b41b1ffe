//! UNION, INTERSECT and EXCEPT of two results.

use std::rc::Rc;

use sqlparser::ast::{SetOperator, SetQuantifier};

use crate::edges::{How, Reason};
use crate::flow::Flow;
use crate::table::{Found, Piece, RestOf, Table};
use crate::work::Work;

/// Both results as one. The columns have the names of the left one.
pub(crate) fn combined(left: &Table, right: &Table, operator: SetOperator, quantifier: SetQuantifier, work: &Work<'_>) -> Table {
    let mut rows = left.rows.clone();
    rows.add(&right.rows, work);
    let by_name = matches!(quantifier, SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName);
    let is_all = matches!(quantifier, SetQuantifier::All | SetQuantifier::AllByName);
    match operator {
        SetOperator::Union => {
            let pieces = if by_name { by_names(left, right, work) } else { by_position(left, right, work) };
            if !is_all {
                pieces.iter().for_each(|piece| rows.absorb(How::Group, &piece.whole(None, work), work));
            }
            Table { pieces, rows }
        }
        // The values are those of the left side; which of them there are, both sides decide.
        SetOperator::Intersect | SetOperator::Except | SetOperator::Minus => {
            for piece in left.pieces.iter().chain(&right.pieces) {
                rows.absorb(How::Filter, &piece.whole(None, work), work);
            }
            Table { pieces: left.pieces.clone(), rows }
        }
    }
}

fn by_position(left: &Table, right: &Table, work: &Work<'_>) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(left.pieces.len());
    let (mut of_left, mut of_right) = (left.pieces.iter(), right.pieces.iter());
    loop {
        match (of_left.next(), of_right.next()) {
            (Some(Piece::Column { name, flow }), Some(Piece::Column { flow: other, .. })) => {
                pieces.push(Piece::Column { name: name.clone(), flow: both(flow, other, work) });
            }
            (None, None) => return pieces,
            // From here on nobody knows which column meets which.
            (Some(rest @ Piece::Rest { .. }), _) | (_, Some(rest @ Piece::Rest { .. })) => {
                let unknown = rest.whole(None, work).unknown.first().cloned();
                pieces.extend(unknown.map(|unknown| Piece::rest(RestOf::Nothing(unknown))));
                return pieces;
            }
            (Some(Piece::Column { name, flow }), None) | (None, Some(Piece::Column { name, flow })) => {
                let flow = both(flow, &Flow::unknown(Reason::Count, None), work);
                pieces.push(Piece::Column { name: name.clone(), flow });
            }
        }
    }
}

fn by_names(left: &Table, right: &Table, work: &Work<'_>) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(left.pieces.len());
    for piece in &left.pieces {
        pieces.push(match piece {
            Piece::Column { name: Some(name), flow } => match right.find(name, None, work) {
                Found::Yes(other) | Found::Maybe(other) => Piece::Column { name: Some(name.clone()), flow: both(flow, &other, work) },
                Found::No => piece.clone(),
            },
            _ => piece.clone(),
        });
    }
    let is_new = |piece: &&Piece| match piece {
        Piece::Column { name: Some(name), .. } => matches!(left.find(name, None, work), Found::No),
        _ => true,
    };
    pieces.extend(right.pieces.iter().filter(is_new).cloned());
    pieces
}

fn both(left: &Rc<Flow>, right: &Rc<Flow>, work: &Work<'_>) -> Rc<Flow> {
    let mut flow = (**left).clone();
    flow.add(right, work);
    Rc::new(flow)
}
