//! Writes elements as text. Every text and every value of an attribute is escaped on its way in, and there is no other way in.

use std::fmt::{Display, Write as _};

/// One element with what is inside.
pub(crate) struct Element {
    name: &'static str,
    attributes: String,
    inside: String,
}

impl Element {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, attributes: String::new(), inside: String::new() }
    }

    pub(crate) fn class(self, class: &str) -> Self {
        self.set("class", class)
    }

    pub(crate) fn set(mut self, name: &str, value: impl Display) -> Self {
        let value = escaped(&value.to_string());
        let _ = write!(self.attributes, " {name}=\"{value}\"");
        self
    }

    /// An attribute without a value.
    pub(crate) fn flag(mut self, name: &str) -> Self {
        let _ = write!(self.attributes, " {name}");
        self
    }

    pub(crate) fn text(mut self, text: &str) -> Self {
        self.inside.push_str(&escaped(text));
        self
    }

    pub(crate) fn with(mut self, child: Element) -> Self {
        child.write(&mut self.inside);
        self
    }

    pub(crate) fn with_all(self, children: impl IntoIterator<Item = Element>) -> Self {
        children.into_iter().fold(self, Element::with)
    }

    fn write(self, out: &mut String) {
        let Self { name, attributes, inside } = self;
        let _ = write!(out, "<{name}{attributes}>{inside}</{name}>");
    }

    pub(crate) fn into_html(self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }
}

/// Text that is no markup any more, within an element and within quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_markup() {
        let evil = "\"><img onerror='x'>&";
        let html = Element::new("p").set("title", evil).text(evil).with(Element::new("b").text(evil)).into_html();
        assert!(!html.contains("<img"), "{html}");
        assert_eq!(html.matches("&lt;img").count(), 3);
        assert_eq!(html.matches('"').count(), 2, "an attribute was left: {html}");
    }

    #[test]
    fn elements_are_written_as_they_are_read() {
        let html = Element::new("ul").class("legend").with_all(["a", "b"].map(|text| Element::new("li").text(text))).into_html();
        assert_eq!(html, "<ul class=\"legend\"><li>a</li><li>b</li></ul>");
        assert_eq!(Element::new("details").flag("open").into_html(), "<details open></details>");
    }
}
