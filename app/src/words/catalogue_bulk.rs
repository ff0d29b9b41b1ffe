//! What the page says on which many assets are tagged.

use super::texts::texts;

texts! {
    /// The texts of tagging many assets at once.
    #[cfg_attr(not(feature = "ssr"), allow(dead_code))]
    CatalogueBulk {
        title = "Tag assets";
        lead = "Add tags to many assets at once, or remove them. Nothing is changed before you have seen the preview.";
        back = "Back to the catalogue";
        only_builders = "Builders and owners of a domain set its tags. Ask an owner or an admin for the role.";
        select_one(name: &str) = "Select {name}";
        select_page = "Select all on this page";
        selected(count: u32) = "Selected: {count}";
        tag_selected = "Tag selected assets";
        assets = "Assets";
        assets_about = "Fill in at least one field. To pick single assets instead, select them in search results or in a list of columns.";
        any = "Any";
        words = "Words";
        words_help = "Words in the path of the asset, such as email.";
        under = "Part of";
        under_help = "The path of a source or a table, such as source:flights-db.";
        domain = "Domain";
        kind = "Type";
        by_words(words: &str) = "Words in the path: {words}";
        by_domain(domain: &str) = "Domain: {domain}";
        by_kind(kind: &str) = "Type: {kind}";
        by_under(path: &str) = "Part of {path}";
        by_untagged = "Only assets without tags";
        and_more(count: usize) = "and {count} more";
        choose_others = "Choose other assets";
        what = "Change";
        add = "Add tags";
        remove = "Remove tags";
        tags = "Tags";
        show_preview = "Show preview";
        preview = "Preview";
        add_tags = "Add these tags";
        remove_tags = "Remove these tags";
        no_change = "Nothing would change.";
        of_assets(count: u64) = "Assets: {count}";
        added(count: u64) = "Tags added: {count}";
        removed(count: u64) = "Tags removed: {count}";
        held(count: u64) = "Removals that two people must approve: {count}";
        so_already(count: u64) = "Already so: {count}";
        are_refused(count: u64) = "Not allowed: {count}";
        refused = "Not allowed";
        already = "Already so";
        done = "Tags are changed.";
        open_request = "Open the request";
        undo = "Undo";
        undone = "The change is undone.";
        undo_removed(count: u64) = "Tags removed again: {count}";
        undo_restored(count: u64) = "Tags restored: {count}";
        undo_kept(count: u64) = "Kept, because somebody has changed them since: {count}";
        kept = "Kept";
        last_changes = "Your last changes";
        changes(count: u64) = "Tags changed: {count}";
        bad_query = "This form cannot be read. Show the preview again.";
    }
}
