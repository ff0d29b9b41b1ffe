//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::commands::{ApplyArgs, ExportArgs, KeyArgs, UserArgs};
use crate::flags::SettingArgs;

/// Sluice: from a table to an API that holds, without writing a service.
#[derive(Parser)]
#[command(name = "sluice", version, about)]
pub(crate) struct Cli {
    /// A file with settings.
    #[arg(long, default_value = "sluice.toml", global = true)]
    pub(crate) config: PathBuf,
    #[command(flatten)]
    pub(crate) settings: SettingArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Serve the portal, /admin/v1 and the APIs.
    Serve,
    /// Serve with demo data and demo accounts, on loopback alone.
    Demo,
    /// Bring the metadata database to this version's layout, and stop.
    Migrate,
    /// Apply YAML documents: sources and APIs.
    Apply(ApplyArgs),
    /// Print sources and APIs as YAML documents, without secrets.
    Export(ExportArgs),
    /// People: add one, or make a link to choose a password.
    User(UserArgs),
    /// Keys: make or revoke one of an app, or rotate the master key.
    Key(KeyArgs),
}
