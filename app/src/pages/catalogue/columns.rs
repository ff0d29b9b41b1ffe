//! The columns of a table, a dataset or an API: searched, a page at a time, and picked for their tags.

use leptos::prelude::*;
use model::list::{ListPage, ListQuery};
use model::view::{AssetColumn, AssetPage, ColumnRename};

use super::api_asset::asset_columns;
use super::api_scan::DecideColumnRename;
use super::at::At;
use super::bulk_bar::{bulk_form, pick};
use super::marks::{StatusBadge, tag_link};
use super::shared::Shared;
use super::tab::AssetTab;
use super::values::origin_note;
use crate::asset_address::asset_address;
use crate::ui::{
    ActionForm, Callout, Empty, FormAction, FormProblem, FormToken, Load, Loaded, Time, Tone, confirms, done, loaded, page_links,
    rows_found,
};
use crate::words::words;

#[derive(Clone, Copy)]
pub(super) struct ColumnsTab {
    shared: Shared,
    columns: Loaded<Option<ListPage<AssetColumn>>>,
    decide: FormAction<DecideColumnRename>,
}

impl ColumnsTab {
    pub(super) fn new(shared: Shared) -> Self {
        let decide = FormAction::<DecideColumnRename>::new();
        let decided = done(decide);
        confirms(decided, words().catalogue_asset.rename_decided);
        let shown = move || (shared.at.with(|at| at.shows(AssetTab::Columns)), decided.get());
        let columns = loaded(shown, |(at, _)| async move {
            match at {
                Some(at) => asset_columns(at.path, at.query).await.map(Some),
                None => Ok(None),
            }
        });
        Self { shared, columns, decide }
    }

    pub(super) fn view(self) -> AnyView {
        let Self { shared, columns, decide } = self;
        view! {
            <div class="stack-6">
                <FormProblem action=decide/>
                <Load resource=shared.detail quiet=true view=move |asset| renames(&asset, decide)/>
                <Load resource=columns view=move |page| page.map(|page| view! {
                    <Load resource=shared.detail quiet=true view=move |asset| list(&asset, &shared.at.get_untracked().query, page.clone())/>
                })/>
            </div>
        }
        .into_any()
    }
}

fn list(asset: &AssetPage, query: &ListQuery, page: ListPage<AssetColumn>) -> AnyView {
    let say = &words().catalogue_asset;
    let (address, may_tag) = (asset_address(&asset.summary.path), asset.may_edit);
    let (extent, search) = (page.extent, query.search.clone());
    let body = if page.rows.is_empty() {
        view! { <Empty title=say.no_columns_title text=say.no_columns_text/> }.into_any()
    } else {
        let rows = page.rows.into_iter().map(|column| row(column, may_tag)).collect_view();
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.columns><table class="table table-cards table-dense">
                <thead><tr><th class="hide-phone"><span class="sr">{say.select}</span></th><th>{say.column}</th><th>{say.data_type}</th><th>{say.description}</th><th>{say.tags}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
        }
        .into_any()
    };
    let link = {
        let (address, query) = (address.clone(), query.clone());
        move |page: u32| format!("{address}{}", At::link(AssetTab::Columns, &query.at_page(page)))
    };
    let pages = (extent.pages() > 1).then(|| page_links((extent.page, extent.pages()), say.columns, link));
    view! {
        <div class="stack">
            <div role="search" aria-label=say.search_columns>
                <form class="row" method="get" action=address>
                    <input type="hidden" name="tab" value=AssetTab::Columns.key()/>
                    <input class="input input-sm auto" type="search" id="columns-q" name="q" value=search aria-label=say.search_columns placeholder=say.search_columns autocomplete="off"/>
                    <button class="btn btn-sm" type="submit">{say.search}</button>
                </form>
            </div>
            {bulk_form(may_tag, view! {
                {body}
                <div class="card-foot list-foot"><span role="status">{rows_found(say.columns, extent)}</span>{pages}</div>
            }.into_any())}
        </div>
    }
    .into_any()
}

fn row(column: AssetColumn, may_tag: bool) -> AnyView {
    let say = &words().catalogue_asset;
    let note = column.about_origin.and_then(origin_note).filter(|_| !column.about.is_empty());
    let gone = column.gone_at.map(|at| view! { <span class="sub">{say.gone_since}<Time at/></span> });
    let tags = column.tags.iter().map(tag_link).collect_view();
    let tags_label = (!column.tags.is_empty()).then_some(say.tags);
    let (picked, to) = (may_tag.then(|| pick(&column.path, &column.name)), asset_address(&column.path));
    let about = (!column.about.is_empty()).then_some(say.description);
    view! {
        <tr class:off=column.gone_at.is_some()>
            <td class="fit hide-phone">{picked}</td>
            <td class="lead-cell"><a class="main-cell mono" href=to>{column.name}</a>" "<StatusBadge status=column.status/>{gone}</td>
            <td class="fit t-3" data-label=say.data_type><code>{column.data_type}</code></td>
            <td class="t-2" data-label=about>{column.about}{note.map(|note| view! { <span class="sub">{note}</span> })}</td>
            <td data-label=tags_label><span class="row">{tags}</span></td>
        </tr>
    }
    .into_any()
}

/// Columns that vanished and may be there under other names: a person knows.
fn renames(asset: &AssetPage, decide: FormAction<DecideColumnRename>) -> AnyView {
    let say = &words().catalogue_asset;
    let lines = asset.renames.iter().map(|rename| offered(rename, asset.may_edit, decide)).collect_view();
    (!asset.renames.is_empty())
        .then(|| {
            view! {
                <Callout tone=Tone::Warn>
                    <p><b>{say.renames_title}</b>{say.renames_text}</p>
                    <ul class="stack-2 mt-2" id="renames">{lines}</ul>
                </Callout>
            }
        })
        .into_any()
}

fn offered(rename: &ColumnRename, may_edit: bool, decide: FormAction<DecideColumnRename>) -> AnyView {
    let say = &words().catalogue_asset;
    let before = format!("{} {}", rename.before.name, rename.before_type);
    let after = format!("{} {}", rename.after.name, rename.after_type);
    let act = move |id: String, accept: bool, act: &'static str| {
        view! {
            <ActionForm action=decide><FormToken/>
                <input type="hidden" name="id" value=id/><input type="hidden" name="accept" value=accept.to_string()/>
                <button class="btn btn-sm" type="submit">{act}</button>
            </ActionForm>
        }
        .into_any()
    };
    let id = rename.id.clone();
    let acts = may_edit.then(|| view! { {act(id.clone(), true, say.same_column)}{act(id, false, say.other_column)} });
    view! { <li class="row"><span><code>{before}</code>{say.renamed_to}<code>{after}</code></span>{acts}</li> }.into_any()
}
