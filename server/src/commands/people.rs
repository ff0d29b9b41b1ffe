//! `sluice user` and `sluice key`: what an operator does at the machine itself, on the metadata database.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use control::{Caller, Control};
use model::Problem;
use model::snapshot::Environment;

use super::say;
use crate::compose;
use crate::config::Config;

#[derive(Args)]
pub(crate) struct UserArgs {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Subcommand)]
enum UserCommand {
    /// Add a person, and print an invitation link to choose a password.
    Add {
        /// The email address of the person.
        email: String,
        /// Make the person an admin, who may do everything.
        #[arg(long)]
        admin: bool,
    },
    /// Print an invitation link to choose a new password.
    Link {
        /// The email address of the person.
        email: String,
    },
    /// List all people with their roles.
    List,
}

#[derive(Args)]
pub(crate) struct KeyArgs {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Subcommand)]
enum KeyCommand {
    /// Create a key of an app. The key is printed once.
    New {
        /// The app as domain/name, for example travel/flight-board.
        app: String,
        /// The environment of the key.
        #[arg(long, default_value = "prod", value_parser = ["test", "prod"])]
        environment: String,
        /// Days until the key expires. Without this flag the key does not expire.
        #[arg(long)]
        days: Option<i64>,
    },
    /// Revoke a key of an app.
    Revoke {
        /// The app as domain/name, for example travel/flight-board.
        app: String,
        /// The public part of the key, as the app's page shows it.
        key: String,
    },
    /// Encrypt all stored secrets under a new master key. Stop every node first.
    Rotate {
        /// A file with the new master key. Required if SLUICE_MASTER_KEY is set.
        #[arg(long)]
        new_key_file: Option<PathBuf>,
    },
}

async fn open(config: &Config) -> Result<Control, String> {
    let parts = compose::compose(config, false, None)?;
    parts.store.migrate().await.map_err(|error| error.to_string())?;
    Ok(parts.control)
}

fn sentence(problem: Problem) -> String {
    problem.detail
}

pub(crate) async fn user(config: &Config, args: UserArgs) -> Result<(), String> {
    let control = open(config).await?;
    let system = Caller::system();
    match args.command {
        UserCommand::Add { email, admin } => {
            let link = control.new_person(&system, &email, admin).await.map_err(sentence)?;
            say(&format!("{}{}", config.public_url(), link.path));
        }
        UserCommand::Link { email } => {
            let people = control.people(&system).await.map_err(sentence)?;
            let person = people.into_iter().find(|person| person.email == email).ok_or("no person has this email address")?;
            let link = control.password_link(&system, &person.id).await.map_err(sentence)?;
            say(&format!("{}{}", config.public_url(), link.path));
        }
        UserCommand::List => {
            for person in control.people(&system).await.map_err(sentence)? {
                let roles: Vec<String> = person
                    .roles
                    .iter()
                    .map(|m| format!("{}: {}", m.domain, m.roles.iter().map(|role| role.key()).collect::<Vec<_>>().join(" ")))
                    .collect();
                let admin = if person.is_admin { "admin" } else { "" };
                say(&format!("{:<32} {admin:<6} {}", person.email, roles.join("; ")));
            }
        }
    }
    Ok(())
}

pub(crate) async fn key(config: &Config, args: KeyArgs) -> Result<(), String> {
    let control = open(config).await?;
    let system = Caller::system();
    let split = |app: &str| app.split_once('/').map(|(d, a)| (d.to_owned(), a.to_owned())).ok_or("write the app as domain/name");
    match args.command {
        KeyCommand::New { app, environment, days } => {
            let (domain, name) = split(&app)?;
            let environment = Environment::from_key(&environment).unwrap_or_default();
            let key = control.new_key(&system, &domain, &name, environment, days).await.map_err(sentence)?;
            say(&key.secret);
        }
        KeyCommand::Revoke { app, key } => {
            let (domain, name) = split(&app)?;
            control.revoke_key(&system, &domain, &name, &key).await.map_err(sentence)?;
            say("Revoked.");
        }
        KeyCommand::Rotate { new_key_file } => super::rotate::rotate(config, &control, new_key_file.as_deref()).await?,
    }
    Ok(())
}
