//! Parquet: what the files say of their columns, widened where they differ, and the files themselves as they were listed.

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
use model::table::{Column, TableInfo, TableRef};
use object_store::ObjectMeta;

use super::discover::TableFiles;
use super::learn::{check_columns, partition};
use super::mismatch;
use super::place::Place;
use crate::catalogue::Tables;
use crate::errors::read_error;
use crate::rows::Described;
use crate::types::{Overrides, TIMESTAMP, ours};
use crate::widths::Widths;

/// Files whose schemas are read, of a table of more.
const MAX_SCHEMAS: usize = 1_000;
/// Files whose schemas are asked for at once.
const AT_ONCE: usize = 16;
/// The digits that a decimal of ours holds.
const MOST_DIGITS: u8 = 38;
/// A number without a sign of 64 bits.
const LARGE: Arrow = Arrow::Decimal128(20, 0);

/// # Errors
/// Why these files are no table.
pub(crate) async fn table_of(place: &Place, overrides: &Overrides, tables: &Tables, files: &TableFiles) -> Result<Described, SourceError> {
    let format = Arc::new(format_of(tables));
    let Columns { fields, left_out, widths } = fields_of(place, (&*format, tables), files).await?;
    check_columns(&files.name, fields.len())?;
    let as_set = |field: &ArrowField| {
        // What is of the wanted type already keeps its own form: nanoseconds would be cut off unseen.
        let wanted = overrides.of(&files.name, field.name()).filter(|wanted| ours(field.data_type()) != Some(*wanted)).map(arrow_type);
        let found = if *field.data_type() == Arrow::Null { Arrow::Utf8 } else { field.data_type().clone() };
        ArrowField::new(field.name(), wanted.unwrap_or(found), true)
    };
    let schema = Arc::new(Schema::new(fields.iter().map(as_set).collect::<Vec<_>>()));
    // What every file has of its own counts before what its folders say.
    let partitions: Vec<(usize, &String)> =
        files.partitions.iter().enumerate().filter(|(_, name)| schema.field_with_name(name).is_err()).collect();
    let columns = schema.fields().iter().filter_map(|field| column(overrides, files, field));
    let info = TableInfo {
        table: TableRef::new(&files.name),
        columns: columns.chain(partitions.iter().map(|(_, name)| partition(name))).collect(),
        note: left_out,
        ..TableInfo::default()
    };
    let failed = |error: &DataFusionError| {
        let known = read_error(error);
        SourceError { sentence: format!("{}: {}", files.name, known.sentence), ..known }
    };
    if let (None, Some(file)) = (&files.folder, files.files.first()) {
        let url = ListingTableUrl::try_new(place.file_url(&file.location), None).map_err(|error| failed(&error))?;
        let options = ListingOptions::new(format).with_file_extension("");
        let config = ListingTableConfig::new(url).with_listing_options(options).with_schema(schema);
        return Ok((info, widths.table(Arc::new(ListingTable::try_new(config).map_err(|error| failed(&error))?))));
    }
    let folders: Vec<_> = partitions.iter().map(|(_, name)| Arc::new(ArrowField::new(name.as_str(), Arrow::Utf8, true))).collect();
    let kept: Vec<usize> = partitions.iter().map(|(index, _)| *index).collect();
    let table = FolderTable {
        store: ObjectStoreUrl::parse(place.url.as_str()).map_err(|error| failed(&error))?,
        table_schema: TableSchema::builder(schema).with_table_partition_cols(folders).build(),
        files: files.clone(),
        kept,
        format,
    };
    Ok((info, widths.table(Arc::new(table))))
}

fn format_of(tables: &Tables) -> ParquetFormat {
    let options = tables.context().state().default_table_options().parquet;
    // Times of 96 bits reach further than nanoseconds of 64 do.
    ParquetFormat::default().with_options(options).with_coerce_int96(Some("us".to_owned()))
}

/// The columns of all files by their names.
struct Columns {
    /// Each as what holds its values.
    fields: Vec<ArrowField>,
    /// What is said of those that are left out.
    left_out: String,
    widths: Widths,
}

