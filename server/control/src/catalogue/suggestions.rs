//! Tags that rules suggest for columns: the inbox of them, and what persons decide. The rules run in the worker (`sync/catalogue`); both
//! meet in rows of the metadata.

use std::collections::HashSet;

use model::audit::AuditAction;
use model::catalogue::{SuggestionState, TagTarget, ValueOrigin};
use model::list::{Extent, ListPage, ListQuery, PAGE_ROWS};
use model::view::{SuggestionRefused, SuggestionView, SuggestionsDecided};
use model::{Action, ErrorCode, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{AssetTagRow, StoreError, SuggestionOnRow, SuggestionOrder, SuggestionSearch, TagChangeRow, Tx};

use super::rights::{SetBy, Setters};
use super::written_tags::WrittenTags;
use crate::{Caller, Control};

/// Suggestions that are decided at once.
const MAX_DECIDED: usize = 500;

/// Suggestions that are confirmed or dismissed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SuggestionsInput {
    /// The ids of suggestions.
    pub suggestions: Vec<String>,
}

/// What of the suggestions that were named can be decided, and why the others cannot.
struct Decidable {
    rows: Vec<SuggestionOnRow>,
    refused: Vec<SuggestionRefused>,
}

impl Control {
    /// One page of the suggestions for columns of the caller's domains, the surest first. Open ones, where no other state is asked for.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn list_suggestions(&self, caller: &Caller, query: &ListQuery) -> Result<ListPage<SuggestionView>, Problem> {
        let mine = || caller.roles().keys().filter(|domain| caller.can(Action::See, domain)).cloned().collect::<Vec<_>>();
        let domains = (!caller.is_admin()).then(mine);
        let everything = SuggestionSearch { domains: domains.clone(), state: state(query).flatten(), ..SuggestionSearch::default() };
        let all = self.store.suggestion_count(&everything).await?;
        let Some(wanted) = search(query, domains) else {
            return Ok(ListPage { rows: Vec::new(), extent: Extent::new(query, 0, all) });
        };
        let extent = Extent::new(query, self.store.suggestion_count(&wanted).await?, all);
        let rows = self.store.suggestion_page(&wanted, extent.before(), PAGE_ROWS).await?;
        let setters = self.setters().await?;
        let rows = rows.into_iter().map(|row| view(caller, &setters, row)).collect::<Result<_, _>>()?;
        Ok(ListPage { rows, extent })
    }

    /// The names of the tags that rules suggest.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn suggested_tags(&self, caller: &Caller) -> Result<Vec<String>, Problem> {
        if !caller.can_anywhere(Action::See) {
            return Ok(Vec::new());
        }
        let tags = self.store.tags().await?;
        Ok(tags.into_iter().filter(|tag| tag.id.starts_with(RULE_TAG)).map(|tag| tag.name).collect())
    }

    /// Gives columns the tags that were suggested for them, all in one change that can be undone. What the caller may not do, or somebody
    /// has decided before, is left out and told.
    ///
    /// # Errors
    /// No suggestions or too many of them; where all are refused; somebody who decides at the same time.
    pub async fn confirm_suggestions(&self, caller: &Caller, input: &SuggestionsInput) -> Result<SuggestionsDecided, Problem> {
        let mut tx = self.write(caller).await?;
        // Nobody else writes from here on.
        let Decidable { rows, refused } = self.decidable(caller, input).await?;
        let (tagged, change) = self.tag_suggested(&mut tx, caller, &rows).await?;
        self.decide_suggestions(&mut tx, &rows, SuggestionState::Confirmed).await?;
        self.commit(tx).await?;
        Ok(SuggestionsDecided { decided: rows.len() as u64, tagged, change, refused })
    }

    /// Turns suggestions down. Each stays so until its evidence says something else.
    ///
    /// # Errors
    /// As for confirming them.
    pub async fn dismiss_suggestions(&self, caller: &Caller, input: &SuggestionsInput) -> Result<SuggestionsDecided, Problem> {
        let mut tx = self.write(caller).await?;
        let Decidable { rows, refused } = self.decidable(caller, input).await?;
        self.decide_suggestions(&mut tx, &rows, SuggestionState::Dismissed).await?;
        self.commit(tx).await?;
        Ok(SuggestionsDecided { decided: rows.len() as u64, refused, ..SuggestionsDecided::default() })
    }

    async fn decidable(&self, caller: &Caller, input: &SuggestionsInput) -> Result<Decidable, Problem> {
        let asked: Vec<String> = input.suggestions.iter().collect::<HashSet<_>>().into_iter().cloned().collect();
        if asked.is_empty() || asked.len() > MAX_DECIDED {
            return Err(Problem::field("suggestions", format!("Choose 1 to {MAX_DECIDED} suggestions.")));
        }
        let mut found = self.store.suggestions_of(&asked).await?;
        found.retain(|row| caller.can(Action::See, &row.domain));
        let setters = self.setters().await?;
        let missing = asked.iter().filter(|id| found.iter().all(|row| row.suggestion.id != **id));
        let unknown = |id: &String| (ErrorCode::NotFound, id.clone(), "There is no such suggestion that you have access to.".to_owned());
        let (mut rows, mut refused) = (Vec::new(), missing.map(unknown).collect::<Vec<_>>());
        for row in found {
            match refusal(caller, &setters, &row)? {
                None => rows.push(row),
                Some((code, reason)) => refused.push((code, row.suggestion.id, reason)),
            }
        }
        if let (true, Some((code, _, reason))) = (rows.is_empty(), refused.first()) {
            return Err(Problem::new(*code, reason.clone()));
        }
        Ok(Decidable { rows, refused: refused.into_iter().map(|(_, id, reason)| SuggestionRefused { id, reason }).collect() })
    }

    /// Writes the tags, as those of a rule that the caller has confirmed. How many columns got one, and the change.
    async fn tag_suggested(&self, tx: &mut Tx, caller: &Caller, rows: &[SuggestionOnRow]) -> Result<(u64, Option<String>), Problem> {
        let of =
            |part: fn(&SuggestionOnRow) -> &String| rows.iter().map(part).collect::<HashSet<_>>().into_iter().cloned().collect::<Vec<_>>();
        let (assets, tags) = (of(|row| &row.suggestion.asset_id), of(|row| &row.suggestion.tag_id));
        let carried = self.store.asset_tags(&assets, &tags).await?;
        let carried: HashSet<(&str, &str)> = carried.iter().map(|row| (row.asset_id.as_str(), row.tag_id.as_str())).collect();
        let (change, at, by) = (self.host.id(), tx.at(), caller.email());
        let (mut written, mut tagged) = (WrittenTags::default(), 0);
        for SuggestionOnRow { suggestion, path, domain, tag, .. } in rows {
            if carried.contains(&(suggestion.asset_id.as_str(), suggestion.tag_id.as_str())) {
                continue;
            }
            let target = TagTarget { id: suggestion.asset_id.clone(), path: path.clone(), domain: domain.clone() };
            let row = AssetTagRow {
                asset_id: suggestion.asset_id.clone(),
                tag_id: suggestion.tag_id.clone(),
                origin: ValueOrigin::Rule.key().into(),
                by_whom: by.to_owned(),
                at,
            };
            written.note(&target, (tag.as_str(), true), row, &change);
            tagged += 1;
        }
        if tagged == 0 {
            return Ok((0, None));
        }
        written.write(tx, ValueOrigin::Rule).await?;
        let row = TagChangeRow { id: change.clone(), by_whom: by.to_owned(), at, undone_at: None };
        tx.insert_tag_change(&row, written.steps()).await?;
        for (domain, subject, text) in written.audit(&change) {
            self.note(tx, AuditAction::AssetTagged, (&domain, &subject), None, Some(text)).await?;
        }
        Ok((tagged, Some(change)))
    }

    /// Writes a decision, with a row of the audit log for each suggestion.
    async fn decide_suggestions(&self, tx: &mut Tx, rows: &[SuggestionOnRow], state: SuggestionState) -> Result<(), Problem> {
        let ids: Vec<String> = rows.iter().map(|row| row.suggestion.id.clone()).collect();
        tx.decide_suggestions(&ids, state).await.map_err(|error| match error {
            StoreError::Stale => Problem::new(ErrorCode::Conflict, "Somebody has decided on one of them. Load the suggestions again."),
            other => Problem::from(other),
        })?;
        for row in rows {
            let text = format!("{}: {}", row.tag, state.key());
            self.note(tx, AuditAction::SuggestionDecided, (&row.domain, &row.path), None, Some(text)).await?;
        }
        Ok(())
    }
}

