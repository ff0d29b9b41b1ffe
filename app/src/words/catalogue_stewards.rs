//! What the stewards' board says.

use super::texts::texts;

texts! {
    /// The texts of the stewards' board.
    CatalogueStewards {
        title = "Stewardship";
        lead = "How many assets have an owner, a description, tags and a certificate. Columns count with their table.";
        none_title = "Nothing to look after yet";
        none_text = "Create a source and register its tables.";
        all_domains = "All domains";
        show = "Show";
        now = "Stewardship now";
        owned = "Owned";
        described = "Described";
        tagged = "Tagged";
        certified = "Certified";
        percent(share: u32) = "{share} %";
        no_share = "No assets";
        of_assets(part: u64, all: u64) = "{part} of {all} assets";
        by_domain = "By domain";
        by_steward = "By steward";
        domain = "Domain";
        steward = "Steward";
        assets = "Assets";
        tag_untagged = "Tag what has no tags";
        nobody = "No steward";
        over_time = "Over time";
        over_time_about = "Week by week, 90 days";
        day = "Day";
    }
}
