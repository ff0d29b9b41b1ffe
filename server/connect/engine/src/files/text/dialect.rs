//! How the lines of a file are written: as set by hand, and else as its beginning shows.

use encoding_rs::Encoding;

use super::bytes::encoding_of;
use super::settings::{Given, shown};

/// Records that are looked at.
const LOOKED_AT: usize = 50;
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// How one file of cells is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CsvDialect {
    pub(crate) encoding: &'static Encoding,
    /// Bytes and lines before the first that is read: a mark of the encoding, a line that names the separator, lines of comment.
    pub(crate) mark: usize,
    pub(crate) skipped_lines: u64,
    pub(crate) separator: u8,
    pub(crate) quote: Option<u8>,
    pub(crate) comment: Option<u8>,
    pub(crate) header: bool,
}

impl CsvDialect {
    /// By the beginning of a file; `usual` separates where nothing else shows.
    pub(crate) fn of(head: &[u8], given: &Given, usual: u8) -> Self {
        let (found, length) = encoding_of(head);
        let encoding = given.encoding.unwrap_or(found);
        // A mark is one whatever somebody has set, if it is of what is set.
        let mark = if encoding == found { length } else { 0 };
        let (text, _) = encoding.decode_without_bom_handling(&head[mark.min(head.len())..]);
        let mut lines = text.as_ref();
        let mut skipped_lines = 0;
        let mut named = None;
        if let Some(separator) = lines.strip_prefix("sep=").and_then(|rest| rest.bytes().next()) {
            named = Some(separator).filter(u8::is_ascii);
            lines = behind_line(lines);
            skipped_lines += 1;
        }
        let quote = given.quote.unwrap_or(Some(b'"'));
        let separator_of = |lines: &str| given.separator.or(named).unwrap_or_else(|| separator(lines, quote, usual));
        if given.comment.is_none() {
            while lines.starts_with('#') && !is_header(lines, separator_of(behind_line(lines))) {
                lines = behind_line(lines);
                skipped_lines += 1;
            }
        }
        let separator = separator_of(lines);
        let mut dialect = Self { encoding, mark, skipped_lines, separator, quote, comment: given.comment, header: true };
        dialect.header = given.header.unwrap_or_else(|| has_header(&dialect.records(lines)));
        dialect
    }

    pub(crate) fn builder(&self) -> csv::ReaderBuilder {
        let mut builder = csv::ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(self.separator).comment(self.comment).buffer_capacity(64 << 10);
        match self.quote {
            Some(quote) => builder.quote(quote),
            None => builder.quoting(false),
        };
        builder
    }

    /// The first records of a text; the last, which may be cut, only where it is the first.
    fn records(&self, text: &str) -> Vec<csv::StringRecord> {
        let mut records: Vec<_> =
            self.builder().from_reader(text.as_bytes()).records().take(LOOKED_AT + 1).filter_map(Result::ok).collect();
        if records.len() > LOOKED_AT {
            records.truncate(LOOKED_AT);
        }
        records
    }

    /// What is said of it, beside what is usual.
    pub(crate) fn words(&self) -> String {
        let quote = self.quote.map_or("none".to_owned(), shown);
        let mut words = format!("separator={} quote={quote} header={}", shown(self.separator), if self.header { "yes" } else { "no" });
        if let Some(comment) = self.comment {
            words.push_str(&format!(" comment={}", shown(comment)));
        }
        format!("{words} encoding={}", self.encoding.name().to_lowercase())
    }
}

fn behind_line(text: &str) -> &str {
    text.split_once('\n').map_or("", |(_, rest)| rest)
}

/// Whether a line of `#` names as many columns as the line behind it has cells.
fn is_header(lines: &str, separator: u8) -> bool {
    let cells = |lines: &str| lines.lines().next().unwrap_or_default().bytes().filter(|byte| *byte == separator).count();
    let named = cells(lines);
    named > 0 && named == cells(behind_line(lines))
}

/// The one that parts most records into as many cells as the first has.
fn separator(text: &str, quote: Option<u8>, usual: u8) -> u8 {
    let mut best = (0, usual);
    let others = SEPARATORS.into_iter().filter(|separator| *separator != usual);
    for separator in std::iter::once(usual).chain(others) {
        let dialect =
            CsvDialect { encoding: encoding_rs::UTF_8, mark: 0, skipped_lines: 0, separator, quote, comment: None, header: false };
        let records = dialect.records(text);
        let width = records.first().map_or(0, csv::StringRecord::len);
        let same = records.iter().filter(|record| record.len() == width).count();
        if width > 1 && same > best.0 {
            best = (same, separator);
        }
    }
    best.1
}

/// Whether the first record names columns: it does, unless each column of numbers begins with a number, and these are no years.
fn has_header(records: &[csv::StringRecord]) -> bool {
    let Some((first, rest)) = records.split_first() else { return true };
    let is_number = |text: &str| crate::evidence::is_number(text) || text.parse::<f64>().is_ok_and(f64::is_finite);
    let is_year = |text: &str| text.parse::<u32>().is_ok_and(|year| (1_900..=2_100).contains(&year));
    let numbers: Vec<&str> = first.iter().filter(|text| is_number(text)).collect();
    if numbers.is_empty() || numbers.iter().all(|text| is_year(text)) {
        return true;
    }
    let mut columns = 0..first.len();
    columns.any(|column| {
        let mut cells = rest.iter().filter_map(|record| record.get(column)).filter(|text| !text.is_empty()).peekable();
        cells.peek().is_some() && cells.all(is_number) && !is_number(&first[column])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> CsvDialect {
        CsvDialect::of(text.as_bytes(), &Given::default(), b',')
    }

    #[test]
    fn what_parts_cells_is_what_the_lines_agree_on() {
        for (text, separator) in [
            ("id,name\n1,a\n", b','),
            ("id;preis;ort\n1;1,50;Berlin\n2;2.345,75;K\u{f6}ln\n", b';'),
            ("id|name\n1|a\n2|b\n", b'|'),
            ("id\tname\n1\ta,b\n", b'\t'),
            ("id\n1\n2\n", b','),
            ("sep=;\nid;name\n1;a\n", b';'),
            ("id,note\n1,\"a;b\n;c\"\n", b','),
            ("id,a,b\n1,x,y\n2,x,y,z\n", b','),
        ] {
            assert_eq!(char::from(of(text).separator), char::from(separator), "{text}");
        }
    }

    #[test]
    fn what_stands_before_the_columns_is_skipped() {
        assert_eq!(of("sep=;\nid;name\n1;a\n").skipped_lines, 1);
        assert_eq!(of("# exported 2024-01-01\n# by tool\nid,name\n1,a\n").skipped_lines, 2);
        assert_eq!(of("#id,name\n1,a\n").skipped_lines, 0);
        assert_eq!(of("#\n").skipped_lines, 1);
        assert_eq!(of("").skipped_lines, 0);
    }

    #[test]
    fn a_first_line_of_values_is_no_header() {
        for (text, header) in [
            ("1,Ana,3.5\n2,Bo,4.5\n", false),
            ("id,name\n1,a\n", true),
            ("id,name\n", true),
            ("name\na\n", true),
            ("country,2013,2014\nDE,1,2\n", true),
            ("id,a,b,\n1,x,y,\n", true),
            ("5\n6\n", false),
            ("", true),
        ] {
            assert_eq!(of(text).header, header, "{text}");
        }
        let given = Given { header: Some(true), ..Given::default() };
        assert!(CsvDialect::of(b"1,2\n", &given, b',').header);
    }
}