/// How the ids of the tags begin that rules suggest, as the migration has made them.
const RULE_TAG: &str = "rule-";

/// Why the caller cannot decide on a suggestion, where that is so.
fn refusal(caller: &Caller, setters: &Setters, row: &SuggestionOnRow) -> Result<Option<(ErrorCode, String)>, Problem> {
    let set_by = SetBy::of(row.vocabulary.as_deref(), setters)?;
    if !set_by.lets(caller, &row.domain) {
        return Ok(Some((ErrorCode::Forbidden, set_by.refusal(&row.domain))));
    }
    let state = row.suggestion.decoded_state()?;
    let decided = (state != SuggestionState::Open).then(|| format!("The suggestion is {} already.", state.key()));
    Ok(decided.map(|reason| (ErrorCode::Conflict, reason)))
}

fn view(caller: &Caller, setters: &Setters, row: SuggestionOnRow) -> Result<SuggestionView, Problem> {
    let (asset, state, evidence) = (row.decoded_path()?, row.suggestion.decoded_state()?, row.suggestion.decoded_evidence()?);
    let may_decide = refusal(caller, setters, &row)?.is_none();
    let SuggestionOnRow { suggestion, domain, tag, colour, .. } = row;
    Ok(SuggestionView {
        id: suggestion.id,
        asset,
        domain,
        tag_id: suggestion.tag_id,
        tag,
        colour,
        confidence: u32::try_from(suggestion.confidence).unwrap_or_default(),
        evidence,
        state,
        found_at: suggestion.found_at,
        decided_by: suggestion.decided_by,
        decided_at: suggestion.decided_at,
        may_decide,
    })
}

