//! Pages that begin behind a row: the values that rows are sorted by, exactly as the source has them. A displayed value may have lost
//! digits, signs or kind, and a page behind one gives rows twice, or never. So the source gives each value as a text beside the row,
//! and takes that text back.

use crate::dialect::Dialect;
use crate::form::QueryForm;
use crate::script::Rendered;
use crate::{DataType, Field, Parameter, Value, clickhouse};

/// What the columns are called that hold those texts: no field can be.
fn name(index: usize) -> String {
    format!("~{}", index + 1)
}

/// The columns that a form's statement gives beside its fields, for the fields of a keyset; none where the source's values are exact
/// as they are.
#[must_use]
pub fn fields(count: usize, dialect: Dialect) -> Vec<Field> {
    if dialect == Dialect::Datafusion { Vec::new() } else { (0..count).map(|index| Field::plain(name(index), DataType::String)).collect() }
}

/// A form's statement without its order, with those columns.
#[must_use]
pub fn unordered(form: &QueryForm, parameters: &[Parameter], keyset: &[(&Field, bool)], dialect: Dialect) -> String {
    let with = |expression: &dyn Fn(&Field) -> String| -> Vec<String> {
        let texts = keyset.iter().enumerate();
        texts
            .filter_map(|(at, (field, _))| {
                Some(format!("{} AS {}", text_sql(dialect, &expression(field), field)?, dialect.quote(&name(at))))
            })
            .collect()
    };
    if !form.distinct {
        return form.unordered_with(&with(&|field: &Field| form.expression_of(&field.name, dialect)), parameters, dialect);
    }
    // Beside distinct rows, texts would tell apart what the source does not.
    let texts = with(&|field: &Field| dialect.quote(&field.name));
    let inner = form.unordered(parameters, dialect);
    if texts.is_empty() { inner } else { format!("SELECT plain.*, {}\nFROM (\n{inner}\n) AS plain", texts.join(", ")) }
}

/// The exact text of an expression.
fn text_sql(dialect: Dialect, of: &str, field: &Field) -> Option<String> {
    Some(match dialect {
        Dialect::Postgres => format!("CAST({of} AS text)"),
        // Values have types here, and not columns; numbers are written by whoever reads the row, which is exact.
        Dialect::Sqlite => {
            format!("CASE typeof({of}) WHEN 'text' THEN 't' || hex({of}) WHEN 'blob' THEN 'b' || hex({of}) ELSE {of} END")
        }
        Dialect::Mysql => match field.data_type {
            _ if is_counted(field) => format!("CAST({of} + 0 AS CHAR)"),
            DataType::Bytes => format!("HEX({of})"),
            DataType::Float64 => format!("CAST(CAST({of} AS DOUBLE) AS CHAR)"),
            _ => format!("CAST({of} AS CHAR)"),
        },
        // With all digits of its seconds, and in one zone whatever zone the column has.
        Dialect::Clickhouse if field.data_type == DataType::Timestamp || field.source_type == clickhouse::TIME => {
            format!("toString({of}, 'UTC')")
        }
        Dialect::Clickhouse => format!("CAST({of} AS Nullable(String))"),
        Dialect::Datafusion => return None,
        #[cfg(test)]
        Dialect::Brackets => format!("CAST({of} AS NVARCHAR(4000))"),
    })
}

/// What MySQL sorts as a number, whatever it shows.
fn is_counted(field: &Field) -> bool {
    matches!(field.source_type.as_str(), "bit" | "enum" | "set")
}

/// The value that an exact text stands for; `None` for a text that the source did not give.
#[must_use]
pub fn value_of(dialect: Dialect, field: &Field, text: &str) -> Option<Value> {
    let whole = || match text.parse::<i64>() {
        Ok(number) => Some(Value::Int(number)),
        Err(_) => text.bytes().all(|sign| sign.is_ascii_digit()).then(|| Value::Text(text.to_owned())),
    };
    Some(match (dialect, field.data_type) {
        (Dialect::Postgres, _) => Value::Text(text.to_owned()),
        (Dialect::Sqlite, _) => return tagged(text),
        (Dialect::Mysql, DataType::Bool | DataType::Int32 | DataType::Int64) => whole()?,
        (Dialect::Mysql, _) if is_counted(field) => whole()?,
        (Dialect::Mysql, DataType::Bytes) => Value::Bytes(unhex(text)?),
        (Dialect::Clickhouse | Dialect::Datafusion, DataType::Int32 | DataType::Int64) => whole()?,
        (Dialect::Clickhouse | Dialect::Datafusion, DataType::Bool) => Value::Bool(matches!(text, "true" | "1")),
        (_, DataType::Float64) => Value::Float(text.parse().ok()?),
        _ => Value::Text(text.to_owned()),
    })
}

