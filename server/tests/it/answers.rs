//! The forms of an answer, read by stock readers and compared with the data; streams that are cut, capped and long.

use crate::common::{Http, People, binary};
use serde_json::{Value as Json, json};
use testkit::Sluice;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const COLUMNS: [&str; 4] = ["tailnum", "year", "manufacturer", "seats"];

/// All planes in the order of their tail numbers, by form.
fn planes() -> Json {
    json!({
        "title": "All planes", "source": "flights-db", "kind": "sql",
        "form": {
            "table": {"name": "planes"},
            "select": (COLUMNS.map(|name| json!({"name": name, "column": name}))),
            "sort": [{"field": "tailnum"}],
        },
        "fields": [
            {"name": "tailnum", "column": "tailnum"}, {"name": "year", "column": "year", "type": "int64"},
            {"name": "manufacturer", "column": "manufacturer"}, {"name": "seats", "column": "seats", "type": "int64"},
        ],
    })
}

fn script(sql: &str, fields: &[(&str, &str)]) -> Json {
    let fields: Vec<Json> = fields.iter().map(|(name, kind)| json!({"name": name, "column": name, "type": kind})).collect();
    json!({"title": "A question", "source": "flights-db", "kind": "sql", "script": sql, "fields": fields})
}

/// The planes out of the data's own text, as `[tailnum, year, manufacturer, seats]`.
fn expected() -> Vec<Json> {
    let planes = testkit::planes();
    let mut names: Vec<&String> = planes.keys().collect();
    names.sort();
    let number = |text: &Option<String>| text.as_ref().map(|text| text.parse::<i64>().unwrap());
    names
        .into_iter()
        .map(|name| json!([name, number(&planes[name]["year"]), planes[name]["manufacturer"], number(&planes[name]["seats"])]))
        .collect()
}

fn in_order(row: &Json) -> Json {
    COLUMNS.iter().map(|name| row[*name].clone()).collect()
}

fn by_pyarrow(kind: &str, bytes: &[u8]) -> Json {
    let (folder, python) = (testkit::folder(), testkit::python());
    let file = folder.path().join("answer");
    std::fs::write(&file, bytes).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/arrow_client.py");
    let output = std::process::Command::new(python).args([script, kind]).arg(&file).output().unwrap();
    assert!(output.status.success(), "{kind}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn of_csv(bytes: &[u8]) -> Vec<Vec<String>> {
    let rows = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes).into_records();
    rows.map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[tokio::test]
async fn every_form_reads_as_the_data_says() {
    let server = Sluice::demo(binary());
    People::of(&server).await.publish("planes", planes(), json!({})).await;
    let http = Http::new(&server);
    let get = async |path: &str, accept: &str| {
        let response = http.get(path).header("accept", accept).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200, "{path}");
        (response.headers()["content-type"].to_str().unwrap().to_owned(), response.bytes().await.unwrap())
    };
    let wanted = expected();
    assert_eq!(wanted.len(), 3_322);

    for (path, accept) in [
        ("/api/travel/planes.ndjson", "*/*"),
        ("/api/travel/planes", "application/x-ndjson"),
        ("/api/travel/planes?format=ndjson", "text/html"),
    ] {
        let (kind, body) = get(path, accept).await;
        assert_eq!(kind, "application/x-ndjson");
        let rows: Vec<Json> = body
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| in_order(&serde_json::from_slice(line).unwrap()))
            .collect();
        assert!(rows == wanted, "{path}");
    }
    let text = |cell: &Json| cell.as_str().map_or_else(|| if cell.is_null() { String::new() } else { cell.to_string() }, str::to_owned);
    let lines: Vec<Vec<String>> = wanted.iter().map(|row| row.as_array().unwrap().iter().map(text).collect()).collect();
    for (path, mark) in [("/api/travel/planes/v1.csv", ""), ("/api/travel/planes.excel", "\u{feff}")] {
        let (kind, body) = get(path, "*/*").await;
        assert!(kind.starts_with("text/csv"), "{kind}");
        let read = of_csv(body.strip_prefix(mark.as_bytes()).unwrap());
        assert_eq!(read[0], COLUMNS);
        assert!(read[1..] == lines, "{path}");
    }
    for (kind, suffix) in [("parquet", "parquet"), ("arrow", "arrow")] {
        let read = by_pyarrow(kind, &get(&format!("/api/travel/planes.{suffix}"), "*/*").await.1);
        assert_eq!(read["types"], json!(["string", "int64", "string", "int64"]));
        let rows: Vec<Json> = read["rows"].as_array().unwrap().iter().map(in_order).collect();
        assert!(rows == wanted, "{kind}");
    }
    let columns: Json = serde_json::from_slice(&get("/api/travel/planes.columns", "*/*").await.1).unwrap();
    assert!(columns["columns"]["tailnum"].as_array().unwrap().iter().eq(wanted.iter().map(|row| &row[0])));
    let few = get("/api/travel/planes.csv?fields=seats,tailnum", "*/*").await.1;
    assert_eq!(of_csv(&few)[0], ["tailnum", "seats"]);
    let (status, wrong) = http.json(http.get("/api/travel/planes?format=xml")).await;
    assert_eq!((status, wrong["errors"][0]["field"].as_str()), (400, Some("format")));
    assert_eq!(http.json(http.get("/api/travel/planes.xml")).await.0, 404);
    assert_eq!(http.json(http.get("/api/travel/plane.csv?tailnum=N14228")).await.0, 400, "a row by its key is JSON");
    let (_, counted) = http.json(http.get("/api/travel/delays?limit=1&count=true&carrier=UA")).await;
    assert_eq!((counted["count"].as_i64(), counted["rows"].as_array().map(Vec::len)), (Some(12), Some(1)), "{counted}");
}

