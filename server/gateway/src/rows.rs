//! What an executor gives: rows as protobuf messages, whichever way they go out.

use bytes::Bytes;
use model::union::Degraded;
use model::wire::{Fields, Wire, put_bytes, put_int};

/// The rows of one response.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Rows {
    /// Messages with every field of the API's row.
    pub(crate) rows: Vec<Bytes>,
    /// Where the next page begins; sealed on its way to a caller, see `cursor`.
    pub(crate) next: Option<String>,
    /// More rows than the API gives.
    pub(crate) truncated: bool,
    /// Unions: steps that were stood in for. Such a response is never kept.
    pub(crate) degraded: Vec<Degraded>,
}

impl Rows {
    /// A key's row, or none.
    pub(crate) fn of_key(row: Option<Bytes>) -> Self {
        Self { rows: row.into_iter().collect(), ..Self::default() }
    }

    /// About how much memory it takes.
    pub(crate) fn weight(&self) -> usize {
        96 + self.rows.iter().map(|row| row.len() + 48).sum::<usize>()
    }

    /// As one message, for a cache outside: `rows = 1`, `next = 2`, `truncated = 3`.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.weight());
        for row in &self.rows {
            put_bytes(&mut out, 1, row);
        }
        if let Some(next) = &self.next {
            put_bytes(&mut out, 2, next.as_bytes());
        }
        if self.truncated {
            put_int(&mut out, 3, 1);
        }
        out
    }

    /// The reverse of [`Rows::to_bytes`]; `None` for foreign bytes.
    pub(crate) fn from_bytes(bytes: &Bytes) -> Option<Self> {
        let mut rows = Self::default();
        for field in Fields::new(bytes) {
            let field = field.ok()?;
            match (field.number, field.value) {
                (1, Wire::Bytes(row)) => rows.rows.push(bytes.slice_ref(row)),
                (2, Wire::Bytes(next)) => rows.next = Some(std::str::from_utf8(next).ok()?.to_owned()),
                (3, Wire::Varint(yes)) => rows.truncated = yes != 0,
                _ => return None,
            }
        }
        Some(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_out_and_come_back() {
        let rows =
            Rows { rows: vec![Bytes::from_static(b"ab"), Bytes::new()], next: Some("bzQw".into()), truncated: true, ..Rows::default() };
        assert_eq!(Rows::from_bytes(&Bytes::from(rows.to_bytes())), Some(rows));
        assert_eq!(Rows::from_bytes(&Bytes::from_static(b"not ours")), None);
    }
}
