//! The catalogue: finding assets, saying what they are, certifying them, and scans of sources. Sources are scanned by the worker
//! (`sync/catalogue`); both meet in rows of the metadata.

mod assets;
mod defined;
mod inputs;
pub(crate) mod markdown;
mod needs;
mod own_schema;
mod page;
mod renames;
mod said;
mod scan;
mod status;
mod usage;
mod values;

pub use inputs::{AssetStatusInput, AssetValuesInput, ColumnRenameInput, HeldScanInput, ScanInput};
pub(crate) use values::values_errors;
