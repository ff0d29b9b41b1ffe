//! What sources told of their tables when they were asked last, or that they did not answer, in the memory of this node. A page shows that
//! at once, with its age, and never waits for a source.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::clock::{MINUTE, Millis};
use model::snapshot::{Environment, SnapshotSource};
use model::table::TableInfo;
use model::view::{HomeSource, KnownTables, SourceAway};
use model::{ErrorCode, Problem};
use store::BindingRow;

use crate::{Caller, Control};

/// Sources of which something is kept at most: of more than these, the one that was asked longest ago is forgotten.
const MOST_SOURCES: usize = 200;

/// That a source did not answer is told for so long.
const LATELY: Millis = 10 * MINUTE;

/// What was told last, by the source's name and the environment.
#[derive(Default)]
pub(crate) struct Told(Mutex<HashMap<(String, Environment), Kept>>);

/// What a source told, with the settings that were asked: what those of other settings told is of another place.
struct Kept {
    config: String,
    secret: Vec<u8>,
    /// When it was asked last.
    asked_at: Millis,
    /// Why it did not answer then.
    away: Option<String>,
    known: Option<KnownTables>,
}

impl Kept {
    fn is_of(&self, config: &str, secret: &[u8]) -> bool {
        self.config == config && self.secret == secret
    }
}

/// Whether a source said nothing. One that refuses has answered.
fn is_absence(code: ErrorCode) -> bool {
    matches!(code, ErrorCode::SourceUnavailable | ErrorCode::SourceTimeout)
}

impl Told {
    /// Keeps what a source answered. One that does not answer leaves what it told before.
    pub(super) fn keep(&self, source: &SnapshotSource, told: &Result<Vec<TableInfo>, Problem>, now: Millis) {
        let key = (source.name.clone(), source.environment);
        let mut all = self.lock();
        let before = all.remove(&key).filter(|kept| kept.is_of(&source.config, &source.secret)).and_then(|kept| kept.known);
        let (known, away) = match told {
            Ok(tables) => (Some(KnownTables { tables: tables.clone(), at: now }), None),
            Err(problem) => (before, is_absence(problem.code).then(|| problem.detail.clone())),
        };
        all.insert(key, Kept { config: source.config.clone(), secret: source.secret.clone(), asked_at: now, away, known });
        let oldest = all.iter().min_by_key(|(_, kept)| kept.asked_at).map(|(key, _)| key.clone());
        if let Some(oldest) = oldest.filter(|_| all.len() > MOST_SOURCES) {
            all.remove(&oldest);
        }
    }

    /// A source has answered something else than its tables: it is away no more.
    pub(super) fn answered(&self, (source, environment): (&str, Environment), (config, secret): (&str, &[u8])) {
        let mut all = self.lock();
        if let Some(kept) = all.get_mut(&(source.to_owned(), environment)).filter(|kept| kept.is_of(config, secret)) {
            kept.away = None;
        }
    }

    /// Why the source of a binding did not answer when it was asked last, where that was not long ago.
    pub(super) fn away(&self, source: &str, binding: &BindingRow, now: Millis) -> Option<SourceAway> {
        let environment = Environment::from_key(&binding.environment)?;
        let all = self.lock();
        let kept = all.get(&(source.to_owned(), environment)).filter(|kept| kept.is_of(&binding.config, &binding.secret))?;
        let reason = kept.away.clone().filter(|_| now - kept.asked_at <= LATELY)?;
        Some(SourceAway { environment, at: kept.asked_at, reason })
    }

    fn of(&self, source: &str, environment: Environment, binding: &BindingRow) -> Option<KnownTables> {
        let all = self.lock();
        let kept = all.get(&(source.to_owned(), environment)).filter(|kept| kept.is_of(&binding.config, &binding.secret))?;
        kept.known.clone()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(String, Environment), Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Control {
    /// The tables of a source as it told them to this node last, without asking it; `None` where it has told nothing yet. Of one table
    /// alone where that is named. Without an environment, those of the settings that callers read: prod, where there are any.
    ///
    /// # Errors
    /// Where there is no such source that the caller may see.
    pub async fn known_tables(
        &self,
        caller: &Caller,
        source: &str,
        environment: Option<Environment>,
        table: Option<&str>,
    ) -> Result<Option<KnownTables>, Problem> {
        let row = self.visible_source(caller, source).await?;
        let bindings = self.store.bindings_of(&row.id).await?;
        let of = |environment: Environment| bindings.iter().find(|binding| binding.environment == environment.key());
        let read = |environment: &Environment| of(*environment).is_some();
        let Some(environment) = environment.or_else(|| Environment::ALL.into_iter().rev().find(read)) else { return Ok(None) };
        let known = of(environment).and_then(|binding| self.told.of(source, environment, binding));
        Ok(known.map(|mut known| {
            known.tables.retain(|info| table.is_none_or(|name| info.table.name == name));
            known
        }))
    }

    /// The source that the home page offers tables of: the first one that the caller may see, without asking it.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn home_source(&self, caller: &Caller) -> Result<Option<HomeSource>, Problem> {
        let Some(first) = self.sources(caller).await?.into_iter().next() else { return Ok(None) };
        let environment = first.bindings.keys().copied().next_back().unwrap_or_default();
        let known = self.known_tables(caller, &first.name, Some(environment), None).await?;
        Ok(Some(HomeSource { name: first.name, environment, known }))
    }
}
