//! What only a source can say. A page never waits for a source: what was known before is shown at once, with its age; the browser asks for
//! the rest, which arrives, or says why not.
//!
//! This is no resource. Resources are matched between server and browser by the order in which they are made, and below something that
//! loads that order is not the same on either side.

use std::future::Future;

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::clock::Millis;

use super::{ProblemCallout, Time};
use crate::error::PortalError;
use crate::words::words;

/// What a source said before, and when.
pub(crate) type Known<T> = Option<(T, Millis)>;

/// The answer of a source, on its way to a page.
pub(crate) struct Asked<T: Send + Sync + 'static> {
    known: RwSignal<Known<T>>,
    now: RwSignal<Option<Result<T, PortalError>>>,
    again: RwSignal<u32>,
}

impl<T: Send + Sync + 'static> Clone for Asked<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Asked<T> {}

impl<T: Clone + Send + Sync + 'static> Asked<T> {
    /// What the source says now, once it has said so.
    pub(crate) fn told(self) -> Option<T> {
        self.now.get().and_then(Result::ok)
    }

    /// What it says now or, as long as it says nothing, what it said before.
    pub(crate) fn latest(self) -> Option<T> {
        self.told().or_else(|| self.known.get().map(|(value, _)| value))
    }
}

/// Asks from the browser, and anew where the key becomes another one.
pub(crate) fn ask<K, T, F>(known: Known<T>, key: impl Fn() -> K + 'static, ask: impl Fn(K) -> F + 'static) -> Asked<T>
where
    K: Clone + PartialEq + 'static,
    T: Clone + Send + Sync + 'static,
    F: Future<Output = Result<T, PortalError>> + 'static,
{
    ask_recalling(known, key, |_| std::future::ready(None), ask)
}

/// The same; where nothing is known, what `recall` gives is shown until the source answers.
pub(crate) fn ask_recalling<K, T, R, F>(
    known: Known<T>,
    key: impl Fn() -> K + 'static,
    recall: impl Fn(K) -> R + 'static,
    ask: impl Fn(K) -> F + 'static,
) -> Asked<T>
where
    K: Clone + PartialEq + 'static,
    T: Clone + Send + Sync + 'static,
    R: Future<Output = Known<T>> + 'static,
    F: Future<Output = Result<T, PortalError>> + 'static,
{
    let asked = Asked { known: RwSignal::new(known), now: RwSignal::new(None), again: RwSignal::new(0) };
    let turn = StoredValue::new(0_u32);
    Effect::new(move |before: Option<K>| {
        asked.again.track();
        let key = key();
        if let Some(before) = before {
            // What was said of something else is not shown of this.
            if before != key {
                asked.known.set(None);
            }
            asked.now.set(None);
        }
        turn.update_value(|turn| *turn += 1);
        let this = turn.get_value();
        let is_wanted = move || turn.try_get_value() == Some(this);
        if asked.known.with_untracked(Option::is_none) {
            let recalled = recall(key.clone());
            spawn_local(async move {
                let recalled = recalled.await;
                if recalled.is_some() && is_wanted() {
                    let _ = asked.known.try_set(recalled);
                }
            });
        }
        let answer = ask(key.clone());
        spawn_local(async move {
            let answer = answer.await;
            if is_wanted() {
                let _ = asked.now.try_set(Some(answer));
            }
        });
        key
    });
    asked
}

/// Shows what is known and what arrives, and draws it anew only where what arrives is something else.
#[component]
pub(crate) fn FromSource<T, F, V>(
    asked: Asked<T>,
    /// What is asked for, such as `the tables of flights-db`.
    #[prop(into)]
    what: String,
    /// What of the answer is drawn, where that is not all of it.
    #[prop(optional)]
    part: Option<fn(T) -> T>,
    view: F,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
    F: Fn(T) -> V + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let shown = shown(asked, part);
    view! {
        {move || state(asked, &what)}
        {move || shown.get().map(|value| view(value).into_any())}
    }
}

fn shown<T: Clone + PartialEq + Send + Sync + 'static>(asked: Asked<T>, part: Option<fn(T) -> T>) -> Memo<Option<T>> {
    Memo::new(move |_| {
        let latest = asked.latest()?;
        Some(match part {
            Some(part) => part(latest),
            None => latest,
        })
    })
}

/// How far the answer is.
fn state<T: Clone + Send + Sync + 'static>(asked: Asked<T>, what: &str) -> AnyView {
    let say = &words().ui;
    let age = asked.known.with(|known| known.as_ref().map(|(_, at)| *at));
    match (asked.now.with(|now| now.as_ref().map(|now| now.as_ref().err().cloned())), age) {
        (Some(None), _) => ().into_any(),
        (None, None) => view! {
            <div class="card-pad stack" role="status" aria-busy="true">
                <p class="t-2 s13">{(say.loading_from_source)(what)}</p>
                <span class="bone bone-90"></span><span class="bone bone-70"></span>
            </div>
        }
        .into_any(),
        (None, Some(at)) => view! {
            <p class="card-pad small t-3" role="status" aria-busy="true">{say.last_loaded}<Time at/>{(say.loading_again)(what)}</p>
        }
        .into_any(),
        (Some(Some(error)), age) => view! {
            <div class="card-pad stack-2">
                <ProblemCallout error/>
                {age.map(|at| view! { <p class="small t-2">{(say.shown_before)(what)}<Time at/>{say.shown_after}</p> })}
                <div class="row"><button class="btn btn-sm" type="button" on:click=move |_| asked.again.update(|count| *count += 1)>{say.reload}</button></div>
            </div>
        }
        .into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_drawn_anew_only_where_what_is_drawn_of_it_is_something_else() {
        let owner = Owner::new();
        owner.set();
        let asked = Asked { known: RwSignal::new(Some(((1, "a"), 0))), now: RwSignal::new(None), again: RwSignal::new(0) };
        let without_count: fn((i32, &'static str)) -> (i32, &'static str) = |(_, name)| (0, name);
        let shown = shown(asked, Some(without_count));
        let draws = StoredValue::new(0);
        let drawn = Memo::new(move |_| {
            draws.update_value(|draws| *draws += 1);
            shown.get()
        });
        assert_eq!((drawn.get_untracked(), draws.get_value()), (Some((0, "a")), 1));
        asked.now.set(Some(Ok((2, "a"))));
        assert_eq!((drawn.get_untracked(), draws.get_value()), (Some((0, "a")), 1));
        asked.now.set(Some(Ok((2, "b"))));
        assert_eq!((drawn.get_untracked(), draws.get_value()), (Some((0, "b")), 2));
    }
}
