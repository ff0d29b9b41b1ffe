//! Which sources there are, without their secrets.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use connect::registry;
use model::connector::ConnectorInfo;
use model::list::{ListPage, ListQuery};
use model::load_limits::SourceLoad;
use model::view::{BindingView, SourceAway, SourceView};
use model::{Action, Problem};
use store::{BindingRow, SourceRow};

use super::save::shown;
use crate::failure::settings;
use crate::listing::Listing;
use crate::{Caller, Control};

/// What the list of sources is searched, filtered and sorted by.
struct Listed {
    row: SourceRow,
    bindings: Vec<BindingRow>,
    /// Of its driver.
    title: String,
    away: bool,
}

const SOURCES: Listing<Listed> = Listing {
    texts: |listed| vec![listed.row.name.as_str(), listed.row.domain.as_str(), listed.row.about.as_str(), listed.title.as_str()],
    orders: &[
        ("source", |a, b| a.row.name.cmp(&b.row.name)),
        ("kind", |a, b| a.title.cmp(&b.title)),
        ("domain", |a, b| a.row.domain.cmp(&b.row.domain)),
        ("state", |a, b| a.away.cmp(&b.away)),
        ("changed", |a, b| a.row.updated_at.cmp(&b.row.updated_at)),
    ],
    filters: &[
        ("domain", |listed, domain| listed.row.domain == domain),
        ("kind", |listed, driver| listed.row.driver == driver),
        ("state", |listed, state| listed.away == (state == "away")),
    ],
};

/// What the form calls a driver; its own name where this program does not know it.
fn title(driver: &str) -> String {
    registry::connector(driver).map_or(driver, |connector| connector.title()).to_owned()
}

impl Control {
    /// The kinds of source that can be registered, with their forms.
    #[must_use]
    pub fn connectors(&self, _caller: &Caller) -> Vec<ConnectorInfo> {
        registry::connectors()
            .map(|connector| ConnectorInfo {
                driver: connector.driver().into(),
                title: connector.title().into(),
                dialect: connector.dialect(),
                form: connector.form(),
            })
            .collect()
    }

    /// The sources of the caller's domains.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn sources(&self, caller: &Caller) -> Result<Vec<SourceView>, Problem> {
        let rows = self.store.sources().await?;
        let bindings = self.store.bindings().await?;
        rows.into_iter()
            .filter(|row| caller.can(Action::See, &row.domain))
            .map(|row| {
                let mine: Vec<BindingRow> = bindings.iter().filter(|b| b.source_id == row.id).cloned().collect();
                self.source_view(&row, &mine, SourceLoad::default())
            })
            .collect()
    }

    /// One page of them. Only what is shown is unsealed and read.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn list_sources(&self, caller: &Caller, query: &ListQuery) -> Result<ListPage<SourceView>, Problem> {
        let mut bindings: HashMap<String, Vec<BindingRow>> = HashMap::new();
        for binding in self.store.bindings().await? {
            bindings.entry(binding.source_id.clone()).or_default().push(binding);
        }
        let rows = self.store.sources().await?.into_iter().filter(|row| caller.can(Action::See, &row.domain));
        let listed = rows.map(|row| {
            let bindings = bindings.remove(&row.id).unwrap_or_default();
            let away = self.away(&row, &bindings).is_some();
            Listed { title: title(&row.driver), away, row, bindings }
        });
        let ListPage { rows, extent } = SOURCES.page(listed.collect(), query);
        let views = rows.iter().map(|listed| self.source_view(&listed.row, &listed.bindings, SourceLoad::default()));
        Ok(ListPage { rows: views.collect::<Result<_, _>>()?, extent })
    }

    /// The drivers of the sources of the caller's domains with their titles, by title.
    ///
    /// # Errors
    /// Where the metadata does not answer.
    pub async fn source_kinds(&self, caller: &Caller) -> Result<Vec<(String, String)>, Problem> {
        let rows = self.store.sources().await?.into_iter().filter(|row| caller.can(Action::See, &row.domain));
        let drivers: BTreeSet<(String, String)> = rows.map(|row| (title(&row.driver), row.driver)).collect();
        Ok(drivers.into_iter().map(|(title, driver)| (driver, title)).collect())
    }

    /// That it did not answer lately, where that is so.
    fn away(&self, row: &SourceRow, bindings: &[BindingRow]) -> Option<SourceAway> {
        bindings.iter().find_map(|binding| self.told.away(&row.name, binding, self.host.now()))
    }

    /// One source.
    ///
    /// # Errors
    /// Where there is none that the caller may see.
    pub async fn source(&self, caller: &Caller, name: &str) -> Result<SourceView, Problem> {
        let row = self.visible_source(caller, name).await?;
        let bindings = self.store.bindings_of(&row.id).await?;
        let load = self.store.load_limits(name).await?;
        self.source_view(&row, &bindings, load.unwrap_or_default())
    }

    /// The row of a source in a domain that the caller may see.
    pub(crate) async fn visible_source(&self, caller: &Caller, name: &str) -> Result<SourceRow, Problem> {
        let row = self.store.source(name).await?;
        row.filter(|row| caller.can(Action::See, &row.domain)).ok_or_else(|| Problem::not_found(format!("source {name}")))
    }

    pub(crate) fn source_view(&self, row: &SourceRow, bindings: &[BindingRow], load: SourceLoad) -> Result<SourceView, Problem> {
        let mut views = BTreeMap::new();
        for binding in bindings {
            let environment = binding.decoded_environment()?;
            let secrets = self.unseal(&row.name, environment, &binding.secret).unwrap_or_default();
            let config = settings(&row.name, environment.key(), &binding.config)?;
            views.insert(environment, BindingView { config: shown(config), secrets_set: secrets.into_keys().collect() });
        }
        let connector = registry::connector(&row.driver);
        Ok(SourceView {
            name: row.name.clone(),
            domain: row.domain.clone(),
            driver: row.driver.clone(),
            driver_title: title(&row.driver),
            dialect: connector.map(connect::Connector::dialect),
            about: row.about.clone(),
            edit: row.edit,
            bindings: views,
            updated_at: row.updated_at,
            load,
            away: self.away(row, bindings),
        })
    }
}
