//! A form that is left before the pause after the last keystroke is over: what was typed is saved behind it.

use model::view::DraftView;

use super::api::save_draft;
use crate::error::PortalError;
use crate::left_drafts::{DraftPlace, LeftDraft, LeftDrafts};
use crate::ui::Toasts;
use crate::words::words;

/// Saves what was left behind. What is refused is kept for the next form of this draft.
pub(super) async fn save_left(place: DraftPlace, draft: LeftDraft, left: LeftDrafts, toasts: Option<Toasts>) {
    let (domain, name) = place.clone();
    let saved = save_draft(domain, name, draft.spec.clone(), draft.edit, draft.step.clone()).await;
    let refused = saved.err().map(|error| (draft, error));
    if let (Some(_), Some(toasts)) = (&refused, toasts) {
        toasts.say(words().editor.left_unsaved);
    }
    left.end(place, refused);
}

/// The same, once the save that was on its way has answered.
pub(super) async fn save_behind(
    place: DraftPlace,
    (sent, behind): (LeftDraft, LeftDraft),
    answer: Result<DraftView, PortalError>,
    left: LeftDrafts,
    toasts: Option<Toasts>,
) {
    match answer {
        Ok(_) if sent.spec == behind.spec => left.end(place, None),
        Ok(view) => save_left(place, LeftDraft { edit: view.edit, ..behind }, left, toasts).await,
        Err(_) => save_left(place, behind, left, toasts).await,
    }
}
