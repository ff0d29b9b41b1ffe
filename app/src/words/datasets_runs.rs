//! What the runs of a dataset's job say: the chart of the last ones, and the run in progress.

use super::texts::texts;

texts! {
    /// The texts of a job's runs.
    DatasetsRuns {
        chart(count: usize, succeeded: usize, failed: usize) = "Last {count} runs: {succeeded} succeeded, {failed} failed";
        bar(version: i64, state: &str, duration: &str) = "Version {version}: {state}, {duration}";
        last_runs = "Last runs";
        newest_right = "newest on the right";
        no_runs = "No runs yet.";
        succeeded(count: usize) = "{count} succeeded";
        failed(count: usize) = "{count} failed";
        stopped(count: usize) = "{count} stopped";
        under_second = "under 1 s";
        seconds(seconds: i64) = "{seconds} s";
        minutes(minutes: i64, seconds: i64) = "{minutes} min {seconds} s";
        hours(hours: i64, minutes: i64) = "{hours} h {minutes} min";
        retry_title(version: i64) = "Dataset version {version}: waiting for a retry";
        building_percent(version: i64, percent: i64) = "Building dataset version {version}: {percent} %";
        building(version: i64) = "Building dataset version {version}";
        stop = "Stop build";
        stop_title(version: i64) = "Stop the build of dataset version {version}?";
        stop_effect = "The dataset version stays incomplete. The live version is not affected. To build again, start a new build.";
        over_time = "longer than usual";
        time_left(duration: &str) = "about {duration} left";
        retry_before(attempt: i64) = " Attempt {attempt} starts ";
        retry_after = ". The live version is not affected.";
        progress = "Build progress";
        rows_read(count: &str) = "{count} rows read";
        rows_expected(count: &str) = " of about {count}";
        rows_written(count: &str) = ", {count} written";
        average_rate(rate: &str) = ", {rate} rows/s on average";
        late = "This run will be late.";
        late_before = " It is due by ";
        late_after = ". By the duration of previous runs, it will end later.";
        rate_before = "Rows/s: ";
        rate_after = " now";
        rate_peak(rate: &str) = "peak {rate}";
        rate_chart(rate: &str) = "Rows per second, now {rate}";
        decision_stopped = " stopped: ";
        decision_rate(rate: &str) = " {rate} rows/s: ";
        decision_no_limit = " no limit: ";
        step_reading = "Reading the source";
        step_writing = "Writing the new version";
        step_verifying = "Verifying the new version";
        step_connecting = "Connecting to the source";
        step_failed = "Last attempt failed";
        step_waiting = "Waiting for a worker";
        step_attempt(step: &str, attempt: i64) = "{step}, attempt {attempt}";
        not_built(version: i64) = "Dataset version {version} was not built.";
        not_built_after(version: i64, attempts: i64) = "Dataset version {version} was not built after {attempts} attempts.";
        not_affected = "The live version was not affected.";
    }
}
