//! The parts of the page of an asset: each has an address of its own.

use model::catalogue::AssetKind;

use crate::words::words;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum AssetTab {
    #[default]
    Overview,
    /// The tables of a source, and how it is scanned.
    Tables,
    Columns,
    Sample,
    Profile,
    Quality,
    Lineage,
    Usage,
    History,
    Access,
}

impl AssetTab {
    const ALL: [Self; 10] = [
        Self::Overview,
        Self::Tables,
        Self::Columns,
        Self::Sample,
        Self::Profile,
        Self::Quality,
        Self::Lineage,
        Self::Usage,
        Self::History,
        Self::Access,
    ];

    /// Its name in addresses.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Tables => "tables",
            Self::Columns => "columns",
            Self::Sample => "sample",
            Self::Profile => "profile",
            Self::Quality => "quality",
            Self::Lineage => "lineage",
            Self::Usage => "usage",
            Self::History => "history",
            Self::Access => "access",
        }
    }

    pub(super) fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.key() == key)
    }

    pub(super) fn name(self) -> &'static str {
        let say = &words().catalogue_asset;
        match self {
            Self::Overview => say.overview,
            Self::Tables => say.tables,
            Self::Columns => say.columns,
            Self::Sample => say.sample,
            Self::Profile => say.profile,
            Self::Quality => say.quality,
            Self::Lineage => say.lineage,
            Self::Usage => say.usage,
            Self::History => say.history,
            Self::Access => say.access,
        }
    }

    /// Those that assets of a kind have.
    pub(super) fn of(kind: AssetKind) -> &'static [Self] {
        use AssetTab::{Access, Columns, History, Lineage, Overview, Profile, Quality, Sample, Tables, Usage};
        match kind {
            AssetKind::Source => &[Overview, Tables, Lineage, Usage, History, Access],
            AssetKind::Table | AssetKind::Dataset => &[Overview, Columns, Sample, Profile, Quality, Lineage, Usage, History, Access],
            AssetKind::Column => &[Overview, Profile, Lineage, History],
            AssetKind::Job => &[Overview, Lineage, History],
            AssetKind::Api => &[Overview, Columns, Lineage, Usage, History, Access],
            AssetKind::App => &[Overview, Lineage, Usage, History, Access],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_has_an_address_and_each_kind_begins_with_its_overview() {
        for tab in AssetTab::ALL {
            assert_eq!(AssetTab::from_key(tab.key()), Some(tab));
        }
        for kind in AssetKind::ALL {
            let tabs = AssetTab::of(kind);
            assert_eq!(tabs[0], AssetTab::Overview);
            assert_eq!(tabs.contains(&AssetTab::Columns), kind.has_columns());
        }
    }
}
