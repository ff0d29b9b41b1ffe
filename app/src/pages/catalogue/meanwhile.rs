//! What somebody else has saved since a form was drawn.

use leptos::prelude::*;
use leptos::task::spawn_local;
use model::ErrorCode;
use model::view::AssetPage;

use super::api_asset::{SetAssetValues, asset};
use super::at::At;
use crate::ui::FormAction;

/// The asset as it is now, asked for each time that a save was refused because somebody else was first; nothing otherwise.
pub(super) fn meanwhile(act: FormAction<SetAssetValues>, at: Memo<At>) -> RwSignal<Option<AssetPage>> {
    let theirs = RwSignal::new(None);
    Effect::new(move |_| {
        act.answers();
        if !act.problem().is_some_and(|error| error.0.code == ErrorCode::Conflict) {
            return theirs.set(None);
        }
        let path = at.with_untracked(|at| at.path.clone());
        spawn_local(async move {
            if let Ok(asset) = asset(path).await {
                let _ = theirs.try_set(Some(asset));
            }
        });
    });
    theirs
}

/// The edit that a form is sent against: what is sent again has seen what somebody else wrote.
pub(super) fn seen_edit(drawn: i64, theirs: RwSignal<Option<AssetPage>>) -> Signal<String> {
    Signal::derive(move || theirs.with(|theirs| theirs.as_ref().map_or(drawn, |theirs| theirs.edit)).to_string())
}
