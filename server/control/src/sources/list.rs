//! Which sources there are, without their secrets.

use std::collections::BTreeMap;

use connect::registry;
use model::connector::ConnectorInfo;
use model::load::SourceLoad;
use model::view::{BindingView, SourceView};
use model::{Action, Problem};
use store::{BindingRow, SourceRow};

use super::save::shown;
use crate::failure::settings;
use crate::{Caller, Control};

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
            driver_title: connector.map_or(row.driver.as_str(), |connector| connector.title()).into(),
            dialect: connector.map(connect::Connector::dialect),
            about: row.about.clone(),
            edit: row.edit,
            bindings: views,
            updated_at: row.updated_at,
            load,
            away: bindings.iter().find_map(|binding| self.told.away(&row.name, binding, self.host.now())),
        })
    }
}
