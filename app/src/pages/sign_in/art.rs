//! Water through three gates: what the door shows of the house.

use leptos::prelude::*;

use crate::words::words;

/// Lines of water, from wide and faint to narrow and bright.
const LINES: usize = 22;

#[component]
pub(super) fn Art() -> impl IntoView {
    let say = &words().sign_in;
    let water = (0..LINES).map(|index| {
        #[allow(clippy::cast_precision_loss)] // two dozen lines
        let part = index as f64 / (LINES - 1) as f64;
        let (from, to) = (60.0 + 640.0 * part, 410.0 + 120.0 * part);
        let path = format!("M-20 {from:.1}C260 {from:.1} 280 {to:.1} 520 {to:.1}S760 {to:.1} 820 {to:.1}");
        let opacity = format!("{:.2}", 0.15 + 0.45 * part);
        view! { <path d=path stroke="#37b7c8" stroke-width="1.5" stroke-opacity=opacity></path> }
    });
    let gate = |x: &'static str, down: &'static str, opacity: &'static str| {
        view! {
            <path d=format!("M{x} 60V600") stroke="#0f4a58" stroke-width="10" stroke-linecap="round"></path>
            <path d=format!("M{x} 60V{down}") stroke="#72cedb" stroke-width="10" stroke-linecap="round" stroke-opacity=opacity></path>
        }
    };
    view! {
        <section class="signin-art" aria-label=say.about>
            <svg class="art" viewBox="0 0 800 900" preserveAspectRatio="xMidYMid slice" fill="none" aria-hidden="true">
                {water.collect_view()}
                {gate("430", "300", "0.55")}
                {gate("510", "350", "0.75")}
                {gate("590", "390", "0.95")}
            </svg>
            <div class="words">
                <h2>{say.about_title}</h2>
                <p>{say.about_text}</p>
            </div>
        </section>
    }
}
