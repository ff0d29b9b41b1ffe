//! The table of the types of sources: what a column of each becomes, and whether it can name a row, be compared with a parameter, and tell
//! what has changed. The connectors and the checks of definitions read it; docs/types.md is held to it.

mod sqlite;
mod tables;

pub use self::tables::{CLICKHOUSE, MYSQL, OURS, POSTGRES, SQLITE};
use crate::DataType;
use crate::clickhouse::unwrapped;
use crate::data_type::ANY_DECIMAL;
use crate::dialect::Dialect;
use crate::table::Column;

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

/// Digits enough for every unsigned number of 64 bits.
pub const UNSIGNED: DataType = DataType::Decimal { precision: 20, scale: 0 };

/// `kfc`: can be a key, a filter, a cursor.
const fn row(names: &'static [&'static str], becomes: Becomes, can: &'static str, about: &'static str) -> SourceType {
    let can = can.as_bytes();
    SourceType { names, becomes, key: can[0] == b'k', filter: can[1] == b'f', cursor: can[2] == b'c', about }
}

/// The row of a column, by its source's own word for its type.
#[must_use]
pub fn of_column(dialect: Dialect, column: &Column) -> &'static SourceType {
    let lower = column.native.trim().to_ascii_lowercase();
    let (table, name) = match dialect {
        Dialect::Postgres => (POSTGRES, postgres_name(&lower)),
        Dialect::Mysql => (MYSQL, mysql_name(&lower)),
        Dialect::Clickhouse => (CLICKHOUSE, clickhouse_name(unwrapped(&column.native).0)),
        Dialect::Sqlite => (SQLITE, sqlite::name(&lower)),
        Dialect::Datafusion => return of_type(column.data_type),
        #[cfg(test)]
        Dialect::Brackets => return of_type(column.data_type),
    };
    find(table, name)
}

/// The row of a type of ours, where nothing is known of the source's own.
#[must_use]
pub fn of_type(data_type: DataType) -> &'static SourceType {
    find(OURS, data_type.word())
}

/// A column of PostgreSQL: its type's own name, and the type as it is declared. Arrays and domains are told by the catalogue.
#[must_use]
pub fn postgres(base: &str, declared: &str) -> DataType {
    of(POSTGRES, base, declared)
}

/// How `format_type` writes names that the catalogue has in another form, with what stands in brackets taken out.
fn postgres_name(lower: &str) -> &str {
    match lower {
        _ if lower.ends_with("[]") => return "an array",
        _ if lower.starts_with("timestamp") && lower.ends_with("with time zone") => return "timestamptz",
        _ if lower.starts_with("time") && lower.ends_with("with time zone") => return "timetz",
        _ if lower.starts_with("interval") => return "interval",
        _ if lower.ends_with(".citext") => return "citext",
        _ => {}
    }
    match lower.split('(').next().unwrap_or_default().trim() {
        "boolean" => "bool",
        "smallint" => "int2",
        "integer" => "int4",
        "bigint" => "int8",
        "real" => "float4",
        "double precision" => "float8",
        "character varying" => "varchar",
        "character" => "bpchar",
        "timestamp without time zone" => "timestamp",
        "time without time zone" => "time",
        known => known,
    }
}

/// A column of MySQL or MariaDB as the catalogue writes it (`bigint(20) unsigned`), or as a prepared statement names it.
#[must_use]
pub fn mysql(declared: &str) -> DataType {
    let lower = declared.trim().to_ascii_lowercase();
    of(MYSQL, mysql_name(&lower), &lower)
}

fn mysql_name(lower: &str) -> &str {
    match lower.split(['(', ' ']).next().unwrap_or_default() {
        "tinyint" if lower.starts_with("tinyint(1)") => "tinyint(1)",
        "bigint" if lower.contains("unsigned") => "bigint unsigned",
        "bit" if lower.starts_with("bit(64)") => "bit(64)",
        base => base,
    }
}

/// A column of ClickHouse, with what it is wrapped in. A sum is an integer, however wide the server makes it.
#[must_use]
pub fn clickhouse(native: &str) -> DataType {
    let (plain, _) = unwrapped(native);
    let data_type = of(CLICKHOUSE, clickhouse_name(plain), plain);
    if data_type == UNSIGNED && native.starts_with("SimpleAggregateFunction(sum") { DataType::Int64 } else { data_type }
}

fn clickhouse_name(plain: &str) -> &str {
    match (plain.split('(').next().unwrap_or_default(), plain.get(..12)) {
        // Parts of a second that a timestamp of ours does not have.
        ("DateTime64", Some("DateTime64(7")) => "DateTime64(7)",
        ("DateTime64", Some("DateTime64(8")) => "DateTime64(8)",
        ("DateTime64", Some("DateTime64(9")) => "DateTime64(9)",
        (name, _) => name,
    }
}

/// A column of SQLite, by the name that a person gave its type (`VARCHAR(20)`, `UNSIGNED BIG INT`).
#[must_use]
pub fn sqlite(declared: &str) -> DataType {
    let lower = declared.trim().to_ascii_lowercase();
    of(SQLITE, sqlite::name(&lower), &lower)
}

/// Whether columns of this name were texts until the words of SQLite's names were looked at, or a type came to the tables.
pub(crate) fn was_text(native: &str) -> bool {
    let lower = native.trim().to_ascii_lowercase();
    !sqlite::is_known(lower.split('(').next().unwrap_or_default().trim())
}

