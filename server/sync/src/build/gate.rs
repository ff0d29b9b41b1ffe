//! What a build must pass: keys that are there and unique, and rows that read back as they were written.

use accel::Checksum;
use accel::row_json::{JsonField, RowJson};
use model::dataset::{DatasetSpec, RegisterField};

use crate::failed::Failed;

/// Examples that are named when a gate fails.
const EXAMPLES: usize = 3;

/// Of a row, the fields of its key.
pub(crate) fn key_json(spec: &DatasetSpec) -> RowJson {
    let field = |field: &RegisterField| JsonField {
        number: field.number,
        name: field.column.clone(),
        data_type: field.data_type,
        as_string: false,
        rows: None,
    };
    RowJson::new(&spec.key.iter().filter_map(|column| spec.field(column)).map(field).collect::<Vec<_>>())
}

/// Gathers the rows that a gate does not let through.
pub(crate) struct KeyGate {
    key_json: RowJson,
    key: String,
    without_key: u64,
    twice: u64,
    examples: Vec<String>,
}

impl KeyGate {
    pub(crate) fn new(spec: &DatasetSpec) -> Self {
        Self { key_json: key_json(spec), key: spec.key.join(" and "), without_key: 0, twice: 0, examples: Vec::new() }
    }

    pub(crate) fn without_key(&mut self, row: &[u8]) {
        self.without_key += 1;
        self.example(row);
    }

    pub(crate) fn twice(&mut self, row: &[u8]) {
        self.twice += 1;
        self.example(row);
    }

    /// Takes over what was found in another part.
    pub(crate) fn join(&mut self, other: Self) {
        self.without_key += other.without_key;
        self.twice += other.twice;
        self.examples.extend(other.examples);
        self.examples.truncate(EXAMPLES);
    }

    fn example(&mut self, row: &[u8]) {
        if self.examples.len() < EXAMPLES {
            let mut text = Vec::new();
            if self.key_json.write(&mut text, row).is_ok() {
                self.examples.push(String::from_utf8_lossy(&text).into_owned());
            }
        }
    }

    /// # Errors
    /// What is wrong with the key, with examples.
    pub(crate) fn pass(&self) -> Result<(), Failed> {
        let examples = self.examples.join(", ");
        let key = &self.key;
        if self.without_key > 0 {
            let rows = self.without_key;
            return Err(Failed::new(format!(
                "The key {key} is empty in {rows} rows: for example {examples}. Choose another key, or fill the key at the source."
            )));
        }
        if self.twice > 0 {
            let rows = self.twice;
            return Err(Failed::new(format!(
                "The key {key} is not unique: {rows} rows have the key of another row, for example {examples}. Add a column to the key."
            )));
        }
        Ok(())
    }
}

/// # Errors
/// Where what was read back is not what was read from the source.
pub(crate) fn proved(read: Checksum, written: Checksum) -> Result<(), Failed> {
    if read == written {
        return Ok(());
    }
    Err(Failed::new(format!(
        "The checksums of source and store differ: {} rows with the checksum {} from the source, {} rows with {} from the store. Build the dataset again.",
        read.rows,
        read.hex(),
        written.rows,
        written.hex()
    )))
}
