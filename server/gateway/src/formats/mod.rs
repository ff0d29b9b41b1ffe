//! The forms that a list can be given in, beside the page of JSON: each writes batches as they come, so that a response
//! of any length takes the memory of one batch.

mod arrow;
mod columns;
mod text;
mod write;

use http::HeaderMap;
use http::header::ACCEPT;
use model::Field;
use model::spec::ANSWER_FORMATS;

pub(crate) use self::write::{End, Write};

/// The forms of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// A page: rows as objects, with where the next begins.
    Json,
    /// One array for each column.
    Columns,
    /// A row a line.
    Ndjson,
    /// RFC 4180. NULL is nothing, an empty text is `""`.
    Csv,
    /// The same for spreadsheets: a mark of UTF-8, and no text that begins a formula.
    ExcelCsv,
    Parquet,
    /// The stream format of Arrow IPC.
    Arrow,
}

impl Format {
    /// In the order of their names in `ANSWER_FORMATS`.
    const ALL: [Format; ANSWER_FORMATS.len()] =
        [Self::Json, Self::Columns, Self::Ndjson, Self::Csv, Self::ExcelCsv, Self::Parquet, Self::Arrow];

    /// Its name: the suffix of an address, and the value of `format`.
    pub(crate) fn key(self) -> &'static str {
        ANSWER_FORMATS[self as usize]
    }

    pub(crate) fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.key() == key)
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Json | Self::Columns => "application/json",
            Self::Ndjson => "application/x-ndjson",
            Self::Csv | Self::ExcelCsv => "text/csv; charset=utf-8; header=present",
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Arrow => "application/vnd.apache.arrow.stream",
        }
    }

    /// The end of a file's name, for what a browser saves rather than shows.
    pub(crate) fn extension(self) -> Option<&'static str> {
        match self {
            Self::Json | Self::Columns | Self::Ndjson => None,
            Self::Csv | Self::ExcelCsv => Some("csv"),
            Self::Parquet => Some("parquet"),
            Self::Arrow => Some("arrows"),
        }
    }

    /// What a caller would rather have; `None` where it says nothing that is offered.
    pub(crate) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let wanted = headers.get(ACCEPT)?.to_str().ok()?;
        let one = |part: &str| {
            let (kind, rest) = part.split_once(';').unwrap_or((part, ""));
            let weight =
                rest.split(';').find_map(|text| text.trim().strip_prefix("q=")).map_or(Some(1.0), |text| text.parse::<f32>().ok())?;
            let format = match kind.trim().to_ascii_lowercase().as_str() {
                "application/json" | "*/*" | "application/*" => Self::Json,
                "application/x-ndjson" | "application/ndjson" | "application/jsonl" => Self::Ndjson,
                "text/csv" => Self::Csv,
                "application/vnd.apache.parquet" => Self::Parquet,
                "application/vnd.apache.arrow.stream" => Self::Arrow,
                _ => return None,
            };
            (weight > 0.0).then_some((weight, format))
        };
        // The first of those that weigh most.
        let offered = wanted.split(',').filter_map(one);
        offered.reduce(|best, next| if next.0 > best.0 { next } else { best }).map(|(_, format)| format)
    }

    /// What writes it; `None` for the page of JSON, which is not written from batches. `fields` stand beside the columns
    /// of the batches.
    pub(crate) fn writer(self, fields: Vec<Field>) -> Option<Result<Box<dyn Write>, String>> {
        let boxed: Box<dyn Write> = match self {
            Self::Json => return None,
            Self::Columns => Box::new(columns::Columns::new(fields)),
            Self::Ndjson => Box::new(text::Ndjson::new(fields)),
            Self::Csv => Box::new(text::Csv::new(fields, false)),
            Self::ExcelCsv => Box::new(text::Csv::new(fields, true)),
            Self::Parquet => return Some(arrow::Parquet::new(&fields).map(|writer| Box::new(writer) as Box<dyn Write>)),
            Self::Arrow => return Some(arrow::Stream::new(&fields).map(|writer| Box::new(writer) as Box<dyn Write>)),
        };
        Some(Ok(boxed))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn the_form_is_what_weighs_most_of_what_is_offered() {
        let of = |accept: &'static str| Format::accepted(&HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]));
        assert_eq!(of("text/csv"), Some(Format::Csv));
        assert_eq!(of("text/html, application/x-ndjson;q=0.9, */*;q=0.1"), Some(Format::Ndjson));
        assert_eq!(of("*/*"), Some(Format::Json));
        assert_eq!(of("text/csv;q=0, image/png"), None);
    }
}
