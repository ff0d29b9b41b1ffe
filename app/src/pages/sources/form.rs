//! The form of a source, drawn from the connector's own description.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;
use model::connector::{ConfigField, ConnectorInfo};
use model::snapshot::Environment;
use model::view::SourceView;

use super::api::{SourceForm, save_source, test_source};
use crate::error::PortalError;
use crate::signed_in::FormTokenSignal;
use crate::ui::{Callout, Field, JsonForm, TextArea, Tone, refused_field};
use crate::words::words;

/// Settings and secrets parted, as the use case takes them.
#[cfg(feature = "ssr")]
pub(super) fn as_input(kinds: &[ConnectorInfo], form: SourceForm) -> control::sources::SourceInput {
    let secret =
        |key: &str| kinds.iter().any(|kind| kind.driver == form.driver && kind.form.iter().any(|field| field.key == key && field.secret));
    let bindings = form
        .bindings
        .into_iter()
        .map(|(environment, values)| {
            let (secrets, config) = values.into_iter().partition(|(key, _)| secret(key));
            (environment, control::sources::BindingInput { config, secrets })
        })
        .collect();
    control::sources::SourceInput {
        name: form.name,
        domain: form.domain,
        driver: form.driver,
        about: form.about,
        edit: form.edit,
        bindings,
    }
}

type Values = BTreeMap<(Environment, String), String>;

