//! What the quality checks of a dataset and its rejected rows say.

use super::texts::texts;

texts! {
    /// The texts of quality checks and rejected rows.
    DatasetsQuality {
        checks = "Quality checks";
        change = "Change checks";
        no_checks = "Keys and checksums are always checked. No other checks are set.";
        at_least_rows(rows: u32) = "At least {rows} rows";
        at_most_fewer(percent: u32) = "At most {percent} % fewer rows than the live version";
        at_most_more(percent: u32) = "At most {percent} % more rows than the live version";
        count_matches = "The row count matches the source";
        approval = "Owner's approval";
        min_rows = "Minimum rows";
        max_decrease = "Maximum decrease";
        max_increase = "Maximum increase";
        optional = "optional";
        sizes_help = "Decrease and increase are compared with the live version. Empty fields are not checked.";
        add_rule = "Add rule";
        remove_rule = "Remove rule";
        count = "Compare the row count with the source";
        count_help = "The source counts its rows before and after the build. The run fails if the rows read are not between the two counts.";
        hold = "Require owner's approval";
        hold_help = "A validated version goes live when an owner promotes it.";
        saved = "Saved.";
        saved_help = " The next build uses these checks.";
        save = "Save checks";
        filled = "is never empty";
        unique = "is unique";
        between = "is between";
        one_of = "is one of";
        matches = "matches";
        column = "Column";
        rule = "Rule";
        value = "Value";
        maximum = "Maximum";
        minimum_example = "minimum";
        maximum_example = "maximum";
        rejected = "Rejected rows";
        one_rejected = "1 rejected row";
        many_rejected(count: &str) = "{count} rejected rows";
        replay = "Replay rows";
        hide = "Hide rows";
        show = "Show rows";
        rejected_help(number: i64) = "Dataset version {number} does not contain these rows. Each row is stored as it came, with the reason.";
        replaying(count: u64) = "Rows being replayed: {count}. Rows that are rejected again stay in this list.";
        rejected_list = "List of rejected rows";
        place = "Place";
        reason = "Reason";
        original = "Original row";
        download = "Download rows";
        more(count: &str) = "{count} more rows in the file, which holds the first 500";
    }
}
