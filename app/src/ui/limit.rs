//! A limit as it is read and as it is typed.

use leptos::prelude::*;
use model::Problem;
use model::limit::Rate;

use super::Field;

/// A limit out of a form: calls a second, and how many at once (a second's worth where that is left empty). Empty for none.
#[cfg_attr(not(feature = "ssr"), allow(dead_code))] // the server reads it
pub(crate) fn rate(per_second: &str, burst: &str) -> Result<Option<Rate>, Problem> {
    let number = |text: &str| text.trim().parse::<u32>().map_err(|_| Problem::field("limit", "A whole number of calls, or empty."));
    match (per_second.trim(), burst.trim()) {
        ("", _) => Ok(None),
        (calls, "") => number(calls).map(|calls| Some(Rate::per_second(calls))),
        (calls, burst) => Ok(Some(Rate { per_second: number(calls)?, burst: number(burst)? })),
    }
}

/// A limit in words.
pub(crate) fn rate_words(limit: Option<Rate>) -> String {
    limit.map_or("No limit.".to_owned(), |rate| format!("{} calls a second, {} at once.", rate.per_second, rate.burst))
}

/// The two fields of a limit; their ids begin with `of`.
pub(crate) fn rate_fields(of: String, limit: Option<Rate>, error: Signal<Option<String>>) -> impl IntoView {
    let (per_second, burst) = limit.map_or((String::new(), String::new()), |rate| (rate.per_second.to_string(), rate.burst.to_string()));
    let (first, second) = (format!("{of}per_second"), format!("{of}burst"));
    view! {
        <Field id=first.clone() label="Calls a second" note="Empty for no limit" error=error><input class="input tn" id=first name="per_second" inputmode="numeric" value=per_second/></Field>
        <Field id=second.clone() label="At once, after a rest" note="Empty for a second's worth"><input class="input tn" id=second name="burst" inputmode="numeric" value=burst/></Field>
    }
}