#[component]
pub(super) fn SourceEditor(kinds: Vec<ConnectorInfo>, domains: Vec<String>, known: Option<SourceView>) -> impl IntoView {
    let say = &words().source_form;
    let is_new = known.is_none();
    let name = RwSignal::new(known.as_ref().map(|source| source.name.clone()).unwrap_or_default());
    let about = RwSignal::new(known.as_ref().map(|source| source.about.clone()).unwrap_or_default());
    let domain = RwSignal::new(domains.first().cloned().unwrap_or_default());
    let first = kinds.first().map(|kind| kind.driver.clone()).unwrap_or_default();
    let driver = RwSignal::new(known.as_ref().map_or(first, |source| source.driver.clone()));
    let edit = RwSignal::new(known.as_ref().map(|source| source.edit));
    let values: RwSignal<Values> = RwSignal::new(first_values(known.as_ref()));
    let both = RwSignal::new(known.as_ref().is_none_or(same_everywhere));
    let form = move || SourceForm {
        name: name.get_untracked(),
        domain: domain.get_untracked(),
        driver: driver.get_untracked(),
        about: about.get_untracked(),
        edit: edit.get_untracked(),
        bindings: bindings(&values.get_untracked(), both.get_untracked()),
    };
    // What shows that the form is this session's, also where that was begun anew meanwhile.
    let FormTokenSignal(form_token) = expect_context();
    // What the last save or test was refused for, to be told beside the fields.
    let refused: RwSignal<Option<PortalError>> = RwSignal::new(None);
    let save = Action::new(move |(): &()| {
        let sent = save_source(form(), form_token.get_untracked());
        async move {
            let answer = sent.await;
            let _ = refused.try_set(answer.as_ref().err().cloned());
            // The page stays where something was held back: the next save is made against what this one has left.
            if let Ok(saved) = &answer {
                let _ = edit.try_set(Some(saved.edit));
            }
            answer
        }
    });
    let test = Action::new(move |environment: &Environment| {
        let sent = test_source(form(), *environment, form_token.get_untracked());
        async move {
            let answer = sent.await;
            let _ = refused.try_set(answer.as_ref().err().cloned());
            answer
        }
    });
    let navigate = use_navigate();
    Effect::new(move |_| {
        if matches!(save.value().get(), Some(Ok(saved)) if saved.request.is_none()) {
            navigate(&format!("/sources/{}", name.get_untracked()), Default::default());
        }
    });
    let kinds = StoredValue::new(kinds);
    let fields = move || {
        kinds.with_value(|kinds| kinds.iter().find(|kind| kind.driver == driver.get()).map(|kind| kind.form.clone()).unwrap_or_default())
    };
    let error_of = move |field: String| refused_field(refused.into(), field);
    let send = Callback::new(move |()| {
        save.dispatch(());
    });
    let cancel = view! { <a class="btn btn-quiet" href="/sources">{say.cancel}</a> }.into_any();
    let set_of = StoredValue::new(known);
    let settings = move |environment: Environment| {
        fields()
            .into_iter()
            .map(|field| {
                let set = set_of.with_value(|known| {
                    known
                        .as_ref()
                        .and_then(|source| source.bindings.get(&environment))
                        .is_some_and(|binding| binding.secrets_set.contains(&field.key))
                });
                let error = error_of(format!("{}.{}", environment.key(), field.key));
                let only_for = field.only_for.clone();
                let asked = Memo::new(move |_| {
                    let Some(only_for) = &only_for else { return true };
                    let key = (environment, only_for.key.clone());
                    values.with(|values| values.get(&key).is_some_and(|value| only_for.values.contains(value)))
                });
                view! { <Show when=move || asked.get()>{setting(field.clone(), environment, values, error, set)}</Show> }
            })
            .collect_view()
    };
    view! {
        <JsonForm action=save send refused=refused.into() save={if is_new { say.create } else { say.save }} at=id_of beside=cancel>
            <section class="card card-pad stack">
                <h2>{if is_new { say.general } else { say.settings }}</h2>
                <div class="form-row">
                    <Field id="source-name" label=say.name help=say.name_help error=error_of("name".into())>
                        <input class="input" id="source-name" prop:value=name value=name.get_untracked() on:input=move |event| name.set(event_target_value(&event)) readonly=!is_new required autocomplete="off" placeholder=say.name_example/>
                    </Field>
                    <Field id="source-domain" label=say.domain error=error_of("domain".into())>
                        <select class="select" id="source-domain" disabled=!is_new on:change=move |event| domain.set(event_target_value(&event))>{domains.into_iter().map(|domain| view! { <option value=domain.clone()>{domain.clone()}</option> }).collect_view()}</select>
                    </Field>
                    <Field id="source-kind" label=say.connector error=error_of("driver".into())>
                        <select class="select" id="source-kind" disabled=!is_new on:change=move |event| driver.set(event_target_value(&event))>
                            {kinds.with_value(|kinds| kinds.iter().map(|kind| { let this = kind.driver.clone(); view! { <option value=this.clone() selected=driver.get_untracked() == this>{kind.title.clone()}</option> } }).collect_view())}
                        </select>
                    </Field>
                    <Field id="source-about" label=say.description note=say.optional error=error_of("about".into())>
                        <input class="input" id="source-about" prop:value=about value=about.get_untracked() on:input=move |event| about.set(event_target_value(&event))/>
                    </Field>
                </div>
                <label class="choice"><input class="check" type="checkbox" prop:checked=both checked=both.get_untracked() on:change=move |event| both.set(event_target_checked(&event))/><span>{say.same_settings}<small>{say.same_settings_help}</small></span></label>
            </section>
            <section class="card card-pad stack">
                <div class="between"><h2>{move || if both.get() { say.test_and_prod } else { say.prod }}</h2>{test_button(test, Environment::Prod)}</div>
                <div class="form-row">{move || settings(Environment::Prod)}</div>
            </section>
            <Show when=move || !both.get()>
                <section class="card card-pad stack">
                    <div class="between"><h2>{say.test}</h2>{test_button(test, Environment::Test)}</div>
                    <div class="form-row">{move || settings(Environment::Test)}</div>
                </section>
            </Show>
            {move || test.pending().get().then(|| view! { <p class="t-2 s13" role="status">{say.connecting}</p> })}
            {move || test.value().get().filter(|_| !test.pending().get()).and_then(Result::ok).map(|version| view! { <Callout tone=Tone::Ok><p><b>{say.connected}</b>" "{version}</p></Callout> })}
            {move || save.value().get().and_then(Result::ok).map(|saved| match saved.request {
                None => view! { <Callout tone=Tone::Ok><p><b>{say.saved}</b></p></Callout> }.into_any(),
                Some(request) => view! {
                    <Callout tone=Tone::Warn><p><b>{say.needs_approval}</b>{say.needs_approval_help}<a href=format!("/inbox/{request}")>{say.open_request}</a></p></Callout>
                }.into_any(),
            })}
        </JsonForm>
    }
    .into_any()
}

