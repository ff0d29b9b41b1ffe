//! How a dataset is built: when, how long that may take, and what happens where it fails.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::FieldError;
use crate::clock::{MINUTE, Millis, SECOND};
use crate::incremental::Incremental;
use crate::load_limits::Tier;
use crate::number::FormNumbers;
use crate::reconcile::Compare;
use crate::rejected::RejectedLimit;
use crate::snapshot::Environment;

/// More tries than this would only hide what is wrong.
pub const MAX_RETRIES: u32 = 10;
/// Seconds before the second try.
const RETRY_AFTER_S: RangeInclusive<u32> = 1..=3_600;
/// The longest wait between two tries.
const LONGEST_WAIT: Millis = 60 * MINUTE;
/// A day; no run may take longer.
pub const MAX_MINUTES: u32 = 24 * 60;

/// What starts a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// Somebody asks.
    #[default]
    Asked,
    Cron(Cron),
    /// Another dataset of the domain has a new live version, in the same environment.
    After(String),
    /// Files have come, changed or gone where its table is made of files.
    Files,
}

/// Five fields (minute, hour, day of the month, month, day of the week), read in a time zone of the IANA database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cron {
    pub pattern: String,
    pub zone: String,
}

/// What happens to times at which nothing could run: no worker was there, or the run before still went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Missed {
    /// One run makes up for all of them: a whole build is as new as the newest.
    #[default]
    Once,
    /// The next time comes soon enough.
    Skip,
}

/// What happens to columns that the table did not have before. One that is gone or of another type always asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum NewColumns {
    /// They are copied too; APIs show what they showed.
    #[default]
    Take,
    LeaveOut,
    /// The run fails and names them, until somebody chooses.
    Ask,
}

impl NewColumns {
    pub const ALL: [NewColumns; 3] = [Self::Take, Self::LeaveOut, Self::Ask];

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Take => "take",
            Self::LeaveOut => "leave-out",
            Self::Ask => "ask",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.key() == key)
    }

    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Take => "are copied",
            Self::LeaveOut => "are excluded",
            Self::Ask => "fail the run",
        }
    }
}

/// How a dataset is built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct JobSpec {
    pub when: When,
    /// What its schedule makes; somebody who asks says which.
    pub environment: Environment,
    pub missed: Missed,
    /// How often it is tried again where the source or a store did not answer.
    pub retries: u32,
    /// Seconds before the second try; twice as long before each further one.
    pub retry_after_s: u32,
    /// A try that takes longer is ended.
    pub timeout_minutes: Option<u32>,
    /// How much it matters beside other jobs.
    pub tier: Tier,
    pub new_columns: NewColumns,
    /// A run should be over this long after it was due; where it will not, that is said early.
    pub late_after_minutes: Option<u32>,
    /// How changes of the table are applied to the live version between two builds; counts from the next build on.
    #[serde(alias = "follow", skip_serializing_if = "Option::is_none")]
    pub incremental: Option<Incremental>,
    /// How many rejected rows are allowed.
    #[serde(alias = "dirty", skip_serializing_if = "is_default")]
    pub rejected: RejectedLimit,
    /// How often the live version is reconciled with its table.
    #[serde(rename = "reconcile", alias = "compare", skip_serializing_if = "Option::is_none")]
    pub compare: Option<Compare>,
}

fn is_default(rejected: &RejectedLimit) -> bool {
    *rejected == RejectedLimit::default()
}

impl Default for JobSpec {
    fn default() -> Self {
        Self {
            when: When::Asked,
            environment: Environment::Prod,
            missed: Missed::Once,
            retries: 2,
            retry_after_s: 30,
            timeout_minutes: None,
            tier: Tier::P2,
            new_columns: NewColumns::Take,
            late_after_minutes: None,
            incremental: None,
            rejected: RejectedLimit::default(),
            compare: None,
        }
    }
}

impl JobSpec {
    /// Takes the numbers that were typed into one of its forms; each sends those that it asks for.
    pub fn take_numbers(&mut self, numbers: &mut FormNumbers<'_>) {
        numbers.whole("retry_after_s", &mut self.retry_after_s, &RETRY_AFTER_S);
        numbers.optional("timeout_minutes", &mut self.timeout_minutes, &(1..=MAX_MINUTES));
        numbers.optional("late_after_minutes", &mut self.late_after_minutes, &(1..=MAX_MINUTES));
        self.rejected.take_numbers(numbers);
        if let Some(incremental) = &mut self.incremental {
            incremental.take_numbers(numbers);
        }
        Compare::take_numbers(&mut self.compare, numbers);
    }

