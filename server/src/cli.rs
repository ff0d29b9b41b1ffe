//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::commands::{ApplyArgs, ExportArgs, KeyArgs, UserArgs};
use crate::flags::SettingArgs;

/// What follows the list of commands in `sluice --help`.
const EXAMPLES: &str = "Examples:
  Try Sluice with demo data, then open http://127.0.0.1:8080
    sluice demo
  Serve on all addresses, with the data in /var/lib/sluice
    sluice serve --http-addr 0.0.0.0:8080 --data-dir /var/lib/sluice --public-url https://sluice.example.com
  Add an admin, and print an invitation link
    sluice user add ada@example.com --admin

Settings can be flags, environment variables (in brackets above) or lines of sluice.toml. A flag overrides the
environment, and the environment overrides the file. README.md lists all settings with their defaults.";

/// Sluice makes APIs from tables, over HTTP and gRPC, without writing a service.
#[derive(Parser)]
#[command(name = "sluice", version, about, after_help = EXAMPLES)]
pub(crate) struct Cli {
    /// The settings file.
    #[arg(long, default_value = "sluice.toml", global = true, value_name = "FILE")]
    pub(crate) config: PathBuf,
    #[command(flatten)]
    pub(crate) settings: SettingArgs,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Start the server: the portal, /admin/v1, and the APIs over HTTP and gRPC.
    ///
    /// The first start prints an invitation link for the first admin.
    #[command(after_help = "Example:\n  sluice serve --data-dir /var/lib/sluice --public-url https://sluice.example.com")]
    Serve,
    /// Start the server with demo data and demo users. No password is needed, so it listens on loopback only.
    #[command(after_help = "Example:\n  sluice demo --data-dir target/demo")]
    Demo,
    /// Migrate the metadata database to this version, then exit. `serve` does the same at each start.
    #[command(after_help = "Example:\n  sluice migrate --database-url postgres://sluice@db.example.com/sluice")]
    Migrate,
    /// Create or change sources, datasets and APIs from YAML documents. All changes are made, or none.
    #[command(
        after_help = "Examples:\n  See what would change\n    sluice apply -f apis.yaml --dry-run\n  Submit the changes for review\n    sluice apply -f sources.yaml -f apis.yaml --reason 'New planes API'"
    )]
    Apply(ApplyArgs),
    /// Print sources, datasets and APIs as YAML documents, without secrets.
    #[command(after_help = "Example:\n  sluice export > documents.yaml")]
    Export(ExportArgs),
    /// Manage people: add a person, list people, or print an invitation link. Needs the metadata database.
    #[command(after_help = "Example:\n  sluice user add ada@example.com --admin")]
    User(UserArgs),
    /// Manage keys: create or revoke a key of an app, or rotate the master key. Needs the metadata database.
    #[command(after_help = "Example:\n  sluice key new travel/flight-board --environment prod --days 90")]
    Key(KeyArgs),
}
