//! What the inbox of suggested tags says.

use super::texts::texts;

texts! {
    /// The texts of the inbox of suggested tags.
    #[cfg_attr(not(feature = "ssr"), allow(dead_code))]
    CatalogueSuggestions {
        title = "Suggested tags";
        lead = "Rules suggest tags for columns by their names, types and sampled values. A person confirms or dismisses each.";
        list_name = "Suggestions";
        none_title = "No suggestions";
        none_text = "Rules look at columns each time that a table or dataset is profiled.";
        select = "Select";
        select_one(asset: &str, tag: &str) = "Select {tag} for {asset}";
        select_page = "Select all on this page";
        column = "Column";
        tag = "Tag";
        confidence = "Confidence";
        percent(confidence: u32) = "{confidence} %";
        evidence = "Evidence";
        found = "Found";
        actions = "Actions";
        state = "State";
        open = "Open";
        confirmed = "Confirmed";
        dismissed = "Dismissed";
        all_states = "All states";
        all_tags = "All tags";
        any_confidence = "Any confidence";
        at_least(confidence: u32) = "At least {confidence} %";
        confirm = "Confirm";
        dismiss = "Dismiss";
        confirm_selected = "Confirm selected";
        dismiss_selected = "Dismiss selected";
        confirm_one(tag: &str, asset: &str) = "Confirm {tag} for {asset}";
        dismiss_one(tag: &str, asset: &str) = "Dismiss {tag} for {asset}";
        decided(count: u64) = "Decided: {count}";
        tagged(count: u64) = "Columns that got a tag: {count}. You can undo this under the last changes of tags.";
        last_changes = "Last changes of tags";
        refused(count: usize) = "Left as they are: {count}";
        done = "The decision is saved.";
        confirmed_by(who: &str) = "Confirmed by {who}";
        dismissed_by(who: &str) = "Dismissed by {who}";
        not_yours = "You may not set this tag.";
        by_name(name: &str) = "The column name has \"{name}\".";
        by_names(name: &str, table: &str) = "The column name has \"{name}\", and the table name \"{table}\".";
        by_type = "The type of the column says it.";
        fitting(count: u64, present: u64) = "{count} of {present} sampled values have the form.";
        certain(count: u64, check: &str) = "{count} pass {check}.";
        few = "There are too few values to be sure.";
        no_values = "The sample has no values.";
        shapes = "Shapes of values";
        shape_count(count: u64) = "{count} values";
        shape_key = "9 is a digit, A and a are letters, 字 is a Chinese character.";
        luhn = "the Luhn check of cards";
        mod_97 = "the check digits of IBANs";
        mod_11_2 = "the check digit of Chinese identity numbers";
        mod_11_10 = "the check digit of German tax numbers";
        resident_identity_cn = "Chinese resident identity number.";
        tax_id_de = "German tax identification number.";
        social_security_us = "US social security number.";
        passport = "Passport number.";
        postcode = "Postcode.";
        currency_code = "Codes of currencies.";
        amount_of_money = "Amounts of money.";
    }
}
