//! Keeps the index of this node at what the metadata says. It is built once; from then on what was changed is read again, by the marks that
//! the writes of assets leave (`store/catalogue/changes.rs`).

use std::collections::{BTreeSet, HashSet};

use model::asset_document::AssetDocument;
use model::clock::{MINUTE, Millis};
use model::{Action, ErrorCode, Problem};
use store::AssetRow;
use tokio::sync::Mutex;

use super::searched::{Figures, is_searched};
use crate::{Caller, Control};

/// Assets that are read at once.
const PORTION: usize = 500;
/// How often it is looked at how much assets are used and how new they are: neither is a change of the metadata.
const FIGURES_EVERY: Millis = 10 * MINUTE;

/// What this process knows of its index beside what is in it.
#[derive(Default)]
pub(crate) struct Indexing(Mutex<State>);

#[derive(Default)]
struct State {
    /// All changes up to this revision are in the index, also where none of them was of an asset.
    seen: Option<i64>,
    figures: Figures,
    figures_at: Millis,
}

impl Control {
    /// Takes into the index of this node what was changed since; the first time, everything.
    ///
    /// # Errors
    /// For anybody but the program itself; where the metadata does not answer, or the index cannot be written. What was found before is
    /// found still, and the next call goes on.
    pub async fn index_assets(&self, caller: &Caller) -> Result<(), Problem> {
        caller.authorise(Action::Administer, "")?;
        let mut state = self.indexing.0.lock().await;
        self.ports.catalogue.open().await.map_err(|cause| unwritable(&cause))?;
        // Read first: what follows can only be newer, and a newer revision brings another call.
        let revision = self.store.revision().await?;
        let known = self.ports.catalogue.revision();
        // An index of a later revision is of a database that was put back.
        let Some(known) = known.filter(|known| *known <= revision) else {
            state.seen = None;
            self.index_all(&mut state, revision).await?;
            state.seen = Some(revision);
            return Ok(());
        };
        self.index_figures(&mut state, revision).await?;
        let since = state.seen.unwrap_or(known);
        if since < revision {
            self.index_changes(&state.figures, (since, revision)).await?;
            state.seen = Some(revision);
        }
        Ok(())
    }

    /// Builds the index anew. What is changed meanwhile is noted under a later revision.
    async fn index_all(&self, state: &mut State, revision: i64) -> Result<(), Problem> {
        tracing::info!("building the index of the catalogue");
        self.ports.catalogue.clear().await.map_err(|cause| unwritable(&cause))?;
        (state.figures, state.figures_at) = (self.figures_of_assets().await?, self.host.now());
        let (mut after, mut count, mut documents) = (String::new(), 0, Vec::new());
        loop {
            // One portion is read while the one before it is written.
            let (written, read) = tokio::join!(self.change_index(documents, Vec::new()), self.portion_after(&after, &state.figures));
            written?;
            let Some((last, portion)) = read? else { break };
            after = last;
            count += portion.len();
            documents = portion;
        }
        self.commit_index(revision).await?;
        tracing::info!(assets = count, revision, "the index of the catalogue is built");
        Ok(())
    }

    /// The documents behind an asset, with the id of the last one; nothing behind the last of all.
    async fn portion_after(&self, after: &str, figures: &Figures) -> Result<Option<(String, Vec<AssetDocument>)>, Problem> {
        let rows = self.store.searched_assets(after, PORTION as i64).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        Ok(Some((last.id.clone(), self.documents_of(&rows, figures).await?)))
    }

    /// What was changed behind a revision, up to another one or a later one.
    async fn index_changes(&self, figures: &Figures, (since, revision): (i64, i64)) -> Result<(), Problem> {
        let (mut at, mut any) = ((since + 1, String::new()), false);
        loop {
            let changes = self.store.asset_changes((at.0, &at.1), PORTION as i64).await?;
            let Some(last) = changes.last() else { break };
            at = (last.revision, last.asset_id.clone());
            any = true;
            self.index_ids(changes.into_iter().map(|change| change.asset_id).collect(), figures).await?;
        }
        if any { self.commit_index(revision).await } else { Ok(()) }
    }

