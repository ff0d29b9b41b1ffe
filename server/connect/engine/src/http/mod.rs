//! JSON over HTTP: an address that gives rows is a table, over as many pages as it has.

mod client;
mod paging;
mod table;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use connect::{BindingConfig, ConfigField, Connection, Connector, SourceError, SourceErrorKind, tls};
use datafusion::execution::runtime_env::RuntimeEnv;
use model::dialect::Dialect;

use crate::catalogue::{Asked, Catalogue, Seen, Tables, runtime};
use crate::template::{Template, read_tables};
use crate::types::{Overrides, types_field};
use client::Client;
use paging::Paging;

/// How long what was seen of the answers is taken to be the same.
const SEEN_STAYS: Duration = Duration::from_secs(60);
/// The same, where a part of them could not be looked at.
const AWAY_STAYS: Duration = Duration::from_secs(5);

/// For the list of connectors.
pub struct HttpJson;

#[async_trait]
impl Connector for HttpJson {
    fn driver(&self) -> &'static str {
        "http"
    }

    fn title(&self) -> &'static str {
        "JSON over HTTP"
    }

    fn dialect(&self) -> Dialect {
        Dialect::Datafusion
    }

    fn form(&self) -> Vec<ConfigField> {
        let mut form = vec![
            ConfigField::new("url", "Address", "The common start of all paths.", "https://api.example.com/v1").required(),
            ConfigField::new(
                "tables",
                "Tables",
                "One path per line, with an optional name before it. Write a value of the request in braces, with an example value.",
                "planes\nplane = planes/{tailnum=N10156}",
            )
            .lines()
            .required()
            .decides_rows(),
            ConfigField::new(
                "rows",
                "Path of the rows",
                "The field of the response with the rows, such as data.items. Leave empty if the response is the list, or one row.",
                "data.items",
            )
            .decides_rows(),
        ];
        form.extend(Paging::form().into_iter().map(ConfigField::decides_rows));
        form.extend([
            ConfigField::new("header", "Secret header", "Sent with each request, if there is a secret.", "authorization"),
            ConfigField::new(
                "secret_parameter",
                "Secret parameter",
                "Leave empty to send the secret in a header. Otherwise the secret is sent as this query parameter.",
                "api_key",
            ),
            // No user is named beside it: another secret may be another tenant's.
            ConfigField::new(
                "secret",
                "Secret",
                "The whole value of the header or parameter. Stored encrypted, never shown again.",
                "Bearer …",
            )
            .secret()
            .decides_rows(),
            types_field(),
        ]);
        form.extend(tls::certificates());
        form
    }

    fn open(&self, config: &BindingConfig) -> Result<Arc<dyn Connection>, SourceError> {
        let tables = read_tables(config.get("tables"), name_of)?;
        if tables.is_empty() {
            return Err(SourceError::new(SourceErrorKind::Config, "Enter at least one table: the path of an address that returns rows."));
        }
        Ok(Arc::new(Asked(HttpSource {
            client: Arc::new(Client::new(config)?),
            paging: Arc::new(Paging::of(config)?),
            tables,
            overrides: Overrides::read(config.get("types"))?,
            runtime: runtime()?,
            seen: Seen::default(),
        })))
    }
}

/// `planes` of `/v1/planes.json?all=yes`.
fn name_of(template: &Template) -> String {
    let path = template.beginning().split('?').next().unwrap_or_default();
    let last = path.split('/').rfind(|part| !part.is_empty()).unwrap_or_default();
    last.split('.').next().unwrap_or_default().to_owned()
}

struct HttpSource {
    client: Arc<Client>,
    paging: Arc<Paging>,
    tables: Vec<(String, Template)>,
    overrides: Overrides,
    runtime: Arc<RuntimeEnv>,
    seen: Seen,
}

#[async_trait]
impl Catalogue for HttpSource {
    async fn tables(&self) -> Result<Arc<Tables>, SourceError> {
        self.seen.or(self.learn()).await
    }

    fn seen(&self) -> Option<Arc<Tables>> {
        self.seen.last()
    }
}

impl HttpSource {
    async fn learn(&self) -> Result<(Tables, Duration), SourceError> {
        let mut tables = Tables::new(self.runtime.clone());
        let mut away = false;
        for (name, template) in &self.tables {
            let learnt = table::learn(&self.client, &self.paging, name, template, &self.overrides).await;
            away |= learnt.as_ref().is_err_and(|error| !matches!(error.kind, SourceErrorKind::Mismatch | SourceErrorKind::Missing));
            tables.add(name, learnt);
        }
        // What could not be looked at now may be there in a moment.
        Ok((tables, if away { AWAY_STAYS } else { SEEN_STAYS }))
    }
}
