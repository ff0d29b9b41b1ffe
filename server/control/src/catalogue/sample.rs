//! Sample rows of tables and datasets, by the right to read them and masked by tag.

use accel::{Dataset, Place};
use connect::batch::BatchBuilder;
use connect::proto::{ProtoColumn, read_message};
use model::catalogue::{AssetPath, Masks, mask_sample};
use model::dataset::{DataVersionState, DatasetSpec, StoreKind};
use model::snapshot::Environment;
use model::table::{Sample, TableInfo, TableRef};
use model::view::AssetSample;
use model::{Action, ErrorCode, Problem};
use store::{AssetRow, DataVersionRow};

use crate::failure::from_source;
use crate::sources::{Resolved, sample_of};
use crate::{Caller, Control};

/// Rows of a sample.
const ROWS: usize = 8;

impl Control {
    /// Some rows of a table or of the live version of a dataset.
    ///
    /// # Errors
    /// For those who may read sample rows; where there is no such asset, nothing of it is live, or its source does not answer.
    pub async fn sample_asset(&self, caller: &Caller, path: &AssetPath) -> Result<AssetSample, Problem> {
        let asset = self.visible_asset(caller, path).await?;
        caller.authorise(Action::ReadSample, &asset.domain)?;
        match asset.decoded_path()? {
            AssetPath::Table { source, table } => self.sample_of_source(&asset, (&source, &table)).await,
            AssetPath::Dataset { domain, name } => self.sample_of_dataset(&domain, &name).await,
            _ => Err(Problem::new(ErrorCode::Invalid, "Only tables and datasets have sample rows.")),
        }
    }

    async fn sample_of_source(&self, asset: &AssetRow, (source, table): (&str, &str)) -> Result<AssetSample, Problem> {
        let scan = match &asset.parent_id {
            Some(id) => self.store.source_scan(id).await?,
            None => None,
        };
        let scanned = scan.map(|scan| scan.decoded_spec()).transpose()?;
        let environment = scanned.map_or(Environment::Prod, |scanned| scanned.environment);
        let resolved = self.resolve_source(source, environment).await?;
        let info = table_named(&resolved, table).await?;
        let (sample, masks) = self.sample_of_table(&resolved, &info).await?;
        Ok(shown(sample, &masks))
    }

    async fn sample_of_dataset(&self, domain: &str, name: &str) -> Result<AssetSample, Problem> {
        let missing = || Problem::new(ErrorCode::Conflict, "No version of the dataset is live. Build the dataset first.");
        let dataset = self.store.dataset(domain, name).await?.ok_or_else(missing)?;
        let mut versions = self.store.data_versions_of(&dataset.id).await?;
        versions.retain(|version| version.state == DataVersionState::Live.key());
        versions.sort_by_key(|version| version.environment != Environment::Prod.key());
        let version = versions.into_iter().next().ok_or_else(missing)?;
        let spec = self.store.version_definition(&version).await?;
        let mut sample = self.rows_of_version(&spec, &version).await?;
        let masks = self.masks_of_dataset_named((domain, name), &spec).await?;
        mask_sample(&mut sample, &masks);
        Ok(shown(sample, &masks))
    }

    /// The first rows of a version, as they are stored.
    async fn rows_of_version(&self, spec: &DatasetSpec, version: &DataVersionRow) -> Result<Sample, Problem> {
        let place = Place { dataset: version.dataset_id.clone(), version: version.id.clone() };
        let fields = spec.written_fields();
        match (spec.store, &spec.into) {
            (StoreKind::Table, Some(into)) => {
                let resolved = self.resolve_source(&into.source, version.decoded_environment()?).await?;
                let info = table_named(&resolved, &into.table.path()).await?;
                Ok(self.sample_of_table(&resolved, &info).await?.0)
            }
            (StoreKind::Columnar, _) => {
                let first = self.stores.columnar().read(&place).map_err(unreadable)?.next().transpose().map_err(unreadable)?;
                let rows: Vec<_> = first.iter().map(|batch| batch.slice(0, batch.num_rows().min(ROWS))).collect();
                Ok(sample_of(&fields, &rows, 0.0))
            }
            _ => {
                let dataset = Dataset::open(&**self.stores.of(spec.store).map_err(unreadable)?, &place).await.map_err(unreadable)?;
                let mut messages: Vec<Vec<u8>> = Vec::with_capacity(ROWS);
                let mut visit = |message: &[u8]| {
                    messages.push(message.to_vec());
                    messages.len() < ROWS
                };
                dataset.sample(1, &mut visit).await.map_err(unreadable)?;
                let mut batch = BatchBuilder::new(&fields);
                for message in &messages {
                    read_message(&mut batch, &columns_of(spec), message).map_err(|error| from_source(&spec.source, &error))?;
                }
                let batch = batch.finish().map_err(|error| from_source(&spec.source, &error))?;
                Ok(sample_of(&fields, &[batch], 0.0))
            }
        }
    }
}

/// A masked sample, with which columns of it are.
fn shown(sample: Sample, masks: &Masks) -> AssetSample {
    let masked = sample.columns.iter().filter(|column| masks.has(&column.name)).map(|column| column.name.clone()).collect();
    AssetSample { sample, masked }
}

/// Where the fields of a stored row stand among the fields that are written.
fn columns_of(spec: &DatasetSpec) -> Vec<ProtoColumn> {
    let column =
        |(column, field): (usize, &model::dataset::RegisterField)| ProtoColumn { number: field.number, column, data_type: field.data_type };
    spec.written().enumerate().map(column).collect()
}

/// A table by its path: a name may have a dot in it, so it is looked for as a whole first.
async fn table_named(resolved: &Resolved, path: &str) -> Result<TableInfo, Problem> {
    let failed = |error| from_source(&resolved.name, &error);
    let whole = resolved.connection.table(&TableRef::new(path)).await.map_err(failed)?;
    let found = match (whole, path.split_once('.')) {
        (None, Some(_)) => resolved.connection.table(&super::profiles::table_ref(path)).await.map_err(failed)?,
        (whole, _) => whole,
    };
    found.ok_or_else(|| Problem::not_found(format!("table {path}")))
}

fn unreadable(error: accel::AccelError) -> Problem {
    tracing::warn!(cause = error.cause, "sample rows of a dataset cannot be read: {error}");
    Problem::new(error.code(), error.sentence)
}
