//! One table of a service: its columns from a first page, its rows page by page.

use std::borrow::Cow;
use std::sync::Arc;

use async_trait::async_trait;
use connect::{SourceError, SourceErrorKind};
use datafusion::datasource::TableProvider;
use model::table::TableInfo;

use super::client::Client;
use super::paging::{MAX_PAGES, Paging};
use crate::cells::Cell;
use crate::evidence::{Row, SAMPLE_BYTES, bytes_of, columns};
use crate::rows::{ReadRows, RowSender, RowTable, Rows, Wanted};
use crate::template::Template;
use crate::types::Overrides;

/// Rows that types are read from.
const SAMPLE: usize = 1_000;

struct HttpTable {
    client: Arc<Client>,
    paging: Arc<Paging>,
    template: Template,
    /// The values that stand in its path.
    columns: Vec<String>,
}

/// # Errors
/// Where it does not answer, or not with rows.
pub(super) async fn learn(
    client: &Arc<Client>,
    paging: &Arc<Paging>,
    name: &str,
    template: &Template,
    overrides: &Overrides,
) -> Result<(TableInfo, Arc<dyn TableProvider>), SourceError> {
    let named = |error: SourceError| SourceError { sentence: format!("{name}: {}", error.sentence), ..error };
    let wrong = |sentence: &str| named(SourceError::new(SourceErrorKind::Mismatch, sentence));
    let table = HttpTable { client: client.clone(), paging: paging.clone(), columns: template.columns(), template: template.clone() };
    let examples = template.examples().ok_or_else(|| wrong("Write an example of each value in the path, such as {tailnum=N10156}."))?;
    let (sender, mut portions) = tokio::sync::mpsc::channel::<Result<Rows, SourceError>>(1);
    let (mut rows, mut bytes): (Vec<Row>, usize) = (Vec::new(), 0);
    // What has been seen when the sample is full is enough: the rest is not asked for.
    let read = async {
        while let Some(portion) = portions.recv().await {
            let portion = portion?.rows;
            bytes += portion.iter().map(bytes_of).sum::<usize>();
            rows.extend(portion);
            if rows.len() >= SAMPLE || bytes >= SAMPLE_BYTES {
                break;
            }
        }
        portions.close();
        while portions.recv().await.is_some() {}
        Ok::<_, SourceError>(())
    };
    let ask = async {
        let asked = table.read(&examples, &sender).await;
        drop(sender);
        asked
    };
    let (asked, read) = tokio::join!(ask, read);
    asked.and(read).map_err(named)?;
    rows.truncate(SAMPLE);
    if rows.is_empty() {
        return Err(wrong("The response has no row, so the columns are unknown. Enter an example with rows."));
    }
    let found = columns(&rows, &table.columns, name, overrides, false);
    Ok(RowTable::described(name, found, Vec::new(), Arc::new(table)))
}

/// As a value stands in a path or a query: nothing in it can end the one or begin another part.
fn escaped(value: &str) -> String {
    percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string()
}

impl HttpTable {
    /// All pages of one address. Whether somebody still reads.
    async fn pages(&self, values: &[String], sender: &RowSender) -> Result<bool, SourceError> {
        let mut url = self.paging.begin(self.client.url(&self.template.fill(values, escaped))?);
        let mut read = 0;
        for n in 0..MAX_PAGES {
            let Some(answer) = self.client.get(url.clone()).await? else {
                // Of a value there may be nothing; of the table itself there must be something.
                return if values.is_empty() && n == 0 { Err(nothing_there()) } else { Ok(true) };
            };
            let mut rows = self.paging.rows(&answer.json)?;
            read += rows.len() as u64;
            let next = self.paging.behind(&url, n, rows.len(), read, &answer)?;
            for row in &mut rows {
                let of_path =
                    self.columns.iter().zip(values).map(|(column, value)| (column.clone(), Cell::from(Cow::Owned(value.clone()))));
                row.extend(of_path);
            }
            if sender.send(Ok(rows.into())).await.is_err() {
                return Ok(false);
            }
            match next {
                Some(next) if next != url => url = self.client.own(next)?,
                _ => return Ok(true),
            }
        }
        Err(SourceError::new(SourceErrorKind::Mismatch, "The pages of the response do not end. Check the pagination settings."))
    }
}

fn nothing_there() -> SourceError {
    SourceError::new(SourceErrorKind::Missing, "The service has nothing at this path. Check the path.")
}

#[async_trait]
impl ReadRows for HttpTable {
    fn asked_by(&self) -> &[String] {
        &self.columns
    }

    async fn read(&self, wanted: &Wanted, rows: &RowSender) -> Result<(), SourceError> {
        let Some(all) = self.template.combinations(wanted)? else {
            let sentence = format!("This table requires a value of {}. Add a filter for it.", self.columns.join(" and "));
            return Err(SourceError::new(SourceErrorKind::Statement, sentence));
        };
        for values in all {
            if !self.pages(&values, rows).await? {
                break;
            }
        }
        Ok(())
    }
}
