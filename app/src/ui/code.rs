//! Code and JSON as a machine reads them, with a button that takes them along.

use leptos::prelude::*;
use serde_json::Value as Json;

use super::Icon;
use crate::words::words;

/// Puts a text on the clipboard. Without a script the button is not there to be pressed in vain.
#[component]
pub(crate) fn CopyButton(#[prop(into)] text: Signal<String>, label: &'static str) -> impl IntoView {
    let copied = RwSignal::new(false);
    let ready = RwSignal::new(false);
    Effect::new(move |_| ready.set(true));
    let copy = move |_| {
        let _ = window().navigator().clipboard().write_text(&text.get_untracked());
        copied.set(true);
        set_timeout(move || copied.set(false), std::time::Duration::from_secs(2));
    };
    view! {
        <button class="btn btn-quiet btn-sm btn-icon" type="button" aria-label=label hidden=move || !ready.get() on:click=copy>
            <Show when=move || copied.get() fallback=|| view! { <Icon name="copy"/> }><Icon name="check" class="t-ok"/></Show>
        </button>
    }
}

/// A line of code with its button.
pub(crate) fn copyable(text: String, label: &'static str) -> impl IntoView {
    view! {
        <div class="copyline"><span>{text.clone()}</span><CopyButton text label/></div>
    }
}

#[component]
pub(crate) fn CodeBlock(#[prop(into)] title: String, #[prop(into)] text: Signal<String>) -> impl IntoView {
    let label = title.clone();
    view! {
        <section class="code" aria-label=label>
            <div class="code-head"><span>{title}</span><div class="end"><CopyButton text label=words().ui_forms.copy/></div></div>
            <pre tabindex="0"><code>{move || text.get()}</code></pre>
        </section>
    }
}

/// JSON, laid out and coloured. What is no JSON is shown as it is.
#[component]
pub(crate) fn JsonBlock(#[prop(into)] text: String) -> impl IntoView {
    match serde_json::from_str::<Json>(&text) {
        Ok(json) => {
            let mut lines = Lines::default();
            lines.value(&json, 0);
            lines.end();
            let rows = lines.done;
            view! {
                <pre class="numbered" tabindex="0"><code>
                    {rows.into_iter().map(|pieces| view! {
                        <span class="l">{pieces.into_iter().map(|(class, text)| view! { <span class=class>{text}</span> }).collect_view()}</span>
                    }).collect_view()}
                </code></pre>
            }
            .into_any()
        }
        Err(_) => view! { <pre tabindex="0"><code>{text}</code></pre> }.into_any(),
    }
}

/// The most lines that are laid out; more would make the page slow and help nobody.
const MAX_LINES: usize = 2_000;

#[derive(Default)]
struct Lines {
    done: Vec<Vec<(&'static str, String)>>,
    line: Vec<(&'static str, String)>,
}

impl Lines {
    fn push(&mut self, class: &'static str, text: impl Into<String>) {
        self.line.push((class, text.into()));
    }

    fn end(&mut self) {
        if self.done.len() < MAX_LINES {
            self.done.push(std::mem::take(&mut self.line));
        }
        self.line.clear();
    }

    fn indent(&mut self, depth: usize) {
        self.push("", "  ".repeat(depth));
    }

    fn value(&mut self, json: &Json, depth: usize) {
        match json {
            Json::Null | Json::Bool(_) => self.push("w", json.to_string()),
            Json::Number(number) => self.push("n", number.to_string()),
            Json::String(_) => self.push("s", json.to_string()),
            Json::Array(items) if items.is_empty() => self.push("", "[]"),
            Json::Object(members) if members.is_empty() => self.push("", "{}"),
            Json::Array(items) => {
                self.push("", "[");
                self.end();
                for (index, item) in items.iter().enumerate() {
                    self.indent(depth + 1);
                    self.value(item, depth + 1);
                    self.close_member(index + 1 < items.len());
                }
                self.indent(depth);
                self.push("", "]");
            }
            Json::Object(members) => {
                self.push("", "{");
                self.end();
                for (index, (name, value)) in members.iter().enumerate() {
                    self.indent(depth + 1);
                    self.push("k", Json::from(name.clone()).to_string());
                    self.push("", ": ");
                    self.value(value, depth + 1);
                    self.close_member(index + 1 < members.len());
                }
                self.indent(depth);
                self.push("", "}");
            }
        }
    }

    fn close_member(&mut self, more: bool) {
        if more {
            self.push("", ",");
        }
        self.end();
    }
}
