//! Times in the reader's zone, and numbers as people write them.

use leptos::prelude::*;
use model::clock::{Millis, rfc3339};

/// A point in time: in UTC as the server writes it, in the reader's zone once the page is alive.
#[component]
pub(crate) fn Time(at: Millis) -> impl IntoView {
    let utc = rfc3339(at);
    let plain = utc.get(..16).map(|text| format!("{} UTC", text.replace('T', " "))).unwrap_or_default();
    let shown = RwSignal::new(plain);
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        #[allow(clippy::cast_precision_loss)] // milliseconds of our own age
        let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at as f64));
        let two = |number: u32| format!("{number:02}");
        shown.set(format!(
            "{}-{}-{} {}:{}",
            date.get_full_year(),
            two(date.get_month() + 1),
            two(date.get_date()),
            two(date.get_hours()),
            two(date.get_minutes())
        ));
    });
    view! { <time datetime=utc.clone() title=utc>{move || shown.get()}</time> }
}

/// 600000 milliseconds as `10 min`.
pub(crate) fn span_words(millis: u32) -> String {
    match millis {
        0 => "0 s".into(),
        _ if millis.is_multiple_of(60_000) => format!("{} min", millis / 60_000),
        _ if millis.is_multiple_of(1_000) => format!("{} s", millis / 1_000),
        _ => format!("{millis} ms"),
    }
}

/// `1 row`, `3,322 rows`.
pub(crate) fn rows(number: i64) -> String {
    if number == 1 { "1 row".into() } else { format!("{} rows", grouped(number)) }
}

/// 336776 as `336,776`.
/// `1.2 MB`, in powers of a thousand.
#[allow(clippy::cast_precision_loss)] // for people
pub(crate) fn bytes_words(bytes: i64) -> String {
    match bytes {
        ..=999 => format!("{bytes} B"),
        1_000..=999_999 => format!("{:.0} kB", bytes as f64 / 1e3),
        1_000_000..=999_999_999 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

pub(crate) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if number < 0 { format!("-{out}") } else { out }
}
