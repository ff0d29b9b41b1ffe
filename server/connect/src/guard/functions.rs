//! The functions that a statement may use, by dialect: those that only compute. Everything else (files, network, sleeping, locks, settings,
//! what a server tells of itself, functions that run SQL out of a text) is refused.
//!
//! The lists beside this file, a name a line, were taken from the catalogues of the servers by `scripts/functions.sh` and reviewed name by
//! name. How much memory and time a call takes (`repeat('x', 1000000000)`, `generate_series(1, 1e12)`) is bounded by the time-outs and the
//! bounds of an answer, as for every other statement.

use std::collections::HashSet;
use std::sync::LazyLock;

use model::dialect::Dialect;

type Names = LazyLock<HashSet<&'static str>>;

static POSTGRES: Names = LazyLock::new(|| include_str!("functions/postgres.txt").lines().collect());
static MYSQL: Names = LazyLock::new(|| include_str!("functions/mysql.txt").lines().collect());
static CLICKHOUSE: Names = LazyLock::new(|| include_str!("functions/clickhouse.txt").lines().collect());
static SQLITE: Names = LazyLock::new(|| include_str!("functions/sqlite.txt").lines().collect());
static DATAFUSION: Names = LazyLock::new(|| include_str!("functions/datafusion.txt").lines().collect());

/// What stands behind the name of an aggregate in ClickHouse: `countIf`, `sumArrayIf`. Longer ones before those that they end with.
const COMBINATORS: [&str; 13] =
    ["simplestate", "state", "if", "array", "map", "ornull", "ordefault", "distinct", "foreach", "merge", "resample", "argmin", "argmax"];

/// PostgreSQL's functions of any row that are not on its list: `t.f` calls `f(t)` where `t` has no column `f`.
const OF_A_ROW: [&str; 14] = [
    "btrecordcmp",
    "btrecordimagecmp",
    "hash_record",
    "hash_record_extended",
    "record_eq",
    "record_image_eq",
    "record_image_ge",
    "record_image_gt",
    "record_image_le",
    "record_image_lt",
    "record_image_ne",
    "record_ne",
    "record_out",
    "record_send",
];

/// Calls that are written without brackets, which look like the name of a column.
const BARE_CALLS: [&str; 7] = ["current_catalog", "current_role", "current_schema", "current_user", "session_user", "system_user", "user"];

/// Whether a call by this name, in small letters, only computes. A schema before the name is that of the server's own functions, or none.
pub(super) fn computes(dialect: Dialect, parts: &[String]) -> bool {
    match parts {
        [function] => is_listed(dialect, function),
        [schema, function] => dialect == Dialect::Postgres && schema == "pg_catalog" && is_listed(dialect, function),
        _ => false,
    }
}

/// Whether a field of a row, in small letters, may be a call of a function that does more than compute.
pub(super) fn may_call(dialect: Dialect, field: &str) -> bool {
    let suspect = || field.starts_with("pg_") || field.starts_with("lo_") || OF_A_ROW.contains(&field);
    dialect == Dialect::Postgres && suspect() && !is_listed(dialect, field)
}

/// Whether a name without quotes and brackets, in small letters, tells of the server instead of naming a column.
pub(super) fn is_bare_call(dialect: Dialect, name: &str) -> bool {
    match dialect {
        Dialect::Postgres => BARE_CALLS.contains(&name),
        Dialect::Mysql => name == "current_user" || name == "current_role",
        Dialect::Sqlite | Dialect::Clickhouse | Dialect::Datafusion => false,
    }
}

fn names(dialect: Dialect) -> &'static HashSet<&'static str> {
    match dialect {
        Dialect::Postgres => &POSTGRES,
        Dialect::Mysql => &MYSQL,
        Dialect::Clickhouse => &CLICKHOUSE,
        Dialect::Sqlite => &SQLITE,
        Dialect::Datafusion => &DATAFUSION,
    }
}

fn is_listed(dialect: Dialect, name: &str) -> bool {
    let known = names(dialect);
    known.contains(name) || (dialect == Dialect::Clickhouse && is_combined(known, name))
}

