//! What the lineage of an asset says, and the list of what is affected if it goes.

use super::texts::texts;

texts! {
    /// The texts of lineage.
    CatalogueLineage {
        graph(name: &str) = "Lineage of {name}, from left to right";
        controls = "What is shown";
        upstream = "Upstream steps";
        downstream = "Downstream steps";
        fewer = "Fewer steps";
        more = "More steps";
        shown(shown: u32, of: u32) = "{shown} of {of} shown";
        view = "View";
        as_drawing = "Drawing";
        as_list = "List";
        find = "Find in this lineage";
        find_example = "Part of a name";
        search = "Find";
        found(count: usize) = "Found: {count}";
        found_none = "Nothing in this lineage has this name.";
        found_before = "Upstream";
        found_behind = "Downstream";
        cut = "Only the nearest 2,000 assets were looked through.";
        path_to(from: &str, to: &str) = "Path between {from} and {to}";
        no_path(to: &str) = "No path leads to {to}, as far as you may see.";
        clear_path = "Clear path";
        open(name: &str) = "View {name}";
        box_label(name: &str, kind: &str, more: &str) = "{name}, {kind}, {more}";
        highlight(label: &str) = "{label}. Highlight the path";
        center(label: &str) = "{label}. View the asset";
        veiled(count: u32, kind: &str) = "{count} more: {kind}";
        veiled_about = "Not visible to you";
        no_owner = "No owner";
        missing = "Missing";
        requests_short(count: u64) = "{count} requests";
        more_up(count: u32, name: &str) = "Show {count} more upstream of {name}";
        more_down(count: u32, name: &str) = "Show {count} more downstream of {name}";
        columns = "Columns";
        show_columns(name: &str) = "Show the columns of {name}";
        hide_columns(name: &str) = "Hide the columns of {name}";
        more_columns(count: u32) = "{count} more columns";
        column_label(column: &str, name: &str) = "Lineage of column {column} of {name}";
        direct = "Values go along this line";
        indirect = "Decides over rows only: filter, join, group or sort";
        highlighted = "On the highlighted path";
        hidden = "Not visible to you";
        none = "No definition that is in force reads or writes this asset yet.";
        list_asset = "Asset";
        list_kind = "Type";
        list_owner = "Owner";
        list_from = "Made of";
        list_to = "Used by";
        list_requests = "Requests in 30 days";
        spoken(name: &str, from: &str) = "{name} is made of: {from}.";
        indirectly(name: &str) = "{name} (rows only)";
        unknown = "Unknown";
        unknown_about = "What these are made of cannot be told from their definitions.";
        impact = "Impact";
        impact_about(name: &str) = "What is affected if {name} goes or changes.";
        impact_none(name: &str) = "Nothing depends on {name}, as far as definitions and requests say.";
        effect = "Effect";
        effect_direct = "Values missing";
        effect_indirect = "Other rows";
        effect_unknown = "Unknown";
        affected_columns = "Columns";
        route = "Route";
        hidden_step = "Not visible to you";
        hidden_more(count: u32, kind: &str) = "{kind}: {count} more that you cannot see";
        export = "Download CSV";
        rows_more(count: usize) = "{count} more in the CSV file.";
        sql_of(of: &str) = "SQL of {of}";
        note_apis(count: u32) = "APIs affected: {count}. ";
        note_datasets(count: u32) = "Datasets affected: {count}. ";
        note_apps(count: u32) = "Apps affected: {count}. ";
        note_requests(count: u64) = "Requests to these APIs in the past 30 days: {count}. ";
        note_owners(owners: &str) = "Their owners: {owners}.";
    }
}