async fn fields_of(place: &Place, (format, tables): (&ParquetFormat, &Tables), files: &TableFiles) -> Result<Columns, SourceError> {
    let state = tables.context().state();
    let some: Vec<&ObjectMeta> = spread(&files.files).collect();
    let mut schemas = Vec::with_capacity(some.len());
    for at_once in some.chunks(AT_ONCE) {
        schemas.extend(try_join_all(at_once.iter().map(|file| schema_of(place, (format, &state), files, file))).await?);
    }
    let mut fields: Vec<(ArrowField, String)> = Vec::new();
    let mut widths = Widths::default();
    for (shown, schema, of_file) in schemas {
        widths.extend(&of_file);
        for field in schema.fields() {
            let Some((known, first)) = fields.iter_mut().find(|(known, _)| known.name() == field.name()) else {
                fields.push((ArrowField::new(field.name(), kept(field.data_type()), true), shown.clone()));
                continue;
            };
            let wide = wider(known.data_type(), &kept(field.data_type())).ok_or_else(|| {
                let (one, two) = (known.data_type(), field.data_type());
                mismatch(format!(
                    "{}: {} is {one} in {first} and {two} in {shown}, which no type holds. Write both as one type.",
                    files.name,
                    field.name()
                ))
            })?;
            known.set_data_type(wide);
        }
    }
    let nested: Vec<&str> =
        fields.iter().filter(|(field, _)| ours(field.data_type()).is_none()).map(|(field, _)| field.name().as_str()).collect();
    let left_out =
        if nested.is_empty() { String::new() } else { format!("Left out are columns of lists or structures: {}.", nested.join(", ")) };
    if nested.len() == fields.len() && !fields.is_empty() {
        return Err(mismatch(format!("{}: it has no column that has a place in a row. {left_out}", files.name)));
    }
    Ok(Columns { fields: fields.into_iter().map(|(field, _)| field).collect(), left_out, widths })
}

/// What one file says of its columns and of their bytes, with how it is shown.
async fn schema_of(
    place: &Place,
    (format, state): (&ParquetFormat, &SessionState),
    files: &TableFiles,
    file: &ObjectMeta,
) -> Result<(String, SchemaRef, Widths), SourceError> {
    let shown = files.shown(file);
    if file.size == 0 {
        return Err(mismatch(format!("{shown}: it is empty. Write it anew.")));
    }
    let read = async {
        let schema = format.infer_schema(state, &place.store, std::slice::from_ref(file)).await?;
        // It was read for the schema, and is kept.
        let cache = state.runtime_env().cache_manager.get_file_metadata_cache();
        let metadata = DFParquetMetadata::new(place.store.as_ref(), file).with_file_metadata_cache(Some(cache)).fetch_metadata().await?;
        Ok::<_, DataFusionError>((schema, Widths::of_parquet(&metadata)))
    };
    match read.await {
        Ok((schema, widths)) => Ok((shown, schema, widths)),
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

/// A type of a file as it is read, so that it keeps each value.
fn kept(data_type: &Arrow) -> Arrow {
    match data_type {
        Arrow::UInt64 => LARGE,
        // More digits than a decimal of ours has; a length of time, as ISO 8601 writes it.
        Arrow::Decimal256(..) | Arrow::Duration(_) | Arrow::Interval(_) => Arrow::Utf8,
        other => other.clone(),
    }
}

/// The type that holds the values of both.
fn wider(one: &Arrow, two: &Arrow) -> Option<Arrow> {
    let is_text = |kind: &Arrow| matches!(kind, Arrow::Utf8 | Arrow::LargeUtf8 | Arrow::Utf8View);
    let is_bytes = |kind: &Arrow| matches!(kind, Arrow::Binary | Arrow::LargeBinary | Arrow::BinaryView | Arrow::FixedSizeBinary(_));
    let is_time = |kind: &Arrow| matches!(kind, Arrow::Timestamp(..) | Arrow::Date32 | Arrow::Date64);
    let has_nanos = |kind: &Arrow| matches!(kind, Arrow::Timestamp(TimeUnit::Nanosecond, _));
    let is_small = |kind: &Arrow| kind.is_integer() && !matches!(kind, Arrow::Int64 | Arrow::UInt64);
    let both = |is: &dyn Fn(&Arrow) -> bool| is(one) && is(two);
    let either = |is: &dyn Fn(&Arrow) -> bool| is(one) || is(two);
    Some(match (one, two) {
        (one, two) if one == two => one.clone(),
        (Arrow::Null, other) | (other, Arrow::Null) => other.clone(),
        (Arrow::Dictionary(_, one), two) => wider(one, two)?,
        (one, Arrow::Dictionary(_, two)) => wider(one, two)?,
        _ if both(&is_text) => Arrow::Utf8,
        _ if both(&is_bytes) => Arrow::Binary,
        _ if both(&is_time) && either(&has_nanos) => Arrow::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())),
        _ if both(&is_time) => TIMESTAMP(),
        _ if both(&Arrow::is_integer) => Arrow::Int64,
        _ if both(&Arrow::is_floating) => Arrow::Float64,
        _ if either(&Arrow::is_floating) && either(&is_small) => Arrow::Float64,
        (Arrow::Decimal128(..), other) | (other, Arrow::Decimal128(..)) if other.is_integer() || matches!(other, Arrow::Decimal128(..)) => {
            wider_decimal(one, two)
        }
        _ if either(&is_bytes) => return None,
        _ if ours(one).is_some() && ours(two).is_some() => Arrow::Utf8,
        _ => return None,
    })
}

