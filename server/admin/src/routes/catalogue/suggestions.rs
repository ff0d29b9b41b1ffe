//! Tags that rules suggest for columns.

use axum::extract::State;
use control::Control;
use control::catalogue::SuggestionsInput;
use control::model::list::ListQuery;
use control::model::view::{SuggestionView, SuggestionsDecided};
use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;

use super::listed::Listed;
use crate::extract::{Asker, Body, Query};
use crate::operation::Table;
use crate::routes::answer::{Answer, answer};

/// What is asked of the list of suggestions.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// Words, in their order, of the path of the column.
    q: Option<String>,
    domain: Option<String>,
    /// `open`, where nothing is asked for, `confirmed`, `dismissed` or `all`.
    state: Option<String>,
    /// The name of a tag.
    tag: Option<String>,
    /// The name of a source: columns of its tables.
    source: Option<String>,
    /// The least confidence, in per cent.
    least: Option<u32>,
    /// `confidence`, `column`, `tag`, `domain` or `found`; with a minus before it in descending order.
    sort: Option<String>,
    /// From 1.
    page: Option<u32>,
}

impl Asked {
    fn query(self) -> ListQuery {
        let number = |number: Option<u32>| number.map(|number| number.to_string());
        let pairs = [
            ("q", self.q),
            ("domain", self.domain),
            ("state", self.state),
            ("tag", self.tag),
            ("source", self.source),
            ("least", number(self.least)),
            ("sort", self.sort),
            ("page", number(self.page)),
        ];
        ListQuery::of(pairs.into_iter().filter_map(|(name, value)| Some((name, value?))))
    }
}

pub(super) fn add(table: Table) -> Table {
    table
        .add::<(), Listed<SuggestionView>, _, _>(
            Method::GET,
            "/admin/v1/suggestions",
            "List the tags that rules suggest for columns, the surest first",
            list,
        )
        .with_query::<Asked>()
        .add::<SuggestionsInput, SuggestionsDecided, _, _>(
            Method::POST,
            "/admin/v1/suggestions/confirm",
            "Give columns the tags that were suggested for them, as one change of tags that can be undone",
            confirm,
        )
        .add::<SuggestionsInput, SuggestionsDecided, _, _>(
            Method::POST,
            "/admin/v1/suggestions/dismiss",
            "Dismiss suggestions; each stays so until its evidence says something else",
            dismiss,
        )
}

async fn list(State(control): State<Control>, Asker(caller): Asker, Query(asked): Query<Asked>) -> Answer<Listed<SuggestionView>> {
    answer(control.list_suggestions(&caller, &asked.query()).await.map(Listed::from))
}

async fn confirm(State(control): State<Control>, Asker(caller): Asker, Body(input): Body<SuggestionsInput>) -> Answer<SuggestionsDecided> {
    answer(control.confirm_suggestions(&caller, &input).await)
}

async fn dismiss(State(control): State<Control>, Asker(caller): Asker, Body(input): Body<SuggestionsInput>) -> Answer<SuggestionsDecided> {
    answer(control.dismiss_suggestions(&caller, &input).await)
}