#[tokio::test]
async fn digits_nulls_and_formulas_keep_what_they_are() {
    let server = Sluice::demo(binary());
    let sql = "SELECT 9007199254740993 AS wide, '' AS empty, NULL AS none, '=1+1' AS formula, 'a \"b\", c' AS quoted, 123456789012345678.25 AS price, X'00ff' AS raw";
    let fields = [
        ("wide", "int64"),
        ("empty", "string"),
        ("none", "string"),
        ("formula", "string"),
        ("quoted", "string"),
        ("price", "float64"),
        ("raw", "bytes"),
    ];
    People::of(&server).await.publish("odd", script(sql, &fields), json!({})).await;
    let http = Http::new(&server);
    let text = async |form: &str| http.get(&format!("/api/travel/odd.{form}")).send().await.unwrap().text().await.unwrap();
    let csv = text("csv").await;
    let line = csv.lines().nth(1).unwrap();
    assert!(line.starts_with("9007199254740993,\"\",,=1+1,\"a \"\"b\"\", c\","), "{line}");
    assert!(line.ends_with(",AP8="), "{line}");
    assert!(text("excel").await.contains(",'=1+1,"));
    assert!(text("ndjson").await.starts_with("{\"wide\":9007199254740993,\"empty\":\"\",\"none\":null,"));
    let behind = script("SELECT 'a\n=1+1' AS behind, '\n@x' AS first", &[("behind", "string"), ("first", "string")]);
    People::of(&server).await.publish("behind", behind, json!({})).await;
    let form = |form: &str| format!("/api/travel/behind.{form}");
    let guarded = http.get(&form("excel")).send().await.unwrap().text().await.unwrap();
    assert!(guarded.ends_with("\"a\n'=1+1\",\"'\n'@x\"\r\n"), "{guarded:?}");
    let plain = http.get(&form("csv")).send().await.unwrap().text().await.unwrap();
    assert!(plain.ends_with("\"a\n=1+1\",\"\n@x\"\r\n"), "{plain:?}");
    let bytes = http.get("/api/travel/odd.parquet").send().await.unwrap().bytes().await.unwrap();
    let read = by_pyarrow("parquet", &bytes);
    assert_eq!((&read["rows"][0]["wide"], &read["rows"][0]["none"]), (&json!(9_007_199_254_740_993_i64), &Json::Null));
}

const COUNTING: &str = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000000) SELECT n FROM c";

