//! The documentation of an API for its consumers: how to call it, what to give, what comes back, and what bounds it. It
//! reads the same for those who are signed in and for everybody.

use leptos::prelude::*;
use model::documentation::{Documentation, ErrorDoc, FieldDoc, MethodDoc, ParameterDoc};

use crate::ui::{CodeBlock, JsonBlock, copyable};

/// `keys` says where the key of a request comes from.
pub(crate) fn manual(documentation: Documentation, keys: AnyView) -> AnyView {
    let Documentation { address, methods, calls, parameters, fields, response, errors, limits, .. } = documentation;
    view! {
        <div class="doc">
            <section aria-labelledby="call"><h2 id="call">"Request"</h2>
                <div class="stack-2">{copyable(address, "Copy the address")}{languages(calls)}</div>
                {keys}
            </section>
            {methods_table(methods)}
            {parameters_table(parameters)}
            <section aria-labelledby="response"><h2 id="response">"Response"</h2>
                <section class="code" aria-label="Example response"><div class="code-head"><span>"200, with example values"</span></div><JsonBlock text=response/></section>
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
    let names: Vec<String> = calls.iter().map(|(name, _)| name.clone()).collect();
    view! {
        <div class="langs stack-2">
            <div class="seg" role="radiogroup" aria-label="Language">
                {names.into_iter().enumerate().map(|(index, name)| view! {
                    <label><input type="radio" name="language" value=name.clone() checked={index == 0}/>{name}</label>
                }).collect_view()}
            </div>
            {calls.into_iter().map(|(title, text)| view! { <CodeBlock title=title text=text/> }).collect_view()}
        </div>
    }
}

fn methods_table(methods: Vec<MethodDoc>) -> impl IntoView {
    view! {
        <section aria-labelledby="methods"><h2 id="methods">"Methods"</h2>
            <div class="card clip"><div class="table-wrap" tabindex="0" role="region" aria-label="Table of methods"><table class="table table-dense table-cards">
                <thead><tr><th>"Method"</th><th>"Address"</th><th>"What it does"</th></tr></thead>
                <tbody>{methods.into_iter().map(|one| view! {
                    <tr><td class="lead-cell"><code class="medium">{one.method}</code></td><td class="mono small" data-label="Address">{one.address}</td><td class="t-2 lead-cell">{one.about}</td></tr>
                }).collect_view()}</tbody>
            </table></div></div>
        </section>
    }
}

fn parameters_table(parameters: Vec<ParameterDoc>) -> impl IntoView {
    view! {
        <section aria-labelledby="params"><h2 id="params">"Parameters"</h2>
            <div class="card clip"><div class="table-wrap" tabindex="0" role="region" aria-label="Table of parameters"><table class="table table-cards">
                <thead><tr><th>"Name"</th><th>"Type"</th><th>"Required"</th><th>"What it is"</th><th>"Example"</th></tr></thead>
                <tbody>{parameters.into_iter().map(|one| view! {
                    <tr><td class="lead-cell"><code class="medium">{one.name}</code></td><td class="t-3 nowrap" data-label="Type">{one.data_type}</td><td class="nowrap" data-label="Required">{if one.required { "yes" } else { "no" }}</td><td class="t-2 lead-cell">{one.about}</td><td class="mono small" data-label="Example">{one.example}</td></tr>
                }).collect_view()}</tbody>
            </table></div></div>
            <p class="small mt-2 t-3">"Any other parameter is an error, so that a typing mistake never goes unseen."</p>
        </section>
    }
}

fn fields_table(fields: Vec<FieldDoc>) -> impl IntoView {
    view! {
        <section aria-labelledby="fields"><h2 id="fields">"Response fields"</h2>
            <div class="card clip"><div class="table-wrap" tabindex="0" role="region" aria-label="Table of fields"><table class="table table-dense table-cards">
                <thead><tr><th>"Name"</th><th>"Type"</th><th>"Empty"</th><th>"What it is"</th></tr></thead>
                <tbody>{fields.into_iter().map(|one| view! {
                    <tr><td class="lead-cell"><code class="medium">{one.name}</code></td><td class="t-3 nowrap" data-label="Type">{one.data_type}</td><td class="t-3 nowrap" data-label="Empty">{if one.nullable { "may be null" } else { "never" }}</td><td class="t-2 lead-cell">{one.about}</td></tr>
                }).collect_view()}</tbody>
            </table></div></div>
        </section>
    }
}

fn errors_table(errors: Vec<ErrorDoc>) -> impl IntoView {
    view! {
        <section aria-labelledby="errors"><h2 id="errors">"Errors"</h2>
            <div class="card clip"><div class="table-wrap" tabindex="0" role="region" aria-label="Table of errors"><table class="table table-dense">
                <thead><tr><th>"Status"</th><th>"Code"</th><th>"What to do"</th></tr></thead>
                <tbody>{errors.into_iter().map(|one| view! {
                    <tr><td class="tn">{one.status}</td><td class="mono small nowrap">{one.code}</td><td class="t-2">{one.about}</td></tr>
                }).collect_view()}</tbody>
            </table></div></div>
            <p class="small mt-2 t-3">"An error is problem JSON (RFC 9457) with a request id. Name the id when you ask for help."</p>
        </section>
    }
}

fn limits_list(limits: Vec<(String, String)>) -> impl IntoView {
    view! {
        <section aria-labelledby="limits"><h2 id="limits">"Limits"</h2>
            <div class="card card-pad"><dl class="kv">
                {limits.into_iter().map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> }).collect_view()}
            </dl></div>
            <p class="small mt-2 t-3">"The grant of an app may set a rate limit too."</p>
        </section>
    }
}
