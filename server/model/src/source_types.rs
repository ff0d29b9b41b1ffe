//! The table of the types of database servers: what a column of each becomes, and whether it can name a row, be compared with a parameter,
//! and tell what has changed. The connectors read it; docs/types.md is held to it.

use crate::DataType;
use crate::data_type::ANY_DECIMAL;

/// What becomes of one type of a server, or of several that are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceType {
    /// As its server's catalogue names it.
    pub names: &'static [&'static str],
    pub becomes: Becomes,
    pub key: bool,
    pub filter: bool,
    pub cursor: bool,
    /// What a person should know of its values.
    pub about: &'static str,
}

/// A type of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Becomes {
    Always(DataType),
    /// A decimal of the digits that it declares, up to 38; of any size without them.
    Declared,
}

use Becomes::{Always, Declared};
use DataType::{Bool, Bytes, Date, Float64, Int32, Int64, Json, String, Time, Timestamp, Uuid};

/// Of everything else that PostgreSQL has: the server writes it as text.
const TEXT: DataType = String;
/// Digits enough for every unsigned number of 64 bits.
pub const UNSIGNED: DataType = DataType::Decimal { precision: 20, scale: 0 };

/// `kfc`: can be a key, a filter, a cursor.
const fn row(names: &'static [&'static str], becomes: Becomes, can: &'static str, about: &'static str) -> SourceType {
    let can = can.as_bytes();
    SourceType { names, becomes, key: can[0] == b'k', filter: can[1] == b'f', cursor: can[2] == b'c', about }
}

const DIGITS: &str = "All digits, as a string.";
const TIMES: &str = "In UTC. Infinite ones are errors, or texts where the field is text.";

pub const POSTGRES: &[SourceType] = &[
    row(&["bool"], Always(Bool), "kf-", ""),
    row(&["int2", "int4"], Always(Int32), "kfc", ""),
    row(&["int8"], Always(Int64), "kfc", ""),
    row(&["float4"], Always(Float64), "-f-", "The shortest digits of the 32 bits: 0.1."),
    row(&["float8"], Always(Float64), "-f-", ""),
    row(&["numeric"], Declared, "kfc", DIGITS),
    row(&["date"], Always(Date), "kfc", "Years 4713 BC to 5874897 AD. Infinite ones are errors, or texts where the field is text."),
    row(&["time"], Always(Time), "kf-", "Up to 24:00:00."),
    row(&["timestamp", "timestamptz"], Always(Timestamp), "kfc", TIMES),
    row(&["uuid"], Always(Uuid), "kf-", ""),
    row(&["json", "jsonb"], Always(Json), "---", "As stored: order, doubled names and digits."),
    row(&["bytea"], Always(Bytes), "kf-", "Base64."),
    row(&["text", "varchar", "name", "citext"], Always(TEXT), "kfc", ""),
    row(&["bpchar"], Always(TEXT), "kfc", "`char(n)`, without the blanks at its end."),
    row(&["an array"], Always(Json), "---", "A JSON array, written by the server."),
    row(&["a domain"], Always(TEXT), "kfc", "What the type that it is made of becomes."),
    row(&["an enumeration"], Always(TEXT), "kf-", "The name of the value."),
    row(&["anything else"], Always(TEXT), "-f-", "The text that `::text` gives: interval, inet, ranges, money, xml, bit, composites."),
];

