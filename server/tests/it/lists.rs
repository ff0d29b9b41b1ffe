//! Lists that are longer than a page: 10,000 rows, searched, filtered, sorted and paged by the server, in the address and without a script.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::common::binary;
use reqwest::Client;
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice, sqlite3};

const ROWS: usize = 10_000;

/// As many of each kind of row as a large house has, beside what the demo has of its own. Every tenth API is of a second domain.
fn fill(server: &Sluice) {
    let spec = json!({"title": "Number ", "source": "flights-db", "kind": "kv", "table": {"name": "planes"}, "key": ["tailnum"]});
    let spec = spec.to_string().replace("Number ", "Number ' || i || '");
    let numbers = format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS})");
    let owner = "(SELECT id FROM users WHERE email = 'builder@demo')";
    let domain = "CASE WHEN i % 10 = 0 THEN 'many' ELSE 'travel' END";
    let name = "printf('%05d', i)";
    let into = |table: &str, columns: &str, values: &str| format!("INSERT INTO {table} ({columns}) {numbers} SELECT {values} FROM n;\n");
    let sql = [
        "INSERT INTO domains (name, title, created_at) VALUES ('many', 'Many', 0);\n".to_owned(),
        into(
            "apis",
            "id, domain, name, grpc_name, kind, owner_id, created_at",
            &format!("'list-' || i, {domain}, 'n' || {name}, 'N' || i, 'kv', {owner}, i"),
        ),
        into(
            "drafts",
            "api_id, spec, edit, step, updated_by, updated_at",
            &format!("'list-' || i, '{spec}', 1, 'table', 'somebody@demo', i"),
        ),
        into("users", "id, email, is_admin, active, created_at", &format!("'list-' || i, 'p' || {name} || '@many.example', 0, i % 2, i")),
        into(
            "sources",
            "id, name, domain, driver, about, edit, created_by, updated_at",
            &format!("'list-' || i, 's' || {name}, {domain}, 'sqlite', 'About ' || i, 1, 'somebody@demo', i"),
        ),
        into("apps", "id, domain, name, owner_id, created_at", &format!("'list-' || i, {domain}, 'a' || {name}, {owner}, i")),
        into(
            "audit",
            "id, revision, at, actor, action, domain, subject, request_id",
            &format!("'list-' || i, 0, i, 'somebody@demo', 'list.filled', {domain}, 'row-' || {name}, 'r'"),
        ),
    ];
    sqlite3(&server.data().join("sluice.db"), &sql.concat());
}

struct Reader<'a> {
    http: Client,
    server: &'a Sluice,
}

impl Reader<'_> {
    async fn ask(&self, list: &str, query: Json) -> Json {
        let url = format!("{}/fn/{list}", self.server.url);
        let asked = self.http.post(url).header("origin", &self.server.url).header("accept", "application/json");
        let began = Instant::now();
        let response = asked.json(&json!({"query": query})).send().await.unwrap();
        let (status, body) = (response.status(), response.json::<Json>().await.unwrap());
        assert_eq!(status, 200, "{list} {query}: {body}");
        assert!(began.elapsed() < Duration::from_secs(10), "{list} {query} took {:?}", began.elapsed());
        assert!(body["rows"].as_array().unwrap().len() <= 50, "{list} {query}");
        body
    }

    async fn page(&self, path: &str) -> String {
        let page = self.http.get(format!("{}{path}", self.server.url)).header("accept", "text/html").send().await.unwrap();
        assert_eq!(page.status(), 200, "{path}");
        page.text().await.unwrap()
    }
}

fn texts(page: &Json, column: &str) -> Vec<String> {
    page["rows"].as_array().unwrap().iter().map(|row| row[column].as_str().unwrap().to_owned()).collect()
}

/// How many rows were found, and how many there are.
fn extent(page: &Json) -> (u64, u64) {
    (page["extent"]["found"].as_u64().unwrap(), page["extent"]["all"].as_u64().unwrap())
}

