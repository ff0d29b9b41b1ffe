//! The guard before a script: one read-only statement out of known functions, or a refusal that names the place.
//!
//! What is sent is written again from the tree that was looked at, and read once more; see [`check`]. The guard stands in front of the
//! source's own defences (read-only sessions, time-outs), not instead of them.

mod budget;
mod calls;
mod clickhouse;
mod expression;
mod functions;
mod mysql;
mod near;
mod notation;
mod reading;
mod refusal;
mod shape;
mod spread;
mod system;
#[cfg(test)]
mod usual;
mod walk;
mod writing;

use model::dialect::Dialect;
use sqlparser::ast::{Spanned, Statement};

pub use calls::calls_too_deep;
pub use expression::{Unread, expression};
pub use near::{Unknown, unknown_name};
pub use refusal::Refusal;
use refusal::refuse;
pub use system::is_system_table;

pub(crate) use reading::MAX_TEXT;
pub(crate) use shape::Shape;

/// The stack that reading may need: trees are walked by recursion, within the bounds of [`reading`].
const STACK: usize = 16 << 20;
/// Below this the stack is grown before anything is read.
const STACK_LEFT: usize = 4 << 20;

/// What the guard learned of a statement that it let by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    pub has_order: bool,
    pub has_limit: bool,
    /// The statement to send: no comments, literals escaped again, and nothing that was not looked at.
    pub sql: String,
}

/// Lets one read-only statement by, and writes it again: whatever the person's text would mean to another reader, this one is sent.
///
/// # Errors
/// A refusal that names what is wrong and, where the parser knows it, the place.
pub fn check(sql: &str, dialect: Dialect) -> Result<Passed, Refusal> {
    stacker::maybe_grow(STACK_LEFT, STACK, || {
        let tokens = reading::tokens(sql, dialect)?;
        let mut statement = reading::statement(tokens.clone(), dialect)?;
        writing::plain_literals(&mut statement);
        writing::explicit_aliases(&mut statement, dialect);
        let Statement::Query(query) = &statement else {
            return Err(refuse(Some(statement.span().start), "Only SELECT statements are allowed."));
        };
        walk::check(&statement, dialect)?;
        // These two plan in this process, and SQLite has bounds of its own.
        let here = matches!(dialect, Dialect::Datafusion | Dialect::Sqlite);
        if (here && calls_too_deep(&statement)) || (dialect == Dialect::Sqlite && calls::levels_too_many_for_sqlite(&statement)) {
            return Err(refuse(None, calls::TOO_DEEP));
        }
        let (has_order, has_limit) = (query.order_by.is_some(), query.limit_clause.is_some() || query.fetch.is_some());
        let sql = writing::write(&statement, &tokens, dialect)?;
        Ok(Passed { has_order, has_limit, sql })
    })
}

