//! The head of a form that makes something of a domain or changes it: a domain and a name, which are fixed once it is there, because other
//! things name it.

use leptos::prelude::*;

use super::frame::error_at;
use crate::ui::{FormAction, SelectField, TextField, as_they_are};
use crate::words::words;

/// What is changed.
pub(super) struct Named {
    pub(super) domain: String,
    pub(super) name: String,
    /// The edit that was seen.
    pub(super) edit: i64,
}

pub(super) fn named<S: 'static>(domains: &[String], changed: Option<Named>, set: FormAction<S>) -> AnyView {
    let say = &words().alert_rule;
    match changed {
        Some(Named { domain, name, edit }) => view! {
            <p class="medium">{format!("{domain}/{name}")}</p>
            <input type="hidden" name="domain" value=domain/><input type="hidden" name="name" value=name/>
            <input type="hidden" name="edit" value=edit.to_string()/>
        }
        .into_any(),
        None => view! {
            <div class="form-row">
                <SelectField id="domain" label=say.domain name="domain" choices=as_they_are(domains.to_vec())/>
                <TextField id="name" label=say.name help=say.name_help name="name" error=error_at(set, &["name", "domain"]) required=true/>
            </div>
        }
        .into_any(),
    }
}
