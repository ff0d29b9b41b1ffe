//! Lays out SQL that a person writes: other white space, and nothing else.
//!
//! The formatter (`sqlformat`) knows no dialect, no `:name` and no `[[ … ]]`. It sees plain words and signs: whatever else a script
//! holds is a word that stands for it. What comes back is compared with the script piece by piece, and refused where it differs.

mod masked;

use model::dialect::Dialect;
use model::script::pieces::{are_same, pieces};
use model::script::place;
use sqlformat::{FormatOptions, QueryParams};

use self::masked::Masked;
use crate::guard::MAX_TEXT;

/// The script, laid out.
///
/// # Errors
/// A sentence, where the script is too long or cannot be read, and where it would not stay the same.
pub fn formatted(script: &str, dialect: Dialect) -> Result<String, String> {
    if script.len() > MAX_TEXT {
        return Err("The statement is longer than 64 KiB. Shorten the statement.".to_owned());
    }
    let found = pieces(script, dialect).map_err(|error| place::tell(Some((error.line, error.column)), &error.message))?;
    let masked = Masked::of(script, &found);
    let formatted = masked.shown(&sqlformat::format(masked.text(), &QueryParams::None, &FormatOptions::default()));
    if are_same(script, &formatted, dialect) {
        Ok(formatted)
    } else {
        Err("Sluice cannot format this SQL without changing more than its white space. The SQL is unchanged.".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Dialect; 5] = [Dialect::Sqlite, Dialect::Postgres, Dialect::Mysql, Dialect::Clickhouse, Dialect::Datafusion];

    #[test]
    fn optional_parts_and_parameters_stay_and_stand_on_lines_of_their_own() {
        let script =
            "select carrier, count(*) as n from flights [[ where month = :m [[and day<=:day]] ]] group by carrier order by carrier";
        for dialect in ALL {
            let formatted = formatted(script, dialect).unwrap();
            assert!(formatted.contains("\n[[ where\n"), "{dialect:?}: {formatted}");
            assert!(formatted.contains("month = :m\n") && formatted.contains("[[ and day"), "{dialect:?}: {formatted}");
            assert!(formatted.contains("count(*) as n") && formatted.contains("]]\ngroup by\n"), "{dialect:?}: {formatted}");
            assert_eq!(super::formatted(&formatted, dialect).unwrap(), formatted, "{dialect:?}: what is laid out stays as it is");
        }
    }

    #[test]
    fn what_a_dialect_writes_in_its_own_way_stays_as_it_is() {
        for (dialect, script, kept) in [
            (Dialect::Postgres, r"select E'it\'s  :no' as a, $$ it's  -- $$ from t where x::int = :x", r"E'it\'s  :no'"),
            (Dialect::Postgres, "select a #>> '{b,  c}' as v, a @> :b, (ARRAY[[1,2],[3,4]])[2][1] from t", "#>> '{b,  c}'"),
            (Dialect::Postgres, "select 1.5E-3, .5, 1e+5 from t where a<>-1 -- fmt: off\n and b = 1", "1.5E-3"),
            (Dialect::Postgres, "select a, -- it's  one\n b /* two\n   lines */ from t", "/* two\n   lines */"),
            (Dialect::Mysql, r#"select '\' as a, "it's  b" as b from t # it's :no"#, r#""it's  b""#),
            (Dialect::Clickhouse, r"select [[1, 2], [3, 4]] as n, 'it\'s  a' as a from t", r"'it\'s  a'"),
            (Dialect::Sqlite, "select [a  b], x'0a', \"ü\"\"ä\" from t where c is not null;", "[a  b]"),
        ] {
            let formatted = formatted(script, dialect).unwrap_or_else(|error| panic!("{script}: {error}"));
            assert!(formatted.contains(kept) && formatted.contains('\n'), "{dialect:?}: {formatted}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        assert!(formatted("select 'a", Dialect::Postgres).unwrap_err().starts_with("Line 1, column 8: "));
        assert!(formatted("select 1 [[ where a = :a", Dialect::Postgres).unwrap_err().starts_with("Line 1, column 10: "));
        assert!(formatted(&"a ".repeat(MAX_TEXT), Dialect::Postgres).unwrap_err().contains("64 KiB"));
        assert_eq!(formatted("", Dialect::Postgres).unwrap(), "");
    }

    proptest::proptest! {
        /// Whatever is written: it is laid out without a change, or refused.
        #[test]
        fn no_script_becomes_another_one(script in "(select|from| |\n|a|1|\\.|e|'|\"|`|\\[|\\]|\\(|\\)|:b|--|/\\*|\\*/|zq0x|<|=|-|,|;|#|\\$|é){0,40}") {
            for dialect in ALL {
                if let Ok(formatted) = formatted(&script, dialect) {
                    proptest::prop_assert!(are_same(&script, &formatted, dialect), "{dialect:?}: {formatted}");
                }
            }
        }
    }
}
