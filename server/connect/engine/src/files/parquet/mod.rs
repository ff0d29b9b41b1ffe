//! Parquet: what the files say of their columns, widened where they differ, and the files themselves as they were listed.

mod fine;
mod old_times;
mod widths;
mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Debug};
use std::sync::Arc;

use arrow_schema::{DataType as Arrow, Field as ArrowField, Schema, SchemaRef, TimeUnit};
use async_trait::async_trait;
use connect::SourceError;
use connect::batch::arrow_type;
use datafusion::catalog::Session;
use datafusion::common::{Result as Planned, ScalarValue};
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl, PartitionedFile};
use datafusion::datasource::physical_plan::parquet::metadata::DFParquetMetadata;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder};
use datafusion::datasource::table_schema::TableSchema;
use datafusion::datasource::{TableProvider, TableType};
use datafusion::error::DataFusionError;
use datafusion::execution::SessionState;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;
use futures::future::try_join_all;
use model::DataType;
use model::table::{Column, TableInfo, TableRef};
use object_store::ObjectMeta;

use self::old_times::{OldTimes, Seen};
use self::widths::{kept, wider};
use super::discover::TableFiles;
use super::learn::{check_columns, partition};
use super::place::Place;
use crate::catalogue::Tables;
use crate::errors::mismatch;
use crate::errors::read_error;
use crate::rows::Described;
use crate::types::{Overrides, ours};
use crate::widths::Widths;

/// Files whose schemas are read, of a table of more.
const MAX_SCHEMAS: usize = 1_000;
/// Files whose schemas are asked for at once.
const AT_ONCE: usize = 16;

/// # Errors
/// Why these files are no table.
pub(crate) async fn table_of(place: &Place, overrides: &Overrides, tables: &Tables, files: &TableFiles) -> Result<Described, SourceError> {
    let Columns { fields, note, widths, fine, old } = fields_of(place, (&format_of(tables, TimeUnit::Microsecond), tables), files).await?;
    let format = Arc::new(format_of(tables, old.unit()));
    check_columns(&files.name, fields.len())?;
    let as_text = |name: &String| matches!(overrides.of(&files.name, name), None | Some(DataType::String));
    let fine: BTreeSet<String> = fine.into_iter().filter(as_text).collect();
    let as_read = fields.iter().map(|field| as_read(overrides, &files.name, field, &fine)).collect::<Result<Vec<_>, _>>()?;
    let schema = Arc::new(Schema::new(as_read));
    // What every file has of its own counts before what its folders say.
    let partitions: Vec<(usize, &String)> =
        files.partitions.iter().enumerate().filter(|(_, name)| schema.field_with_name(name).is_err()).collect();
    let columns = schema.fields().iter().filter_map(|field| column(overrides, files, field, (&fine, &old)));
    let info = TableInfo {
        table: TableRef::new(&files.name),
        columns: columns.chain(partitions.iter().map(|(_, name)| partition(name))).collect(),
        note,
        ..TableInfo::default()
    };
    let table =
        provider(place, (format, schema), files, &partitions).and_then(|table| written::view(&files.name, widths.table(table), &fine));
    let failed = |error: DataFusionError| {
        let known = read_error(&error);
        SourceError { sentence: format!("{}: {}", files.name, known.sentence), ..known }
    };
    Ok((info, table.map_err(failed)?))
}

/// A column as the engine reads it: as its file says, or as somebody has set by hand.
fn as_read(overrides: &Overrides, table: &str, field: &ArrowField, fine: &BTreeSet<String>) -> Result<ArrowField, SourceError> {
    let (name, kind) = (field.name(), field.data_type());
    let read = match (overrides.of(table, name), written::becomes(field, fine)) {
        (None | Some(DataType::String | DataType::Json), Some(_)) => kind.clone(),
        (Some(_), Some(DataType::Json)) => {
            let sentence =
                format!("{table}: {name} is a {}, which is read as JSON or text. Remove its type override.", written::named(kind));
            return Err(mismatch(sentence));
        }
        // What is of the wanted type already keeps its own form: nanoseconds would be cut off unseen.
        (Some(wanted), _) if ours(kind) == Some(wanted) => kind.clone(),
        (Some(wanted), _) => arrow_type(wanted),
        (None, None) if *kind == Arrow::Null => Arrow::Utf8,
        (None, None) => kind.clone(),
    };
    Ok(ArrowField::new(name, read, true))
}

