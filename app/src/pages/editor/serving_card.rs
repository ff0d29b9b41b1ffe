//! Where rows are read, and how long answers are kept.

use leptos::prelude::*;
use model::ApiSpec;
use model::spec::{ApiKind, CachePolicy, MAX_CACHE_MS, ServeFrom};
use model::view::DatasetView;

use super::number::{Asked, SpecNumber};
use super::state::Editor;
use crate::ui::{Field, Load, Loaded};
use crate::words::words;

#[component]
pub(super) fn ServingCard(editor: Editor, datasets: Loaded<Vec<DatasetView>>) -> impl IntoView {
    let say = &words().editor_policies;
    let is_key = editor.spec.with_untracked(|spec| spec.kind() == ApiKind::Kv);
    let error = move |place: &'static str| {
        Signal::derive(move || editor.report.get()?.ok()?.errors.into_iter().find(|error| error.field == place).map(|error| error.message))
    };
    view! {
        <section class="card card-pad stack">
            <h2>{say.serving}</h2>
            {is_key.then(|| view! {
                <Load resource=datasets view=move |datasets| view! {
                    <Field id="serve-from" label=say.serve_from help=say.serve_from_help error=error("serve_from")>{choice(editor, datasets)}</Field>
                }/>
            })}
            <CacheFields editor/>
        </section>
    }
}

fn choice(editor: Editor, datasets: Vec<DatasetView>) -> impl IntoView {
    let say = &words().editor_policies;
    let (domain, _) = editor.place();
    let table = editor.spec.with_untracked(|spec| (spec.source.clone(), spec.table().cloned()));
    let fitting: Vec<String> = datasets
        .into_iter()
        .filter(|dataset| {
            dataset.domain == domain
                && dataset.spec.store.is_served()
                && (dataset.spec.source.clone(), Some(dataset.spec.table.clone())) == table
        })
        .map(|dataset| dataset.name)
        .collect();
    let now = editor.spec.with_untracked(|spec| spec.serve_from.dataset().map(str::to_owned).unwrap_or_default());
    let set = move |name: String| {
        editor.change(|spec| spec.serve_from = if name.is_empty() { ServeFrom::Source } else { ServeFrom::Dataset(name) });
    };
    view! {
        <select class="select" id="serve-from" on:change=move |event| set(event_target_value(&event))>
            <option value="" selected=now.is_empty()>{say.from_source}</option>
            {fitting.into_iter().map(|name| view! { <option value=name.clone() selected=name == now>{(say.from_dataset)(&name)}</option> }).collect_view()}
        </select>
    }
}

#[component]
fn CacheFields(editor: Editor) -> impl IntoView {
    let say = &words().editor_policies;
    let place = move || {
        editor.spec.with(|spec| match spec.policy.cache.as_ref().map(|cache| (cache.memory, cache.redis)) {
            None => "none",
            Some((true, true)) => "both",
            Some((false, true)) => "redis",
            Some(_) => "memory",
        })
    };
    let error = move |place: &'static str| {
        Signal::derive(move || editor.report.get()?.ok()?.errors.into_iter().find(|error| error.field == place).map(|error| error.message))
    };
    let set_place = move |text: String| {
        if text == "none" {
            editor.forget_numbers(&["ttl", "stale", "negative"]);
        }
        editor.change(|spec| {
            let (memory, redis) = match text.as_str() {
                "memory" => (true, false),
                "redis" => (false, true),
                "both" => (true, true),
                _ => return spec.policy.cache = None,
            };
            let known = spec.policy.cache.take().unwrap_or_default();
            spec.policy.cache = Some(CachePolicy { memory, redis, compress: redis, ..known });
        });
    };
    let places = [("none", say.cache_off), ("memory", say.cache_memory), ("redis", say.cache_redis), ("both", say.cache_both)];
    view! {
        <Field id="cache" label=say.cache>
            <select class="select" id="cache" on:change=move |event| set_place(event_target_value(&event))>
                {places.map(|(key, text)| view! { <option value=key selected=move || place() == key>{text}</option> })}
            </select>
        </Field>
        <Show when=move || place() != "none">
            <div class="form-row">
                <SpecNumber editor id="ttl" label=say.ttl help=say.ttl_help unit="ms" asked=ttl() error=error("cache.ttl_ms")/>
                <SpecNumber editor id="stale" label=say.stale help=say.stale_help unit="ms" asked=stale() error=error("cache.stale_ms")/>
                <SpecNumber editor id="negative" label=say.negative help=say.negative_help unit="ms" asked=negative() error=error("cache.negative_ms")/>
            </div>
        </Show>
    }
}

fn ttl() -> Asked {
    let put =
        |spec: &mut ApiSpec, ms: Option<u32>| spec.policy.cache.iter_mut().for_each(|cache| cache.ttl_ms = ms.unwrap_or(cache.ttl_ms));
    Asked::whole(1..=MAX_CACHE_MS, |spec| spec.policy.cache.as_ref().map(|cache| cache.ttl_ms), put)
}

fn stale() -> Asked {
    let put =
        |spec: &mut ApiSpec, ms: Option<u32>| spec.policy.cache.iter_mut().for_each(|cache| cache.stale_ms = ms.unwrap_or(cache.stale_ms));
    Asked::whole(0..=MAX_CACHE_MS, |spec| spec.policy.cache.as_ref().map(|cache| cache.stale_ms), put)
}

fn negative() -> Asked {
    let put = |spec: &mut ApiSpec, ms: Option<u32>| {
        spec.policy.cache.iter_mut().for_each(|cache| cache.negative_ms = ms.unwrap_or(cache.negative_ms));
    };
    Asked::whole(0..=MAX_CACHE_MS, |spec| spec.policy.cache.as_ref().map(|cache| cache.negative_ms), put)
}
