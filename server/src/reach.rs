//! What sources may reach, from the settings of the operator: handed to the connectors once, before any is opened.

use std::path::PathBuf;

use connect::egress::Egress;
use connect::own_servers::ServerAddress;
use connect::places::Places;
use connect::policy::{self, Policy};

use crate::config::Config;
use crate::demo;

/// The addresses of this machine: the demo is for trying things out on one.
const LOOPBACK: [&str; 2] = ["127.0.0.0/8", "::1"];

/// Lets sources reach what the settings say. The data folder is there already.
///
/// # Errors
/// Settings that cannot be used, in a sentence.
pub(crate) fn allow(config: &Config, demo: bool) -> Result<(), String> {
    let mut places = Places::new(&config.source_roots, &own_files(config)?)?;
    if demo {
        let folder = demo::source_folder(&config.data_dir);
        let made = std::fs::create_dir_all(&folder).and_then(|()| places.with_own(&folder));
        places = made.map_err(|error| format!("the folder {} of the demo cannot be created: {error}", folder.display()))?;
    }
    let egress = match &config.egress_allow {
        Some(allowed) => Egress::new(allowed)?,
        None if demo => Egress::new(&LOOPBACK.map(str::to_owned))?,
        None => Egress::default(),
    };
    policy::set(Policy { places, egress, own_servers: own_servers(config) });
    Ok(())
}

/// What is the program's own: its data folder, its settings, the key of its certificate, and its metadata where that is another file.
fn own_files(config: &Config) -> Result<Vec<PathBuf>, String> {
    let mut own = vec![config.data_dir.clone(), config.file.clone()];
    own.extend(config.tls_key.clone());
    if let Some(file) = config.database_url().strip_prefix("sqlite:") {
        let file = file.trim_start_matches("//").split('?').next().unwrap_or_default().to_owned();
        own.extend(["", "-wal", "-shm", "-journal"].map(|end| PathBuf::from(format!("{file}{end}"))));
    }
    let absolute = |path: PathBuf| std::path::absolute(&path).map_err(|error| format!("{} cannot be used: {error}", path.display()));
    own.into_iter().filter(|path| !path.as_os_str().is_empty()).map(absolute).collect()
}

/// The servers that hold what is the program's own.
fn own_servers(config: &Config) -> Vec<ServerAddress> {
    let redis = config.redis_url.as_deref().map(ServerAddress::of_redis).unwrap_or_default();
    ServerAddress::of_postgres(&config.database_url()).into_iter().chain(redis).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_programs_own_is_named_wherever_it_lies() {
        let config = Config {
            database_url: Some("sqlite:///srv/meta.db?mode=rwc".into()),
            tls_key: Some("/etc/sluice/tls.key".into()),
            ..Config::default()
        };
        let own = own_files(&config).unwrap();
        for file in ["/srv/meta.db", "/srv/meta.db-wal", "/etc/sluice/tls.key"] {
            assert!(own.contains(&PathBuf::from(file)), "{file}: {own:?}");
        }
    }
}
