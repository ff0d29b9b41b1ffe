//! Values by chance of every type that a source has, written with its own client: each cell is the same wherever it is read. Lists over the
//! source, its pages, samples, datasets that were built, those that were synced since, and gRPC are compared with what that client reads.
//! The seed is printed, so that a find can be repeated (`SLUICE_FUZZ_SEED`).

mod columns;
mod given;
mod kinds;
mod messages;
mod servers;
mod walk;

use std::collections::BTreeMap;

use serde_json::Value as Json;
use testkit::Chance;

use self::kinds::Kind;

/// A table as the source's own client reads it.
struct Table {
    name: String,
    /// Names of columns, and what stands in them.
    columns: Vec<(String, Kind)>,
    /// What answers say of each cell, by the `id` of its row.
    rows: BTreeMap<i64, Vec<Json>>,
}

impl Table {
    fn last_id(&self) -> i64 {
        *self.rows.keys().next_back().unwrap()
    }

    /// The fields of an API: the key, and each column under its own name.
    fn fields(&self) -> Json {
        let names = std::iter::once("id").chain(self.columns.iter().map(|(name, _)| name.as_str()));
        names.map(|name| serde_json::json!({"name": name, "column": name})).collect()
    }
}

/// Where what is by chance begins.
fn seed() -> u64 {
    std::env::var("SLUICE_FUZZ_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_260_219)
}

fn chance(of: &str) -> Chance {
    println!("values everywhere of {of}: seed {}", seed());
    Chance::new(seed())
}
