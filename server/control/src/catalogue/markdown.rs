//! Markdown of people and of sources, as HTML that a page may show as it is, and as plain text.

use std::collections::HashSet;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// The text of Markdown as harmless HTML. HTML in it is shown as the text that it is; images are left out, because they load from
/// elsewhere; links lead to web pages and addresses alone.
pub(crate) fn to_html(markdown: &str) -> String {
    let mut made = String::with_capacity(markdown.len() * 2);
    html::push_html(&mut made, events(markdown));
    let mut cleaner = ammonia::Builder::default();
    cleaner.rm_tags(["img"]).url_schemes(HashSet::from(["http", "https", "mailto"])).link_rel(Some("noopener noreferrer nofollow"));
    cleaner.clean(&made).to_string()
}

/// The first letters of the text, on one line, without its marks.
pub(crate) fn to_text(markdown: &str, most: usize) -> String {
    let mut text = String::new();
    for event in events(markdown) {
        match event {
            Event::Text(part) | Event::Code(part) => text.push_str(&part),
            // What stands within a line ends without a space.
            Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image) => {}
            Event::SoftBreak | Event::HardBreak | Event::End(_) => text.push(' '),
            _ => {}
        }
        // Four bytes of a letter at the most: as much is enough, whatever spaces are left out.
        if text.len() > most.saturating_mul(8) {
            break;
        }
    }
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= most {
        return words;
    }
    let mut cut: String = words.chars().take(most.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// Headings begin at the third level, below those of the page.
fn events(markdown: &str) -> impl Iterator<Item = Event<'_>> {
    let lower = |level: HeadingLevel| HeadingLevel::try_from(level as usize + 2).unwrap_or(HeadingLevel::H6);
    Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH).map(move |event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        Event::Start(Tag::Heading { level, .. }) => {
            Event::Start(Tag::Heading { level: lower(level), id: None, classes: Vec::new(), attrs: Vec::new() })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lower(level))),
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_is_written_as_html() {
        assert_eq!(to_html("All *flights* of `2013`."), "<p>All <em>flights</em> of <code>2013</code>.</p>\n");
        assert!(to_html("# Flights").starts_with("<h3>Flights"));
        let table = to_html("| a | b |\n| - | - |\n| 1 | 2 |");
        assert!(table.contains("<table>") && table.contains("<td>2</td>"), "{table}");
        let link = to_html("[Runbook](https://wiki.example.com/flights)");
        assert!(link.contains("href=\"https://wiki.example.com/flights\"") && link.contains("noopener noreferrer nofollow"), "{link}");
    }

    #[test]
    fn nothing_of_it_runs_loads_or_leads_elsewhere() {
        for (text, forbidden) in [
            ("<script>alert(1)</script>", "<script"),
            ("a <img src=x onerror=alert(1)> b", "<img"),
            ("![x](https://evil.example/x.png)", "<img"),
            ("[x](javascript:alert(1))", "javascript:"),
            ("[x](data:text/html,x)", "data:"),
            ("<a href=\"javascript:alert(1)\" onclick=\"x\">x</a>", "<a "),
            ("<div style=\"position:fixed\">x</div>", "<div"),
            ("<svg/onload=alert(1)>", "<svg"),
        ] {
            let html = to_html(text);
            assert!(!html.contains(forbidden), "{text}: {html}");
        }
        assert!(to_html("<b>bold</b>").contains("&lt;b&gt;bold&lt;/b&gt;"), "HTML is shown as the text that it is");
    }

    #[test]
    fn a_text_is_cut_at_letters_and_has_no_marks() {
        assert_eq!(to_text("# Flights\n\nAll *flights* of [2013](https://a).\nMore.", 100), "Flights All flights of 2013. More.");
        assert_eq!(to_text(&"飞".repeat(50), 10), format!("{}…", "飞".repeat(9)));
        assert_eq!(to_text("", 10), "");
    }
}
