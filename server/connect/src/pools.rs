//! Open connections, shared by everybody who speaks to the same binding of a source, and opened once.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use observe::{Gauge, Reading, SeriesKey};

use crate::meters::{Meters, keys};
use crate::notes::SourceLabel;
use crate::queue::{QueueFigures, Queued};
use crate::{BindingConfig, SourceError, SourceErrorKind, registry};

/// How many bindings stay open; the one that was opened first goes when there are more.
const MAX_OPEN: usize = 256;

struct Open {
    /// The place in the order of opening.
    turn: u64,
    /// Equal settings share a pool; changed ones get a new pool, and the old one goes with its last user.
    key: (String, BindingConfig),
    connection: Arc<Queued>,
}

/// The pools of one process.
#[derive(Default)]
pub struct Pools {
    open: Mutex<HashMap<String, Open>>,
    meters: Meters,
}

impl Pools {
    /// The connection of `place` (such as `flights-db/prod`) with these settings.
    ///
    /// # Errors
    /// Where the driver is not known or the settings cannot be understood.
    pub fn get(&self, place: &str, driver: &str, config: &BindingConfig) -> Result<Arc<Queued>, SourceError> {
        let connector = registry::connector(driver)
            .ok_or_else(|| SourceError::new(SourceErrorKind::Config, format!("Connector {driver} does not exist.")))?;
        let key = (driver.to_owned(), config.clone());
        let known = |open: &HashMap<String, Open>| open.get(place).filter(|known| known.key == key).map(|known| known.connection.clone());
        if let Some(known) = known(&self.open.lock().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(known);
        }
        // Nobody else waits meanwhile: to follow a path may take long on a disk that is away.
        let (hosts, meters) = (connector.hosts(config)?, self.meters.of(place));
        let name = place.split('/').next().unwrap_or_default().to_owned();
        let label = Arc::new(SourceLabel { name, driver: driver.to_owned() });
        let connection = Arc::new(Queued::new(connector.open(config)?, (hosts, label), connector.dialect(), meters));
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known(&open) {
            return Ok(known);
        }
        if open.len() >= MAX_OPEN
            && let Some(first) = open.iter().min_by_key(|(_, known)| known.turn).map(|(place, _)| place.clone())
        {
            open.remove(&first);
        }
        let turn = open.values().map(|known| known.turn + 1).max().unwrap_or(0);
        open.insert(place.to_owned(), Open { turn, key, connection: connection.clone() });
        Ok(connection)
    }

    /// How full each pool is, by its place, in the order of the places.
    #[must_use]
    pub fn figures(&self) -> Vec<(String, QueueFigures)> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<_> = open.iter().map(|(place, known)| (place.clone(), known.connection.figures())).collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }

    /// What was counted of each source in each environment and of each compartment since this process began, whoever asked: the gateway,
    /// the portal or a build. Beside it, how full their pools are now.
    #[must_use]
    pub fn readings(&self) -> Vec<(SeriesKey, Reading)> {
        let mut full: BTreeMap<SeriesKey, QueueFigures> = BTreeMap::new();
        for (place, figures) in self.figures() {
            let (source, compartment) = keys(&place);
            for key in [Some(source), compartment].into_iter().flatten() {
                let all = full.entry(key).or_default();
                all.most += figures.most;
                all.running += figures.running;
                all.waiting += figures.waiting;
            }
        }
        let gauge = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let with_gauges = |(key, reading): (SeriesKey, Reading)| {
            let QueueFigures { most, running, waiting, .. } = full.get(&key).copied().unwrap_or_default();
            let reading = reading.gauge(Gauge::PoolSize, gauge(most)).gauge(Gauge::Running, gauge(running));
            (key, reading.gauge(Gauge::Waiting, gauge(waiting)))
        };
        self.meters.readings().into_iter().map(with_gauges).collect()
    }
}