#[tokio::test]
async fn ten_thousand_rows_are_searched_filtered_sorted_and_paged() {
    let server = Sluice::demo(binary());
    Admin::demo(&server, "admin@demo").await.built().await;
    fill(&server);
    let admin = Reader { http: Admin::browser(&server, "admin@demo").await, server: &server };

    // Every row of a list is on one of its pages, once.
    for (list, column, begins) in [
        ("list-apis", "name", "n0"),
        ("list-people", "email", "p0"),
        ("list-sources", "name", "s0"),
        ("list-apps", "name", "a0"),
        ("list-audit", "subject", "row-"),
    ] {
        let first = admin.ask(list, json!({})).await;
        let (found, all) = extent(&first);
        assert!(found == all && all >= ROWS as u64, "{list}: {found} of {all}");
        let mut seen = BTreeSet::new();
        for page in [1, 2, all.div_ceil(50) - 1, all.div_ceil(50)] {
            for text in texts(&admin.ask(list, json!({"page": page})).await, column) {
                assert!(!text.starts_with(begins) || seen.insert(text.clone()), "{list}: {text} is on two pages");
            }
        }
        // Behind the last page is the last page.
        let last = admin.ask(list, json!({"page": 4_000_000_000_u32})).await;
        assert_eq!(last["extent"]["page"], all.div_ceil(50), "{list}");
        assert_eq!(last["rows"].as_array().unwrap().len() as u64, (all - 1) % 50 + 1, "{list}");
        let nothing = admin.ask(list, json!({"search": "nothing-has-this"})).await;
        assert_eq!(extent(&nothing), (0, all), "{list}");
    }

    // Words of any case, in any field; filters; orders.
    let found = admin.ask("list-apis", json!({"search": "NUMBER 777"})).await;
    let wanted: BTreeSet<String> = (1..=ROWS).filter(|i| i.to_string().contains("777")).map(|i| format!("n{i:05}")).collect();
    assert_eq!(extent(&found).0, wanted.len() as u64);
    assert_eq!(texts(&found, "name").into_iter().collect::<BTreeSet<_>>(), wanted);
    let many = json!({"filters": {"domain": "many", "state": "draft"}, "sort": {"column": "api", "descending": true}});
    let many = admin.ask("list-apis", many).await;
    assert_eq!((extent(&many).0, texts(&many, "name")[0].as_str()), (ROWS as u64 / 10, "n10000"));
    let gone =
        admin.ask("list-people", json!({"filters": {"state": "deactivated"}, "sort": {"column": "person", "descending": true}})).await;
    assert_eq!((extent(&gone).0, texts(&gone, "email")[0].as_str()), (ROWS as u64 / 2, "p10000@many.example"));
    let changed = admin.ask("list-sources", json!({"sort": {"column": "changed", "descending": false}})).await;
    assert_eq!(texts(&changed, "name")[..2], ["s00001", "s00002"]);
    let sqlite = admin.ask("list-sources", json!({"filters": {"kind": "sqlite"}})).await;
    assert!(extent(&sqlite).0 > 0 && texts(&sqlite, "driver").iter().all(|driver| driver == "sqlite"));
    let kinds = admin.page("/sources").await;
    assert!(kinds.contains("aria-label=\"Filter: Connector\"") && kinds.contains("<option value=\"sqlite\""));
    let log = admin.ask("list-audit", json!({"search": "FILLED row-00", "filters": {"domain": "many"}})).await;
    assert_eq!(extent(&log).0, 99);
    let wild = admin.ask("list-audit", json!({"search": "row_00"})).await;
    assert_eq!(extent(&wild).0, 0, "a word is no pattern");

    // Of somebody else, only the own domains, whatever is asked for.
    let builder = Reader { http: Admin::browser(&server, "builder@demo").await, server: &server };
    for list in ["list-apis", "list-sources", "list-apps"] {
        let (_, all) = extent(&builder.ask(list, json!({})).await);
        assert!(all >= ROWS as u64 / 10 * 9 && all < ROWS as u64, "{list}: {all}");
        assert_eq!(extent(&builder.ask(list, json!({"filters": {"domain": "many"}})).await).0, 0, "{list}");
    }

    // Without a script: links to sort and to turn pages, and a form that keeps what the address has.
    let page = admin.page("/apis?q=number&domain=many&sort=-api&hide=owner&page=2").await;
    let kept = "q=number&amp;domain=many&amp;sort=";
    assert!(page.contains("n09500") && !page.contains("n10000"), "the second page of fifty, from the highest number down");
    for link in [format!("{kept}api&amp;hide=owner"), format!("{kept}-api&amp;hide=owner&amp;page=3"), format!("{kept}-api&amp;page=2")] {
        assert!(page.contains(&format!("href=\"/apis?{link}\"")), "{link}");
    }
    assert!(page.contains("aria-sort=\"descending\"") && page.contains("APIs: 51–100 of 1,000"));
    assert!(page.contains("name=\"q\"") && page.contains("value=\"number\"") && page.contains("method=\"get\""));
    let none = admin.page("/apis?q=nothing-has-this").await;
    assert!(none.contains("Clear search and filters") && none.contains("APIs: 0 of "));
}
