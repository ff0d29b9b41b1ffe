//! Addresses of the web and of files that are reached by a scheme.

use crate::finding::Tag;
use crate::rule::{Alone, BASE, Fit, Need, Rule};

pub(crate) const URL: Rule = Rule {
    id: "url",
    tag: Tag::Url,
    names: &["url", "uri", "link", "website", "webseite", "homepage", "href", "webpage", "网址", "链接", "官网"],
    hints: &["image", "avatar", "photo", "picture", "bild", "logo", "callback", "webhook", "图片", "头像"],
    fit,
    named: Need { form: 0.6, likely: 0.3, sure: 0.0 },
    hinted: Need::sure(0.8),
    alone: Some(Alone::sure(0.9)),
    ..BASE
};

fn fit(value: &str) -> Fit {
    if let Some((scheme, rest)) = value.split_once("://") {
        let is_scheme = !scheme.is_empty() && scheme.chars().all(|letter| letter.is_ascii_alphanumeric() || "+.-".contains(letter));
        let is_place = !rest.is_empty() && !rest.contains(char::is_whitespace);
        return if is_scheme && is_place { Fit::Sure } else { Fit::No };
    }
    match value.strip_prefix("www.") {
        Some(rest) if rest.contains('.') && !rest.contains(char::is_whitespace) => Fit::Likely,
        _ if value.starts_with('/') && !value.contains(char::is_whitespace) => Fit::Form,
        _ => Fit::No,
    }
}

#[cfg(test)]
mod tests {
    use super::{Fit, fit};

    #[test]
    fn a_scheme_decides() {
        assert_eq!(fit("https://例子.中国/路?x=1"), Fit::Sure);
        assert_eq!(fit("s3://bucket/key"), Fit::Sure);
        assert_eq!(fit("www.example.org"), Fit::Likely);
        assert_eq!(fit("/path/to"), Fit::Form);
        for value in ["", "://", "http://", "see http://x y", "example.org", "a://b c"] {
            assert_eq!(fit(value), Fit::No, "{value}");
        }
    }
}
