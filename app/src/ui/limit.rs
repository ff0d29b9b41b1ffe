//! A limit as it is read and as it is typed.

use leptos::prelude::*;
#[cfg(feature = "ssr")]
use model::limit::MAX_PER_SECOND;
use model::limit::Rate;
#[cfg(feature = "ssr")]
use model::number::unbounded;
#[cfg(feature = "ssr")]
use model::{FieldError, Problem};

use super::{NumberField, grouped};
use crate::words::words;

/// A limit out of a form: calls a second, and how many at once (a second's worth where that is left empty). Empty for none; `of` is
/// put before the names of the fields, where a page has several such forms.
#[cfg(feature = "ssr")]
pub(crate) fn rate(of: &str, per_second: &str, burst: &str) -> Result<Option<Rate>, Problem> {
    let bounds = 1..=MAX_PER_SECOND;
    let mut errors = Vec::new();
    let mut read = |field: &str, text: &str| {
        unbounded(text, &bounds).unwrap_or_else(|message| {
            errors.push(FieldError::new(format!("{of}{field}"), message));
            None
        })
    };
    let (calls, burst) = (read("per_second", per_second), read("burst", burst));
    if let (None, Some(_), true) = (calls, burst, errors.is_empty()) {
        errors.push(FieldError::new(format!("{of}per_second"), words().ui_forms.burst_alone));
    }
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    Ok(calls.map(|per_second| Rate { per_second, burst: burst.unwrap_or(per_second) }))
}

/// A limit in words.
pub(crate) fn rate_words(limit: Option<Rate>) -> String {
    let say = &words().ui_forms;
    let number = |number: u32| grouped(i64::from(number));
    limit.map_or_else(|| say.no_limit.to_owned(), |rate| (say.limit)(&number(rate.per_second), &number(rate.burst)))
}

/// The two fields of a limit; their ids begin with `of`. What is wrong with each stands beside it.
pub(crate) fn rate_fields(of: &str, limit: Option<Rate>, [calls_error, burst_error]: [Signal<Option<String>>; 2]) -> impl IntoView + use<> {
    let say = &words().ui_forms;
    let text = |number: Option<u32>| Signal::stored(number.map(|number| number.to_string()).unwrap_or_default());
    let (per_second, burst) = (text(limit.map(|rate| rate.per_second)), text(limit.map(|rate| rate.burst)));
    let (calls_id, burst_id) = (format!("{of}per_second"), format!("{of}burst"));
    view! {
        <NumberField id=calls_id label=say.per_second note=say.per_second_note name="per_second" value=per_second error=calls_error/>
        <NumberField id=burst_id label=say.burst note=say.burst_note help=say.burst_help name="burst" value=burst error=burst_error/>
    }
}
