//! The bytes of rows, known before anything is made of them: which are too large, and which go into one batch together.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, OffsetSizeTrait, RecordBatch};
use arrow_schema::DataType as Arrow;
use connect::{BATCH_BYTES, BATCH_ROWS, Purpose};
use model::Field;

/// Bytes of the cells of a batch, of the columns whose cells have no fixed size.
pub(crate) struct RowSizes<'f> {
    columns: Vec<(&'f str, Vec<usize>)>,
    rows: usize,
}

/// What begins at a row.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// So many rows go into one batch.
    Rows(usize),
    /// One that is too large, with the reason.
    TooLarge(String),
}

impl<'f> RowSizes<'f> {
    pub(crate) fn of(batch: &RecordBatch, fields: &'f [Field]) -> Self {
        let measured = |field: &'f Field| Some((field.name.as_str(), sizes(batch.column_by_name(&field.name)?)?));
        Self { columns: fields.iter().filter_map(measured).collect(), rows: batch.num_rows() }
    }

    /// What begins at a row, which is the one of this number in the whole answer.
    pub(crate) fn next(&self, start: usize, number: usize, purpose: Purpose) -> Next {
        let (mut rows, mut bytes) = (0, 0);
        while start + rows < self.rows && rows < BATCH_ROWS && bytes < BATCH_BYTES {
            match self.row(start + rows, number + rows, purpose) {
                Ok(of_row) => bytes += of_row,
                Err(reason) if rows == 0 => return Next::TooLarge(reason),
                // It is said when its turn comes.
                Err(_) => break,
            }
            rows += 1;
        }
        Next::Rows(rows)
    }

    /// Bytes of a row, or why it is too large.
    fn row(&self, row: usize, number: usize, purpose: Purpose) -> Result<usize, String> {
        self.columns.iter().try_fold(0, |before, (name, sizes)| match purpose.too_large((number, *name), (sizes[row], before)) {
            Some(reason) => Err(reason),
            None => Ok(before + sizes[row]),
        })
    }
}

/// Bytes of each cell of a column; nothing where they have a fixed size.
fn sizes(column: &ArrayRef) -> Option<Vec<usize>> {
    Some(match column.data_type() {
        Arrow::Utf8 => between(column.as_string::<i32>().value_offsets()),
        Arrow::LargeUtf8 => between(column.as_string::<i64>().value_offsets()),
        Arrow::Utf8View => of_views(column.as_string_view().lengths()),
        Arrow::Binary => between(column.as_binary::<i32>().value_offsets()),
        Arrow::LargeBinary => between(column.as_binary::<i64>().value_offsets()),
        Arrow::BinaryView => of_views(column.as_binary_view().lengths()),
        Arrow::FixedSizeBinary(size) => vec![usize::try_from(*size).ok()?; column.len()],
        Arrow::Dictionary(..) => {
            let dictionary = column.as_any_dictionary_opt()?;
            let values = sizes(dictionary.values()).filter(|values| !values.is_empty())?;
            dictionary.normalized_keys().into_iter().map(|key| values[key]).collect()
        }
        _ => return None,
    })
}

fn between<O: OffsetSizeTrait>(offsets: &[O]) -> Vec<usize> {
    offsets.windows(2).map(|pair| pair[1].as_usize() - pair[0].as_usize()).collect()
}

fn of_views(lengths: impl Iterator<Item = u32>) -> Vec<usize> {
    lengths.map(|length| length as usize).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::types::Int32Type;
    use arrow_array::{BinaryArray, DictionaryArray, Int32Array, Int64Array, LargeStringArray, StringArray, StringViewArray};
    use connect::MAX_CELL_BYTES;
    use model::DataType;

    use super::*;

    fn of(column: ArrayRef) -> (RecordBatch, [Field; 1]) {
        (RecordBatch::try_from_iter_with_nullable([("c", column, true)]).unwrap(), [Field::plain("c", DataType::String)])
    }

    #[test]
    fn cells_are_measured_in_every_form_that_they_come_in() {
        let texts = [Some("four"), None, Some("a text that is longer than a view holds by itself")];
        let long = texts[2].unwrap().len();
        let dictionary: DictionaryArray<Int32Type> = texts.into_iter().collect();
        let columns: [ArrayRef; 5] = [
            Arc::new(StringArray::from(texts.to_vec())),
            Arc::new(LargeStringArray::from(texts.to_vec())),
            Arc::new(StringViewArray::from(texts.to_vec())),
            Arc::new(BinaryArray::from(texts.map(|text| text.map(str::as_bytes)).to_vec())),
            Arc::new(dictionary),
        ];
        for column in columns {
            let found = sizes(&column).unwrap();
            assert_eq!((found[0], found[2]), (4, long), "{}", column.data_type());
            assert_eq!(sizes(&column.slice(2, 1)), Some(vec![long]), "{}", column.data_type());
        }
        assert_eq!(sizes(&(Arc::new(Int64Array::from(vec![1])) as ArrayRef)), None);
    }

    #[test]
    fn rows_are_cut_by_their_bytes_and_one_that_is_too_large_stands_alone() {
        let mib = |count: usize| "x".repeat(count << 20);
        let (batch, fields) = of(Arc::new(StringArray::from(vec![mib(1), mib(1), mib(1), mib(2), mib(17), mib(1)])));
        let sizes = RowSizes::of(&batch, &fields);
        assert_eq!(sizes.next(0, 101, Purpose::Response), Next::Rows(4));
        let Next::TooLarge(reason) = sizes.next(4, 105, Purpose::Response) else { panic!("a cell of 17 MiB is taken") };
        assert!(reason.starts_with("Row 105 has 17 MiB in c; the limit of a cell is 16 MiB."), "{reason}");
        assert_eq!(sizes.next(5, 106, Purpose::Response), Next::Rows(1));
        assert_eq!((sizes.next(4, 105, Purpose::Build), sizes.next(3, 104, Purpose::Response)), (Next::Rows(1), Next::Rows(1)));
        // By their number where they are small, and where they have no bytes of their own.
        let (batch, fields) = of(Arc::new(Int64Array::from_iter_values(0..3_000)));
        assert_eq!(RowSizes::of(&batch, &fields).next(0, 1, Purpose::Response), Next::Rows(BATCH_ROWS));
        assert_eq!(RowSizes::of(&batch, &fields).next(2_900, 1, Purpose::Response), Next::Rows(100));
    }

    #[test]
    fn one_value_of_a_dictionary_is_as_large_in_each_row() {
        let values = Arc::new(StringArray::from(vec!["x".repeat(MAX_CELL_BYTES)]));
        let (batch, fields) = of(Arc::new(DictionaryArray::<Int32Type>::new(Int32Array::from(vec![0; 1_000]), values)));
        assert_eq!(RowSizes::of(&batch, &fields).next(0, 1, Purpose::Response), Next::Rows(1));
    }
}
