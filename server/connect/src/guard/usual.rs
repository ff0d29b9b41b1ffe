//! The functions that people use every day, in the dialect of their source; and those of a row in PostgreSQL, which need no brackets.

use model::dialect::Dialect;

use super::check;

/// Names that are called as any other function.
const CALLS: [(Dialect, &str); 5] = [
    (
        Dialect::Postgres,
        "abs age any_value array_agg array_append array_length array_position array_remove array_to_json array_to_string bool_and bool_or
         cardinality coalesce concat concat_ws corr count covar_pop cume_dist date_bin date_part date_trunc dense_rank encode
         first_value format gen_random_uuid generate_subscripts greatest initcap isfinite json_agg json_array_length json_build_array
         json_build_object json_extract_path_text json_object_agg json_object_keys json_typeof jsonb_agg jsonb_array_elements
         jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each_text jsonb_extract_path_text jsonb_object_agg
         jsonb_object_keys jsonb_path_exists jsonb_path_query jsonb_pretty jsonb_set jsonb_strip_nulls jsonb_typeof justify_days lag lead
         least length levenshtein ln lower lpad make_date make_interval make_timestamp md5 mod now nullif num_nulls percent_rank
         quote_ident random range_merge regexp_count regexp_match regexp_replace regexp_split_to_array regexp_substr regr_slope
         repeat reverse row_to_json sha256 sign similarity split_part starts_with stddev string_agg string_to_array strpos to_char
         to_date to_hex to_json to_jsonb to_number to_timestamp to_tsvector translate trunc ts_rank unaccent unnest upper variance
         width_bucket xpath",
    ),
    (
        Dialect::Mysql,
        "YEAR MONTH DAY HOUR MINUTE SECOND QUARTER WEEK WEEKDAY DAYNAME MONTHNAME DAYOFWEEK DAYOFYEAR LAST_DAY DATE DATEDIFF DATE_FORMAT
         STR_TO_DATE FROM_UNIXTIME UNIX_TIMESTAMP TIMEDIFF TIME_FORMAT SEC_TO_TIME TIME_TO_SEC CURDATE NOW UTC_TIMESTAMP MAKEDATE
         IF IFNULL NULLIF COALESCE GREATEST LEAST CONCAT CONCAT_WS FIELD ELT FIND_IN_SET FORMAT HEX UNHEX INSTR LOCATE LPAD RPAD
         LTRIM RTRIM LEFT RIGHT REPEAT REPLACE REVERSE SPACE STRCMP SUBSTRING_INDEX LOWER UPPER CHAR_LENGTH REGEXP_REPLACE
         REGEXP_SUBSTR MD5 SHA1 SHA2 CRC32 UUID RAND ROUND TRUNCATE MOD POW SQRT LOG10 BIT_COUNT CONV INET_ATON INET6_NTOA
         JSON_ARRAY JSON_ARRAYAGG JSON_CONTAINS JSON_EXTRACT JSON_KEYS JSON_LENGTH JSON_OBJECT JSON_OBJECTAGG JSON_SEARCH JSON_UNQUOTE
         JSON_VALID JSON_VALUE GROUP_CONCAT STDDEV_POP VAR_SAMP BIT_OR ANY_VALUE ROW_NUMBER RANK LAG NTILE ST_AsText ST_Distance_Sphere
         TO_BASE64 FROM_BASE64 CONVERT_TZ YEARWEEK",
    ),
    (
        Dialect::Clickhouse,
        "uniq uniqExact uniqCombined countIf sumIf avgIf anyLast argMax argMin groupArray groupUniqArray quantileExact median topK
         toStartOfMonth toStartOfWeek toStartOfHour toStartOfInterval toYYYYMM toYear toDayOfWeek toDate toDateTime toInt32 toString
         toFloat64OrNull toDecimal64 formatDateTime dateDiff parseDateTimeBestEffort now today yesterday addDays subtractMonths
         arrayJoin arrayElement arrayConcat arrayDistinct arraySort arrayFilter arrayMap arraySum has hasAny indexOf length empty
         notEmpty multiIf if ifNull coalesce nullIf isNull lower upper lowerUTF8 concat splitByChar splitByString replaceAll
         replaceRegexpAll match extractAll substring position startsWith endsWith trimBoth JSONExtractString JSONExtractInt JSONHas
         mapKeys mapValues tupleElement bitAnd cityHash64 sipHash64 MD5 hex base64Encode generateUUIDv4 rand round intDiv modulo
         greatest least domain path geoDistance runningDifference rowNumberInAllBlocks simpleLinearRegression corr stddevPop",
    ),
    (
        Dialect::Sqlite,
        "abs avg char coalesce concat concat_ws count date datetime dense_rank format group_concat hex ifnull iif instr json_array
         json_array_length json_extract json_group_array json_group_object json_object json_type json_valid julianday lag lower ltrim max
         min nullif ntile printf quote random rank replace round row_number rtrim sign soundex strftime substr sum time total
         typeof unicode unixepoch upper",
    ),
    (
        Dialect::Datafusion,
        "abs approx_distinct approx_median array_agg array_has array_length array_to_string arrow_typeof ascii avg bool_and btrim
         coalesce concat corr count date_bin date_part date_trunc digest ends_with first_value from_unixtime greatest initcap
         isnan left length levenshtein lower lpad make_date md5 median named_struct now nullif nvl percentile_cont power
         regexp_like regexp_match regexp_replace repeat replace reverse round row_number sha256 split_part starts_with stddev
         string_agg strpos struct to_char to_date to_hex to_timestamp to_unixtime translate trunc upper uuid var_pop",
    ),
];

