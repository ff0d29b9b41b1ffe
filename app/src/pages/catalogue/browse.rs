//! The catalogue itself: a search with its facets, domain by domain where nothing is asked for. All of it are links and forms that ask for
//! another address, so it works without a script.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;
use model::Action;
use model::view::{AssetFacet, AssetOrder, AssetQuery, AssetResults, FacetCounts};

use super::api::{DeleteView, SaveView, saved_views, search_assets};
use super::bulk_bar::bulk_form;
use super::facets::{facets, value_name};
use super::frame::pages;
use super::result::result;
use super::saved::{save_form, views};
use crate::navigation::CATALOGUE;
use crate::signed_in::MeResource;
use crate::ui::{
    Callout, Empty, FormAction, FormProblem, Icon, Load, PageHead, PageName, Tone, address_memo, confirms, done, loaded, page_links,
};
use crate::words::words;

#[component]
pub(crate) fn CataloguePage() -> impl IntoView {
    let MeResource(me) = expect_context();
    let say = &words().catalogue;
    let address = use_query_map();
    let query = address_memo(move |_| AssetQuery::of(address.get()));
    let (save, delete) = (FormAction::<SaveView>::new(), FormAction::<DeleteView>::new());
    let (was_saved, was_deleted) = (done(save), done(delete));
    confirms(was_deleted, say.view_deleted);
    let found = loaded(move || query.get(), search_assets);
    let saved = loaded(move || (was_saved.get(), was_deleted.get()), |_| saved_views());
    view! {
        <PageName name=say.title/>
        <PageHead title=say.title lead=say.lead/>
        {pages(CATALOGUE)}
        <FormProblem action=delete/>
        <div class="with-rail">
            <nav class="facets" id="facets" popover="auto" aria-label=say.narrow>
                <Load resource=saved view=move |saved| views(saved, delete)/>
                <Load resource=found quiet=true view=move |results| facets(&query.get_untracked(), &results)/>
            </nav>
            <div>
                {search_form(query)}
                {move || query.with(|query| chosen(query, save))}
                <Load resource=found view=move |results| view! {
                    <Load resource=me view=move |me| {
                        let may_tag = !me.domains_where(Action::EditCatalogue).is_empty();
                        results_of(&query.get_untracked(), results.clone(), may_tag)
                    }/>
                }/>
            </div>
        </div>
    }
    .into_any()
}

/// What is asked for beside the words, as hidden fields.
fn hidden(query: &AssetQuery) -> AnyView {
    let filters = query.filters.iter().flat_map(|(facet, values)| values.iter().map(move |value| (facet.key(), value.clone())));
    let order = (query.order == AssetOrder::Used).then(|| ("order", "used".to_owned()));
    filters.chain(order).map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view().into_any()
}

fn search_form(query: Memo<AssetQuery>) -> AnyView {
    let say = &words().catalogue;
    let first = query.with_untracked(|query| query.text.clone());
    let text = move || query.with(|query| query.text.clone());
    let chosen = move || query.with(|query| query.filters.values().map(BTreeSet::len).sum::<usize>());
    view! {
        <div class="row mb-3" role="search" aria-label=say.search_label>
            <div class="grow">
                <Form method="get" action=CATALOGUE noscroll=true>
                    <div class="row nowrap">
                        <div class="affix grow"><Icon name="search"/><input class="input" type="search" id="catalogue-q" name="q" value=first prop:value=text aria-label=say.search_label placeholder=say.search_example autocomplete="off"/></div>
                        {move || query.with(hidden)}
                        <button class="btn" type="submit">{say.search}</button>
                    </div>
                </Form>
            </div>
            <button class="btn only-narrow" type="button" popovertarget="facets"><Icon name="filter"/>{say.filter}{move || Some(chosen()).filter(|count| *count > 0).map(|count| view! { " "<span class="count">{count}</span> })}</button>
            {move || query.with(orders)}
        </div>
    }
    .into_any()
}

