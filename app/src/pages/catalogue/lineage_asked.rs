//! What of the lineage of an asset its address asks for.

#[cfg(feature = "ssr")]
use model::catalogue::AssetPath;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::at::At;
#[cfg(feature = "ssr")]
use super::tab::AssetTab;

/// Everything in it works as a link, without a script.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LineageAsked {
    /// Steps to each side; one where nothing is said.
    pub up: Option<u32>,
    pub down: Option<u32>,
    /// Paths of assets of which all neighbours of a side are shown.
    pub more_up: Vec<String>,
    pub more_down: Vec<String>,
    /// Paths of assets whose columns are shown.
    pub columns: Vec<String>,
    /// The path of the other end of the path that is highlighted; empty for none.
    pub to: String,
    pub find: String,
    /// As a list, and not as a drawing.
    pub list: bool,
}

impl LineageAsked {
    pub(super) fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut asked = Self::default();
        for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
            match name.as_str() {
                "up" => asked.up = value.parse().ok(),
                "down" => asked.down = value.parse().ok(),
                "more-up" => asked.more_up.push(value),
                "more-down" => asked.more_down.push(value),
                "columns" => asked.columns.push(value),
                "to" => asked.to = value,
                "find" => asked.find = value,
                "view" => asked.list = value == "list",
                _ => {}
            }
        }
        asked
    }
}

#[cfg(feature = "ssr")]
impl LineageAsked {
    /// The pairs of the address, but for the part of the page.
    pub(super) fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        pairs.extend(self.up.map(|up| ("up", up.to_string())));
        pairs.extend(self.down.map(|down| ("down", down.to_string())));
        pairs.extend(self.more_up.iter().map(|path| ("more-up", path.clone())));
        pairs.extend(self.more_down.iter().map(|path| ("more-down", path.clone())));
        pairs.extend(self.columns.iter().map(|path| ("columns", path.clone())));
        pairs.extend([("to", self.to.clone()), ("find", self.find.clone())].into_iter().filter(|(_, value)| !value.is_empty()));
        pairs.extend(self.list.then(|| ("view", "list".to_owned())));
        pairs
    }

    /// The address of the lineage of an asset with this asked for.
    pub(super) fn address(&self, path: &AssetPath) -> String {
        let mut address = At::address(path, AssetTab::Lineage);
        for (name, value) in self.pairs() {
            address.push_str(&format!("&{name}={}", model::redirect::query_value(&value)));
        }
        address
    }

    /// The same, and one thing else.
    pub(super) fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut other = self.clone();
        change(&mut other);
        other
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_back_as_what_it_asks_for() {
        let asked = LineageAsked {
            up: Some(2),
            more_up: vec!["table:db/a b".into(), "api:t/x".into()],
            columns: vec!["table:db/a&b=c".into()],
            to: "app:t/x".into(),
            list: true,
            ..LineageAsked::default()
        };
        let address = asked.address(&AssetPath::api("t", "x"));
        assert!(address.starts_with("/catalogue/api/t/x?tab=lineage&up=2&more-up=table%3Adb/a%20b&"), "{address}");
        let query = address.split_once('?').unwrap().1;
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let read = LineageAsked::of(pairs.map(|(name, value)| (name.to_owned(), model::redirect::part_text(value))));
        assert_eq!(read, asked);
        assert_eq!(LineageAsked::of([("up".to_owned(), "many".to_owned())]), LineageAsked::default());
    }
}
