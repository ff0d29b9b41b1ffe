//! Links of an asset: a runbook, a dashboard, a ticket board.

use serde::{Deserialize, Serialize};

use super::text::{MAX_LINKS, label_error};
use crate::FieldError;

const MAX_TITLE: usize = 120;
const MAX_URL: usize = 2_000;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AssetLink {
    pub title: String,
    /// With `https://` or `http://`: other schemes can run what they lead to.
    pub url: String,
}

impl AssetLink {
    /// What is wrong with the links of an asset, by the fields of its form.
    #[must_use]
    pub fn errors(links: &[Self]) -> Vec<FieldError> {
        if links.len() > MAX_LINKS {
            return vec![FieldError::new("links", format!("At most {MAX_LINKS} links."))];
        }
        let of_one = |(index, link): (usize, &Self)| {
            let title = label_error(&link.title, MAX_TITLE).map(|message| FieldError::new(format!("links.{index}.title"), message));
            let url = (!link.leads_somewhere())
                .then(|| FieldError::new(format!("links.{index}.url"), "Enter an address that begins with https://, without spaces."));
            [title, url]
        };
        links.iter().enumerate().flat_map(of_one).flatten().collect()
    }

    fn leads_somewhere(&self) -> bool {
        let rest = self.url.strip_prefix("https://").or_else(|| self.url.strip_prefix("http://"));
        let is_plain = |text: &str| !text.is_empty() && text.chars().all(|letter| !letter.is_whitespace() && !letter.is_control());
        self.url.len() <= MAX_URL && rest.is_some_and(is_plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_has_a_title_and_leads_to_a_web_page() {
        let link = |title: &str, url: &str| AssetLink { title: title.into(), url: url.into() };
        let fields = |links: &[AssetLink]| AssetLink::errors(links).into_iter().map(|error| error.field).collect::<Vec<_>>();
        assert!(fields(&[link("Runbook", "https://wiki.example.com/flights"), link("Board", "http://board")]).is_empty());
        assert_eq!(fields(&[link("", "https://a")]), ["links.0.title"]);
        for url in ["javascript:alert(1)", "https://", "wiki", "https://a b", "data:text/html,x", ""] {
            assert_eq!(fields(&[link("Runbook", "https://a"), link("Other", url)]), ["links.1.url"], "{url}");
        }
        assert_eq!(fields(&vec![link("a", "https://a"); MAX_LINKS + 1]), ["links"]);
    }
}