fn orders(query: &AssetQuery) -> AnyView {
    let say = &words().catalogue;
    let links = [(AssetOrder::Best, say.best_first), (AssetOrder::Used, say.used_first)].map(|(order, name)| {
        let to = format!("{CATALOGUE}{}", AssetQuery { order, page: 0, ..query.clone() }.address());
        view! { <a href=to data-noscroll="true" aria-current=(order == query.order).then_some("true")>{name}</a> }
    });
    view! { <nav class="seg" aria-label=say.order>{links.into_iter().collect_view()}</nav> }.into_any()
}

/// What the results are narrowed to, each with the link that ends that; and the form that saves it as a view.
fn chosen(query: &AssetQuery, save: FormAction<SaveView>) -> AnyView {
    let say = &words().catalogue;
    if *query == AssetQuery::default() {
        return ().into_any();
    }
    let chip = |facet: AssetFacet, value: &String| {
        let name = value_name(facet, value);
        let to = format!("{CATALOGUE}{}", query.toggled(facet, value).address());
        view! { <a class="tag" href=to data-noscroll="true" aria-label=(say.drop_filter)(&name)>{name.clone()}<Icon name="x" class="i-14"/></a> }
    };
    let chips = query.filters.iter().flat_map(|(facet, values)| values.iter().map(move |value| chip(*facet, value)));
    let chips = chips.collect_view();
    view! {
        <div class="row mb-3 small toolbar-scroll">{chips}<a href=CATALOGUE data-noscroll="true">{say.clear}</a></div>
        {save_form(query, save)}
    }
    .into_any()
}

fn results_of(query: &AssetQuery, results: AssetResults, may_tag: bool) -> AnyView {
    let say = &words().catalogue;
    let AssetResults { total, page_rows, hits, facets, read_as, building } = results;
    let domains = (*query == AssetQuery::default()).then(|| by_domain(query, &facets));
    let pages = u32::try_from(total.div_ceil(u64::from(page_rows.max(1)))).unwrap_or(u32::MAX);
    let asked = query.clone();
    let link = move |page: u32| format!("{CATALOGUE}{}", asked.at_page(page).address());
    let links = (pages > 1).then(|| page_links((query.page.clamp(1, pages), pages), say.results, link));
    let list = if hits.is_empty() {
        let (title, text) =
            if *query == AssetQuery::default() { (say.none_title, say.none_text) } else { (say.nothing_found, say.nothing_text) };
        view! { <Empty title text/> }.into_any()
    } else {
        hits.into_iter().map(|hit| result(hit, may_tag)).collect_view().into_any()
    };
    view! {
        {building.then(|| view! { <Callout tone=Tone::Warn><p>{say.building}</p></Callout> })}
        {domains}
        <p class="small t-2 mb-2" role="status" id="found">{(say.found)(total)}{read_as.map(|words| (say.read_as)(&words))}</p>
        {bulk_form(may_tag, view! { {list}{links.map(|links| view! { <div class="card-foot list-foot">{links}</div> })} }.into_any())}
    }
    .into_any()
}

/// The domains, while nothing is asked for.
fn by_domain(query: &AssetQuery, facets: &[FacetCounts]) -> AnyView {
    let say = &words().catalogue;
    let counts = facets.iter().filter(|counts| counts.facet == AssetFacet::Domain).flat_map(|counts| &counts.values);
    let cards = counts.map(|count| {
        let to = format!("{CATALOGUE}{}", query.toggled(AssetFacet::Domain, &count.value).address());
        view! { <li><a class="card card-pad domain-card" href=to><b class="medium">{count.value.clone()}</b><span class="small t-3">{(say.assets_count)(count.count)}</span></a></li> }
    });
    let cards = cards.collect_view();
    view! {
        <section class="mb-5"><h2 class="mb-2 h-14">{say.by_domain}</h2><ul class="grid cols-4">{cards}</ul></section>
    }
    .into_any()
}
