//! The tables of a source that are in the catalogue, how the source is scanned for them, and a scan that somebody has to look at.

use leptos::prelude::*;
use model::catalogue::{AssetPath, ScanCounts, ScanState};
use model::list::{ListPage, ListQuery};
use model::view::{AssetPage, AssetSummary, SourceScanView};

use super::api_asset::asset_tables;
use super::api_scan::{DecideHeldScan, ScanSource, SetSourceScan, source_scan};
use super::at::At;
use super::bulk_bar::{bulk_form, pick};
use super::marks::{StatusBadge, TierBadge, tag_link};
use super::scan_form::scan_form;
use super::shared::Shared;
use super::tab::AssetTab;
use crate::asset_address::asset_address;
use crate::ui::{
    ActionForm, Callout, ConfirmDialog, Empty, FormAction, FormProblem, FormToken, Load, Loaded, Time, Tone, confirms, done, loaded,
    page_links, rows_found,
};
use crate::words::words;

#[derive(Clone, Copy)]
pub(super) struct TablesTab {
    shared: Shared,
    scan: Loaded<Option<SourceScanView>>,
    tables: Loaded<Option<ListPage<AssetSummary>>>,
    set: FormAction<SetSourceScan>,
    now: FormAction<ScanSource>,
    decide: FormAction<DecideHeldScan>,
}

impl TablesTab {
    pub(super) fn new(shared: Shared) -> Self {
        let say = &words().catalogue_scan;
        let (set, now, decide) = (FormAction::<SetSourceScan>::new(), FormAction::<ScanSource>::new(), FormAction::<DecideHeldScan>::new());
        let acts = [done(set), done(now), done(decide)];
        confirms(acts[1], say.asked);
        confirms(acts[2], say.decided);
        let source = move || {
            let at = shared.at.with(|at| at.shows(AssetTab::Tables))?;
            let source = at.path.strip_prefix("source:")?.to_owned();
            Some((source, at.query))
        };
        let scan = loaded(
            move || (source().map(|(source, _)| source), acts.map(|act| act.get())),
            |(source, _)| async move {
                match source {
                    Some(source) => source_scan(source).await,
                    None => Ok(None),
                }
            },
        );
        let tables = loaded(
            move || (source(), acts.map(|act| act.get())),
            |(source, _)| async move {
                match source {
                    Some((source, query)) => asset_tables(source, query).await.map(Some),
                    None => Ok(None),
                }
            },
        );
        Self { shared, scan, tables, set, now, decide }
    }

    pub(super) fn view(self) -> AnyView {
        let Self { shared, scan, tables, set, now, decide } = self;
        view! {
            <div class="stack-6">
                <FormProblem action=now/><FormProblem action=decide/>
                <Load resource=shared.detail quiet=true view=move |asset| {
                    let may_edit = asset.may_edit;
                    let source = asset.summary.name.clone();
                    view! {
                        <Load resource=scan view=move |scan| view! {
                            {scan.as_ref().map(|scan| state(scan, may_edit, (now, decide)))}
                            {may_edit.then(|| scan_form(&source, scan, set))}
                        }/>
                        <Load resource=tables view=move |page| page.map(|page| list(&asset, &shared.at.get_untracked().query, page))/>
                    }
                }/>
            </div>
        }
        .into_any()
    }
}

/// How the last scan ended, and when the next one is.
fn state(scan: &SourceScanView, may_edit: bool, (now, decide): (FormAction<ScanSource>, FormAction<DecideHeldScan>)) -> AnyView {
    let say = &words().catalogue_scan;
    let (class, name) = match scan.state {
        ScanState::Waiting => ("badge badge-info", say.waiting),
        ScanState::Done => ("badge badge-ok", say.done),
        ScanState::Failed => ("badge badge-bad", say.failed),
        ScanState::Held => ("badge badge-warn", say.held),
    };
    let source = scan.source.clone();
    let again = may_edit.then(|| {
        view! {
            <ActionForm action=now><FormToken/>
                <input type="hidden" name="source" value=source/>
                <button class="btn btn-sm" type="submit">{say.scan_now}</button>
            </ActionForm>
        }
    });
    let reason = (scan.state == ScanState::Failed).then(|| view! { <p class="s13 t-2">{scan.reason.clone()}</p> });
    view! {
        {(scan.state == ScanState::Held).then(|| held(scan, may_edit, decide))}
        <section class="card card-pad stack-2" id="scan">
            <div class="between"><h2>{say.last_scan}</h2>{again}</div>
            <div class="row s13"><span class=class>{name}</span>
                {scan.finished_at.map(|at| view! { <span class="t-2"><Time at/></span> })}
                {scan.due_at.map(|at| view! { <span class="t-2">{say.next_scan}<Time at/></span> })}
            </div>
            {reason}
            {counts(&scan.counts)}
        </section>
    }
    .into_any()
}

