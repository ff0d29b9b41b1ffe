//! What flows into a value: columns, each with how it takes part, and what cannot be told of them.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::edges::{Edge, Edges, How, Place, Reason, Unknown};
use crate::work::{SourceId, Work};

/// The edges of one value, or of the rows of a query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Flow {
    pub(crate) edges: BTreeSet<(How, SourceId)>,
    pub(crate) unknown: BTreeSet<Rc<Unknown>>,
}

impl Flow {
    pub(crate) fn of(source: SourceId) -> Rc<Self> {
        Rc::new(Self { edges: BTreeSet::from([(How::Direct, source)]), unknown: BTreeSet::new() })
    }

    pub(crate) fn unknown(reason: Reason, place: Option<Place>) -> Rc<Self> {
        Self::of_unknown(Rc::new(Unknown { how: How::Direct, reason, place }))
    }

    pub(crate) fn of_unknown(unknown: Rc<Unknown>) -> Rc<Self> {
        Rc::new(Self { edges: BTreeSet::new(), unknown: BTreeSet::from([unknown]) })
    }

    /// What flows into a value also flows into this one.
    pub(crate) fn add(&mut self, other: &Self, work: &Work<'_>) {
        work.spend(1 + other.edges.len() + other.unknown.len());
        self.edges.extend(&other.edges);
        self.unknown.extend(other.unknown.iter().cloned());
    }

    /// The other value decides about this one: what is direct in it takes part in this way.
    pub(crate) fn absorb(&mut self, how: How, other: &Self, work: &Work<'_>) {
        work.spend(1 + other.edges.len() + other.unknown.len());
        let as_part = |known: How| if known == How::Direct { how } else { known };
        self.edges.extend(other.edges.iter().map(|(known, source)| (as_part(*known), *source)));
        self.unknown.extend(other.unknown.iter().map(|unknown| match unknown.how {
            How::Direct => Rc::new(Unknown { how, ..(**unknown).clone() }),
            How::Filter | How::Join | How::Group | How::Sort => unknown.clone(),
        }));
    }

    /// Notes something that cannot be told.
    pub(crate) fn note(&mut self, how: How, reason: Reason, place: Option<Place>) {
        self.unknown.insert(Rc::new(Unknown { how, reason, place }));
    }

    pub(crate) fn edges(&self, work: &Work<'_>) -> Edges {
        let mut known: Vec<Edge> = self.edges.iter().map(|(how, source)| Edge { how: *how, from: work.source_of(*source) }).collect();
        known.sort();
        Edges { known, unknown: self.unknown.iter().map(|unknown| (**unknown).clone()).collect() }
    }
}
