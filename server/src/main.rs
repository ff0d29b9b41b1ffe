//! `sluice`: parse the command line, load the config, compose, run.

mod assets;
mod bindings;
mod cli;
mod commands;
mod compose;
mod compressed;
mod config;
mod demo;
mod edge;
mod encodings;
mod feed;
mod figures;
mod file_modes;
mod flags;
mod host;
mod hosts;
mod listen;
mod master_key;
mod metrics;
mod nodes;
mod panics;
mod portal;
mod proxies;
mod reach;
mod redirects;
mod scrape;
mod shield;
mod telemetry;
#[cfg(feature = "failpoints")]
mod test_points;
mod ticks;

use std::sync::Arc;

use clap::Parser;

use cli::{Cli, Command};
use telemetry::Telemetry;

/// Answers are many small allocations on several threads: what this allocator is made for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    file_modes::own_new_files();
    let cli = Cli::parse();
    let config = match config::load(&cli.config, &cli.settings) {
        Ok(config) => config,
        Err(error) => return commands::failed(&format!("the settings cannot be used: {error}")),
    };
    let telemetry = match config.otlp_endpoint.as_deref().map(Telemetry::start).transpose() {
        Ok(telemetry) => telemetry.map(Arc::new),
        Err(error) => return commands::failed(&error),
    };
    config::start_log(&config.log, config.log_format, telemetry.as_ref().map(|telemetry| telemetry.tracer()));
    panics::count_all(config.log_format);
    #[cfg(feature = "failpoints")]
    test_points::arm();
    let done = match cli.command {
        Command::Serve => compose::serve(&config, false, telemetry).await,
        Command::Demo => compose::serve(&config, true, telemetry).await,
        Command::Migrate => commands::migrate(&config).await,
        Command::Apply(apply) => commands::apply(apply).await,
        Command::Export(export) => commands::export(export).await,
        Command::User(user) => commands::user(&config, user).await,
        Command::Key(key) => commands::key(&config, key).await,
    };
    match done {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => commands::failed(&error),
    }
}