fn counts(counts: &ScanCounts) -> AnyView {
    let say = &words().catalogue_scan;
    let lines = [
        (counts.found, say.found),
        (counts.new_tables, say.new_tables),
        (counts.gone_tables, say.gone_tables),
        (counts.new_columns, say.new_columns),
        (counts.gone_columns, say.gone_columns),
        (counts.renamed_columns, say.renamed_columns),
        (counts.retyped_columns, say.retyped_columns),
        (counts.offered, say.offered),
    ];
    let shown = lines.into_iter().filter(|(count, _)| *count > 0).map(|(count, text)| view! { <li>{text(count)}</li> });
    view! { <ul class="bullets s13 t-2">{shown.collect_view()}</ul> }.into_any()
}

/// Far fewer tables were found than are known: nothing is changed before somebody has looked.
fn held(scan: &SourceScanView, may_edit: bool, decide: FormAction<DecideHeldScan>) -> AnyView {
    let say = &words().catalogue_scan;
    let missing = scan.missing.iter().map(|table| view! { <li><code>{table.clone()}</code></li> }).collect_view();
    let found_at = scan.finished_at.unwrap_or_default();
    let fields = |accept: bool| {
        view! {
            <input type="hidden" name="source" value=scan.source.clone()/><input type="hidden" name="found_at" value=found_at.to_string()/>
            <input type="hidden" name="accept" value=accept.to_string()/>
        }
        .into_any()
    };
    let acts = may_edit.then(|| {
        let effects = vec![(say.accept_effect)(scan.counts.known.saturating_sub(scan.counts.found)), say.accept_kept.to_owned()];
        let (accept, discard, title) = (fields(true), fields(false), (say.accept_title)(&scan.source));
        view! {
            <div class="row mt-3">
                <ActionForm action=decide><FormToken/>{accept}<ConfirmDialog id="accept-scan" act=say.accept title effects/></ActionForm>
                <ActionForm action=decide><FormToken/>{discard}<button class="btn btn-sm" type="submit">{say.discard}</button></ActionForm>
            </div>
        }
    });
    let title = (say.held_title)(scan.counts.found, scan.counts.known);
    view! {
        <Callout tone=Tone::Warn>
            <p><b>{title}</b>{say.held_text}</p>
            <ul class="bullets s13 mt-2" id="missing">{missing}</ul>
            {acts}
        </Callout>
    }
    .into_any()
}

fn list(asset: &AssetPage, query: &ListQuery, page: ListPage<AssetSummary>) -> AnyView {
    let say = &words().catalogue_scan;
    let (extent, may_edit) = (page.extent, asset.may_edit);
    let address = asset_address(&asset.summary.path);
    let query = query.clone();
    let link = move |page: u32| format!("{address}{}", At::link(AssetTab::Tables, &query.at_page(page)));
    let pages = (extent.pages() > 1).then(|| page_links((extent.page, extent.pages()), say.tables, link));
    if page.rows.is_empty() {
        return view! { <div class="card"><Empty title=say.no_tables_title text=say.no_tables_text/></div> }.into_any();
    }
    let rows = page.rows.into_iter().map(|table| row(table, may_edit)).collect_view();
    bulk_form(
        may_edit,
        view! {
            <div class="table-wrap" tabindex="0" role="region" aria-label=say.tables><table class="table table-cards">
                <thead><tr><th class="hide-phone"><span class="sr">{say.select}</span></th><th>{say.table}</th><th>{say.about}</th><th>{say.owner}</th><th>{say.tags}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
            <div class="card-foot list-foot"><span role="status">{rows_found(say.tables, extent)}</span>{pages}</div>
        }
        .into_any(),
    )
}

fn row(table: AssetSummary, may_edit: bool) -> AnyView {
    let say = &words().catalogue_scan;
    let AssetPath::Table { table: name, .. } = &table.path else { return ().into_any() };
    let (picked, to) = (may_edit.then(|| pick(&table.path, name)), asset_address(&table.path));
    let gone = table.gone_at.map(|at| view! { <span class="sub">{words().catalogue_asset.gone_since}<Time at/></span> });
    let tags = table.tags.iter().map(tag_link).collect_view();
    let (has_about, has_tags) = ((!table.about.is_empty()).then_some(say.about), (!table.tags.is_empty()).then_some(say.tags));
    let has_owner = table.owner.is_some().then_some(say.owner);
    view! {
        <tr class:off=table.gone_at.is_some()>
            <td class="fit hide-phone">{picked}</td>
            <td class="lead-cell"><a class="main-cell" href=to>{name.clone()}</a>" "<StatusBadge status=table.status/><TierBadge tier=table.tier/>{gone}</td>
            <td class="t-2" data-label=has_about>{table.about.clone()}</td>
            <td class="fit t-2" data-label=has_owner>{table.owner.clone()}</td>
            <td data-label=has_tags><span class="row">{tags}</span></td>
        </tr>
    }
    .into_any()
}
