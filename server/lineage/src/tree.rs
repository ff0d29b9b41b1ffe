//! The tables behind one FROM, and which of their columns can be named without saying of which table.

use std::rc::Rc;

use model::dialect::Dialect;

use crate::edges::{Place, Reason};
use crate::flow::Flow;
use crate::table::{Found, Piece, RestOf, Table};
use crate::work::Work;

/// A table in FROM, under the name that it has there.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Empty where it has none, or another name.
    pub(crate) schema: String,
    /// Empty where it can be named in no way.
    pub(crate) name: String,
    /// Its schema and own name, where it can be called so beside its alias.
    pub(crate) also: Option<(String, String)>,
    pub(crate) table: Rc<Table>,
}

/// A column that is listed by `*`.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    /// The name of the entry that it is of. Empty for a column of both sides of a join.
    pub(crate) owner: String,
    pub(crate) piece: Piece,
}

/// Tables in FROM, joined as far as they are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    pub(crate) entries: Vec<Entry>,
    /// The columns in the order of `*`.
    pub(crate) shown: Vec<Shown>,
    /// Columns of USING and NATURAL, and of ARRAY JOIN, under their name alone.
    merged: Vec<(String, Rc<Flow>)>,
}

/// Which side the value of a column of USING is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Left,
    Right,
    Both,
}

/// What a name alone may stand for in a tree.
#[derive(Debug, Default)]
pub(crate) struct Named {
    pub(crate) sure: Vec<Rc<Flow>>,
    pub(crate) maybe: Vec<Rc<Flow>>,
    /// The names of the entries that may have it, in the same order: those of `sure` first.
    pub(crate) owners: Vec<String>,
    /// Whether the first one is of the first table and sure.
    pub(crate) first_is_sure: bool,
}

impl Tree {
    /// Of one table.
    pub(crate) fn one(schema: String, name: String, table: Rc<Table>) -> Self {
        let shown = table.pieces.iter().map(|piece| Shown { owner: name.clone(), piece: piece.clone() }).collect();
        Self { entries: vec![Entry { schema, name, also: None, table }], shown, merged: Vec::new() }
    }

    /// Under another name, beside the one that it has here.
    pub(crate) fn also_called(&mut self, schema: &str, name: &str) {
        self.entries.iter_mut().for_each(|entry| entry.also = Some((schema.to_owned(), name.to_owned())));
    }

    /// A column that can be named and that `*` does not list.
    pub(crate) fn add_unlisted(&mut self, name: String, flow: Rc<Flow>) {
        self.merged.push((name, flow));
    }

    /// Which columns it has is not known.
    pub(crate) fn list_nothing(&mut self, flow: &Flow) {
        let piece = flow.unknown.first().map(|unknown| Piece::rest(RestOf::Nothing(unknown.clone())));
        self.shown = piece.into_iter().map(|piece| Shown { owner: String::new(), piece }).collect();
    }

    /// Both, side by side.
    pub(crate) fn with(mut self, other: Self, work: &Work<'_>) -> Self {
        work.spend(other.shown.len());
        self.entries.extend(other.entries);
        self.shown.extend(other.shown);
        self.merged.extend(other.merged);
        self
    }

    /// Both, joined by these columns, whose flow under the name alone is told by `side`.
    pub(crate) fn joined(mut self, mut other: Self, columns: &[(String, Rc<Flow>, Rc<Flow>)], side: Side, work: &Work<'_>) -> Self {
        let mut first = Vec::new();
        for (name, left, right) in columns {
            let flow = merged_flow(left, right, side, work);
            let is_it = |(known, _): &(String, Rc<Flow>)| work.names.are_same(known, name);
            self.merged.retain(|known| !is_it(known));
            other.merged.retain(|known| !is_it(known));
            if work.dialect() == Dialect::Datafusion {
                self.leave_one(&mut other, name, work);
            } else {
                other.hide(name, work);
                // SQLite leaves the column where it is on the left, the others put it before all.
                let piece = Piece::Column { name: Some(name.clone()), flow: flow.clone() };
                if work.dialect() != Dialect::Sqlite || !self.replace(name, &piece, work) {
                    self.hide(name, work);
                    first.push(Shown { owner: String::new(), piece });
                }
            }
            self.merged.push((name.clone(), flow));
        }
        self.shown.splice(0..0, first);
        self.with(other, work)
    }