    /// Assets whose use or age became another one.
    async fn index_figures(&self, state: &mut State, revision: i64) -> Result<(), Problem> {
        let now = self.host.now();
        if now < state.figures_at.saturating_add(FIGURES_EVERY) {
            return Ok(());
        }
        let figures = self.figures_of_assets().await?;
        let paths: Vec<String> = differing(&state.figures, &figures).into_iter().map(str::to_owned).collect();
        for part in paths.chunks(PORTION) {
            let rows = self.store.searched_at(part).await?;
            self.index_rows(&rows, Vec::new(), &figures).await?;
        }
        if !paths.is_empty() {
            // Changes of the metadata between are still to come.
            self.commit_index(state.seen.or_else(|| self.ports.catalogue.revision()).unwrap_or(revision)).await?;
        }
        (state.figures, state.figures_at) = (figures, now);
        Ok(())
    }

    /// Reads assets again. Those that are missing leave the index.
    async fn index_ids(&self, ids: Vec<String>, figures: &Figures) -> Result<(), Problem> {
        let rows: Vec<AssetRow> = self.store.assets_by_ids(&ids).await?.into_iter().filter(is_searched).collect();
        let there: HashSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let gone = ids.iter().filter(|id| !there.contains(id.as_str())).cloned().collect();
        self.index_rows(&rows, gone, figures).await
    }

    async fn index_rows(&self, rows: &[AssetRow], gone: Vec<String>, figures: &Figures) -> Result<(), Problem> {
        self.change_index(self.documents_of(rows, figures).await?, gone).await
    }

    async fn change_index(&self, documents: Vec<AssetDocument>, gone: Vec<String>) -> Result<(), Problem> {
        self.ports.catalogue.change(documents, gone).await.map_err(|cause| unwritable(&cause))
    }

    async fn commit_index(&self, revision: i64) -> Result<(), Problem> {
        self.ports.catalogue.commit(revision).await.map_err(|cause| unwritable(&cause))
    }
}

/// The paths whose figures are not what they were.
fn differing<'a>(before: &'a Figures, now: &'a Figures) -> BTreeSet<&'a str> {
    let usage = now.usage.iter().filter(|(path, usage)| before.usage.get(*path) != Some(usage)).map(|(path, _)| path);
    let unused = before.usage.keys().filter(|path| !now.usage.contains_key(*path));
    let built = now.built.iter().filter(|(path, at)| before.built.get(*path) != Some(at)).map(|(path, _)| path);
    usage.chain(unused).chain(built).map(String::as_str).collect()
}

/// For the log: this reaches nobody who asks.
fn unwritable(cause: &str) -> Problem {
    Problem::new(ErrorCode::Internal, format!("The index of the catalogue cannot be written: {cause}."))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn assets_are_read_again_whose_figures_are_others() {
        let figures = |usage: &[(&str, u64)], built: &[(&str, Millis)]| Figures {
            usage: usage.iter().map(|(path, count)| ((*path).to_owned(), *count)).collect(),
            built: built.iter().map(|(path, at)| ((*path).to_owned(), *at)).collect::<HashMap<_, _>>(),
        };
        let before = figures(&[("api:a/b", 1), ("api:a/c", 2), ("api:a/d", 3)], &[("dataset:a/b", 1), ("dataset:a/c", 1)]);
        let now = figures(&[("api:a/b", 1), ("api:a/c", 9), ("api:a/e", 4)], &[("dataset:a/b", 1), ("dataset:a/c", 2)]);
        let found: Vec<&str> = differing(&before, &now).into_iter().collect();
        assert_eq!(found, ["api:a/c", "api:a/d", "api:a/e", "dataset:a/c"]);
        assert!(differing(&now, &now).is_empty());
    }
}
