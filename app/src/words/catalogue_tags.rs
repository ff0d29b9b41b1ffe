//! What the page of tags and vocabularies says.

use super::texts::texts;

texts! {
    /// The texts of tags and vocabularies.
    #[cfg_attr(not(feature = "ssr"), allow(dead_code))]
    CatalogueTags {
        title = "Tags";
        lead = "Words that people set on assets. Vocabularies are closed lists, each with a role that sets its tags.";
        none_title = "No tags yet";
        none_text = "Create a tag below, then set it on assets.";
        tag = "Tag";
        vocabulary = "Vocabulary";
        meaning = "Meaning";
        effect = "Effect";
        assets = "Assets";
        actions = "Actions";
        free = "Free tag";
        masks = "Masks values";
        flows = "Flows along lineage";
        approved_by(count: usize) = "In review, approvals: {count} of 2";
        change = "Change";
        delete = "Delete tag";
        delete_title(tag: &str) = "Delete the tag {tag}?";
        delete_effect(assets: u64) = "Assets that lose the tag: {assets}.";
        delete_undo = "This cannot be undone.";
        deleted = "The tag is deleted.";
        create = "Create tag";
        save = "Save tag";
        saved = "The tag is saved.";
        form_about = "A rename reaches search, facets and counts at once.";
        name = "Name";
        name_help = "At most 63 characters. Upper and lower case are the same name.";
        vocabulary_help = "A tag of a vocabulary is set by the role of the vocabulary.";
        colour = "Colour";
        meaning_help = "What a reader should understand when the tag is set.";
        optional = "Optional";
        flows_help = "The tag holds for every column that is made of a column with it.";
        masks_help = "Values are masked in samples, profiles, top values and logs. Two people must approve.";
        slate = "Grey";
        petrol = "Petrol";
        green = "Green";
        amber = "Amber";
        red = "Red";
        blue = "Blue";
        bad_colour = "Choose one of the colours.";
        bad_role = "Choose one of the roles.";
        two_approvals = "The rest is saved. Two people must approve what the tag does. ";
        open_request = "Open the request";
        merge_title(tag: &str) = "Merge {tag} into another tag";
        merge_about = "The assets of this tag get the other tag, and this tag ends.";
        merge_into = "Other tag";
        show_merge = "Show what changes";
        merge = "Merge tags";
        merge_confirm(from: &str, into: &str) = "Merge {from} into {into}?";
        merge_assets(count: u64) = "Assets with the tag that ends: {count}";
        merge_both(count: u64) = "Assets that have both tags: {count}";
        merge_masked(count: u64) = "Assets that are masked from then on: {count}";
        merge_undo = "This cannot be undone.";
        merged = "The tags are merged.";
        vocabularies = "Vocabularies";
        no_vocabularies = "No vocabularies yet. Every tag is free.";
        set_by = "Set by";
        set_by_help = "The role, in the domain of the asset, that sets the tags of this vocabulary.";
        tags_count = "Tags";
        create_vocabulary = "Create vocabulary";
        save_vocabulary = "Save vocabulary";
        vocabulary_saved = "The vocabulary is saved.";
        vocabulary_about = "A vocabulary governs tags: only its role sets them.";
        vocabulary_name_help = "Lowercase letters, digits and hyphens.";
        vocabulary_title = "Title";
        delete_vocabulary = "Delete vocabulary";
        delete_vocabulary_title(title: &str) = "Delete the vocabulary {title}?";
        delete_vocabulary_effect(tags: u64) = "Tags in this vocabulary: {tags}. A vocabulary with tags cannot be deleted.";
        vocabulary_deleted = "The vocabulary is deleted.";
    }
}
