//! From files to tables of the engine: their columns by what the files say or their first rows show.

use std::sync::Arc;

use arrow_schema::{DataType as Arrow, Field as ArrowField, Schema};
use connect::SourceError;
use connect::batch::arrow_type;
use datafusion::common::parsers::CompressionTypeVariant;
use datafusion::datasource::TableProvider;
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::csv::CsvFormat;
use datafusion::datasource::file_format::file_compression_type::FileCompressionType;
use datafusion::datasource::file_format::json::JsonFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::error::DataFusionError;
use model::DataType;
use model::table::{Column, TableInfo, TableRef};

use super::discover::{Format, Packing, TableFiles};
use super::inspect::{MAX_COLUMNS, inspect};
use super::mismatch;
use super::place::Place;
use crate::catalogue::Tables;
use crate::errors::read_error;
use crate::types::{Overrides, TIMESTAMP, ours};

/// Rows that types are read from, where a file does not say them itself.
const INFER_ROWS: usize = 1_000;

/// # Errors
/// Why these files are no table.
pub(crate) async fn table_of(
    place: &Place,
    overrides: &Overrides,
    tables: &Tables,
    files: &TableFiles,
) -> Result<(TableInfo, Arc<dyn TableProvider>), SourceError> {
    inspect(place, files).await?;
    let failed = |error: &DataFusionError| {
        let known = read_error(error);
        SourceError { sentence: format!("{}: {}", files.name, known.sentence), ..known }
    };
    let options = ListingOptions::new(format_of(files))
        .with_file_extension("")
        .with_table_partition_cols(files.partitions.iter().map(|name| (name.clone(), Arrow::Utf8)).collect());
    let address = match (&files.folder, files.files.first()) {
        (Some(folder), _) => place.address(folder, true)?,
        (None, Some(file)) => place.address(file, false)?,
        (None, None) => return Err(mismatch("There is no file.")),
    };
    let url = ListingTableUrl::parse(address).map_err(|error| failed(&error))?;
    let inferred = options.infer_schema(&tables.context().state(), &url).await.map_err(|error| failed(&error))?;
    if inferred.fields().is_empty() || inferred.fields().len() > MAX_COLUMNS {
        let count = inferred.fields().len();
        return Err(mismatch(format!("{}: it has {count} columns; a table has from 1 to {MAX_COLUMNS}.", files.name)));
    }
    let read_as = |field: &Arc<ArrowField>| ArrowField::new(field.name(), read_as(overrides, files, field), true);
    let fields: Vec<ArrowField> = inferred.fields().iter().map(read_as).collect();
    let columns =
        fields.iter().filter_map(|field| column(overrides, files, field)).chain(files.partitions.iter().map(|name| partition(name)));
    let info = TableInfo { table: TableRef::new(&files.name), columns: columns.collect(), ..TableInfo::default() };
    let config = ListingTableConfig::new(url).with_listing_options(options).with_schema(Arc::new(Schema::new(fields)));
    Ok((info, Arc::new(ListingTable::try_new(config).map_err(|error| failed(&error))?)))
}

/// The type that a column is read as: as set by hand, else as the file says or its first rows seem to.
fn read_as(overrides: &Overrides, files: &TableFiles, field: &ArrowField) -> Arrow {
    if let Some(wanted) = overrides.of(&files.name, field.name()) {
        return arrow_type(wanted);
    }
    match field.data_type() {
        Arrow::Null => Arrow::Utf8,
        // A time without a zone is in UTC, as everywhere.
        Arrow::Timestamp(..) if files.format != Format::Parquet => TIMESTAMP(),
        other => other.clone(),
    }
}

fn format_of(files: &TableFiles) -> Arc<dyn FileFormat> {
    let packing = FileCompressionType::from(match files.packing {
        Packing::None => CompressionTypeVariant::UNCOMPRESSED,
        Packing::Gzip => CompressionTypeVariant::GZIP,
        Packing::Zstd => CompressionTypeVariant::ZSTD,
    });
    let csv = |separator| {
        CsvFormat::default()
            .with_has_header(true)
            .with_delimiter(separator)
            .with_newlines_in_values(true)
            .with_schema_infer_max_rec(INFER_ROWS)
            .with_file_compression_type(packing)
    };
    match files.format {
        Format::Csv => Arc::new(csv(b',')),
        Format::Tsv => Arc::new(csv(b'\t')),
        Format::Json => Arc::new(JsonFormat::default().with_schema_infer_max_rec(INFER_ROWS).with_file_compression_type(packing)),
        Format::Parquet => Arc::new(ParquetFormat::default()),
    }
}

/// A column as it is shown, with what speaks for its type.
fn column(overrides: &Overrides, files: &TableFiles, field: &ArrowField) -> Option<Column> {
    let wanted = overrides.of(&files.name, field.name());
    let evidence = match files.format {
        _ if wanted.is_some() => "as set by hand".to_owned(),
        Format::Parquet => "as the file says".to_owned(),
        _ => format!("by the first {INFER_ROWS} rows"),
    };
    let native = format!("{}, {evidence}", field.data_type());
    // Several of our types are one of Arrow's.
    Some(Column { name: field.name().clone(), data_type: wanted.or_else(|| ours(field.data_type()))?, nullable: true, native })
}

fn partition(name: &str) -> Column {
    Column { name: name.to_owned(), data_type: DataType::String, nullable: false, native: "a folder's name".to_owned() }
}
