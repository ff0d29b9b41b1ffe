//! Asking a source, alike for every connector of the engine.

#![allow(dead_code)] // each test file uses its part

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use connect::egress::Egress;
use connect::places::Places;
use connect::policy::{self, Policy};
use connect::{BindingConfig, Connection, Connector, Purpose, SourceError, Spoiled, Statement};
use futures::TryStreamExt;
use model::dialect::Dialect;
use model::table::TableRef;
use model::{DataType, Field, Value};
use serde_json::Value as Json;

/// Opens a source by the settings of its form, among the files and the services of these tests.
pub(crate) fn open(connector: &dyn Connector, settings: &[(&str, &str)]) -> Result<Arc<dyn Connection>, SourceError> {
    allow_tests();
    let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    connector.open(&BindingConfig { settings, ..Default::default() })
}

/// A folder of which no source may read.
pub(crate) fn closed() -> PathBuf {
    std::env::temp_dir().join(format!("sluice-closed-{}", std::process::id()))
}

/// Lets sources read temporary folders and dial this machine.
fn allow_tests() {
    let places = Places::new(&[std::env::temp_dir()], &[closed()]).unwrap();
    let egress = Egress::new(&["127.0.0.0/8".to_owned(), "::1".to_owned()]).unwrap();
    policy::set(Policy { places, egress, ..Policy::default() });
}

pub(crate) fn text(value: &str) -> (DataType, Value) {
    (DataType::String, Value::Text(value.into()))
}

pub(crate) fn fields(names: &[(&str, DataType)]) -> Vec<Field> {
    names
        .iter()
        .map(|(name, data_type)| Field { name: (*name).into(), column: (*name).into(), data_type: *data_type, ..Field::default() })
        .collect()
}

/// The rows of a statement as lines of JSON.
pub(crate) async fn ask(
    source: &dyn Connection,
    sql: &str,
    binds: Vec<(DataType, Value)>,
    wanted: &[(&str, DataType)],
) -> Result<Vec<String>, SourceError> {
    let wanted = fields(wanted);
    let statement = Statement {
        sql: sql.into(),
        binds,
        fields: wanted.clone(),
        timeout: Duration::from_secs(20),
        max_rows: 1_000,
        purpose: Purpose::Response,
    };
    let batches: Vec<_> = source.query(statement).await?.try_collect().await?;
    let columns: Vec<(usize, &Field)> = wanted.iter().enumerate().collect();
    let mut lines = Vec::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let mut line = Vec::new();
            connect::json::write_row(&mut line, batch, row, &columns);
            lines.push(String::from_utf8(line).unwrap());
        }
    }
    Ok(lines)
}

/// Every row of a table as a build reads it, and what is rejected; or why it is none.
pub(crate) async fn read(source: &dyn Connection, table: &str) -> Result<(Vec<Json>, Vec<Spoiled>), String> {
    let info = source.table(&TableRef::new(table)).await.map_err(|error| error.sentence)?;
    let info = info.ok_or_else(|| "there is no such table".to_owned())?;
    let fields: Vec<Field> = info.columns.iter().map(|column| Field::plain(&column.name, column.data_type)).collect();
    let names: Vec<String> = fields.iter().map(|field| Dialect::Datafusion.quote(&field.name)).collect();
    let sql = format!("SELECT {} FROM {}", names.join(", "), Dialect::Datafusion.quote(table));
    let (timeout, purpose) = (Duration::from_secs(60), Purpose::Build);
    let statement = Statement { sql, binds: vec![], fields: fields.clone(), timeout, max_rows: usize::MAX, purpose };
    let (sender, mut rejected) = tokio::sync::mpsc::unbounded_channel();
    let asked = source.query_rejecting(statement, sender).await.map_err(|error| error.sentence)?;
    let batches: Vec<_> = asked.try_collect().await.map_err(|error| error.sentence)?;
    let columns: Vec<(usize, &Field)> = fields.iter().enumerate().collect();
    let mut rows = Vec::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let mut line = Vec::new();
            connect::json::write_row(&mut line, batch, row, &columns);
            rows.push(serde_json::from_slice(&line).unwrap());
        }
    }
    Ok((rows, std::iter::from_fn(|| rejected.try_recv().ok()).collect()))
}
