//! A column of each type that the servers have.

use testkit::Chance;

use super::given::{
    Given, address, bytes, clock_text, day, digits, document, double, flag, four_bytes, long_address, moment, money, mood, no_number,
    numbers, odd_double, odd_single, of_65_digits, of_76_digits, of_any_digits, of_bits, one_of, or, quoted, single, text, unsigned, uuid,
    within, word,
};
use super::kinds::Kind;

/// A column of a type.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) native: &'static str,
    pub(super) kind: Kind,
    /// How the client is asked for its text, with `{}` in place of the name.
    pub(super) ask: &'static str,
    pub(super) make: fn(&mut Chance) -> Given,
    /// None of its values is NULL.
    pub(super) is_filled: bool,
}

/// A column whose text the server's own cast gives, see `servers.rs`.
fn of(native: &'static str, kind: Kind, make: fn(&mut Chance) -> Given) -> Column {
    asked(native, kind, "", make)
}

fn asked(native: &'static str, kind: Kind, ask: &'static str, make: fn(&mut Chance) -> Given) -> Column {
    Column { native, kind, ask, make, is_filled: false }
}

fn filled(column: Column) -> Column {
    Column { is_filled: true, ..column }
}

/// What stands before the table of PostgreSQL.
pub(super) const TYPES_OF_POSTGRES: &str = "CREATE EXTENSION citext; CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy'); \
    CREATE DOMAIN posint AS integer CHECK (value > 0); CREATE TYPE addr AS (street text, zip int);";

pub(super) fn of_postgres() -> Vec<Column> {
    const FAR_DAYS: [&str; 4] = ["4714-11-24 BC", "0044-03-15 BC", "10000-01-01", "5874897-12-31"];
    const FAR_TIMES: [&str; 4] =
        ["4713-01-01 00:00:00 BC", "0044-03-15 10:00:00.5 BC", "10000-01-01 00:00:00", "200000-12-31 23:59:59.999999"];
    vec![
        of("boolean", Kind::Flag, flag),
        of("smallint", Kind::Whole, |chance| of_bits(chance, 16)),
        of("integer", Kind::Whole, |chance| of_bits(chance, 32)),
        of("bigint", Kind::Whole, |chance| of_bits(chance, 64)),
        of("numeric(12,4)", Kind::Text, money),
        of("numeric(38,10)", Kind::Text, |chance| Given::Bare(digits(chance, 26, 10))),
        of("numeric", Kind::Text, of_any_digits),
        of("numeric", Kind::Text, |chance| or(chance, &["NaN", "Infinity", "-Infinity"], of_any_digits)),
        of("real", Kind::Single, odd_single),
        of("double precision", Kind::Double, odd_double),
        of("text", Kind::Text, text),
        of("varchar(60)", Kind::Text, text),
        of("char(5)", Kind::Text, word),
        of("name", Kind::Text, text),
        of("citext", Kind::Text, text),
        of("date", Kind::Date, |chance| or(chance, &FAR_DAYS, |chance| Given::Quoted(day(chance, 1, 9_999)))),
        of("time", Kind::Text, |chance| {
            or(chance, &["00:00:00", "24:00:00", "23:59:59.999999", "10:00:00.5"], |chance| Given::Quoted(clock_text(chance)))
        }),
        of("timetz", Kind::Text, |chance| Given::Quoted(clock_text(chance) + "+02")),
        of("timestamp", Kind::Moment, |chance| or(chance, &FAR_TIMES, |chance| moment(chance, (1, 9_999), 6))),
        of("timestamptz", Kind::Moment, |chance| or(chance, &FAR_TIMES, |chance| moment(chance, (1, 9_999), 6))),
        of("interval", Kind::Text, |chance| quoted(chance, &["0", "1 day 2:03:04", "-1 year -2 mons", "100:00:00.5"])),
        of("uuid", Kind::Text, uuid),
        asked("bytea", Kind::Hex, "encode({}, 'hex')", bytes),
        of("json", Kind::Document, document),
        of("jsonb", Kind::Document, document),
        of("mood", Kind::Text, mood),
        of("posint", Kind::Whole, |chance| within(chance, 1, 2_147_483_647)),
        of("inet", Kind::Text, address),
        of("cidr", Kind::Text, |chance| quoted(chance, &["10.0.0.0/8", "::/0", "2001:db8::/32"])),
        of("macaddr", Kind::Text, |chance| quoted(chance, &["08:00:2b:01:02:03", "ff:ff:ff:ff:ff:ff"])),
        of("money", Kind::Text, |chance| Given::Bare(digits(chance, 9, 2))),
        of("oid", Kind::Text, |chance| unsigned(chance, 32)),
        of("pg_lsn", Kind::Text, |chance| quoted(chance, &["0/0", "16/B374D848", "FFFFFFFF/FFFFFFFF"])),
        asked("integer[]", Kind::Document, "array_to_json({})::text", |chance| Given::Quoted(numbers(chance, ("{", "}")))),
        asked("text[]", Kind::Document, "array_to_json({})::text", |chance| {
            quoted(chance, &["{}", "{a,NULL,\"b, \\\"c\\\"\"}", "{日本,\"\"}"])
        }),
        of("int4range", Kind::Text, |chance| quoted(chance, &["empty", "[1,5)", "(,7)", "(,)"])),
        of("bit(4)", Kind::Text, |chance| quoted(chance, &["0000", "1010", "1111"])),
        of("bit varying", Kind::Text, |chance| quoted(chance, &["", "1", "0101"])),
        of("point", Kind::Text, |chance| quoted(chance, &["(0,0)", "(1.5,-2)"])),
        of("xml", Kind::Text, |chance| quoted(chance, &["<a/>", "<a b=\"c\">ü</a>"])),
        of("tsvector", Kind::Text, |chance| quoted(chance, &["", "a b", "fat:1A cat:2"])),
        of("addr", Kind::Text, |chance| quoted(chance, &["(\"Main st\",123)", "(,)", "(é,-1)"])),
    ]
}

