//! One form, every SQL source, the same rows: over all flights, and compared with answers that are computed here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::disallowed_methods, unreachable_pub)] // tests

mod computed;
mod data;
mod peers;
mod questions;

use computed::computed;
use data::{Cell, Row};
use model::spec::{ApiBody, SqlBody};
use model::{DataType, Value};
use peers::{Filled, Peer, asked, same};
use questions::{Question, paged, questions};
use testkit::{ClickHouse, MariaDb, Postgres};

async fn ask_all(peers: &[Peer], all: &[Row]) {
    let questions = questions();
    assert!(questions.len() >= 60);
    for (number, question) in questions.iter().enumerate() {
        let wanted = computed(all, question);
        for peer in peers {
            let found = asked(peer, question, &[]).await;
            let differs = |at: &usize| !same(found.get(*at..=*at).unwrap_or_default(), wanted.get(*at..=*at).unwrap_or_default());
            let first = (0..found.len().max(wanted.len())).find(differs);
            assert!(
                same(&found, &wanted),
                "question {number} on {}: {} rows of {}, first differing {first:?}: {:?} instead of {:?}\n{}",
                peer.name,
                found.len(),
                wanted.len(),
                first.map(|at| found.get(at)),
                first.map(|at| wanted.get(at)),
                question.spec.script(peer.dialect)
            );
        }
    }
}

/// The values that the page behind a row begins behind.
fn behind(question: &Question, row: &Row) -> Vec<Value> {
    let value = |cell: &Cell, data_type: DataType| match (cell, data_type) {
        (Cell::Empty, _) => Value::Null,
        (Cell::Text(text), _) => Value::Text(text.clone()),
        (Cell::Number(number), DataType::Float64) => Value::Float(*number),
        (Cell::Number(number), _) => Value::Int(*number as i64),
    };
    let fields = &question.spec.fields;
    let place = |name: &str| fields.iter().position(|field| field.name == name).unwrap();
    question.spec.keyset().iter().map(|(field, _)| value(&row[place(&field.name)], field.data_type)).collect()
}

/// Page by page behind the last row, every row comes once and in order.
async fn page_through(peer: &Peer, all: &[Row]) {
    for mut question in paged() {
        let ApiBody::Sql(SqlBody { keyset, .. }) = &mut question.spec.body else { panic!("a form") };
        *keyset = true;
        let wanted = computed::whole(all, &question);
        let (mut found, mut after): (Vec<Row>, Vec<Value>) = (Vec::new(), Vec::new());
        loop {
            let mut page = asked(peer, &question, &after).await;
            let more = page.len() > 500;
            page.truncate(500);
            found.extend(page);
            match found.last() {
                Some(last) if more => after = behind(&question, last),
                _ => break,
            }
        }
        assert!(wanted.len() > 1_000, "{}", wanted.len());
        assert!(same(&found, &wanted), "{}: {} rows of {}", peer.name, found.len(), wanted.len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_form_gives_the_same_rows_on_every_source() {
    let filled = Filled::write();
    let (postgres, mariadb, clickhouse) = (Postgres::start(), MariaDb::with(&["--local-infile=1"]), ClickHouse::start());
    let peers =
        [filled.postgres(&postgres).await, filled.mariadb(&mariadb), filled.sqlite().await, filled.clickhouse(&clickhouse), filled.files()];
    let all = data::rows();
    assert_eq!(all.len(), 336_776);
    ask_all(&peers, &all).await;
    for peer in &peers {
        page_through(peer, &all).await;
    }
}