/// A value of a row that is exact as it is, as such a text.
#[must_use]
pub fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Int(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Text(text) => Some(text.clone()),
        Value::Bytes(_) | Value::List(_) | Value::Null => None,
    }
}

fn tagged(text: &str) -> Option<Value> {
    if let Some(hex) = text.strip_prefix('t') {
        return String::from_utf8(unhex(hex)?).ok().map(Value::Text);
    }
    if let Some(hex) = text.strip_prefix('b') {
        return unhex(hex).map(Value::Bytes);
    }
    text.parse().ok().map(Value::Int).or_else(|| text.parse().ok().map(Value::Float))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?, 16).ok()).collect()
}

/// Rows behind the one that has these values: alike in the first fields, and further on in the next. What is empty is
/// last, whichever way a field goes.
pub(crate) fn push_behind(out: &mut Rendered, dialect: Dialect, keyset: &[(&Field, bool)], values: &[Value]) {
    out.sql.push_str("(1 = 0");
    for (at, ((field, falls), value)) in keyset.iter().zip(values).enumerate() {
        if *value == Value::Null {
            continue;
        }
        out.sql.push_str(" OR ");
        for ((field, _), value) in keyset.iter().zip(values).take(at) {
            push_same(out, dialect, field, value);
            out.sql.push_str(" AND ");
        }
        push_further(out, dialect, (*field, *falls), value);
    }
    out.sql.push(')');
}

fn push_same(out: &mut Rendered, dialect: Dialect, field: &Field, value: &Value) {
    let name = dialect.quote(&field.name);
    if *value == Value::Null {
        out.sql.push_str(&format!("{name} IS NULL"));
    } else if is_lost(dialect, value) {
        out.sql.push_str(&format!("{name} <> {name}"));
    } else {
        out.sql.push_str(&format!("{name} = "));
        push_value(out, dialect, field, value);
    }
}

fn push_further(out: &mut Rendered, dialect: Dialect, (field, falls): (&Field, bool), value: &Value) {
    let name = dialect.quote(&field.name);
    out.sql.push('(');
    if is_lost(dialect, value) {
        out.sql.push_str("1 = 0");
    } else {
        out.sql.push_str(&format!("{name} {} ", if falls { "<" } else { ">" }));
        push_value(out, dialect, field, value);
        if dialect == Dialect::Clickhouse && field.data_type == DataType::Float64 {
            out.sql.push_str(&format!(" OR {name} <> {name}"));
        }
    }
    out.sql.push_str(&if field.nullable { format!(" OR {name} IS NULL)") } else { ")".to_owned() });
}

/// What compares with nothing in ClickHouse, not with itself either, and stands between the numbers and what is empty. Elsewhere it is the greatest number.
fn is_lost(dialect: Dialect, value: &Value) -> bool {
    dialect == Dialect::Clickhouse && matches!(value, Value::Float(number) if number.is_nan())
}

fn push_value(out: &mut Rendered, dialect: Dialect, field: &Field, value: &Value) {
    let data_type = match (dialect, value) {
        (Dialect::Postgres, Value::Text(_)) => {
            out.binds.push((DataType::String, value.clone()));
            let place = out.binds.len();
            return out.sql.push_str(&format!("CAST(${place} AS {})", postgres_type(field)));
        }
        (_, Value::Int(_)) => DataType::Int64,
        (_, Value::Float(_)) => DataType::Float64,
        (_, Value::Bytes(_)) => DataType::Bytes,
        (_, Value::Bool(_)) => DataType::Bool,
        (Dialect::Sqlite, _) => DataType::String,
        // Whole numbers that are wider than ours.
        (_, Value::Text(_)) if is_counted(field) || matches!(field.data_type, DataType::Bool | DataType::Int32 | DataType::Int64) => {
            crate::data_type::WIDE_DECIMAL
        }
        _ => field.data_type,
    };
    // Elsewhere the texts are read back as what they are, see `value_of`.
    let own = if matches!(dialect, Dialect::Clickhouse | Dialect::Datafusion) { field.source_type.as_str() } else { "" };
    out.push(dialect, (data_type, own), value.clone());
}

