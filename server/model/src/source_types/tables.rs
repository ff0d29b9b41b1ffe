//! The rows of the table, source by source.

use super::Becomes::{Always, Declared};
use super::{SourceType, UNSIGNED, row};
use crate::DataType::{self, Bool, Bytes, Date, Float64, Int32, Int64, Json, Time, Timestamp, Uuid};
use crate::data_type::ANY_DECIMAL;

/// Of everything else that a server has: the text that it writes.
const TEXT: DataType = DataType::String;

const DIGITS: &str = "All digits, as a string.";
const SHORT: &str = "The shortest digits of the 32 bits: 0.1.";
const TIMES: &str = "In UTC, up to the year 294246; later ones are errors. Infinite ones are errors, or texts where the field is text.";

pub const POSTGRES: &[SourceType] = &[
    row(&["bool"], Always(Bool), "kf-", ""),
    row(&["int2", "int4"], Always(Int32), "kfc", ""),
    row(&["int8"], Always(Int64), "kfc", ""),
    row(&["float4"], Always(Float64), "kf-", SHORT),
    row(&["float8"], Always(Float64), "kf-", ""),
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
    row(&["a domain"], Always(TEXT), "kfc", "What the type that it is made of becomes, and what that can be."),
    row(
        &["inet", "cidr", "interval", "money", "oid", "pg_lsn"],
        Always(TEXT),
        "kfc",
        "The text that `::text` gives, in the type's own order.",
    ),
    row(
        &["xml", "point", "line", "lseg", "box", "path", "polygon", "circle"],
        Always(TEXT),
        "---",
        "The text that `::text` gives. The server does not compare such values.",
    ),
    row(
        &["anything else"],
        Always(TEXT),
        "kf-",
        "The text that `::text` gives: the name of an enumeration's value, ranges, bit, composites.",
    ),
];

/// As MySQL and MariaDB tell them of a column; of a result they say `geometry` alone.
const GEOMETRIES: &[&str] = &[
    "geometry",
    "point",
    "linestring",
    "polygon",
    "multipoint",
    "multilinestring",
    "multipolygon",
    "geometrycollection",
    "geomcollection",
];

pub const MYSQL: &[SourceType] = &[
    row(&["tinyint(1)", "boolean"], Always(Int32), "kfc", "A number: it may hold 2 and -1. A field that is yes/no takes 0 and 1 alone."),
    row(&["tinyint", "smallint", "mediumint", "int", "bigint", "year"], Always(Int64), "kfc", ""),
    row(&["bigint unsigned"], Always(UNSIGNED), "kfc", DIGITS),
    row(&["bit"], Always(Int64), "kfc", "The number that its bits are."),
    row(&["bit(64)"], Always(UNSIGNED), "kfc", "The number that its bits are. All digits, as a string."),
    row(&["float"], Always(Float64), "kf-", SHORT),
    row(&["double"], Always(Float64), "kf-", ""),
    row(&["decimal"], Declared, "kfc", DIGITS),
    row(&["date"], Always(Date), "kfc", "0000-00-00 and dates without a day are errors, or texts where the field is text."),
    row(&["datetime", "timestamp"], Always(Timestamp), "kfc", "Taken for UTC. 0000-00-00 as above."),
    row(&["time"], Always(TEXT), "kfc", "It may be negative and longer than a day: -01:30:00, 100:00:00."),
    row(&["binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"], Always(Bytes), "kf-", "Base64."),
    row(GEOMETRIES, Always(Bytes), "kf-", "Base64 of the number of its reference system and its WKB."),
    row(&["json"], Always(Json), "---", "As stored. MariaDB's JSON is a longtext, and a text."),
    row(&["uuid"], Always(Uuid), "kf-", ""),
    row(&["enum", "set"], Always(TEXT), "kf-", "Sorted by the numbers of the values, of which the greatest is not told by name."),
    row(&["anything else"], Always(TEXT), "kfc", "Texts."),
];

