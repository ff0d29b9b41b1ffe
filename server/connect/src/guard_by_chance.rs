//! Texts by chance against the guard, in every dialect: right statements with hostile pieces put into them, and nests
//! deeper than any stack. Whatever comes out, the process goes on and the verdict comes soon.

use std::time::{Duration, Instant};

use model::dialect::Dialect;
use testkit::{ATTACKS, Chance};

use crate::guard::check;

const DIALECTS: [Dialect; 5] = [Dialect::Sqlite, Dialect::Postgres, Dialect::Mysql, Dialect::Clickhouse, Dialect::Datafusion];

/// What people write, of every construct that the guard reads.
const STATEMENTS: [&str; 12] = [
    "select carrier, count(*) as n from flights where month = 2 group by carrier having count(*) > 2 order by n desc limit 10",
    "with busy as (select dest, count(*) as n from flights group by dest) select * from busy where n > 100 order by n",
    "select f.carrier, p.model from flights f left join planes p on p.tailnum = f.tailnum where f.day between 1 and 3",
    "select carrier, rank() over (partition by month order by dep_delay desc) from flights",
    "select case when dep_delay > 10 then 'late' when dep_delay is null then 'none' else 'it''s on time' end from flights",
    "select cast(distance as integer), coalesce(tailnum, '-') from flights where not (origin in ('EWR', 'JFK'))",
    "select * from (select * from flights where carrier like 'U%') t where exists (select 1 from planes p where p.tailnum = t.tailnum)",
    "select month from flights union all select month from weather order by month",
    "select distinct origin || '-' || dest from flights -- where they go\n where month = 1",
    "select /* of a year */ sum(distance) from flights where year = 2013 and (month = 1 or month = 12)",
    "select max(time_hour) from flights where time_hour >= '2013-01-01 00:00:00'",
    "select lower(name), round(lat, 2) from airports where abs(lon) > 100.5e0 and substr(faa, 1, 1) <> 'J'",
];

/// Where servers and parsers have read differently: comments, quotes, escapes, placeholders, names of the server's own.
const PIECES: [&str; 40] = [
    "/*",
    "*/",
    "/*! ",
    "/*M! ",
    "/*!50000 ",
    "-- ",
    "--",
    "#",
    "'",
    "''",
    "\\'",
    "\\",
    "\"",
    "`",
    "[",
    "]",
    "$$",
    "$1",
    "?",
    ":p",
    "{p1:Int64}",
    "{p1:",
    "}",
    ";",
    "\0",
    "\u{a0}",
    "\u{2028}",
    "e'\\''",
    "x'41'",
    "n'a'",
    "@@version",
    "@a := 1",
    "pg_catalog.",
    "main.sqlite_master",
    "x.pg_catalog.pg_authid",
    "into outfile '/tmp/a'",
    "for update",
    "settings max_threads = 1",
    "::regclass",
    "pg_sleep(1)",
];

/// Left part, middle and right part of something that can stand inside itself.
const NESTS: [(&str, &str, &str); 25] = [
    ("(", "1", ")"),
    ("((", "1", "))"),
    ("not ", "true", ""),
    ("- ", "1", ""),
    ("+", "1", ""),
    ("(select ", "1", ")"),
    ("case when true then ", "1", " end"),
    ("case ", "1", " when 1 then 1 end"),
    ("", "1", " + 1"),
    ("", "true", " or true"),
    ("1 = any(array[", "1", "])"),
    ("[", "1", "]"),
    ("", "a", ".a"),
    ("", "a", "[1]"),
    ("", "1", "::int"),
    ("cast(", "1", " as int)"),
    ("coalesce(", "1", ")"),
    ("exists (select 1 from flights where ", "true", ")"),
    ("1 in (select ", "1", ")"),
    ("interval ", "'1'", ""),
    // None of these is an expression, whichever way it is tried.
    ("not - ", "(", ""),
    ("case - ", "(", ""),
    ("interval ", "(", ""),
    ("array[", "(", ""),
    ("array<", "int", ">"),
];

/// The same where a table or a whole statement stands.
const QUERY_NESTS: [(&str, &str, &str); 6] = [
    ("select * from (", "select 1", ") t"),
    ("(", "select 1", ")"),
    ("", "select 1", " union all select 1"),
    ("with t as (", "select 1", ") select * from t"),
    ("select * from (flights join ", "flights", " on true)"),
    ("", "select * from flights", " join planes on true"),
];

fn deep(chance: &mut Chance) -> String {
    // Most are shallow enough to be read; some are deeper than any statement that a person would write.
    let most = if chance.below(4) == 0 { 15 } else { 7 };
    let levels = 1_usize << chance.below(most);
    if chance.below(3) == 0 {
        let (left, middle, right) = QUERY_NESTS[chance.below(6) as usize];
        return left.repeat(levels) + middle + &right.repeat(levels);
    }
    let (left, middle, right) = NESTS[chance.below(25) as usize];
    format!("select {}{middle}{} from flights", left.repeat(levels), right.repeat(levels))
}

fn spoiled(chance: &mut Chance) -> String {
    let mut text = STATEMENTS[chance.below(12) as usize].to_owned();
    for _ in 0..chance.below(4) {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let at = places[chance.below(places.len() as u64) as usize];
        let piece = match chance.below(5) {
            0 => ATTACKS[chance.below(ATTACKS.len() as u64) as usize],
            _ => PIECES[chance.below(40) as usize],
        };
        text.insert_str(at, piece);
    }
    let mut bytes = text.into_bytes();
    if chance.below(3) == 0 {
        chance.spoil(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn statements_by_chance_are_let_by_or_refused_soon_and_never_end_the_process() {
    let (mut passed, mut refused) = (0_u64, 0_u64);
    Chance::run("guard", |chance| {
        let text = if chance.below(3) == 0 { deep(chance) } else { spoiled(chance) };
        for dialect in DIALECTS {
            let began = Instant::now();
            let verdict = check(&text, dialect);
            let shown: String = text.chars().take(300).collect();
            assert!(began.elapsed() < Duration::from_secs(10), "{dialect:?} took {:?} for {shown}", began.elapsed());
            match verdict {
                Ok(_) => passed += 1,
                Err(refusal) => {
                    assert!(!refusal.to_string().trim().is_empty(), "{dialect:?} refuses without a word: {shown}");
                    refused += 1;
                }
            }
        }
    });
    assert!(passed > 0 && refused > 0, "one of the two verdicts was never given");
}