fn id_of(field: &str) -> String {
    match field {
        "name" | "domain" | "about" => format!("source-{field}"),
        "driver" => "source-kind".to_owned(),
        setting => setting.replace('.', "-"),
    }
}

fn test_button(test: Action<Environment, Result<String, PortalError>>, environment: Environment) -> impl IntoView {
    view! { <button class="btn btn-sm" type="button" disabled=move || test.pending().get() on:click=move |_| { test.dispatch(environment); }>{words().source_form.test_connection}</button> }
}

fn setting(
    field: ConfigField,
    environment: Environment,
    values: RwSignal<Values>,
    error: Signal<Option<String>>,
    is_set: bool,
) -> impl IntoView {
    let id = format!("{}-{}", environment.key(), field.key);
    let key = (environment, field.key.clone());
    let for_set = key.clone();
    let set = move |text: String| {
        values.update(|values| {
            values.insert(for_set.clone(), text);
        });
    };
    let current = values.with_untracked(|values| values.get(&key).cloned().unwrap_or_default());
    let say = &words().source_form;
    let note = if field.required { "" } else { say.optional };
    let placeholder = if is_set { say.secret_set.to_owned() } else { field.placeholder.clone() };
    view! {
        <Field id=id.clone() label=field.label note=note help=field.help error>
            {if field.lines {
                view! { <TextArea class="textarea input-code" id=id.clone() rows=3 placeholder=placeholder text=current typed=Callback::new(set)/> }.into_any()
            } else if field.choices.is_empty() {
                view! { <input class="input" id=id.clone() type=if field.secret { "password" } else { "text" } autocomplete="off" value=current placeholder=placeholder on:input=move |event| set(event_target_value(&event))/> }.into_any()
            } else {
                view! { <select class="select" id=id.clone() on:change=move |event| set(event_target_value(&event))>{field.choices.into_iter().map(|choice| view! { <option value=choice.clone() selected=choice == current>{choice.clone()}</option> }).collect_view()}</select> }.into_any()
            }}
        </Field>
    }
}

fn first_values(known: Option<&SourceView>) -> Values {
    let bindings = known.map(|source| source.bindings.clone()).unwrap_or_default();
    bindings
        .into_iter()
        .flat_map(|(environment, binding)| binding.config.into_iter().map(move |(key, value)| ((environment, key), value)))
        .collect()
}

fn same_everywhere(source: &SourceView) -> bool {
    source.bindings.len() == 2 && source.bindings.get(&Environment::Test) == source.bindings.get(&Environment::Prod)
}

/// An environment without any setting is left out; with `both`, prod's settings stand for test's.
fn bindings(values: &Values, both: bool) -> BTreeMap<Environment, BTreeMap<String, String>> {
    let of = |environment: Environment| -> BTreeMap<String, String> {
        values
            .iter()
            .filter(|((of, _), text)| *of == environment && !text.is_empty())
            .map(|((_, key), text)| (key.clone(), text.clone()))
            .collect()
    };
    Environment::ALL
        .into_iter()
        .map(|environment| (environment, if both { of(Environment::Prod) } else { of(environment) }))
        .filter(|(environment, values)| *environment == Environment::Prod || !values.is_empty())
        .collect()
}