#[test]
fn usual_functions_of_each_source_pass() {
    let mut tried = 0;
    for (dialect, names) in CALLS {
        for name in names.split_whitespace() {
            let sql = format!("select {name}(a, b) as v from t");
            assert!(check(&sql, dialect).is_ok(), "{dialect:?}: {:?}", check(&sql, dialect));
            tried += 1;
        }
    }
    println!("{tried} usual functions");
}

#[test]
fn functions_with_a_form_of_their_own_pass() {
    for (dialect, sql) in [
        (Dialect::Postgres, "select array_agg(a order by b) as v, string_agg(a, ', ' order by b desc) as w from t"),
        (Dialect::Postgres, "select percentile_cont(0.5) within group (order by a) as v from t"),
        (Dialect::Postgres, "select count(*) filter (where a > 1) as v from t"),
        (Dialect::Postgres, "select n from generate_series(1, 3) as n"),
        (Dialect::Postgres, "select e from jsonb_array_elements('[1]') as e"),
        (Dialect::Postgres, "select p from regexp_split_to_table('a,b', ',') as p"),
        (Dialect::Mysql, "SELECT DATE_ADD(d, INTERVAL 1 DAY) as v, TIMESTAMPDIFF(DAY, a, b) as w from t"),
        (Dialect::Mysql, "SELECT GROUP_CONCAT(DISTINCT a ORDER BY b SEPARATOR ', ') as v from t"),
        (Dialect::Clickhouse, "select quantile(0.5)(a) as v, groupArray(10)(b) as w from t"),
        (Dialect::Clickhouse, "select number from numbers(10)"),
        (Dialect::Sqlite, "select value from json_each('[1,2]')"),
    ] {
        assert!(check(sql, dialect).is_ok(), "{dialect:?} {sql}: {:?}", check(sql, dialect));
    }
}

#[test]
fn what_looks_like_a_column_and_calls_a_function_is_refused() {
    for (dialect, sql) in [
        (Dialect::Postgres, "select w.pg_column_compression from words w"),
        (Dialect::Postgres, "select (w).record_send from words w"),
        (Dialect::Postgres, "select w.\"pg_collation_for\" from words w"),
        (Dialect::Postgres, "select public.w.pg_relation_filepath from public.w"),
        (Dialect::Postgres, "select current_role as a"),
        (Dialect::Postgres, "select current_user as a"),
        (Dialect::Mysql, "SELECT CURRENT_USER as a"),
        (Dialect::Clickhouse, "select 1 in (system.one) as a"),
        (Dialect::Clickhouse, "select in(1, system.one) as a"),
        (Dialect::Sqlite, "select * from pragma_database_list"),
    ] {
        assert!(check(sql, dialect).is_err(), "{dialect:?}: {sql}");
    }
    for sql in
        ["select w.row_to_json from words w", "select w.version, w.\"user\", w.database from words w", "select \"current_role\" from t"]
    {
        assert!(check(sql, Dialect::Postgres).is_ok(), "{sql}");
    }
}