fn is_combined(known: &HashSet<&'static str>, name: &str) -> bool {
    let mut rest = name;
    while let Some(base) = COMBINATORS.iter().find_map(|suffix| rest.strip_suffix(suffix)) {
        if known.contains(base) {
            return true;
        }
        rest = base;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTS: [(Dialect, &str); 5] = [
        (Dialect::Postgres, include_str!("functions/postgres.txt")),
        (Dialect::Mysql, include_str!("functions/mysql.txt")),
        (Dialect::Clickhouse, include_str!("functions/clickhouse.txt")),
        (Dialect::Sqlite, include_str!("functions/sqlite.txt")),
        (Dialect::Datafusion, include_str!("functions/datafusion.txt")),
    ];

    /// Names that must be in no list, whatever a catalogue says of them.
    const DENIED: &str = "
        benchmark sleep get_lock is_free_lock is_used_lock release_lock release_all_locks load_file master_pos_wait master_gtid_wait
        source_pos_wait wait_for_executed_gtid_set sys_exec sys_eval last_insert_id row_count found_rows connection_id database schema
        user current_user session_user system_user current_role version des_encrypt des_decrypt lastval nextval setval currval
        current_setting set_config current_database current_schema current_schemas current_query query_to_xml query_to_xmlschema
        query_to_xml_and_xmlschema table_to_xml schema_to_xml database_to_xml cursor_to_xml dblink dblink_exec crosstab ts_stat
        ts_rewrite setseed txid_current inet_server_addr inet_client_addr version has_table_privilege obj_description to_regclass
        format_type loread lowrite currtid2 getpgusername file url s3 remote cluster mysql postgresql sqlite executable dictionary
        python eval merge view input loop dictget dictgetordefault dicthas joinget getsetting getserversetting getmacro hostname fqdn
        currentuser currentdatabase filesystemavailable sleepeachrow hascolumnintable showcertificate catboostevaluate addresstoline
        lemmatize synonyms aigenerate in globalin throwif uptime serveruuid tcpport queryid load_extension readfile writefile edit
        fts3_tokenizer sqlite_version sqlite_source_id sqlite_log changes total_changes last_insert_rowid zeroblob randomblob
        input_file_name file_row_index";

    #[test]
    fn each_list_is_sorted_and_holds_no_name_that_does_more() {
        for (dialect, text) in LISTS {
            let names: Vec<&str> = text.lines().collect();
            assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{dialect:?} is not sorted, or has a name twice");
            for name in &names {
                let plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
                assert!(plain, "{dialect:?}: {name}");
            }
            for denied in DENIED.split_whitespace() {
                assert!(!is_listed(dialect, denied), "{dialect:?}: {denied}");
            }
            let harmless = ["pg_column_size", "pg_size_bytes", "pg_size_pretty", "pg_typeof"];
            for prefix in ["pg_", "lo_", "dblink", "dictget", "wsrep_", "__"] {
                let found = names.iter().find(|name| name.starts_with(prefix) && !harmless.contains(*name));
                assert_eq!(found, None, "{dialect:?}");
            }
        }
    }

    #[test]
    fn aggregates_of_clickhouse_may_be_combined() {
        let listed = |name: &str| is_listed(Dialect::Clickhouse, name);
        for name in ["countif", "sumarrayif", "uniqexactstate", "quantilesif", "avgornull", "argmaxsimplestate", "summerge"] {
            assert!(listed(name), "{name}");
        }
        for name in ["sleepif", "fileornull", "if_", "merge", "statestate", "dictgetif"] {
            assert!(!listed(name), "{name}");
        }
        assert!(!is_listed(Dialect::Postgres, "countif"));
    }

    #[test]
    fn a_schema_before_a_function_is_that_of_the_server() {
        let call = |dialect, text: &str| computes(dialect, &text.split('.').map(str::to_owned).collect::<Vec<_>>());
        assert!(call(Dialect::Postgres, "pg_catalog.lower"));
        assert!(!call(Dialect::Postgres, "public.lower") && !call(Dialect::Postgres, "a.pg_catalog.lower"));
        assert!(!call(Dialect::Mysql, "pg_catalog.lower") && !call(Dialect::Mysql, "shop.lower"));
    }
}