pub const MYSQL: &[SourceType] = &[
    row(&["tinyint(1)", "boolean"], Always(Int32), "kfc", "A number: it may hold 2 and -1. A field that is yes/no takes 0 and 1 alone."),
    row(&["tinyint", "smallint", "mediumint", "int", "bigint", "year"], Always(Int64), "kfc", ""),
    row(&["bigint unsigned"], Always(UNSIGNED), "kfc", DIGITS),
    row(&["bit"], Always(Int64), "kf-", "The number that its bits are."),
    row(&["float"], Always(Float64), "-f-", "The shortest digits of the 32 bits: 0.1."),
    row(&["double"], Always(Float64), "-f-", ""),
    row(&["decimal"], Declared, "kfc", DIGITS),
    row(&["date"], Always(Date), "kfc", "0000-00-00 and dates without a day are errors, or texts where the field is text."),
    row(&["datetime", "timestamp"], Always(Timestamp), "kfc", "Taken for UTC. 0000-00-00 as above."),
    row(&["time"], Always(TEXT), "-f-", "It may be negative and longer than a day: -01:30:00, 100:00:00."),
    row(&["binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "geometry"], Always(Bytes), "kf-", "Base64."),
    row(&["json"], Always(Json), "---", "As stored. MariaDB's JSON is a longtext, and a text."),
    row(&["uuid"], Always(Uuid), "kf-", ""),
    row(&["anything else"], Always(TEXT), "kfc", "Texts, enumerations and sets."),
];

pub const CLICKHOUSE: &[SourceType] = &[
    row(&["Bool"], Always(Bool), "kf-", ""),
    row(&["Int8", "Int16", "Int32", "UInt8", "UInt16"], Always(Int32), "kfc", ""),
    row(
        &["Int64", "UInt32", "UInt64"],
        Always(Int64),
        "kfc",
        "A number above 9223372036854775807 is an error, or a text where the field is text.",
    ),
    row(&["Int128", "UInt128", "Int256", "UInt256"], Always(ANY_DECIMAL), "kf-", DIGITS),
    row(&["Float32", "Float64"], Always(Float64), "-f-", ""),
    row(&["Decimal"], Declared, "kfc", DIGITS),
    row(&["Date", "Date32"], Always(Date), "kfc", ""),
    row(&["DateTime", "DateTime64"], Always(Timestamp), "kfc", "In UTC."),
    row(&["UUID"], Always(Uuid), "kf-", ""),
    row(
        &["Array", "Map", "Tuple", "JSON", "Object", "Nested", "Variant", "Dynamic"],
        Always(Json),
        "---",
        "Numbers inside stay numbers, with all their digits.",
    ),
    row(&["anything else"], Always(TEXT), "kfc", "Texts, addresses, enumerations."),
];

/// A column of PostgreSQL: its type's own name, and the type as it is declared. Arrays and domains are told by the catalogue.
#[must_use]
pub fn postgres(base: &str, declared: &str) -> DataType {
    of(POSTGRES, base, declared)
}

/// A column of MySQL or MariaDB as the catalogue writes it (`bigint(20) unsigned`), or as a prepared statement names it.
#[must_use]
pub fn mysql(declared: &str) -> DataType {
    let lower = declared.trim().to_ascii_lowercase();
    let base = lower.split(['(', ' ']).next().unwrap_or_default();
    let name = match base {
        "tinyint" if lower.starts_with("tinyint(1)") => "tinyint(1)",
        "bigint" if lower.contains("unsigned") => "bigint unsigned",
        base => base,
    };
    of(MYSQL, name, &lower)
}

/// A column of ClickHouse, without what it is wrapped in.
#[must_use]
pub fn clickhouse(declared: &str) -> DataType {
    of(CLICKHOUSE, declared.split('(').next().unwrap_or_default(), declared)
}

fn of(table: &[SourceType], name: &str, declared: &str) -> DataType {
    match table.iter().find(|known| known.names.contains(&name)).map(|known| known.becomes) {
        Some(Always(data_type)) => data_type,
        Some(Declared) => decimal(declared),
        None => TEXT,
    }
}

/// `numeric(10, 2)`, with its digits where Arrow has so many, and no more of them behind the point than in all.
#[must_use]
pub fn decimal(declared: &str) -> DataType {
    let Some((_, arguments)) = declared.split_once('(') else { return ANY_DECIMAL };
    let mut numbers = arguments.split(')').next().unwrap_or_default().split(',').map(|part| part.trim().parse::<u8>());
    match (numbers.next(), numbers.next()) {
        (Some(Ok(precision @ 1..=38)), None) => DataType::Decimal { precision, scale: 0 },
        (Some(Ok(precision @ 1..=38)), Some(Ok(scale))) if scale <= precision => {
            DataType::Decimal { precision, scale: i8::try_from(scale).unwrap_or(0) }
        }
        _ => ANY_DECIMAL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_by_the_catalogue_and_by_prepared_statements() {
        let decimal = |precision, scale| DataType::Decimal { precision, scale };
        assert_eq!(postgres("numeric", "numeric(10,2)"), decimal(10, 2));
        assert_eq!(postgres("numeric", "numeric(38)"), decimal(38, 0));
        for wide in ["numeric", "numeric(50,2)", "numeric(2,-3)", "numeric(3,5)", "numeric(60,20)"] {
            assert_eq!(postgres("numeric", wide), ANY_DECIMAL, "{wide}");
        }
        assert_eq!((postgres("interval", "interval"), postgres("mood", "mood")), (String, String));
        assert_eq!(mysql("bigint(20) unsigned"), UNSIGNED);
        assert_eq!((mysql("tinyint(1)"), mysql("TINYINT(1) UNSIGNED"), mysql("tinyint(4)")), (Int32, Int32, Int64));
        assert_eq!((mysql("INT UNSIGNED"), mysql("decimal(10,2)"), mysql("decimal(65,30)")), (Int64, decimal(10, 2), ANY_DECIMAL));
        assert_eq!(
            (mysql("enum('a','b')"), mysql("datetime(6)"), mysql("time(3)"), mysql("varbinary(16)")),
            (String, Timestamp, String, Bytes)
        );
        assert_eq!((clickhouse("Decimal(10, 2)"), clickhouse("UInt256"), clickhouse("IPv4")), (decimal(10, 2), ANY_DECIMAL, String));
    }

    /// The tables of the document, row by row.
    #[test]
    fn the_document_says_the_same() {
        let document = include_str!("../../../docs/types.md");
        for table in [POSTGRES, MYSQL, CLICKHOUSE] {
            for of in table {
                let line = line_of(of);
                assert!(document.contains(&line), "docs/types.md lacks this line:\n{line}");
            }
        }
    }

    fn line_of(of: &SourceType) -> std::string::String {
        let becomes = match of.becomes {
            Always(ANY_DECIMAL) => "decimal of any size",
            Always(data_type) => data_type.word(),
            Declared => "decimal of its digits; of any size above 38 or without them",
        };
        let can = |yes: bool| if yes { "yes" } else { "no" };
        format!("| {} | {becomes} | {} | {} | {} | {} |", of.names.join(", "), can(of.key), can(of.filter), can(of.cursor), of.about)
    }
}