/// The row of a name; the last one is for all others.
fn find(table: &'static [SourceType], name: &str) -> &'static SourceType {
    let last = &table[table.len() - 1];
    table.iter().find(|known| known.names.contains(&name)).unwrap_or(last)
}

fn of(table: &'static [SourceType], name: &str, declared: &str) -> DataType {
    match find(table, name).becomes {
        Becomes::Always(data_type) => data_type,
        Becomes::Declared => decimal(declared),
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
    use crate::DataType::{Bytes, Float64, Int32, Int64, Json, String, Timestamp};

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
        assert_eq!((mysql("bit(64)"), mysql("bit(10)"), mysql("BIT")), (UNSIGNED, Int64, Int64));
        assert_eq!((clickhouse("Decimal(10, 2)"), clickhouse("UInt256"), clickhouse("IPv4")), (decimal(10, 2), ANY_DECIMAL, String));
        assert_eq!((clickhouse("Nullable(UInt64)"), clickhouse("SimpleAggregateFunction(sum, UInt64)")), (UNSIGNED, Int64));
        assert_eq!((clickhouse("Ring"), clickhouse("Point"), clickhouse("BFloat16")), (Json, Json, Float64));
        assert_eq!((clickhouse("DateTime64(6, 'UTC')"), clickhouse("Nullable(DateTime64(9))")), (Timestamp, String));
    }

    #[test]
    fn names_of_sqlite_are_told_by_their_words() {
        for (declared, wanted) in [
            ("UNSIGNED BIG INT", Int64),
            ("INT UNSIGNED", Int64),
            ("BIGINT UNSIGNED", Int64),
            ("LONG", Int64),
            ("UInt64", Int64),
            ("INT IDENTITY", Int64),
            ("NUMBER", ANY_DECIMAL),
            ("MONEY", ANY_DECIMAL),
            ("NUMERIC", ANY_DECIMAL),
            ("decimal(10, 2)", ANY_DECIMAL),
            ("FLOATING", Float64),
            ("DOUBLE UNSIGNED", Float64),
            ("LONGBLOB", Bytes),
            ("NVARCHAR(10)", String),
            ("LONG UNSIGNED", Int64),
            ("LONG VARCHAR", String),
            ("LONG RAW", String),
            ("LONGTEXT", String),
            ("POINT", String),
            ("INTERVAL", String),
            ("INTERNAL", String),
            ("", String),
            ("datetime (epoch seconds)", Timestamp),
        ] {
            assert_eq!(sqlite(declared), wanted, "{declared}");
        }
    }

    #[test]
    fn what_a_column_can_be_is_told_by_its_row() {
        let can = |dialect, native: &str| {
            let column = Column { name: "c".into(), data_type: DataType::default(), nullable: true, native: native.into() };
            let of = of_column(dialect, &column);
            (of.key, of.filter, of.cursor)
        };
        for (dialect, native, wanted) in [
            (Dialect::Postgres, "integer", (true, true, true)),
            (Dialect::Postgres, "timestamp(3) with time zone", (true, true, true)),
            (Dialect::Postgres, "character varying(9)", (true, true, true)),
            (Dialect::Postgres, "time without time zone", (true, true, false)),
            (Dialect::Postgres, "time with time zone", (true, true, false)),
            (Dialect::Postgres, "inet", (true, true, true)),
            (Dialect::Postgres, "other.mood", (true, true, false)),
            (Dialect::Postgres, "integer[]", (false, false, false)),
            (Dialect::Postgres, "xml", (false, false, false)),
            (Dialect::Mysql, "enum('a','b')", (true, true, false)),
            (Dialect::Mysql, "varchar(9)", (true, true, true)),
            (Dialect::Clickhouse, "LowCardinality(Nullable(String))", (true, true, true)),
            (Dialect::Clickhouse, "Ring", (false, false, false)),
            (Dialect::Sqlite, "datetime (epoch seconds)", (true, true, true)),
            (Dialect::Sqlite, "BOOL", (true, true, false)),
        ] {
            assert_eq!(can(dialect, native), wanted, "{dialect:?} {native}");
        }
        // Each type of ours has a row of its own.
        for data_type in DataType::OFFERED {
            assert_eq!(of_type(data_type).names, [data_type.word()]);
        }
    }

    /// The tables of the document, row by row.
    #[test]
    fn the_document_says_the_same() {
        let document = include_str!("../../../../docs/types.md");
        for table in [POSTGRES, MYSQL, CLICKHOUSE, SQLITE, OURS] {
            for of in table {
                let line = line_of(of);
                assert!(document.contains(&line), "docs/types.md lacks this line:\n{line}");
            }
        }
    }

    fn line_of(of: &SourceType) -> std::string::String {
        let becomes = match of.becomes {
            Becomes::Always(ANY_DECIMAL) => "decimal of any size",
            Becomes::Always(data_type) => data_type.word(),
            Becomes::Declared => "decimal of its digits; of any size above 38 or without them",
        };
        let can = |yes: bool| if yes { "yes" } else { "no" };
        format!("| {} | {becomes} | {} | {} | {} | {} |", of.names.join(", "), can(of.key), can(of.filter), can(of.cursor), of.about)
    }
}
