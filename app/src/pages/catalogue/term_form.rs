//! The forms of a term: what it means, and which columns hold it.

use leptos::prelude::*;
use model::view::TermView;

use super::api_terms::{MapColumns, SetTerm};
use crate::ui::{Field, FormAction, SaveForm, SelectField, TextArea, TextField, as_they_are, error_at};
use crate::words::words;

/// Of a new term, or of the one that is open.
pub(super) fn term_form(changed: Option<&TermView>, domains: &[String], set: FormAction<SetTerm>) -> AnyView {
    let say = &words().catalogue_terms;
    let title = if changed.is_some() { say.save } else { say.create };
    let id = changed.map(|of| of.id.clone()).unwrap_or_default();
    let edit = changed.map(|of| of.edit.to_string()).unwrap_or_default();
    let term = changed.map(|of| of.term.clone()).unwrap_or_default();
    let domain = changed.is_none().then(|| {
        view! { <SelectField id="term-domain" label=say.domain name="domain" choices=as_they_are(domains.to_vec()) error=error_at(set, &["domain"])/> }
    });
    view! {
        <section class="card card-pad stack" id="term-form">
            <h2>{title}</h2>
            <SaveForm action=set save=title saved=say.saved>
                <input type="hidden" name="id" value=id/><input type="hidden" name="edit" value=edit/>
                <div class="form-row">
                    {domain}
                    <TextField id="term-name" label=say.name name="name" value=term.name required=true error=error_at(set, &["name"])/>
                </div>
                <Field id="definition" label=say.definition note=say.optional help=say.definition_help error=error_at(set, &["definition"])>
                    <TextArea class="textarea" id="definition" name="definition" rows=5 text=term.definition/>
                </Field>
                <Field id="synonyms" label=say.synonyms note=say.optional help=say.synonyms_help error=error_at(set, &["synonyms"])>
                    <TextArea class="textarea" id="synonyms" name="synonyms" rows=3 text=term.synonyms.join("\n")/>
                </Field>
            </SaveForm>
        </section>
    }
    .into_any()
}

pub(super) fn column_form(term: &str, map: FormAction<MapColumns>) -> AnyView {
    let say = &words().catalogue_terms;
    let term = term.to_owned();
    view! {
        <section class="card card-pad stack" id="map-columns">
            <h2>{say.map}</h2>
            <SaveForm action=map save=say.map saved=say.mapped class="btn">
                <input type="hidden" name="term" value=term/>
                <Field id="columns" label=say.columns help=say.columns_help error=error_at(map, &["columns", "add"])>
                    <TextArea class="textarea input-code" id="columns" name="columns" rows=3 text=String::new()/>
                </Field>
            </SaveForm>
        </section>
    }
    .into_any()
}
