//! The form of what is tagged and with what: it asks for another address.

use leptos::prelude::*;
use leptos_router::components::Form;
use model::catalogue::AssetKind;

use super::bulk_query::{BULK, BulkQuery};
use super::marks::kind_name;
use super::shown::BulkShown;
use crate::ui::{SelectField, SwitchField, TextField, as_they_are};
use crate::words::words;

/// Assets that are listed by name; more are counted.
const LISTED: usize = 20;

pub(super) fn choice(query: &BulkQuery, shown: &BulkShown) -> AnyView {
    let say = &words().catalogue_bulk;
    let which = if query.names_assets() { selected(query) } else { filter(shown) };
    let tags = shown.tags.iter().map(|(id, name)| {
        let (id, picked) = (id.clone(), query.tags.contains(id));
        view! { <label class="choice"><input class="check" type="checkbox" name="tag" value=id checked=picked/><span>{name.clone()}</span></label> }
    });
    let (tags, remove) = (tags.collect_view(), query.remove);
    let act = |value: &'static str, name: &'static str, chosen: bool| {
        view! { <label class="choice"><input class="check" type="radio" name="act" value=value checked=chosen/><span>{name}</span></label> }
    };
    view! {
        <section class="card card-pad" id="choice">
            <Form method="get" action=BULK>
                <div class="stack">
                    {which}
                    <fieldset class="field"><legend class="label">{say.what}</legend>
                        <div class="row">{act("add", say.add, !remove)}{act("remove", say.remove, remove)}</div>
                    </fieldset>
                    <fieldset class="field"><legend class="label">{say.tags}</legend><div class="picks">{tags}</div></fieldset>
                    <div class="row"><button class="btn" type="submit">{say.show_preview}</button></div>
                </div>
            </Form>
        </section>
    }
    .into_any()
}

/// What is tagged, as it was chosen.
fn selected(query: &BulkQuery) -> AnyView {
    let say = &words().catalogue_bulk;
    let hidden = query.selection().into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view();
    let count = query.assets.len();
    let named = query.assets.iter().take(LISTED).map(|asset| view! { <li><code>{asset.clone()}</code></li> }).collect_view();
    let more = (count > LISTED).then(|| view! { <li class="t-3">{(say.and_more)(count - LISTED)}</li> });
    let by = [(&query.words, say.by_words), (&query.domain, say.by_domain), (&query.kind, say.by_kind), (&query.under, say.by_under)];
    let by = by.into_iter().filter(|(value, _)| !value.is_empty()).map(|(value, text)| view! { <li>{text(value)}</li> }).collect_view();
    view! {
        <div><h2 class="mb-2">{say.assets}</h2>
            <ul class="bullets s13">{named}{more}{by}{query.untagged.then(|| view! { <li>{say.by_untagged}</li> })}</ul>
            <p class="small mt-2"><a href=BULK>{say.choose_others}</a></p>
        </div>
        {hidden}
    }
    .into_any()
}

/// Which assets are tagged, where none were picked.
fn filter(shown: &BulkShown) -> AnyView {
    let say = &words().catalogue_bulk;
    let any = || std::iter::once((String::new(), say.any.to_owned()));
    let domains = any().chain(as_they_are(shown.domains.clone())).collect();
    let kinds = any().chain(AssetKind::ALL.map(|kind| (kind.key().to_owned(), kind_name(kind).to_owned()))).collect();
    view! {
        <div><h2>{say.assets}</h2><p class="t-2 s13">{say.assets_about}</p></div>
        <div class="form-row">
            <TextField id="words" label=say.words help=say.words_help name="words"/>
            <TextField id="under" label=say.under help=say.under_help name="under"/>
            <SelectField id="domain" label=say.domain name="domain" choices=domains/>
            <SelectField id="kind" label=say.kind name="kind" choices=kinds/>
        </div>
        <SwitchField name="untagged" label=say.by_untagged/>
    }
    .into_any()
}
