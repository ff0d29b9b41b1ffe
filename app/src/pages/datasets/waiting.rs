//! A change of a dataset that waits for somebody else's decision.

use leptos::prelude::*;
use model::view::{DatasetView, WaitingChange};

use crate::ui::{Callout, SettingChanges, Time, Tone};

/// Says what is asked for, and that what stands below is in force until it is decided.
pub(super) fn waits(dataset: &DatasetView) -> Option<impl IntoView + use<>> {
    let WaitingChange { request, author, created_at, changes } = dataset.waiting.clone()?;
    let link = format!("/inbox/{request}");
    Some(view! {
        <Callout tone=Tone::Warn>
            <p><b>"A change of this dataset waits for an approver."</b>" Live APIs read it, so somebody else decides. Builds go by the rules below until then. "{author}" asked for the change, "<Time at=created_at/>". "<a href=link>"Open the request"</a></p>
        </Callout>
        <section class="card clip">
            <div class="card-head"><h2>"What waits"</h2></div>
            <SettingChanges changes secrets=Vec::new()/>
        </section>
    })
}