/// What reads the files. `partitions` are the folders whose values are columns.
fn provider(
    place: &Place,
    (format, schema): (Arc<ParquetFormat>, SchemaRef),
    files: &TableFiles,
    partitions: &[(usize, &String)],
) -> Planned<Arc<dyn TableProvider>> {
    if let (None, Some(file)) = (&files.folder, files.files.first()) {
        let url = ListingTableUrl::try_new(place.file_url(&file.location), None)?;
        let options = ListingOptions::new(format).with_file_extension("");
        let config = ListingTableConfig::new(url).with_listing_options(options).with_schema(schema);
        return Ok(Arc::new(ListingTable::try_new(config)?));
    }
    let folders: Vec<_> = partitions.iter().map(|(_, name)| Arc::new(ArrowField::new(name.as_str(), Arrow::Utf8, true))).collect();
    let kept: Vec<usize> = partitions.iter().map(|(index, _)| *index).collect();
    Ok(Arc::new(FolderTable {
        store: ObjectStoreUrl::parse(place.url.as_str())?,
        table_schema: TableSchema::builder(schema).with_table_partition_cols(folders).build(),
        files: files.clone(),
        kept,
        format,
    }))
}

/// Reads times of 96 bits to the nanosecond, or to the microsecond, which reaches further.
fn format_of(tables: &Tables, old_times: TimeUnit) -> ParquetFormat {
    let options = tables.context().state().default_table_options().parquet;
    let unit = if old_times == TimeUnit::Nanosecond { "ns" } else { "us" };
    ParquetFormat::default().with_options(options).with_coerce_int96(Some(unit.to_owned()))
}

/// The columns of all files by their names.
struct Columns {
    /// Each as what holds its values.
    fields: Vec<ArrowField>,
    /// What is said of those that are left out, or cut off.
    note: String,
    widths: Widths,
    /// Those with times between two microseconds.
    fine: BTreeSet<String>,
    old: OldTimes,
}

async fn fields_of(place: &Place, (format, tables): (&ParquetFormat, &Tables), files: &TableFiles) -> Result<Columns, SourceError> {
    let state = tables.context().state();
    let some: Vec<&ObjectMeta> = spread(&files.files).collect();
    let mut schemas = Vec::with_capacity(some.len());
    for at_once in some.chunks(AT_ONCE) {
        schemas.extend(try_join_all(at_once.iter().map(|file| schema_of(place, (format, &state), files, file))).await?);
    }
    let mut fields: Vec<(ArrowField, String)> = Vec::new();
    let (mut widths, mut fine, mut old) = (Widths::default(), BTreeSet::new(), Vec::new());
    for FileSchema { shown, schema, widths: of_file, fine: fine_of_file, old: old_of_file } in schemas {
        widths.extend(&of_file);
        fine.extend(fine_of_file);
        old.push((schema.clone(), old_of_file));
        for field in schema.fields() {
            let Some((known, first)) = fields.iter_mut().find(|(known, _)| known.name() == field.name()) else {
                fields.push((ArrowField::new(field.name(), kept(field.data_type()), true), shown.clone()));
                continue;
            };
            let wide = wider(known.data_type(), &kept(field.data_type())).ok_or_else(|| {
                let (one, two) = (known.data_type(), field.data_type());
                mismatch(format!(
                    "{}: {} is {one} in {first} and {two} in {shown}, and no type fits both. Write both files with one type.",
                    files.name,
                    field.name()
                ))
            })?;
            known.set_data_type(wide);
        }
    }
    let old = OldTimes::of(&old);
    if old.unit() == TimeUnit::Nanosecond {
        for (field, _) in fields.iter_mut().filter(|(field, _)| old.has(field.name())) {
            field.set_data_type(Arrow::Timestamp(TimeUnit::Nanosecond, None));
        }
        fine.extend(old.fine());
    }
    // Beside a text of another file it is one of its own.
    fine.retain(|name| fields.iter().any(|(field, _)| field.name() == name && fine::has_nanos(field.data_type())));
    let is_read = |field: &ArrowField| written::is_readable(field.data_type());
    let left_out = fields.iter().filter(|(field, _)| !is_read(field));
    let left_out: Vec<String> = left_out.map(|(field, _)| format!("{} ({})", field.name(), field.data_type())).collect();
    let note =
        if left_out.is_empty() { String::new() } else { format!("Columns with unsupported types are excluded: {}.", left_out.join(", ")) };
    if left_out.len() == fields.len() && !fields.is_empty() {
        return Err(mismatch(format!("{}: the file has no column with a supported type. {note}", files.name)));
    }
    let note = [note, old.note()].join(" ").trim().to_owned();
    Ok(Columns { fields: fields.into_iter().map(|(field, _)| field).filter(is_read).collect(), note, widths, fine, old })
}