/// A statement as a tree; nothing of a text that cannot be read.
pub(crate) fn tree(sql: &str, dialect: Dialect) -> Option<Statement> {
    stacker::maybe_grow(STACK_LEFT, STACK, || reading::statement(reading::tokens(sql, dialect).ok()?, dialect).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(sql: &str) -> Refusal {
        check(sql, Dialect::Postgres).expect_err(sql)
    }

    #[test]
    fn one_reading_statement_passes() {
        let sql = "with m as (select carrier, avg(dep_delay) as d from flights where month in ($1, $2) group by carrier)
                   select m.carrier, round(d) from m join airlines a using (carrier) where a.name like $3 order by 1 limit 5";
        let passed = check(sql, Dialect::Postgres).unwrap();
        assert!(passed.has_order && passed.has_limit);
        assert!(check("select strftime('%m', time_hour) from flights where x = ?1", Dialect::Sqlite).is_ok());
    }

    /// Whatever a form can be made to say, on every source.
    #[test]
    fn all_that_a_form_says_passes() {
        use model::form::{Aggregate, Filter, Function, Join, JoinOn, Op, QueryForm, Selected};
        use model::table::TableRef;
        for dialect in [Dialect::Sqlite, Dialect::Postgres, Dialect::Mysql, Dialect::Clickhouse, Dialect::Datafusion] {
            let table = TableRef::new("flights");
            let on = vec![JoinOn { left: "a".into(), right: "b".into() }];
            let joins = vec![Join { name: "planes".into(), table: TableRef::new("planes"), on, inner: false }];
            let named = |name: &str| Selected { name: name.into(), column: "a".into(), ..Selected::default() };
            let mut select: Vec<Selected> =
                Function::ALL.iter().map(|function| Selected { function: Some(*function), ..named(function.key()) }).collect();
            select.extend(Aggregate::ALL.iter().map(|aggregate| Selected { aggregate: Some(*aggregate), ..named(aggregate.key()) }));
            let filter = |op: &Op| Filter { column: "planes.a".into(), op: *op, constant: Some("1".into()), ..Filter::default() };
            let plain = Op::ALL.iter().filter(|op| !matches!(op, Op::In | Op::Between));
            let form = QueryForm { table, joins, select, filters: plain.map(filter).collect(), ..QueryForm::default() };
            let sql = form.script(&[], &[], dialect);
            assert!(check(&sql, dialect).is_ok(), "{dialect:?}: {:?}\n{sql}", check(&sql, dialect));
            // And what is asked beside the fields of a page, by types that each have a text of their own.
            for data_type in [model::DataType::Timestamp, model::DataType::Float64, model::DataType::Bytes, model::DataType::String] {
                let field = model::Field::plain(form.select[0].name.clone(), data_type);
                let sql = model::keyset::unordered(&form, &[], &[(&field, false)], dialect);
                assert!(check(&sql, dialect).is_ok(), "{dialect:?}: {:?}\n{sql}", check(&sql, dialect));
            }
        }
    }

    #[test]
    fn what_writes_locks_sleeps_or_peeks_is_refused_with_its_place() {
        for (sql, word) in [
            ("select 1; drop table flights", "one statement"),
            ("select 1 /* ; */ ; /* hidden */ delete from flights", "one statement"),
            ("delete from flights", "SELECT"),
            ("with gone as (delete from flights returning 1) select * from gone", "writes"),
            ("select * into copy from flights", "INTO"),
            ("select * from flights for update", "lock"),
            ("select pg_sleep(10)", "pg_sleep"),
            ("select pg_catalog.pg_read_file('/etc/passwd')", "pg_read_file"),
            ("select * from pg_sleep(1)", "pg_sleep"),
            ("select \"pg_sleep\"(1)", "pg_sleep"),
            ("select (select pg_sleep(1)) from flights where exists (select 1)", "pg_sleep"),
            ("select * from pg_shadow", "server itself"),
            ("select * from information_schema.tables", "server itself"),
            ("select * from $1", "cannot stand"),
            ("select * from flights order by $1", "sort by"),
            ("set statement_timeout = 0", "SELECT"),
            ("copy flights to '/tmp/x'", "SELECT"),
            ("", "one SELECT"),
            ("selec 1", "cannot be parsed"),
        ] {
            let refusal = refused(sql);
            assert!(refusal.to_string().contains(word), "{sql}: {refusal}");
        }
        assert_eq!(refused("select carrier,\n  pg_sleep(1) from flights").place, Some((2, 3)));
        assert_eq!(refused("select 1 from flights wher x = 1").place, Some((1, 28)));
    }

    /// What a text looked like to one reader and was to another: none of it is let by.
    #[test]
    fn what_servers_read_in_another_way_is_refused() {
        for (dialect, sql) in [
            (Dialect::Mysql, r"SELECT 'a\' as y, sleep(3) as z, ' as x -- ' as w"),
            (Dialect::Mysql, r"SELECT 'a\' as y, load_file(0x2f6574632f686f73746e616d65) as z, ' as x -- ' as w"),
            (Dialect::Mysql, r#"SELECT 'a\' as y, 1 as z into outfile "/tmp/any" -- ' as x"#),
            (Dialect::Mysql, "SELECT 1 as a /*M!100000 , load_file('/etc/hostname') as s */"),
            (Dialect::Mysql, "SELECT 1 as a /*M!100000 union select count(*) from mysql.user */"),
            (Dialect::Mysql, "SELECT 1 as a /*!50000 into outfile '/tmp/any2' */"),
            (Dialect::Mysql, "SELECT /*+ SET_VAR(sql_mode='') */ 1 as a"),
            (Dialect::Mysql, "SELECT @@datadir as a"),
            (Dialect::Mysql, "SELECT @@global.datadir as a"),
            (Dialect::Mysql, "SELECT 1 as a from `mysql`.`user`"),
            (Dialect::Mysql, "SELECT _latin1 X'61' as a into @x"),
            (Dialect::Clickhouse, "SELECT '{p1:' as a, file('/etc/passwd') as b, '}' as c"),
            (Dialect::Clickhouse, "SELECT '{p1:' as a, (SELECT count() FROM system.users) as b, '}' as c"),
            (Dialect::Clickhouse, "SELECT 1 as a /* {p1: */ , sleep(3) as b /* } */"),
            (Dialect::Clickhouse, r"SELECT '\x41' as a"),
            (Dialect::Clickhouse, "SELECT * FROM url('http://127.0.0.1/', CSV)"),
            (Dialect::Clickhouse, "SELECT 1 as a SETTINGS readonly = 0"),
            (Dialect::Clickhouse, "SELECT 1 as a FORMAT JSON"),
            (Dialect::Postgres, "SELECT * FROM x.pg_catalog.pg_authid"),
            (Dialect::Postgres, "SELECT * FROM \"PG_CATALOG\".\"pg_authid\""),
            (Dialect::Postgres, "TABLE pg_authid"),
            (Dialect::Postgres, "SELECT 1 UNION ALL TABLE pg_authid"),
            (Dialect::Postgres, "SELECT 1 OPERATOR(public.+) 2"),
            (Dialect::Postgres, "SELECT U&'d\\0061t' as a"),
            (Dialect::Postgres, "SELECT f.pg_read_file FROM unnest(array['/etc/passwd']) f"),
            (Dialect::Postgres, "SELECT f.pg_sleep FROM unnest(array[10.0]) AS f(x)"),
            (Dialect::Postgres, "SELECT lower.pg_ls_dir FROM lower('/ETC')"),
            (Dialect::Postgres, "SELECT \"pg_sleep\".pg_sleep FROM unnest(array[10.0]) AS pg_sleep(x)"),
            (Dialect::Postgres, "SELECT f.pg_sleep[1] FROM unnest(array[10.0]) f"),
            (Dialect::Postgres, "SELECT ('/etc/passwd').pg_read_file AS a"),
            (Dialect::Postgres, "SELECT a[1].pg_read_file FROM t"),
            (Dialect::Postgres, "SELECT 'pg_authid'::regclass AS a"),
            (Dialect::Postgres, "SELECT 'pg_authid'::pg_catalog.\"regclass\" AS a"),
            (Dialect::Postgres, "SELECT '{lower,upper}'::regproc[] AS a"),
            (Dialect::Postgres, "SELECT CAST(1 AS RegProcedure) AS a"),
            (Dialect::Postgres, "SELECT regrole '10' AS a"),
            (Dialect::Postgres, "SELECT regnamespace('public') AS a"),
            (Dialect::Postgres, "SELECT t.x FROM jsonb_to_recordset('[{\"x\": \"pg_authid\"}]') AS t(x regclass)"),
            (Dialect::Postgres, "SELECT 'postgres=r/postgres'::aclitem AS a"),
            (Dialect::Mysql, "SELECT distinct@@datadir"),
            (Dialect::Mysql, "SELECT * FROM `İnformation_schema`.tables"),
            (Dialect::Clickhouse, "SELECT $a AS b , $c , '$a AS b , $ , sleep(3) , ' AS z , ' AS y -- ' AS w"),
            (Dialect::Clickhouse, "SELECT ? AS a"),
            (Dialect::Clickhouse, "SELECT {p1:Identifier} AS a FROM t"),
            (Dialect::Clickhouse, "SELECT 1 AS a WHERE ('a', 'b') IN (system.macros)"),
            (Dialect::Clickhouse, "SELECT 1 AS a WHERE 'a' IN ((system.one))"),
            (Dialect::Sqlite, "SELECT * FROM \u{feff}sqlite_master"),
            (Dialect::Sqlite, "SELECT * FROM pragma_database_list"),
            (Dialect::Sqlite, "SELECT * FROM dbstat"),
            (Dialect::Sqlite, "SELECT 0x1F AS a"),
            (Dialect::Sqlite, "SELECT * FROM main.sqlite_master"),
            (Dialect::Datafusion, "SELECT * FROM datafusion.information_schema.tables"),
        ] {
            assert!(check(sql, dialect).is_err(), "{dialect:?}: {sql} became {:?}", check(sql, dialect));
        }
    }

    /// Comments are gone, literals are written again, and everything else stays where it was.
    #[test]
    fn what_is_sent_is_written_anew_where_the_person_wrote_it() {
        for (dialect, sql, sent) in [
            (Dialect::Mysql, r"SELECT 'a\' as x", r"SELECT 'a\' AS x"),
            (
                Dialect::Mysql,
                "SELECT id # it's a comment\nfrom t where id = ? and x = \"it's\"",
                "SELECT id\nFROM t WHERE id = ? AND x = 'it''s'",
            ),
            (Dialect::Sqlite, "select X'00ff' as a", "SELECT X'00ff' AS a"),
            (Dialect::Postgres, r"select E'it\'s' as a from t where id = $1", "SELECT   'it''s' AS a FROM t WHERE id = $1"),
            (Dialect::Postgres, r"select 'it''s\' || $$a'b$$ as a", r"SELECT 'it''s\' || 'a''b'  AS a"),
            (Dialect::Postgres, "select /* a /* b */ it's */\n  id -- newest\nfrom t", "SELECT\n  id\nFROM t"),
            (
                Dialect::Clickhouse,
                r"select 'it\'s' as a, '\\' as b from t where id = {p1:Int64}",
                r"SELECT 'it''s' AS a, '\\' AS b FROM t WHERE id = {p1:Int64}",
            ),
            (Dialect::Clickhouse, r"select '\d+\%' as a, `b``c` from t", r"SELECT '\\d+\\%' AS a, `b``c` FROM t"),
            (
                Dialect::Clickhouse,
                "select id from t where at < {p1:DateTime64(6, 'UTC')} -- one",
                "SELECT id FROM t WHERE at < {p1:DateTime64(6, 'UTC')}",
            ),
        ] {
            let passed = check(sql, dialect).unwrap_or_else(|refusal| panic!("{dialect:?} {sql}: {refusal}"));
            let squeezed = |text: &str| text.replace(' ', "");
            assert_eq!(squeezed(&passed.sql), squeezed(sent), "{dialect:?}: {sql}");
            // What was written is written the same once more.
            assert_eq!(squeezed(&check(&passed.sql, dialect).unwrap().sql), squeezed(&passed.sql));
        }
        // MySQL finds no function where a space stands behind its name, and no name behind a dot and a space.
        let joined = check("select count(*), max(t.key) from flights t", Dialect::Mysql).unwrap().sql;
        assert!(joined.contains("count(") && joined.contains("max(") && joined.contains("t.key"), "{joined}");
        // Another name of a table is said to be one; ClickHouse's own words stay what they are.
        for (dialect, sql, part) in [
            (Dialect::Postgres, "select f.a from flights f", "flights AS f"),
            (Dialect::Postgres, "select rolname from only pg_authid", "only AS pg_authid"),
            (Dialect::Postgres, "select 1 as a from t join only pg_authid on true", "only AS pg_authid"),
            (Dialect::Postgres, "select t.tags[1], f.x from t, unnest(t.tags) as f(x)", "f.x"),
            (Dialect::Postgres, "select regex, 'regclass' as a, regions.oid from regions", "regions.oid"),
            (Dialect::Clickhouse, "select a from flights final", "flights final"),
        ] {
            let sent = check(sql, dialect).unwrap().sql;
            assert!(sent.split_whitespace().collect::<Vec<_>>().join(" ").contains(part), "{sent}");
        }
        let placed = check("select a,\n   nowhere\nfrom t", Dialect::Postgres).unwrap().sql;
        assert_eq!(placed.lines().nth(1), Some("   nowhere"), "{placed}");
    }

    /// Parts of WITH, of which each uses the one before twice.
    fn doubled(parts: usize) -> String {
        let part = |at: usize| format!(", w{} as (select l.a from w{at} l, w{at} r)", at + 1);
        let parts_of: String = (0..parts).map(part).collect();
        format!("with w0 as (select 1 as a){parts_of} select a from w{parts}")
    }

    /// However deep, it is an answer and not the end of the process.
    #[test]
    fn nesting_is_bounded() {
        let deep = |open: &str, middle: &str, close: &str, times: usize| {
            format!("select {}{middle}{} as a", open.repeat(times), close.repeat(times))
        };
        for dialect in [Dialect::Sqlite, Dialect::Postgres, Dialect::Mysql, Dialect::Clickhouse, Dialect::Datafusion] {
            for sql in [
                deep("(", "1", ")", 100_000),
                deep("(", "1", ")", 2_000),
                deep("not ", "true", "", 4_000),
                deep("- ", "1", "", 4_000),
                deep("interval ", "'1'", "", 4_000),
                deep("array<", "int", ">", 2_000),
                deep("(select ", "1", ")", 2_000),
                deep("case when 1 = 1 then ", "1", " end", 900),
                format!("select {} as a", vec!["1"; 2_000].join(" + ")),
                format!("select {} as a", vec!["1"; 30_000].join("+")),
                format!("select 1 where {}", vec!["1 = 1"; 1_000].join(" and ")),
                format!("select 1 as a{}", " union all select 1".repeat(200)),
                format!("select 1 as a from {}", vec!["t"; 300].join(", ")),
                doubled(30),
                // A name that stands for one part here and for another there hides how often each is used.
                "with w as (select 1 as a), v as (with w as (select l.a from w l, w r) select a from w) select a from v".to_owned(),
            ] {
                assert!(check(&sql, dialect).is_err(), "{dialect:?}: {}", &sql[..40]);
            }
            assert!(check(&doubled(6), dialect).is_ok(), "{dialect:?}: {:?}", check(&doubled(6), dialect));
            let calls = check(&deep("abs(", "1", ")", 30), dialect);
            assert!(calls.is_err(), "{dialect:?}: {calls:?}");
            let cases = check(&deep("case when 1 = 1 then ", "1", " end", 30), dialect);
            assert_eq!(cases.is_err(), matches!(dialect, Dialect::Sqlite | Dialect::Datafusion), "{dialect:?}: {cases:?}");
            // SQLite counts the levels of the sum inside once for each query around it.
            let sums = check(&deep("(select ", &vec!["1"; 200].join(" + "), ")", 6), dialect);
            assert_eq!(sums.is_err(), dialect == Dialect::Sqlite, "{dialect:?}: {sums:?}");
            assert!(check(&format!("select 1 as a where {}", vec!["1 = 1"; 100].join(" and ")), dialect).is_ok(), "{dialect:?}");
        }
    }

    #[test]
    fn sqlite_cannot_load_or_write_either() {
        for sql in ["select load_extension('x')", "select writefile('x', 'y')", "attach 'x' as y", "pragma query_only = 0", "vacuum"] {
            assert!(check(sql, Dialect::Sqlite).is_err(), "{sql}");
        }
    }
}
