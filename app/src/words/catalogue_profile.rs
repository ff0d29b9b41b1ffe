//! What the profile, the quality and the sample rows of an asset say.

use super::texts::texts;

texts! {
    /// The texts of profiles, quality checks, trust scores and sample rows of assets.
    CatalogueProfile {
        profile = "Profile";
        made_of(rows: &str) = "Made of {rows}.";
        of_version(number: i64) = "Dataset version {number}.";
        took(ms: u64) = "Read in {ms} ms.";
        profiled = "Profiled ";
        no_profile_title = "No profile yet";
        no_profile_text = "A profile counts rows, missing values and different values. A scan or a build makes one, or you can ask for one.";
        ask = "Profile now";
        asked = "Profile requested.";
        waiting = "A profile is requested. ";
        running = "A profile is being made.";
        failed = "The last profile failed. ";
        values_hidden = "You may not read sample rows in this domain, so values are masked. Counts are shown.";
        rows = "Rows";
        rows_over_time = "Rows from profile to profile";
        rows_text(first: &str, last: &str) = "Rows went from {first} to {last}";
        columns = "Columns";
        column = "Column";
        data_type = "Type";
        missing = "Missing";
        missing_trend(name: &str) = "Missing values of {name} from profile to profile";
        unreadable(cells: &str) = "{cells} unreadable";
        distinct = "Different";
        about(count: &str) = "about {count}";
        ends = "Minimum and maximum";
        range(least: &str, greatest: &str) = "{least} to {greatest}";
        top = "Most frequent";
        top_value(value: &str, rows: &str) = "{value} ({rows})";
        no_top = "No value repeats";
        empty_text = "(empty text)";
        spread = "Distribution";
        spread_of(name: &str, least: &str, greatest: &str) = "Distribution of {name} from {least} to {greatest}";
        spread_masked(name: &str) = "Distribution of {name}, values masked";
        bar(from: &str, to: &str, rows: &str) = "{from} to {to}: {rows} rows";
        bar_masked(rows: &str) = "{rows} rows";
        masked = "masked";
        masked_help = "A tag masks this column: no value of it is shown.";
        search_columns = "Search columns";
        search = "Search";
        no_columns_title = "No columns found";
        no_columns_text = "No column of the profile matches the search.";

        trust = "Trust score";
        trust_of(score: u32) = "{score} of 100";
        trust_help = "The score adds up these parts. What does not apply to the asset is left out.";
        points_of(points: u32, of: u32) = "{points} of {of}";
        certified = "Certified";
        owned = "Owned";
        described = "Described";
        fresh = "Fresh";
        checks_passed = "Quality checks";
        known = "Profiled";
        used = "Used";
        checks = "Quality checks";
        check = "Check";
        result = "Result";
        passed = "Passed";
        not_passed = "Failed";
        not_run = "Not run";
        no_checks_title = "No quality checks";
        no_checks_text = "Datasets have quality checks. Set them on the page of the dataset.";
        freshness = "Freshness";
        newest = "Newest rows";
        expected = "Newer rows expected by";
        late = "Late";
        builds = "Builds";
        build = "Version";
        built = "Ended";
        rejected = "Rejected rows";
        reason = "Reason";

        sample = "Sample rows";
        these_rows = "the sample rows";
        sample_help = "The first rows, as they are read now.";
        masked_columns(names: &str) = "Masked by a tag: {names}.";
        no_rows_title = "No rows";
        no_rows_text = "The table or dataset is empty.";
    }
}