pub const CLICKHOUSE: &[SourceType] = &[
    row(&["Bool"], Always(Bool), "kf-", ""),
    row(&["Int8", "Int16", "Int32", "UInt8", "UInt16"], Always(Int32), "kfc", ""),
    row(&["Int64", "UInt32"], Always(Int64), "kfc", ""),
    row(
        &["UInt64"],
        Always(UNSIGNED),
        "kfc",
        "All digits, as a string. What `count`, `uniq` and `sum` give is an integer, and above 9223372036854775807 an error.",
    ),
    row(&["Int128", "UInt128", "Int256", "UInt256"], Always(ANY_DECIMAL), "kfc", DIGITS),
    row(&["Float32", "Float64", "BFloat16"], Always(Float64), "kf-", ""),
    row(&["Decimal"], Declared, "kfc", DIGITS),
    row(&["Date", "Date32"], Always(Date), "kfc", ""),
    row(&["DateTime", "DateTime64"], Always(Timestamp), "kfc", "In UTC."),
    row(
        &["DateTime64(7)", "DateTime64(8)", "DateTime64(9)"],
        Always(TEXT),
        "kfc",
        "In UTC, with all digits of the second: 2024-01-01T00:00:00.000000001Z.",
    ),
    row(&["UUID"], Always(Uuid), "kf-", ""),
    row(
        &["Array", "Map", "Tuple", "JSON", "Object", "Nested", "Variant", "Dynamic"],
        Always(Json),
        "---",
        "Numbers inside stay numbers, with all their digits.",
    ),
    row(
        &["Point", "Ring", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "Geometry"],
        Always(Json),
        "---",
        "Arrays of numbers, a point as `[x,y]`.",
    ),
    row(&["anything else"], Always(TEXT), "kfc", "Texts, addresses, enumerations."),
];

/// SQLite gives columns names of types, and each value a type of its own: see [`super::sqlite`].
pub const SQLITE: &[SourceType] = &[
    row(&["boolean", "bool"], Always(Bool), "kf-", "0 and 1."),
    row(&["smallint", "int2", "int4"], Always(Int32), "kfc", ""),
    row(&["tinyint", "mediumint", "int", "integer", "bigint", "int8"], Always(Int64), "kfc", ""),
    row(&[super::sqlite::INTEGERS], Always(Int64), "kfc", "`UNSIGNED BIG INT`, `INT UNSIGNED`, `LONG`."),
    row(&["real", "float", "float4", "float8", "double", "double precision"], Always(Float64), "kf-", ""),
    row(&[super::sqlite::FLOATS], Always(Float64), "kf-", "`DOUBLE UNSIGNED`."),
    row(
        &["numeric", "decimal", "number", "money", "currency"],
        Always(ANY_DECIMAL),
        "kfc",
        "The digits that SQLite keeps, as a string. It holds no value to the digits that are declared.",
    ),
    row(&["date"], Always(Date), "kfc", "Texts, or numbers of days; compared in the form that the column has."),
    row(&["time", "time without time zone"], Always(Time), "kf-", ""),
    row(
        &["datetime", "timestamp", "timestamptz", "timestamp with time zone", "timestamp without time zone"],
        Always(Timestamp),
        "kfc",
        "Texts of any pattern, seconds, milliseconds or julian days; compared in the form that the column has.",
    ),
    row(&["uuid"], Always(Uuid), "kf-", ""),
    row(&["json", "jsonb"], Always(Json), "---", "As stored."),
    row(&["blob", "bytea"], Always(Bytes), "kf-", "Base64."),
    row(&[super::sqlite::BLOBS], Always(Bytes), "kf-", "`LONGBLOB`."),
    row(&["anything else"], Always(TEXT), "kfc", "Texts, and columns without a type."),
];

/// Sources that have no types of their own, by ours: files, Redis, JSON over HTTP, topics, logs, datasets.
pub const OURS: &[SourceType] = &[
    row(&["text"], Always(TEXT), "kfc", ""),
    row(&["yes/no"], Always(Bool), "kf-", ""),
    row(&["small integer"], Always(Int32), "kfc", ""),
    row(&["integer"], Always(Int64), "kfc", ""),
    row(&["number"], Always(Float64), "kf-", ""),
    row(&["decimal"], Declared, "kfc", DIGITS),
    row(&["date"], Always(Date), "kfc", ""),
    row(&["time"], Always(Time), "kf-", ""),
    row(&["timestamp"], Always(Timestamp), "kfc", "In UTC."),
    row(&["uuid"], Always(Uuid), "kf-", ""),
    row(&["bytes"], Always(Bytes), "kf-", "Base64. Pages of files cannot begin behind such a value."),
    row(&["json"], Always(Json), "---", ""),
];