pub(super) fn of_mariadb() -> Vec<Column> {
    const BITS: &str = "CAST(CAST({} AS UNSIGNED) AS CHAR)";
    vec![
        of("tinyint(1)", Kind::Whole, |chance| of_bits(chance, 8)),
        of("tinyint unsigned", Kind::Whole, |chance| unsigned(chance, 8)),
        of("smallint", Kind::Whole, |chance| of_bits(chance, 16)),
        of("mediumint", Kind::Whole, |chance| of_bits(chance, 24)),
        of("int unsigned", Kind::Whole, |chance| unsigned(chance, 32)),
        of("bigint", Kind::Whole, |chance| of_bits(chance, 64)),
        of("bigint unsigned", Kind::Text, |chance| unsigned(chance, 64)),
        asked("bit(1)", Kind::Whole, BITS, |chance| unsigned(chance, 1)),
        asked("bit(10)", Kind::Whole, BITS, |chance| unsigned(chance, 10)),
        asked("bit(64)", Kind::Text, BITS, |chance| unsigned(chance, 64)),
        asked("float", Kind::Single, "CAST({} + 0e0 AS CHAR)", single),
        of("double", Kind::Double, double),
        of("decimal(12,4)", Kind::Text, money),
        of("decimal(38,10)", Kind::Text, |chance| Given::Bare(digits(chance, 26, 10))),
        of("decimal(65,30)", Kind::Text, of_65_digits),
        of("varchar(60)", Kind::Text, text),
        of("varchar(60) COLLATE utf8mb4_bin", Kind::Text, text),
        of("char(5)", Kind::Text, word),
        of("text", Kind::Text, text),
        of("enum('sad','ok','happy')", Kind::Text, mood),
        of("set('a','b','c')", Kind::Text, |chance| quoted(chance, &["", "a", "a,c", "a,b,c"])),
        of("date", Kind::Date, |chance| or(chance, &["1000-01-01", "9999-12-31"], |chance| Given::Quoted(day(chance, 1_000, 9_999)))),
        of("datetime", Kind::Moment, |chance| moment(chance, (1_000, 9_999), 0)),
        of("datetime(6)", Kind::Moment, |chance| or(chance, &["9999-12-31 23:59:59.999999"], |chance| moment(chance, (1_000, 9_999), 6))),
        of("timestamp NULL", Kind::Moment, |chance| moment(chance, (1_971, 2_037), 0)),
        of("time", Kind::Text, |chance| quoted(chance, &["00:00:00", "-01:30:00", "100:00:00", "838:59:59", "-838:59:59"])),
        of("year", Kind::Whole, |chance| within(chance, 1_901, 2_155)),
        asked("binary(4)", Kind::Hex, "HEX({})", four_bytes),
        asked("varbinary(9)", Kind::Hex, "HEX({})", bytes),
        asked("blob", Kind::Hex, "HEX({})", bytes),
        asked("point", Kind::Hex, "HEX({})", |chance| Given::Bare(one_of(chance, &["POINT(0,0)", "POINT(1.5,-2)"]).to_owned())),
        of("json", Kind::Text, document),
        of("uuid", Kind::Text, uuid),
        of("inet6", Kind::Text, long_address),
    ]
}

