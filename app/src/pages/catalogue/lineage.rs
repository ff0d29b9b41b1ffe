//! The lineage of an asset: the server draws it, and all that can be pressed in it is a link.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::api_lineage::asset_lineage;
use super::lineage_asked::LineageAsked;
use super::shared::Shared;
use super::tab::AssetTab;
use crate::ui::{Drawn, Load, Loaded, address_memo, loaded};

#[derive(Clone, Copy)]
pub(super) struct LineageTab {
    html: Loaded<Option<String>>,
}

impl LineageTab {
    pub(super) fn new(shared: Shared) -> Self {
        let query = use_query_map();
        let asked = address_memo(move |_| LineageAsked::of(query.get().into_iter().map(|(name, value)| (name.into_owned(), value))));
        let key = move || Some((shared.at.with(|at| at.shows(AssetTab::Lineage))?.path, asked.get()));
        let html = loaded(key, |key| async move {
            match key {
                Some((path, asked)) => asset_lineage(path, asked).await.map(Some),
                None => Ok(None),
            }
        });
        Self { html }
    }

    pub(super) fn view(self) -> AnyView {
        view! { <Load resource=self.html view=move |html| html.map(|html| view! { <Drawn html/> })/> }.into_any()
    }
}