    /// What a form can know to be wrong; whether a pattern and a zone can be read, [`crate::schedule`] says.
    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        match &self.when {
            When::Cron(cron) if cron.pattern.trim().is_empty() => {
                errors.push(FieldError::new("pattern", "Enter a cron pattern. For example, 0 3 * * * runs every day at 03:00."));
            }
            When::After(name) if name.is_empty() => errors.push(FieldError::new("after", "Choose the dataset after which the job runs.")),
            _ => {}
        }
        if self.retries > MAX_RETRIES {
            errors.push(FieldError::new("retries", format!("At most {MAX_RETRIES} retries.")));
        }
        errors.extend(self.rejected.errors());
        errors.extend(self.compare.iter().flat_map(Compare::errors));
        if !RETRY_AFTER_S.contains(&self.retry_after_s) {
            errors.push(FieldError::new("retry_after_s", "Give a delay between 1 second and 1 hour."));
        }
        for (field, minutes) in [("timeout_minutes", self.timeout_minutes), ("late_after_minutes", self.late_after_minutes)] {
            if minutes.is_some_and(|minutes| !(1..=MAX_MINUTES).contains(&minutes)) {
                errors.push(FieldError::new(field, "Give a time between 1 minute and 24 hours."));
            }
        }
        errors
    }

    /// Whether it runs once a dataset of its domain is live again in an environment.
    #[must_use]
    pub fn follows(&self, dataset: &str, environment: &str) -> bool {
        self.environment.key() == environment && matches!(&self.when, When::After(name) if name == dataset)
    }

    /// What starts it, in words; a cron pattern stays as it is where it cannot be read.
    #[must_use]
    pub fn when_words(&self, of_pattern: &dyn Fn(&Cron) -> Option<String>) -> String {
        match &self.when {
            When::Asked => "manually".into(),
            When::After(name) => format!("after {name}"),
            When::Files => "on file arrival".into(),
            When::Cron(cron) => {
                let words = of_pattern(cron).unwrap_or_else(|| cron.pattern.clone());
                format!("{}, {} time", words.trim_end_matches('.'), cron.zone)
            }
        }
    }

    /// How long the try after this one waits, in milliseconds: twice as long each time, an hour at most.
    #[must_use]
    pub fn wait_after(&self, attempt: i64) -> Millis {
        let doublings = u32::try_from(attempt - 1).unwrap_or(0).min(20);
        (Millis::from(self.retry_after_s) * SECOND).saturating_mul(1 << doublings).min(LONGEST_WAIT)
    }
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// For a worker, or for the time of its next try.
    Waiting,
    Running,
    Done,
    Failed,
    /// Somebody ended it.
    Stopped,
}

impl RunState {
    pub const ALL: [RunState; 5] = [Self::Waiting, Self::Running, Self::Done, Self::Failed, Self::Stopped];

    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }

    #[must_use]
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Waiting | Self::Running)
    }
}

/// Why there is a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Cause {
    Asked,
    Schedule,
    After,
    Files,
}

impl Cause {
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Schedule => "schedule",
            Self::After => "after",
            Self::Files => "files",
        }
    }

    #[must_use]
    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Asked, Self::Schedule, Self::After, Self::Files].into_iter().find(|cause| cause.key() == key)
    }
}

/// A job that waits for itself by way of others, as the names on the way round; `None` where there is no such way.
/// `after` gives what a dataset waits for.
#[must_use]
pub fn circle<'a>(name: &'a str, after: &dyn Fn(&str) -> Option<&'a str>) -> Option<Vec<&'a str>> {
    let mut way = vec![name];
    let mut at = after(name)?;
    while at != name {
        // A circle that does not lead through `name` is told at those that are in it.
        if way.contains(&at) {
            return None;
        }
        way.push(at);
        at = after(at)?;
    }
    way.push(name);
    Some(way)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_was_stored_under_the_old_names_is_read() {
        let read = |text: &str| serde_json::from_str::<JobSpec>(text).unwrap();
        let old = read(r#"{"follow":{"cursor":"year"},"dirty":{"rows":5},"compare":{"every_minutes":60,"at_most":0}}"#);
        assert_eq!(
            (old.incremental.as_ref().unwrap().cursor.as_str(), old.rejected.rows, old.compare.unwrap().every_minutes),
            ("year", Some(5), 60)
        );
        let written = serde_json::to_string(&old).unwrap();
        assert!(["incremental", "rejected", "reconcile"].iter().all(|name| written.contains(&format!("\"{name}\":"))), "{written}");
        assert_eq!(read(&written), old);
    }

    #[test]
    fn tries_wait_twice_as_long_each_time() {
        let spec = JobSpec { retry_after_s: 30, ..JobSpec::default() };
        assert_eq!([1, 2, 3, 9].map(|attempt| spec.wait_after(attempt) / SECOND), [30, 60, 120, 3_600]);
    }

    #[test]
    fn a_circle_is_named() {
        let after = |name: &str| match name {
            "a" => Some("b"),
            "b" => Some("c"),
            "c" => Some("a"),
            "d" => Some("a"),
            _ => None,
        };
        assert_eq!(circle("a", &after), Some(vec!["a", "b", "c", "a"]));
        assert_eq!(circle("d", &after), None);
        assert_eq!(circle("e", &after), None);
    }

    #[test]
    fn an_empty_text_is_what_one_has_without_choosing() {
        assert_eq!(serde_json::from_str::<JobSpec>("{}").unwrap(), JobSpec::default());
        let spec: JobSpec = serde_json::from_str(r#"{"when":{"cron":{"pattern":"0 3 * * *","zone":"UTC"}},"retries":0}"#).unwrap();
        assert_eq!((spec.errors(), spec.retries), (vec![], 0));
        assert_eq!(JobSpec { when: When::After(String::new()), retries: 11, ..JobSpec::default() }.errors().len(), 2);
    }
}