/// The state that is asked for: open, where none is named. Nothing for a word that is none.
fn state(query: &ListQuery) -> Option<Option<SuggestionState>> {
    match query.filter("state") {
        "" => Some(Some(SuggestionState::Open)),
        "all" => Some(None),
        word => SuggestionState::from_key(word).map(Some),
    }
}

/// What is asked of the list; nothing for what no suggestion can have.
fn search(query: &ListQuery, domains: Option<Vec<String>>) -> Option<SuggestionSearch> {
    let state = state(query)?;
    let least = Some(query.filter("least")).filter(|text| !text.is_empty()).map_or(Ok(0), str::parse::<i64>).ok()?;
    // No database has it in a text.
    if std::iter::once(&query.search).chain(query.filters.values()).any(|text| text.contains('\0')) {
        return None;
    }
    let order = match query.sort.as_ref().map(|sort| sort.column.as_str()) {
        Some("column") => SuggestionOrder::Column,
        Some("tag") => SuggestionOrder::Tag,
        Some("domain") => SuggestionOrder::Domain,
        Some("found") => SuggestionOrder::Found,
        _ => SuggestionOrder::Confidence,
    };
    let is_own = query.sort.as_ref().is_none_or(|sort| order == SuggestionOrder::Confidence && sort.column != "confidence");
    Some(SuggestionSearch {
        domains,
        domain: query.filter("domain").to_owned(),
        state,
        tag: query.filter("tag").to_owned(),
        source: query.filter("source").to_owned(),
        least,
        words: query.words(),
        order,
        descending: is_own || query.sort.as_ref().is_some_and(|sort| sort.descending),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_list_says_what_is_searched_for() {
        let of = |pairs: &[(&str, &str)]| search(&ListQuery::of(pairs.iter().map(|(name, value)| (*name, (*value).to_owned()))), None);
        let own = of(&[]).unwrap();
        assert_eq!((own.state, own.order, own.descending, own.least), (Some(SuggestionState::Open), SuggestionOrder::Confidence, true, 0));
        let asked = of(&[("q", "Planes mail"), ("state", "dismissed"), ("least", "80"), ("sort", "column")]).unwrap();
        assert_eq!((asked.state, asked.least, asked.descending), (Some(SuggestionState::Dismissed), 80, false));
        assert_eq!(asked.words, ["planes", "mail"]);
        assert_eq!(of(&[("state", "all")]).unwrap().state, None);
        assert!(!of(&[("sort", "confidence")]).unwrap().descending && of(&[("sort", "-found")]).unwrap().descending);
        assert!(of(&[("sort", "-colour")]).unwrap().descending);
        assert_eq!(of(&[("state", "gone")]), None);
        assert_eq!(of(&[("least", "many")]), None);
    }
}
