//! Sample rows of a table or a dataset. The browser asks for them: no page waits for a source.

use leptos::prelude::*;
use model::view::AssetSample;

use super::api_profile::sample_of_asset;
use super::shared::Shared;
use super::tab::AssetTab;
use crate::ui::{Asked, Empty, FromSource, SampleTable, ask};
use crate::words::words;

#[derive(Clone, Copy)]
pub(super) struct SampleTab {
    sample: Asked<Option<AssetSample>>,
}

impl SampleTab {
    pub(super) fn new(shared: Shared) -> Self {
        let shown = move || shared.at.with(|at| at.shows(AssetTab::Sample)).map(|at| at.path);
        let sample = ask(None, shown, |path| async move {
            match path {
                Some(path) => sample_of_asset(path).await.map(Some),
                None => Ok(None),
            }
        });
        Self { sample }
    }

    pub(super) fn view(self) -> AnyView {
        let say = &words().catalogue_profile;
        view! {
            <section class="card clip">
                <div class="card-head"><h2>{say.sample}</h2><span class="small t-3">{say.sample_help}</span></div>
                <FromSource asked=self.sample what=say.these_rows view=move |sample| sample.map(rows)/>
            </section>
        }
        .into_any()
    }
}

fn rows(shown: AssetSample) -> AnyView {
    let say = &words().catalogue_profile;
    let masked = (!shown.masked.is_empty()).then(|| (say.masked_columns)(&shown.masked.join(", ")));
    if shown.sample.rows.is_empty() {
        return view! { <Empty title=say.no_rows_title text=say.no_rows_text/> }.into_any();
    }
    view! {
        <SampleTable sample=shown.sample/>
        {masked.map(|masked| view! { <p class="card-pad small t-2">{masked}</p> })}
    }
    .into_any()
}
