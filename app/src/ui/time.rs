//! Times as people say them, and numbers as people write them.

use std::time::Duration;

use leptos::prelude::*;
use model::clock::{Millis, offset_words, relative, rfc3339};

use crate::words::words;

/// A point in time. The server writes it exactly, in UTC. Once the page is alive it is told from now, and its exact time in the reader's
/// zone stands in its title: both halves draw the same at first, whatever the clock and the zone of the browser are.
#[component]
pub(crate) fn Time(
    at: Millis,
    /// It is told exactly, in the reader's zone: a time that somebody chooses by.
    #[prop(optional)]
    exact: bool,
) -> impl IntoView {
    let utc = rfc3339(at);
    let plain = utc.get(..16).map(|text| format!("{} UTC", text.replace('T', " "))).unwrap_or_default();
    let now = use_context::<Now>();
    // Set by an effect, and so only when what the server drew has been taken over.
    let alive = RwSignal::new(false);
    Effect::new(move |_| alive.set(true));
    let title = {
        let utc = utc.clone();
        move || if alive.get() { format!("{} {}", in_zone(at), zone(at)) } else { utc.clone() }
    };
    let shown = move || match now.and_then(|Now(now)| now.get()).filter(|_| alive.get()) {
        None => plain.clone(),
        Some(_) if exact => in_zone(at),
        Some(now) => relative(at, now),
    };
    view! { <time datetime=utc title=title>{shown}</time> }
}

/// The time by the browser's clock; nothing on the server, and until the page is alive.
#[derive(Clone, Copy)]
pub(crate) struct Now(RwSignal<Option<Millis>>);

/// How often times are told anew.
const EVERY: Duration = Duration::from_secs(30);

impl Now {
    /// Provides it to all pages.
    pub(crate) fn provide() {
        let now = RwSignal::new(None);
        provide_context(Self(now));
        Effect::new(move |_| {
            let tell = move || {
                let _ = now.try_set(browser_now());
            };
            tell();
            if let Ok(ticks) = set_interval_with_handle(tell, EVERY) {
                on_cleanup(move || ticks.clear());
            }
        });
    }
}

#[cfg(feature = "hydrate")]
#[allow(clippy::cast_possible_truncation)] // milliseconds of our own age
fn browser_now() -> Option<Millis> {
    Some(js_sys::Date::now() as Millis)
}

/// Effects run in browsers alone.
#[cfg(not(feature = "hydrate"))]
fn browser_now() -> Option<Millis> {
    None
}

#[cfg(feature = "hydrate")]
#[allow(clippy::cast_precision_loss)] // milliseconds of our own age
fn date(at: Millis) -> js_sys::Date {
    js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at as f64))
}

/// Date and time in the reader's zone.
#[cfg(feature = "hydrate")]
fn in_zone(at: Millis) -> String {
    let date = date(at);
    let two = |number: u32| format!("{number:02}");
    let day = format!("{}-{}-{}", date.get_full_year(), two(date.get_month() + 1), two(date.get_date()));
    format!("{day} {}:{}:{}", two(date.get_hours()), two(date.get_minutes()), two(date.get_seconds()))
}

/// The reader's zone at that time: it may have summer time.
#[cfg(feature = "hydrate")]
#[allow(clippy::cast_possible_truncation)] // minutes of a day
fn zone(at: Millis) -> String {
    offset_words(-(date(at).get_timezone_offset() as i32))
}

/// On the server, which draws no time as of a browser.
#[cfg(not(feature = "hydrate"))]
fn in_zone(at: Millis) -> String {
    rfc3339(at)
}

#[cfg(not(feature = "hydrate"))]
fn zone(_: Millis) -> String {
    offset_words(0)
}

/// 600000 milliseconds as `10 min`.
pub(crate) fn span_words(millis: u32) -> String {
    let say = &words().ui;
    match millis {
        0 => (say.seconds)(0),
        _ if millis.is_multiple_of(60_000) => (say.minutes)(millis / 60_000),
        _ if millis.is_multiple_of(1_000) => (say.seconds)(millis / 1_000),
        _ => (say.milliseconds)(millis),
    }
}

/// `1 row`, `3,322 rows`.
pub(crate) fn rows(number: i64) -> String {
    let say = &words().ui;
    if number == 1 { say.one_row.to_owned() } else { (say.rows)(&grouped(number)) }
}

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

/// 336776 as `336,776`.
pub(crate) fn grouped(number: i64) -> String {
    model::number::grouped(number)
}
