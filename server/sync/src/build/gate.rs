//! What a build must pass: keys that are there and unique, and rows that read back as they were written.

use accel::Checksum;
use accel::row_json::{JsonField, RowJson};
use model::dataset::{DatasetSpec, RegisterField};
use model::number::grouped;

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
            let rows = grouped(self.without_key);
            return Err(Failed::new(format!(
                "The key {key} is empty in {rows} rows: for example {examples}. Choose another key, or fill the key at the source."
            )));
        }
        if self.twice > 0 {
            let rows = grouped(self.twice);
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
        grouped(read.rows),
        read.hex(),
        grouped(written.rows),
        written.hex()
    )))
}

#[cfg(test)]
mod tests {
    use model::{DataType, Value};

    use super::*;
    use crate::build::encoder::Encoder;
    use crate::samples::{batch, spec};

    fn planes() -> DatasetSpec {
        spec(&[("tailnum", DataType::String), ("seats", DataType::Int64)], &["tailnum"])
    }

    fn message(tailnum: Value) -> Vec<u8> {
        let spec = planes();
        let rows = batch(&spec.written_fields(), &[vec![tailnum, Value::Int(2)]]);
        Encoder::new(&spec).rows(&rows).encode(0).1
    }

    #[test]
    fn keys_that_are_empty_or_not_unique_are_counted_with_three_examples() {
        let mut gate = KeyGate::new(&planes());
        assert!(gate.pass().is_ok());
        for number in 1..=4 {
            gate.twice(&message(Value::Text(format!("N{number}"))));
        }
        let said = gate.pass().unwrap_err().reason;
        assert!(said.starts_with("The key tailnum is not unique: 4 rows"), "{said}");
        assert!(said.contains("N1") && said.contains("N3") && !said.contains("N4"), "{said}");
        // An empty key is told first: it is the graver fault.
        let mut other = KeyGate::new(&planes());
        other.without_key(&message(Value::Null));
        gate.join(other);
        let said = gate.pass().unwrap_err().reason;
        assert!(said.starts_with("The key tailnum is empty in"), "{said}");
    }

    #[test]
    fn what_was_read_back_is_the_same_in_number_and_sum() {
        let of = |rows: &[(&[u8], &[u8])]| {
            let mut sum = Checksum::default();
            rows.iter().for_each(|(key, row)| sum.add(key, row));
            sum
        };
        assert!(proved(of(&[]), of(&[])).is_ok());
        assert!(proved(of(&[(b"a", b"1"), (b"b", b"2")]), of(&[(b"b", b"2"), (b"a", b"1")])).is_ok());
        let said = proved(of(&[(b"a", b"1")]), of(&[(b"a", b"1"), (b"a", b"1")])).unwrap_err().reason;
        assert!(said.contains("1 rows with") && said.contains("2 rows with"), "{said}");
        assert!(proved(of(&[(b"a", b"1")]), of(&[(b"a", b"2")])).is_err());
    }
}
