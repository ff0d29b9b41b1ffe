//! A change of a dataset that waits for somebody else's decision.

use leptos::prelude::*;
use model::view::{DatasetView, WaitingChange};

use crate::ui::{Callout, SettingChanges, Time, Tone};
use crate::words::words;

/// Says what is asked for, and that what stands below is in force until it is decided.
pub(super) fn waits(dataset: &DatasetView) -> Option<impl IntoView + use<>> {
    let WaitingChange { request, author, created_at, changes } = dataset.waiting.clone()?;
    let say = &words().datasets_detail;
    let link = format!("/inbox/{request}");
    Some(view! {
        <Callout tone=Tone::Warn>
            <p><b>{say.change_waits}</b>{(say.change_by)(&author)}<Time at=created_at/>". "<a href=link>{say.change_request}</a></p>
        </Callout>
        <section class="card clip">
            <div class="card-head"><h2>{say.change_title}</h2></div>
            <SettingChanges changes secrets=Vec::new()/>
        </section>
    })
}