    /// The engine lists the column of the table whose name comes first.
    fn leave_one(&mut self, other: &mut Self, name: &str, work: &Work<'_>) {
        let owner = |tree: &Self| {
            tree.entries.iter().find(|entry| !matches!(entry.table.find(name, None, work), Found::No)).map(|e| e.name.clone())
        };
        let (left, right) = (owner(self), owner(other));
        let (tree, owner) = if left <= right { (other, right) } else { (self, left) };
        let owner = owner.unwrap_or_default();
        let taken = std::mem::take(&mut tree.shown);
        tree.shown =
            taken.into_iter().filter_map(|shown| if shown.owner == owner { without(shown, name, work) } else { Some(shown) }).collect();
    }

    fn hide(&mut self, name: &str, work: &Work<'_>) {
        work.spend(self.shown.len());
        let taken = std::mem::take(&mut self.shown);
        self.shown = taken.into_iter().filter_map(|shown| without(shown, name, work)).collect();
    }

    fn replace(&mut self, name: &str, by: &Piece, work: &Work<'_>) -> bool {
        let is_it = |piece: &Piece| matches!(piece, Piece::Column { name: Some(known), .. } if work.names.are_same(known, name));
        let found = self.shown.iter_mut().find(|shown| is_it(&shown.piece));
        found.map(|shown| shown.piece = by.clone()).is_some()
    }

    /// What a column by its name alone may be.
    pub(crate) fn named(&self, column: &str, work: &Work<'_>) -> Named {
        work.spend(1 + self.shown.len() / 16);
        let mut named = Named::default();
        if let Some((_, flow)) = self.merged.iter().find(|(name, _)| work.names.are_same(name, column)) {
            named.sure.push(flow.clone());
            named.owners.push(String::new());
            return named;
        }
        let mut owners_of_maybe = Vec::new();
        let first = self.entries.first().map(|entry| entry.name.as_str());
        for shown in &self.shown {
            match shown.piece.find(column, work) {
                Found::Yes(flow) => {
                    named.first_is_sure |= first == Some(shown.owner.as_str());
                    named.sure.push(flow);
                    named.owners.push(shown.owner.clone());
                }
                Found::Maybe(flow) => {
                    named.maybe.push(flow);
                    owners_of_maybe.push(shown.owner.clone());
                }
                Found::No => {}
            }
        }
        named.owners.extend(owners_of_maybe);
        named
    }

    /// The tables that are called so, by schema and name. Those to the letter come before others.
    pub(crate) fn called(&self, schema: Option<&str>, name: &str, work: &Work<'_>) -> Vec<&Entry> {
        let names = work.names;
        let is_so = |its_schema: &str, its_name: &str| {
            let of_schema = schema.is_none_or(|schema| its_schema.is_empty() || names.are_same(its_schema, schema));
            !its_name.is_empty() && of_schema && names.are_same(its_name, name)
        };
        let fits =
            |entry: &&Entry| is_so(&entry.schema, &entry.name) || entry.also.as_ref().is_some_and(|(schema, name)| is_so(schema, name));
        let all: Vec<&Entry> = self.entries.iter().filter(fits).collect();
        let near: Vec<&Entry> = all.iter().copied().filter(|entry| names.is_nearer(name, &entry.name)).collect();
        if near.is_empty() { all } else { near }
    }

    /// All columns that `*` lists, as one table.
    pub(crate) fn listed(&self) -> Vec<Piece> {
        self.shown.iter().map(|shown| shown.piece.clone()).collect()
    }
}

fn without(shown: Shown, name: &str, work: &Work<'_>) -> Option<Shown> {
    shown.piece.without(name, work).map(|piece| Shown { owner: shown.owner, piece })
}

fn merged_flow(left: &Rc<Flow>, right: &Rc<Flow>, side: Side, work: &Work<'_>) -> Rc<Flow> {
    match side {
        Side::Left => left.clone(),
        Side::Right => right.clone(),
        Side::Both => {
            let mut both = (**left).clone();
            both.add(right, work);
            Rc::new(both)
        }
    }
}

/// The flow of a name alone that may stand for more than one column.
pub(crate) fn ambiguous(column: &str, mut owners: Vec<String>, place: Option<Place>) -> Rc<Flow> {
    owners.retain(|owner| !owner.is_empty());
    Flow::unknown(Reason::Ambiguous { column: column.to_owned(), tables: owners }, place)
}
