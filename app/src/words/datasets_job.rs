//! What the schedule of a dataset says, as a card and as a form.

use super::texts::texts;

texts! {
    /// The texts of a dataset's schedule.
    DatasetsJob {
        title = "Schedule";
        pause = "Pause job";
        resume = "Resume job";
        change = "Change the schedule";
        cancel = "Cancel";
        paused = "The job is paused.";
        paused_help = " Scheduled runs and incremental sync are stopped until the job is resumed.";
        upstream = "upstream";
        this_dataset = "this dataset";
        downstream = "downstream";
        runs(when: &str) = "Runs {when}.";
        runs_in(when: &str, environment: &str) = "Runs {when}, in {environment}.";
        then_built(datasets: &str) = "Datasets that are built after each new live version: {datasets}.";
        retried(retries: u32, seconds: u32) = "Retries after an error: {retries}, the first after {seconds} s. The delay doubles each time.";
        new_columns_are(outcome: &str) = "New columns of the table {outcome}.";
        tier_is(tier: &str) = "Tier {tier}.";
        rejected_allowed(limit: &str) = "Rejected rows are allowed, up to {limit}. More fail the run.";
        times_out(minutes: u32) = "A run times out after {minutes} min.";
        is_late(minutes: u32) = "A run is late if it has not ended {minutes} min after its due time.";
        next_runs = "Next runs: ";
        trigger = "Trigger";
        manual = "Manual";
        cron = "Cron schedule";
        after_dataset = "After another dataset";
        on_files = "On file arrival";
        environment = "Environment";
        upstream_dataset = "Upstream dataset";
        upstream_help = "A run starts each time a new version of that dataset goes live.";
        retries = "Retries";
        retries_help = "After an error of the source or a store.";
        retry_delay = "First retry after";
        new_columns = "New columns";
        new_columns_help = "A column that was removed or has another type always fails the run.";
        tier = "Tier";
        tier_help = "Priority among jobs that read this source.";
        timeout = "Time-out";
        late_after = "Late after";
        rejected_rows = "Allowed rejected rows";
        rejected_percent = "Allowed share of all rows";
        rejected_help = "A row is rejected if it has no key, fails a quality rule, or cannot be read or mapped. If both fields are empty, one rejected row fails the run.";
        save = "Save the schedule";
        optional = "optional";
        seconds = "s";
        minutes = "min";
        rows = "rows";
        percent = "%";
        repeat = "Repeat";
        time_zone = "Time zone";
        skip_missed = "Skip missed runs";
        skip_missed_help = "Otherwise missed runs are combined into one.";
        day_of_week = "Day of the week";
        pattern = "Cron pattern";
        pattern_help = "Minute, hour, day of the month, month, day of the week.";
        time = "Time";
        minute = "Minute";
        day_of_month = "Day of the month";
        day_of_month_help = "Months without this day are skipped.";
        last_day = "Last day";
        no_time = "The pattern matches no time in the future.";
        next_in_zone(count: usize, zone: &str) = "Next {count} runs, in the time zone {zone}";
    }
}