pub(super) fn of_sqlite() -> Vec<Column> {
    vec![
        of("BOOLEAN", Kind::Flag, flag),
        of("SMALLINT", Kind::Whole, |chance| of_bits(chance, 16)),
        of("INTEGER", Kind::Whole, |chance| of_bits(chance, 64)),
        of("UNSIGNED BIG INT", Kind::Whole, |chance| of_bits(chance, 64)),
        of("REAL", Kind::Double, double),
        of("DOUBLE PRECISION", Kind::Double, double),
        of("DECIMAL(12,4)", Kind::Decimal, money),
        of("TEXT", Kind::Text, text),
        of("VARCHAR(40)", Kind::Text, text),
        of("", Kind::Text, text),
        of("BLOB", Kind::Hex, bytes),
        of("DATE", Kind::Date, |chance| Given::Quoted(day(chance, 1_000, 9_999))),
        of("TIME", Kind::Text, |chance| Given::Quoted(clock_text(chance))),
        of("DATETIME", Kind::Moment, |chance| moment(chance, (1_000, 9_999), 6)),
        asked("TIMESTAMP", Kind::Moment, "datetime({}, 'unixepoch')", |chance| within(chance, 1_000_000_000, 2_000_000_000)),
        of("UUID", Kind::Text, uuid),
        of("JSON", Kind::Document, document),
    ]
}

pub(super) fn of_clickhouse() -> Vec<Column> {
    const IN_UTC: &str = "toString(toTimeZone({}, 'UTC'))";
    const WIDEST: [&str; 4] =
        ["0", "1", "57896044618658097711785492504343953926634992332820282019728792003956564819967", "18446744073709551616"];
    vec![
        of("Nullable(Bool)", Kind::Flag, flag),
        of("Nullable(Int8)", Kind::Whole, |chance| of_bits(chance, 8)),
        of("Nullable(UInt16)", Kind::Whole, |chance| unsigned(chance, 16)),
        of("Nullable(Int32)", Kind::Whole, |chance| of_bits(chance, 32)),
        of("Nullable(UInt32)", Kind::Whole, |chance| unsigned(chance, 32)),
        of("Nullable(Int64)", Kind::Whole, |chance| within(chance, i128::from(i64::MIN) + 1, i128::from(i64::MAX))),
        of("Nullable(UInt64)", Kind::Text, |chance| unsigned(chance, 64)),
        of("Nullable(Int128)", Kind::Text, |chance| quoted(chance, &["0", "-1", "170141183460469231731687303715884105727"])),
        of("Nullable(Int256)", Kind::Text, |chance| quoted(chance, &WIDEST)),
        of("Nullable(UInt256)", Kind::Text, |chance| quoted(chance, &WIDEST)),
        of("Nullable(Float32)", Kind::Double, |chance| no_number(chance, single)),
        of("Nullable(Float64)", Kind::Double, |chance| no_number(chance, double)),
        of("Nullable(Decimal(12, 4))", Kind::Decimal, money),
        of("Nullable(Decimal(38, 10))", Kind::Decimal, |chance| Given::Quoted(digits(chance, 26, 10))),
        of("Nullable(Decimal(76, 30))", Kind::Decimal, of_76_digits),
        of("Nullable(String)", Kind::Text, text),
        of("LowCardinality(Nullable(String))", Kind::Text, text),
        of("Nullable(FixedString(4))", Kind::Text, |chance| quoted(chance, &["abcd", "x y ", "....", "éé"])),
        of("Nullable(Enum8('sad' = 1, 'ok' = 2, 'happy' = 3))", Kind::Text, mood),
        of("Nullable(IPv4)", Kind::Text, address),
        of("Nullable(IPv6)", Kind::Text, long_address),
        of("Nullable(UUID)", Kind::Text, uuid),
        of("Nullable(Date)", Kind::Date, |chance| Given::Quoted(day(chance, 1_970, 2_148))),
        of("Nullable(Date32)", Kind::Date, |chance| Given::Quoted(day(chance, 1_900, 2_299))),
        asked("Nullable(DateTime('Asia/Tokyo'))", Kind::Moment, IN_UTC, |chance| moment(chance, (1_971, 2_105), 0)),
        asked("Nullable(DateTime64(3, 'UTC'))", Kind::Moment, IN_UTC, |chance| moment(chance, (1_901, 2_298), 3)),
        asked("Nullable(DateTime64(6, 'Asia/Tokyo'))", Kind::Moment, IN_UTC, |chance| moment(chance, (1_971, 2_298), 6)),
        asked("Nullable(DateTime64(9, 'Asia/Tokyo'))", Kind::Nanos, IN_UTC, |chance| moment(chance, (1_971, 2_261), 9)),
        filled(of("Array(Int64)", Kind::Document, |chance| Given::Bare(numbers(chance, ("[", "]"))))),
        filled(asked("Map(String, Int32)", Kind::Document, "toJSONString({})", |chance| {
            Given::Bare(one_of(chance, &["map('', 0)", "map('k', 5)", "map('ü', -1, '', 2147483647)"]).to_owned())
        })),
        filled(asked("Tuple(a Int32, b String)", Kind::Document, "toJSONString({})", |chance| {
            Given::Bare(one_of(chance, &["(0, '')", "(-5, '日本')"]).to_owned())
        })),
    ]
}