fn wider_decimal(one: &Arrow, two: &Arrow) -> Arrow {
    let digits = |kind: &Arrow| match kind {
        Arrow::Decimal128(precision, scale) => (i16::from(*precision) - i16::from(*scale), i16::from(*scale)),
        _ => (19, 0),
    };
    let ((one_whole, one_scale), (two_whole, two_scale)) = (digits(one), digits(two));
    let (whole, scale) = (one_whole.max(two_whole), one_scale.max(two_scale));
    match (u8::try_from(whole + scale), i8::try_from(scale)) {
        (Ok(precision), Ok(scale)) if precision <= MOST_DIGITS => Arrow::Decimal128(precision, scale),
        _ => Arrow::Utf8,
    }
}

/// A column as it is shown, with what speaks for its type.
fn column(overrides: &Overrides, files: &TableFiles, field: &ArrowField) -> Option<Column> {
    let wanted = overrides.of(&files.name, field.name());
    let evidence = if wanted.is_some() { "as set by hand" } else { "as the file says" };
    let native = format!("{}, {evidence}", field.data_type());
    // Several of our types are one of Arrow's.
    Some(Column { name: field.name().clone(), data_type: wanted.or_else(|| ours(field.data_type()))?, nullable: true, native })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_the_values_of_two_files() {
        let time = |unit| Arrow::Timestamp(unit, None);
        for (one, two, both) in [
            (Arrow::Int32, Arrow::Int64, Some(Arrow::Int64)),
            (Arrow::UInt32, Arrow::Int8, Some(Arrow::Int64)),
            (LARGE, Arrow::Int64, Some(Arrow::Decimal128(20, 0))),
            (Arrow::Int32, Arrow::Float64, Some(Arrow::Float64)),
            (Arrow::Int64, Arrow::Float64, Some(Arrow::Utf8)),
            (Arrow::Float32, Arrow::Float64, Some(Arrow::Float64)),
            (time(TimeUnit::Millisecond), time(TimeUnit::Microsecond), Some(TIMESTAMP())),
            (Arrow::Date32, time(TimeUnit::Millisecond), Some(TIMESTAMP())),
            (time(TimeUnit::Microsecond), time(TimeUnit::Nanosecond), Some(Arrow::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())))),
            (Arrow::Decimal128(9, 2), Arrow::Decimal128(12, 5), Some(Arrow::Decimal128(12, 5))),
            (Arrow::Decimal128(38, 0), Arrow::Decimal128(10, 5), Some(Arrow::Utf8)),
            (Arrow::Utf8, Arrow::Int64, Some(Arrow::Utf8)),
            (Arrow::Null, Arrow::Int8, Some(Arrow::Int8)),
            (Arrow::Binary, Arrow::Int64, None),
        ] {
            assert_eq!((wider(&one, &two), wider(&two, &one)), (both.clone(), both), "{one} {two}");
        }
        assert_eq!(kept(&Arrow::Duration(TimeUnit::Nanosecond)), Arrow::Utf8);
    }
}