#[tokio::test]
async fn a_capped_stream_says_so_and_a_broken_one_does_not_look_whole() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let mut capped = script(COUNTING, &[("n", "int64")]);
    capped["policy"] = json!({"max_rows": 5_000});
    people.publish("capped", capped, json!({})).await;
    let broken =
        COUNTING.replace("SELECT n FROM c", "SELECT CASE WHEN n > 20000 THEN abs(-9223372036854775807 - 1) ELSE n END AS n FROM c");
    let mut broken = script(&broken, &[("n", "int64")]);
    broken["policy"] = json!({"max_rows": 1_000_000});
    people.publish("broken", broken, json!({})).await;
    let http = Http::new(&server);

    let mut stream = tokio::net::TcpStream::connect(server.url.trim_start_matches("http://")).await.unwrap();
    let request = format!(
        "GET /api/travel/capped.ndjson HTTP/1.1\r\nhost: 127.0.0.1\r\nte: trailers\r\nconnection: close\r\nauthorization: Bearer {}\r\n\r\n",
        http.key
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert_eq!(answer.matches("{\"n\":").count(), 5_000);
    assert!(answer.trim_end().ends_with("x-sluice-truncated: true"), "{}", &answer[answer.len() - 100..]);
    let (_, page) = http.json(http.get("/api/travel/capped")).await;
    assert_eq!((&page["truncated"], page["rows"].as_array().map(Vec::len)), (&json!(true), Some(5_000)));

    let response = http.get("/api/travel/broken.csv").send().await.unwrap();
    assert_eq!(response.status().as_u16(), 200, "the first rows are good");
    assert!(response.bytes().await.is_err(), "the end of the answer is missing, and the client sees it");
}

#[tokio::test]
async fn a_long_stream_takes_the_memory_of_a_short_one() {
    let server = Sluice::demo(binary());
    let mut long = script(COUNTING, &[("n", "int64")]);
    long["policy"] = json!({"max_rows": 1_000_000});
    People::of(&server).await.publish("long", long, json!({})).await;
    let http = Http::new(&server);
    let memory = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
        line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() >> 10
    };
    for form in ["ndjson", "csv", "parquet", "arrow"] {
        let mut response = http.get(&format!("/api/travel/long.{form}")).send().await.unwrap();
        let (before, mut most, mut bytes) = (memory(), 0, 0);
        while let Some(chunk) = response.chunk().await.unwrap() {
            bytes += chunk.len();
            most = most.max(memory());
        }
        assert!(bytes > 1_000_000, "{form}: {bytes} bytes");
        assert!(most < before + 48, "{form}: from {before} MiB to {most} MiB");
    }
}

#[tokio::test]
async fn an_api_may_give_all_its_fields_or_none_and_pools_are_counted() {
    let server = Sluice::demo(binary());
    let (people, http) = (People::of(&server).await, Http::new(&server));
    let mut spec = crate::common::aircraft(json!("source"));
    spec["policy"] = json!({"whole_rows": true});
    people.publish("aircraft", spec, json!({})).await;
    let (status, whole) = http.json(http.get("/api/travel/aircraft?tailnum=N14228")).await;
    assert_eq!((status, whole.as_object().map(serde_json::Map::len)), (200, Some(9)));
    let (status, refused) = http.json(http.get("/api/travel/aircraft?tailnum=N14228&fields=seats")).await;
    assert_eq!((status, &refused["errors"][0]["field"]), (400, &json!("fields")), "{refused}");
    let (_, openapi) = http.json(http.get("/api/travel/aircraft/openapi.json")).await;
    assert!(openapi.to_string().contains("tailnum") && !openapi.to_string().contains("respond with these fields only"), "{openapi}");
    let metrics = http.get("/metrics").send().await.unwrap().text().await.unwrap();
    let line = |name: &str| {
        let of = format!("sluice_source_{name}{{source=\"flights-db\",env=\"prod\",compartment=\"travel");
        metrics
            .lines()
            .find(|line| line.starts_with(&of))
            .unwrap_or_else(|| panic!("{of}: {metrics}"))
            .rsplit(' ')
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!([line("places"), line("running"), line("waiting"), line("queue_timeouts_total")], ["16", "0", "0", "0"]);
}