/// What one file says of its columns and of their bytes, with how it is shown.
struct FileSchema {
    shown: String,
    schema: SchemaRef,
    widths: Widths,
    fine: BTreeSet<String>,
    old: BTreeMap<String, Seen>,
}

async fn schema_of(
    place: &Place,
    (format, state): (&ParquetFormat, &SessionState),
    files: &TableFiles,
    file: &ObjectMeta,
) -> Result<FileSchema, SourceError> {
    let shown = files.shown(file);
    if file.size == 0 {
        return Err(mismatch(format!("{shown}: the file is empty. Write the file again.")));
    }
    let read = async {
        let schema = format.infer_schema(state, &place.store, std::slice::from_ref(file)).await?;
        // It was read for the schema, and is kept.
        let cache = state.runtime_env().cache_manager.get_file_metadata_cache();
        let metadata = DFParquetMetadata::new(place.store.as_ref(), file).with_file_metadata_cache(Some(cache)).fetch_metadata().await?;
        let (widths, fine) = (Widths::of_parquet(&metadata), fine::finer(&schema, &metadata));
        // The values of many files are not looked at: that would take long.
        let old = old_times::look(place, file, &metadata, files.files.len() <= AT_ONCE).await;
        Ok::<_, DataFusionError>(FileSchema { shown: shown.clone(), schema, widths, fine, old })
    };
    match read.await {
        Ok(read) => Ok(read),
        Err(error) => {
            let known = read_error(&error);
            Err(SourceError { sentence: format!("{shown}: {}", known.sentence), ..known })
        }
    }
}

/// All of some files; of very many, as many as tell.
fn spread(files: &[ObjectMeta]) -> impl Iterator<Item = &ObjectMeta> {
    files.iter().step_by(files.len().div_ceil(MAX_SCHEMAS).max(1))
}

/// A column as it is shown, with what speaks for its type.
fn column(overrides: &Overrides, files: &TableFiles, field: &ArrowField, (fine, old): (&BTreeSet<String>, &OldTimes)) -> Option<Column> {
    let kind = field.data_type();
    let wanted = overrides.of(&files.name, field.name());
    let evidence = match wanted {
        Some(_) => "as set by hand",
        None if fine.contains(field.name()) => "as the file says, with parts of a microsecond",
        None if old.is_cut(field.name()) => "as the file says, to the microsecond",
        None => "as the file says",
    };
    // Several of our types are one of Arrow's.
    let data_type = wanted.or_else(|| written::becomes(field, fine)).or_else(|| ours(kind))?;
    Some(Column { name: field.name().clone(), data_type, nullable: true, native: format!("{}, {evidence}", written::named(kind)) })
}

/// A table of the files of a folder: those that were listed, whatever their names, and no others.
struct FolderTable {
    store: ObjectStoreUrl,
    table_schema: TableSchema,
    files: TableFiles,
    /// Which of the folders' values are columns.
    kept: Vec<usize>,
    format: Arc<ParquetFormat>,
}

impl FolderTable {
    fn part(&self, file: ObjectMeta) -> PartitionedFile {
        let values = self.files.values_of(&file);
        let values = self.kept.iter().map(|index| ScalarValue::Utf8(values.get(*index).cloned().flatten())).collect();
        PartitionedFile::new_from_meta(file).with_partition_values(values)
    }
}

impl Debug for FolderTable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FolderTable").field("files", &self.files.files.len()).finish_non_exhaustive()
    }
}

#[async_trait]
impl TableProvider for FolderTable {
    fn schema(&self) -> SchemaRef {
        self.table_schema.table_schema().clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Planned<Vec<TableProviderFilterPushDown>> {
        // Files leave out what they can, and the engine looks again.
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Planned<Arc<dyn ExecutionPlan>> {
        let partitions = state.config_options().execution.target_partitions.max(1);
        let files = self.files.of_filters(filters, |at| self.kept.contains(&at));
        let files: Vec<PartitionedFile> = files.into_iter().map(|file| self.part(file)).collect();
        let groups = files.chunks(files.len().div_ceil(partitions).max(1)).map(|files| FileGroup::new(files.to_vec()));
        let source = self.format.file_source(self.table_schema.clone());
        let config = FileScanConfigBuilder::new(self.store.clone(), source)
            .with_file_groups(groups.collect())
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        self.format.create_physical_plan(state, config).await
    }
}
