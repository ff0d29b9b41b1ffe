//! Texts that stand in raw places of the document, where the framework escapes nothing on the server: inside a
//! `textarea`, and as the document's title. This is the only place that writes a `textarea`.

use leptos::prelude::*;

/// A field of several lines. Its text stands in it from the server on, and is the element's property in the browser.
#[component]
pub(crate) fn TextArea(
    #[prop(into)] text: Signal<String>,
    rows: u16,
    class: &'static str,
    #[prop(optional, into)] id: Option<String>,
    #[prop(optional)] name: Option<&'static str>,
    /// What it is called where no label stands beside it.
    #[prop(optional)]
    label: Option<&'static str>,
    #[prop(optional, into)] placeholder: Option<String>,
    /// Told at each key.
    #[prop(optional)]
    typed: Option<Callback<String>>,
    /// Told when the reader goes on.
    #[prop(optional)]
    changed: Option<Callback<String>>,
) -> impl IntoView {
    let tell = move |to: Option<Callback<String>>, text: String| {
        if let Some(to) = to {
            to.run(text);
        }
    };
    let first = written_inside(text.get_untracked());
    view! {
        <textarea class=class id=id name=name rows=rows.to_string() aria-label=label placeholder=placeholder spellcheck="false" autocomplete="off"
            prop:value=move || text.get() on:input=move |event| tell(typed, event_target_value(&event)) on:change=move |event| tell(changed, event_target_value(&event))>{first}</textarea>
    }
}

/// What is written between the tags. The browser's parser drops one line feed behind the opening tag, so the server
/// writes one for it to drop; the browser half sets a text node, where nothing is parsed.
fn written_inside(text: String) -> String {
    if cfg!(feature = "ssr") { format!("\n{}", escaped(&text)) } else { text }
}

/// A text for a place that is written into the document as it is.
pub(super) fn for_document(text: String) -> String {
    if cfg!(feature = "ssr") { escaped(&text) } else { text }
}

/// Escaped so that a parser yields the same text again, in elements whose text may hold references. A carriage return
/// is one too: as itself it would be read as a line feed.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            '\0' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn nothing_ends_the_element_and_nothing_is_escaped_twice() {
        assert_eq!(escaped("</textarea><b title=\"x\">&amp;"), "&lt;/textarea&gt;&lt;b title=&quot;x&quot;&gt;&amp;amp;");
        assert_eq!(escaped("\nfirst\r\nlast"), "\nfirst&#13;\nlast");
    }
}
