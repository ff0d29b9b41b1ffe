//! Drafts whose form was left before all of it was saved. The rest is saved behind it: a form of the same draft waits for that, and what
//! could not be saved stands in the form again.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};

use model::ApiSpec;

use crate::error::PortalError;

/// The domain and the name of an API.
pub(crate) type DraftPlace = (String, String);

/// What stood in the form, with the edit that it had seen and the step that was open.
#[derive(Clone)]
pub(crate) struct LeftDraft {
    pub(crate) spec: ApiSpec,
    pub(crate) edit: i64,
    pub(crate) step: String,
}

#[derive(Default)]
struct State {
    /// How many saves are on their way for forms that are left.
    saves: u32,
    waiting: Vec<Waker>,
    /// What goes with the next save, once the one that was on its way when the form was left has answered.
    behind: BTreeMap<DraftPlace, LeftDraft>,
    refused: BTreeMap<DraftPlace, (LeftDraft, PortalError)>,
}

/// Kept for as long as the document is there.
#[derive(Clone, Default)]
pub(crate) struct LeftDrafts(Arc<Mutex<State>>);

impl LeftDrafts {
    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A save begins for a form that is left.
    pub(crate) fn begin(&self) {
        self.with(|state| state.saves += 1);
    }

    /// The same, behind a save of the form itself.
    pub(crate) fn put_behind(&self, place: DraftPlace, draft: LeftDraft) {
        self.with(|state| {
            state.saves += 1;
            state.behind.insert(place, draft);
        });
    }

    /// What goes with the next save.
    pub(crate) fn take_behind(&self, place: &DraftPlace) -> Option<LeftDraft> {
        self.with(|state| state.behind.remove(place))
    }

    /// A save has ended.
    pub(crate) fn end(&self, place: DraftPlace, refused: Option<(LeftDraft, PortalError)>) {
        let waiting = self.with(|state| {
            state.saves = state.saves.saturating_sub(1);
            state.refused.extend(refused.map(|refused| (place, refused)));
            if state.saves == 0 { std::mem::take(&mut state.waiting) } else { Vec::new() }
        });
        waiting.into_iter().for_each(Waker::wake);
    }

    /// What could not be saved, for the form that opens now.
    pub(crate) fn take_refused(&self, place: &DraftPlace) -> Option<(LeftDraft, PortalError)> {
        self.with(|state| state.refused.remove(place))
    }

    /// Waits until nothing is on its way.
    pub(crate) async fn settled(&self) {
        poll_fn(|context| {
            self.with(|state| {
                if state.saves == 0 {
                    return Poll::Ready(());
                }
                state.waiting.push(context.waker().clone());
                Poll::Pending
            })
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::Context;

    use model::spec::ApiKind;
    use model::{ErrorCode, Problem};

    use super::*;

    #[test]
    fn a_form_waits_for_what_another_one_left_and_is_given_what_was_refused() {
        let (drafts, place) = (LeftDrafts::default(), ("travel".to_owned(), "plane".to_owned()));
        let left = LeftDraft { spec: ApiSpec::empty(ApiKind::Kv), edit: 3, step: "policy".into() };
        drafts.put_behind(place.clone(), left);
        let mut settled = pin!(drafts.settled());
        let mut context = Context::from_waker(Waker::noop());
        assert!(settled.as_mut().poll(&mut context).is_pending());
        let left = drafts.take_behind(&place).unwrap();
        assert!(drafts.take_behind(&place).is_none());
        let error = PortalError(Problem::new(ErrorCode::Conflict, "Saved by somebody else."));
        drafts.end(place.clone(), Some((left, error.clone())));
        assert!(settled.as_mut().poll(&mut context).is_ready());
        let (left, refused) = drafts.take_refused(&place).unwrap();
        assert_eq!((left.edit, refused), (3, error));
        assert!(drafts.take_refused(&place).is_none());
    }
}
