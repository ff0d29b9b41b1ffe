//! The documentation of an API for its consumers: how to call it, what to give, what comes back, and what bounds it. It
//! reads the same for those who are signed in and for everybody.

use leptos::prelude::*;
use model::documentation::{Documentation, ErrorDoc, FieldDoc, MethodDoc, ParameterDoc};

use crate::ui::{CodeBlock, JsonBlock, copyable};
use crate::words::words;

/// `keys` says where the key of a request comes from.
pub(crate) fn manual(documentation: Documentation, keys: AnyView) -> AnyView {
    let say = &words().documentation;
    let Documentation { address, methods, calls, parameters, fields, response, errors, limits, .. } = documentation;
    view! {
        <div class="doc">
            <section aria-labelledby="call"><h2 id="call">{say.request}</h2>
                <div class="stack-2">{copyable(address, say.copy_url)}{languages(calls)}</div>
                {keys}
            </section>
            {methods_table(methods)}
            {parameters_table(parameters)}
            <section aria-labelledby="response"><h2 id="response">{say.response}</h2>
                <section class="code" aria-label=say.sample><div class="code-head"><span>{say.sample_status}</span></div><JsonBlock text=response/></section>
            </section>
            {fields_table(fields)}
            {errors_table(errors)}
            {limits_list(limits)}
        </div>
    }
    .into_any()
}

/// The same request for each kind of client. A choice of radio buttons shows one of them, by the style alone.
fn languages(calls: Vec<(String, String)>) -> impl IntoView {
    let say = &words().documentation;
    let names: Vec<String> = calls.iter().map(|(name, _)| name.clone()).collect();
    view! {
        <div class="langs stack-2">
            <div class="seg" role="radiogroup" aria-label=say.language>
                {names.into_iter().enumerate().map(|(index, name)| view! {
                    <label><input type="radio" name="language" value=name.clone() checked={index == 0}/>{name}</label>
                }).collect_view()}
            </div>
            {calls.into_iter().map(|(title, text)| view! { <CodeBlock title=title text=text/> }).collect_view()}
        </div>
    }
}

// A table is a region of the name of its heading, so that it can be scrolled by keyboard. The section around it is none:
// two regions of one name could not be told apart.
fn methods_table(methods: Vec<MethodDoc>) -> impl IntoView {
    let say = &words().documentation;
    view! {
        <section><h2 id="methods">{say.methods}</h2>
            <div class="card clip"><div class="table-wrap" tabindex="0" role="region" aria-label=say.methods><table class="table table-dense table-cards">
                <thead><tr><th>{say.method}</th><th>{say.endpoint}</th><th>{say.description}</th></tr></thead>
                <tbody>{methods.into_iter().map(|one| view! {
                    <tr><td class="lead-cell"><code class="medium">{one.method}</code></td><td class="mono small" data-label=say.endpoint>{one.address}</td><td class="t-2 lead-cell">{one.about}</td></tr>
                }).collect_view()}</tbody>
            </table></div></div>
        </section>
    }
}

fn parameters_table(parameters: Vec<ParameterDoc>) -> impl IntoView {
    let say = &words().documentation;
    view! {
        <section><h2 id="params">{say.parameters}</h2>
            <div class="card clip"><div class="table-wrap" tabindex="0" role="region" aria-label=say.parameters><table class="table table-cards">
                <thead><tr><th>{say.name}</th><th>{say.data_type}</th><th>{say.required}</th><th>{say.description}</th><th>{say.example}</th></tr></thead>
                <tbody>{parameters.into_iter().map(|one| view! {
                    <tr><td class="lead-cell"><code class="medium">{one.name}</code></td><td class="t-3 nowrap" data-label=say.data_type>{one.data_type}</td><td class="nowrap" data-label=say.required>{if one.required { say.yes } else { say.no }}</td><td class="t-2 lead-cell">{one.about}</td><td class="mono small" data-label=say.example>{one.example}</td></tr>
                }).collect_view()}</tbody>
            </table></div></div>
            <p class="small mt-2 t-3">{say.unknown_parameters}</p>
        </section>
    }
}

fn fields_table(fields: Vec<FieldDoc>) -> impl IntoView {
    let say = &words().documentation;
    view! {
        <section><h2 id="fields">{say.fields}</h2>
            <div class="card clip"><div class="table-wrap" tabindex="0" role="region" aria-label=say.fields><table class="table table-dense table-cards">
                <thead><tr><th>{say.name}</th><th>{say.data_type}</th><th>{say.nullable}</th><th>{say.description}</th></tr></thead>
                <tbody>{fields.into_iter().map(|one| view! {
                    <tr><td class="lead-cell"><code class="medium">{one.name}</code></td><td class="t-3 nowrap" data-label=say.data_type>{one.data_type}</td><td class="t-3 nowrap" data-label=say.nullable>{if one.nullable { say.yes } else { say.no }}</td><td class="t-2 lead-cell">{one.about}</td></tr>
                }).collect_view()}</tbody>
            </table></div></div>
        </section>
    }
}

fn errors_table(errors: Vec<ErrorDoc>) -> impl IntoView {
    let say = &words().documentation;
    view! {
        <section><h2 id="errors">{say.errors}</h2>
            <div class="card clip"><div class="table-wrap" tabindex="0" role="region" aria-label=say.errors><table class="table table-dense">
                <thead><tr><th>{say.status}</th><th>{say.code}</th><th>{say.meaning}</th></tr></thead>
                <tbody>{errors.into_iter().map(|one| view! {
                    <tr><td class="tn">{one.status}</td><td class="mono small nowrap">{one.code}</td><td class="t-2">{one.about}</td></tr>
                }).collect_view()}</tbody>
            </table></div></div>
            <p class="small mt-2 t-3">{say.errors_help}</p>
        </section>
    }
}

fn limits_list(limits: Vec<(String, String)>) -> impl IntoView {
    let say = &words().documentation;
    view! {
        <section aria-labelledby="limits"><h2 id="limits">{say.limits}</h2>
            <div class="card card-pad"><dl class="kv">
                {limits.into_iter().map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> }).collect_view()}
            </dl></div>
            <p class="small mt-2 t-3">{say.limits_help}</p>
        </section>
    }
}
