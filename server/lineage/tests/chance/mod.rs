//! Texts by chance: whatever is written, there is an answer soon, and no column in it that nobody named.

use std::time::{Duration, Instant};

use lineage::{How, of_text};
use model::dialect::Dialect;
use proptest::prelude::*;

use crate::cases;

const DIALECTS: [Dialect; 5] = [Dialect::Sqlite, Dialect::Postgres, Dialect::Mysql, Dialect::Clickhouse, Dialect::Datafusion];

/// Names of tables and columns, known and not, and of parts of WITH.
fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["flights", "planes", "events", "w", "v", "carrier", "tailnum", "kind", "n", "\"Region\"", "month"])
        .prop_map(str::to_owned)
}

fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        name(),
        (name(), name()).prop_map(|(table, column)| format!("{table}.{column}")),
        Just("1".to_owned()),
        Just("count(*)".to_owned()),
        Just("'x'".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} + {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("sum({a}) over (partition by {b} order by {a})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("case when {a} > 1 then {b} end")),
            (inner.clone(), name(), inner.clone()).prop_map(|(a, t, b)| format!("(select {a} from {t} where {b} = 1)")),
            (inner.clone(), name(), inner).prop_map(|(a, t, b)| format!("{a} in (select {b} from {t})")),
        ]
    })
}

fn table() -> impl Strategy<Value = String> {
    prop_oneof![
        name(),
        (name(), name()).prop_map(|(table, alias)| format!("{table} as {alias}")),
        (name(), expression()).prop_map(|(table, column)| format!("(select {column} as n, {table}.* from {table}) as w")),
        (name(), name()).prop_map(|(a, b)| format!("{a} natural join {b}")),
        (name(), name(), name()).prop_map(|(a, b, column)| format!("{a} full join {b} using ({column})")),
        (name(), name(), expression()).prop_map(|(a, b, on)| format!("{a} left join lateral (select * from {b} where {on}) as v on {on}")),
    ]
}

/// A statement out of these parts. Most of them would be refused by their source, which makes no difference here.
fn statement() -> impl Strategy<Value = String> {
    let select = || {
        (prop::collection::vec(expression(), 1..4), table(), expression(), expression()).prop_map(|(columns, from, condition, term)| {
            format!("select *, {} as n from {from} where {condition} group by n, {term} order by {term}, 1", columns.join(", "))
        })
    };
    (select(), select(), prop::sample::select(vec!["", "union", "union all", "except", "intersect"]), any::<bool>()).prop_map(
        |(a, b, operator, recursive)| {
            let recursive = if recursive { "recursive" } else { "" };
            let body = if operator.is_empty() { format!("select * from ({a}) as w") } else { format!("({a}) {operator} ({b})") };
            format!("with {recursive} w as ({a}), v as (select * from w union all select * from v) {body}")
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn statements_by_chance_have_an_answer(sql in statement()) {
        let schema = cases::schema();
        for dialect in DIALECTS {
            let lineage = of_text(&sql, dialect, &schema);
            prop_assert_eq!(&lineage, &of_text(&sql, dialect, &schema), "{:?} says two things", dialect);
            let edges = lineage.outputs.iter().map(|output| &output.edges).chain([&lineage.rows]);
            for edge in edges.flat_map(|edges| &edges.known) {
                let table = &edge.from.table;
                prop_assert!(lineage.tables.contains(table), "{:?} is not read", table);
                let known = schema.0.get(&table.path());
                prop_assert!(known.is_none_or(|columns| columns.contains(&edge.from.column)), "{:?} is invented", edge);
                prop_assert!(sql.contains(&edge.from.column) || sql.contains('*'), "{:?} is named by nobody", edge);
            }
            prop_assert!(lineage.rows.of(How::Direct).next().is_none());
        }
    }

    #[test]
    fn texts_by_chance_have_an_answer(sql in "(select|from|where|with|as|join|using|union| |\n|a|b|\\*|\\(|\\)|,|\\.|'|\"|=|1|\\[|\\]){0,60}") {
        for dialect in DIALECTS {
            let _ = of_text(&sql, dialect, &cases::schema());
        }
    }
}

/// Each doubles, or is as deep as it may be.
#[test]
fn large_and_deep_statements_end_soon() {
    let mut sizes: Vec<(&str, String)> = Vec::new();
    let doubled: Vec<String> = (1..60).map(|n| format!("t{n} as (select a.*, b.* from t{} a, t{} b)", n - 1, n - 1)).collect();
    sizes.push(("parts", format!("with t0 as (select * from flights), {} select * from t59", doubled.join(", "))));
    let aliases: Vec<String> = (1..200).map(|n| format!("a{} + a{} as a{n}", n - 1, n - 1)).collect();
    sizes.push(("aliases", format!("select carrier as a0, {} from flights", aliases.join(", "))));
    let circle: Vec<String> = (0..40).map(|n| format!("a{} + a{} as a{n}", (n + 1) % 40, (n + 7) % 40)).collect();
    sizes.push(("a circle of aliases", format!("select {} from flights", circle.join(", "))));
    sizes.push(("sums", format!("select {} as n from flights", vec!["distance"; 2_000].join(" + "))));
    sizes.push(("unions", vec!["select carrier from flights"; 600].join(" union all ")));
    sizes.push(("brackets", format!("select {}carrier{} from flights", "(".repeat(60), ")".repeat(60))));
    sizes.push(("queries", format!("select {}carrier{} from flights", "(select ".repeat(11), ")".repeat(11))));
    sizes.push(("conditions", format!("select 1 from flights where {}", vec!["month = 1"; 250].join(" and "))));
    for (what, sql) in sizes {
        for dialect in DIALECTS {
            let began = Instant::now();
            let lineage = of_text(&sql, dialect, &cases::schema());
            let took = began.elapsed();
            assert!(took < Duration::from_secs(20), "{what} took {took:?} in {dialect:?}");
            assert!(!lineage.outputs.is_empty() || !lineage.rows.unknown.is_empty(), "{what} has no answer in {dialect:?}");
        }
    }
}

#[test]
fn a_table_of_5_000_columns_is_followed() {
    struct Wide;
    impl lineage::Columns for Wide {
        fn columns(&self, _: &lineage::TableName) -> Option<Vec<String>> {
            Some((0..5_000).map(|n| format!("c{n}")).collect())
        }
    }
    for dialect in DIALECTS {
        let lineage = of_text("with w as (select * from wide) select a.*, b.c4999 from w a join wide b on b.c1 = a.c2", dialect, &Wide);
        assert_eq!(lineage.outputs.len(), 5_001, "{dialect:?}: {:?}", lineage.rows);
        assert!(lineage.outputs.iter().all(|output| output.edges.known.len() == 1 && output.edges.unknown.is_empty()));
    }
}