/// The type that a field's text is read as.
fn postgres_type(field: &Field) -> &str {
    if crate::own_type::is_type_name(&field.source_type) {
        return &field.source_type;
    }
    match field.data_type {
        DataType::String => "text",
        DataType::Bool => "boolean",
        DataType::Int32 | DataType::Int64 => "bigint",
        DataType::Float64 => "double precision",
        DataType::Decimal { .. } => "numeric",
        DataType::Date => "date",
        DataType::Time => "time",
        DataType::Timestamp => "timestamptz",
        DataType::Uuid => "uuid",
        DataType::Bytes => "bytea",
        DataType::Json => "jsonb",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_texts_are_read_back_as_what_they_were() {
        let of = |dialect, data_type, text: &str| value_of(dialect, &Field::plain("f", data_type), text);
        assert_eq!(of(Dialect::Sqlite, DataType::Timestamp, "t323032342D30312D3035"), Some(Value::Text("2024-01-05".into())));
        assert_eq!(of(Dialect::Sqlite, DataType::Bool, "-9223372036854775808"), Some(Value::Int(i64::MIN)));
        assert_eq!(of(Dialect::Sqlite, DataType::Bool, "inf"), Some(Value::Float(f64::INFINITY)));
        assert_eq!(of(Dialect::Mysql, DataType::Bool, "-1"), Some(Value::Int(-1)));
        assert_eq!(of(Dialect::Mysql, DataType::Bytes, "00FF"), Some(Value::Bytes(vec![0, 255])));
        assert_eq!(of(Dialect::Postgres, DataType::Float64, "NaN"), Some(Value::Text("NaN".into())));
        for (dialect, data_type, foreign) in [
            (Dialect::Sqlite, DataType::String, "x\'00\'"),
            (Dialect::Sqlite, DataType::String, "t0"),
            (Dialect::Mysql, DataType::Int64, "1; 2"),
            (Dialect::Clickhouse, DataType::Float64, "one"),
        ] {
            assert_eq!(of(dialect, data_type, foreign), None, "{foreign}");
        }
    }

    #[test]
    fn a_page_of_clickhouse_begins_behind_all_digits_of_a_value() {
        let behind = |data_type, own: &str, text: &str| {
            let field = Field { source_type: own.into(), ..Field::plain("f", data_type) };
            let value = value_of(Dialect::Clickhouse, &field, text).unwrap();
            let mut out = Rendered { sql: String::new(), binds: Vec::new() };
            push_behind(&mut out, Dialect::Clickhouse, &[(&field, false)], &[value]);
            (out.sql, out.binds.pop().unwrap().1)
        };
        let text = |text: &str| Value::Text(text.into());
        for (data_type, own, shown, kind, value) in [
            (DataType::Timestamp, "", "2024-01-01 00:00:00.000000001", "DateTime64(9, 'UTC')", text("2024-01-01 00:00:00.000000001")),
            (DataType::Timestamp, clickhouse::TIME, "2024-01-01 00:00:00", "DateTime('UTC')", text("2024-01-01 00:00:00")),
            (
                crate::data_type::ANY_DECIMAL,
                "Decimal(76, 30)",
                "0.0000000000000000000000001",
                "Decimal(76, 30)",
                text("0.0000000000000000000000001"),
            ),
            (crate::data_type::ANY_DECIMAL, clickhouse::INTEGER, "18446744073709551615", "UInt64", text("18446744073709551615")),
            (DataType::Float64, "Float32", "0.1", "Float64", Value::Float(0.1_f32.into())),
        ] {
            let (sql, bound) = behind(data_type, own, shown);
            assert!(sql.starts_with(&format!("(1 = 0 OR (`f` > {{p1:{kind}}}")), "{sql}");
            assert_eq!(bound, value, "{shown}");
        }
        let field = Field::plain("f", DataType::Timestamp);
        assert_eq!(text_sql(Dialect::Clickhouse, "f", &field).as_deref(), Some("toString(f, 'UTC')"));
    }

    #[test]
    fn what_compares_with_nothing_stands_behind_the_numbers() {
        let field = Field { nullable: true, ..Field::plain("f", DataType::Float64) };
        let behind = |dialect, value: Value| {
            let mut out = Rendered { sql: String::new(), binds: Vec::new() };
            push_behind(&mut out, dialect, &[(&field, false)], &[value]);
            out.sql
        };
        assert_eq!(behind(Dialect::Clickhouse, Value::Float(1.5)), "(1 = 0 OR (`f` > {p1:Float64} OR `f` <> `f` OR `f` IS NULL))");
        assert_eq!(behind(Dialect::Clickhouse, Value::Float(f64::NAN)), "(1 = 0 OR (1 = 0 OR `f` IS NULL))");
        assert_eq!(
            behind(Dialect::Postgres, Value::Text("NaN".into())),
            "(1 = 0 OR (\"f\" > CAST($1 AS double precision) OR \"f\" IS NULL))"
        );
    }
}
