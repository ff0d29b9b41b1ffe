//! The columnar datasets that are live on this node: what a source made of datasets has for tables.

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;
use model::DataType;
use model::snapshot::Environment;

/// One live dataset version as a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub domain: String,
    pub environment: Environment,
    /// The dataset's name.
    pub name: String,
    pub file: PathBuf,
    pub key: Vec<String>,
    pub columns: Vec<(String, DataType)>,
}

/// Filled by whoever learns what is live, read by the source. One for a process.
#[derive(Debug, Default)]
pub struct LiveCatalog(ArcSwap<Vec<Shown>>);

impl LiveCatalog {
    /// What is live from now on, all at once.
    pub fn show(&self, live: Vec<Shown>) {
        if **self.0.load() != live {
            self.0.store(Arc::new(live));
        }
    }

    /// What is live in a domain and environment.
    #[must_use]
    pub fn of(&self, domain: &str, environment: &str) -> Vec<Shown> {
        let here = |shown: &&Shown| shown.domain == domain && shown.environment.key() == environment;
        self.0.load().iter().filter(here).cloned().collect()
    }
}
