//! What a snapshot becomes: maps that a request is looked up in, swapped as one pointer.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use model::snapshot::{Environment, Priority, Snapshot};

use crate::limits::Bucket;
use crate::metrics::Meter;
use crate::plan::{OpenDataset, Plan};
use crate::who::{Callers, Grants};

/// The buckets of compartments, by domain and priority.
pub(crate) type Shares = HashMap<(String, Priority), Arc<Bucket>, RandomState>;

/// One revision, ready to answer. What a change does not touch is shared with the revision before.
#[derive(Default)]
pub(crate) struct Routes {
    pub(crate) revision: i64,
    /// By path: `travel/plane`.
    pub(crate) apis: HashMap<Arc<str>, Arc<Entry>, RandomState>,
    /// gRPC services that are live somewhere, with a plan of each.
    pub(crate) services: HashMap<Arc<str>, Arc<Plan>, RandomState>,
    pub(crate) callers: Arc<Callers>,
    pub(crate) grants: Arc<Grants>,
    /// Paths whose newest version does not compile, with the reason of each.
    pub(crate) broken: BTreeMap<String, String>,
    pub(crate) datasets: HashMap<(String, Environment), OpenDataset, RandomState>,
    pub(crate) shares: Shares,
    /// What it was made of.
    pub(crate) snapshot: Snapshot,
    /// The place that the next new API gets; places are kept for as long as this process runs.
    pub(crate) next_index: u32,
}

/// One API in all its environments and versions.
pub(crate) struct Entry {
    pub(crate) index: u32,
    pub(crate) id: String,
    pub(crate) live: [Option<Arc<Plan>>; 2],
    pub(crate) versions: Vec<(Environment, i64, Arc<Plan>)>,
    /// Requests of everybody together.
    pub(crate) bucket: Option<Arc<Bucket>>,
    /// Requests of its compartment.
    pub(crate) compartment: Option<Arc<Bucket>>,
    pub(crate) meters: [Arc<Meter>; 2],
}

impl Entry {
    pub(crate) fn plan(&self, environment: Environment, version: Option<i64>) -> Option<&Arc<Plan>> {
        match version {
            None => self.live[environment as usize].as_ref(),
            Some(number) => self.versions.iter().find(|(of, known, _)| *of == environment && *known == number).map(|(.., plan)| plan),
        }
    }

    pub(crate) fn any_live(&self) -> Option<&Arc<Plan>> {
        self.plan(Environment::Prod, None).or_else(|| self.plan(Environment::Test, None))
    }

    pub(crate) fn meter(&self, environment: Environment) -> &Arc<Meter> {
        &self.meters[environment as usize]
    }

    pub(crate) fn plans(&self) -> impl Iterator<Item = &Arc<Plan>> {
        self.live.iter().flatten().chain(self.versions.iter().map(|(.., plan)| plan))
    }
}
