//! The commands.

mod documents;
mod people;
mod rotate;

use std::process::ExitCode;

use crate::compose;
use crate::config::Config;

pub(crate) use documents::{ApplyArgs, ExportArgs, apply, export};
pub(crate) use people::{KeyArgs, UserArgs, key, user};

/// Says what went wrong, as a person reads it.
pub(crate) fn failed(sentence: &str) -> ExitCode {
    eprintln!("sluice: {sentence}");
    ExitCode::FAILURE
}

/// `sluice migrate`.
pub(crate) async fn migrate(config: &Config) -> Result<(), String> {
    let parts = compose::compose(config, false, None)?;
    parts.store.migrate().await.map_err(|error| error.to_string())?;
    say("The metadata database is up to date.");
    let figures = parts.series.migrate().await;
    figures.map_err(|error| format!("the database of figures over time could not be migrated: {error}"))?;
    say("The database of figures over time is up to date.");
    Ok(())
}

#[allow(clippy::print_stdout)] // the answer of a command
pub(crate) fn say(text: &str) {
    println!("{text}");
}
