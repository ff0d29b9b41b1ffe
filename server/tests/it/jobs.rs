//! How datasets are rebuilt by themselves: at their times, after one another, tried again, ended, and begun again where a
//! worker dies.

use std::os::unix::process::ExitStatusExt as _;
use std::time::{Duration, Instant};

use crate::common::{Cluster, Http, People, aircraft, binary, dataset_until, last_run, until};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Admin, Postgres, Sluice};

/// Looks until the dataset is as it should be; gives it.
async fn set_job(admin: &Admin, name: &str, job: Json) -> (u16, Json) {
    let (status, body) = admin.call(Method::PUT, &format!("/datasets/travel/{name}/job"), Some(job)).await;
    (status.as_u16(), body)
}

fn live(dataset: &Json) -> i64 {
    dataset["versions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|version| version["state"] == "live")
        .map_or(0, |live| live["number"].as_i64().unwrap())
}

/// What the schedule wants next, as the metadata keeps it.
fn due(server: &Sluice, name: &str, at: &str) {
    let sql = format!("UPDATE jobs SET due_at = {at} WHERE dataset_id = (SELECT id FROM datasets WHERE name = '{name}')");
    testkit::sqlite3(&server.data().join("sluice.db"), &sql);
}

const TWO_HOURS_AGO: &str = "(strftime('%s', 'now') - 7200) * 1000";

#[tokio::test]
async fn a_schedule_makes_a_dataset_anew_and_others_follow() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    people.planes_dataset("first", json!({})).await;
    people.planes_dataset("second", json!({"store": "columnar"})).await;
    assert_eq!(set_job(builder, "second", json!({"when": {"after": "first"}})).await.0, 200);
    assert_eq!(set_job(builder, "first", json!({"when": {"cron": {"pattern": "* * * * *", "zone": "Europe/Zurich"}}})).await.0, 200);
    let dataset = builder.get("/datasets/travel/first").await;
    assert_eq!(dataset["job"]["when"], "Every minute, Europe/Zurich time");
    assert_eq!(dataset["job"]["followers"], json!(["second"]));
    assert_eq!(dataset["job"]["next"].as_array().unwrap().len(), 3);
    // The clock itself brings the first; it is not helped along.
    let first = dataset_until(builder, "first", "made anew", |dataset| live(dataset) == 2).await;
    assert_eq!((&last_run(&first)["cause"], &last_run(&first)["asked_by"]), (&json!("schedule"), &json!("schedule")));
    let second = dataset_until(builder, "second", "made after it", |dataset| live(dataset) == 2).await;
    assert_eq!(last_run(&second)["cause"], "after");
    assert!(last_run(&second)["started_at"].as_i64() >= last_run(&first)["finished_at"].as_i64());
    // Paused, it is left alone, and goes on from its next time.
    builder.post("/datasets/travel/first/job/pause", json!({"paused": true})).await;
    let paused = builder.get("/datasets/travel/first").await;
    assert_eq!((&paused["job"]["paused"], &paused["job"]["next"]), (&json!(true), &json!([])));
}

#[tokio::test]
async fn times_that_were_missed_are_made_up_for_by_one_run_or_left_out() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    people.planes_dataset("kept", json!({})).await;
    people.planes_dataset("left", json!({})).await;
    let yearly = json!({"cron": {"pattern": "0 0 1 1 *", "zone": "UTC"}});
    assert_eq!(set_job(builder, "kept", json!({"when": yearly})).await.0, 200);
    assert_eq!(set_job(builder, "left", json!({"when": yearly, "missed": "skip"})).await.0, 200);
    due(&server, "kept", TWO_HOURS_AGO);
    due(&server, "left", TWO_HOURS_AGO);
    dataset_until(builder, "kept", "made once", |dataset| live(dataset) == 2).await;
    // By then the other's time has been passed over too: schedules are looked at one after another, in the same round.
    let left = builder.get("/datasets/travel/left").await;
    assert_eq!((live(&left), left["job"]["runs"].as_array().unwrap().len()), (1, 1), "{left:#}");
    let sql = "SELECT count(*) FROM jobs WHERE due_at > strftime('%s', 'now') * 1000";
    assert_eq!(testkit::sqlite3(&server.data().join("sluice.db"), sql).trim(), "2", "both wait for the next year");
}

#[tokio::test]
async fn a_schedule_that_makes_no_sense_is_told_beside_its_field() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    for name in ["a", "b", "c"] {
        let new = json!({"domain": "travel", "name": name, "source": "flights-db", "table": {"name": "planes"}});
        builder.post("/datasets", new).await;
    }
    let cron = |pattern: &str, zone: &str| json!({"when": {"cron": {"pattern": pattern, "zone": zone}}});
    for (job, field, words) in [
        (cron("", "UTC"), "pattern", "Enter a cron pattern"),
        (cron("61 * * * *", "UTC"), "pattern", "cannot be read"),
        (cron("0 0 31 2 *", "UTC"), "pattern", "no date in the future"),
        (cron("0 3 * * *", "Mars/Olympus"), "zone", "Unknown time zone"),
        (json!({"when": {"after": "nothing"}}), "after", "no dataset nothing"),
        (json!({"retries": 50}), "retries", "At most"),
        (json!({"timeout_minutes": 0}), "timeout_minutes", "between"),
        (json!({"retry_after_s": 0}), "retry_after_s", "between"),
    ] {
        let (status, body) = set_job(builder, "a", job).await;
        let error = &body["errors"][0];
        assert_eq!((status, error["field"].as_str()), (400, Some(field)), "{body}");
        assert!(error["message"].as_str().unwrap().contains(words), "{body}");
    }
    assert_eq!(set_job(builder, "b", json!({"when": {"after": "a"}})).await.0, 200);
    assert_eq!(set_job(builder, "c", json!({"when": {"after": "b"}})).await.0, 200);
    let (status, body) = set_job(builder, "a", json!({"when": {"after": "c"}})).await;
    assert_eq!(status, 400);
    assert!(body["errors"][0]["message"].as_str().unwrap().contains("a after c after b after a"), "{body}");
    assert_eq!(builder.get("/datasets/travel/a").await["job"]["may_follow"], json!(["aircraft"]), "the demo's own");
    assert_eq!(builder.get("/datasets/travel/c").await["job"]["may_follow"], json!(["a", "aircraft", "b"]));
    let (status, _) = builder.call(Method::POST, "/datasets/travel/a/job/stop", Some(json!(null))).await;
    assert_eq!(status.as_u16(), 409, "nothing is under way");
}

/// A dataset of notes in PostgreSQL.
async fn notes(people: &People, postgres: &Postgres) {
    let tables = "CREATE TABLE notes (tailnum text PRIMARY KEY, note text NOT NULL); INSERT INTO notes VALUES ('N14228', 'painted')";
    postgres.run("postgres", tables).await;
    let config = json!({"host": "127.0.0.1", "port": postgres.port().to_string(), "database": "postgres", "user": "postgres"});
    let binding = json!({"config": config, "secrets": {"password": ""}});
    let source = json!({"name": "notes-db", "domain": "travel", "driver": "postgres", "bindings": {"test": binding, "prod": binding}});
    assert!(people.builder.call(Method::PUT, "/sources/notes-db", Some(source)).await.0.is_success());
    let new = json!({"domain": "travel", "name": "notes", "source": "notes-db", "table": {"schema": "public", "name": "notes"}});
    people.builder.post("/datasets", new).await;
}

#[tokio::test]
async fn what_does_not_answer_is_tried_again_and_what_is_wrong_is_not() {
    let mut postgres = Postgres::start();
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    notes(&people, &postgres).await;
    assert_eq!(set_job(builder, "notes", json!({"retries": 10, "retry_after_s": 1})).await.0, 200);
    postgres.stop();
    assert_eq!(builder.build("travel", "notes").await["state"], "failed");
    let waits = dataset_until(builder, "notes", "waits", |dataset| last_run(dataset)["attempt"].as_i64() > Some(1)).await;
    assert!(last_run(&waits)["reason"].as_str().unwrap().starts_with("notes-db:"), "{waits:#}");
    postgres.resume();
    let done = dataset_until(builder, "notes", "done", |dataset| last_run(dataset)["state"] == "done").await;
    // Each try had a dataset version of its own; only the last one is live, and there was one run.
    let tries = last_run(&done)["attempt"].as_i64().unwrap();
    assert_eq!((live(&done), done["versions"].as_array().unwrap().len()), (tries, usize::try_from(tries).unwrap()), "{done:#}");
    assert_eq!(done["job"]["runs"].as_array().unwrap().len(), 1);
    // A gate that holds is not tried again: the rows would be the same.
    let gates = json!({"min_rows": 1_000});
    assert!(builder.call(Method::PUT, "/datasets/travel/notes/gates", Some(gates)).await.0.is_success());
    assert_eq!(builder.build("travel", "notes").await["state"], "failed");
    let failed = builder.get("/datasets/travel/notes").await;
    assert_eq!((&last_run(&failed)["state"], &last_run(&failed)["attempt"]), (&json!("failed"), &json!(1)), "{failed:#}");
    // Monitoring hears of it.
    let line = "sluice_dataset_alarm{domain=\"travel\",dataset=\"notes\",env=\"prod\",kind=\"run-failed\"} 1";
    let told = async || reqwest::get(format!("{}/metrics", server.url)).await.unwrap().text().await.unwrap().contains(line);
    until(Duration::from_secs(20), "told in /metrics", told).await;
    assert!(builder.call(Method::PUT, "/datasets/travel/notes/gates", Some(json!({}))).await.0.is_success());
    assert_eq!(builder.build("travel", "notes").await["state"], "live");
    until(Duration::from_secs(20), "told no more", async || !told().await).await;
}

#[tokio::test]
async fn new_columns_are_taken_left_out_or_asked_about_and_lost_ones_always_are() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    people.planes_dataset("planes", json!({})).await;
    let columns = async || {
        let spec = builder.get("/datasets/travel/planes").await["spec"].clone();
        let written = spec["register"].as_array().unwrap().iter().filter(|field| field["retired"] != true);
        written.map(|field| field["column"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let before = columns().await;
    let alter = |sql: &str| testkit::sqlite3(&server.data().join("sources/flights.db"), sql);
    alter("ALTER TABLE planes ADD COLUMN owner TEXT DEFAULT 'somebody'");
    assert_eq!(set_job(builder, "planes", json!({"new_columns": "ask"})).await.0, 200);
    let asks = builder.build("travel", "planes").await;
    assert!(asks["state"] == "failed" && asks["reason"].as_str().unwrap().contains("new columns: owner"), "{asks}");
    assert_eq!(set_job(builder, "planes", json!({"new_columns": "leave-out"})).await.0, 200);
    assert_eq!(builder.build("travel", "planes").await["state"], "live");
    assert_eq!(columns().await, before);
    assert_eq!(set_job(builder, "planes", json!({"new_columns": "take"})).await.0, 200);
    assert_eq!(builder.build("travel", "planes").await["state"], "live");
    assert_eq!(columns().await, [before, vec!["owner".to_owned()]].concat());
    alter("ALTER TABLE planes DROP COLUMN owner");
    let gone = builder.build("travel", "planes").await;
    assert!(gone["state"] == "failed" && gone["reason"].as_str().unwrap().contains("no column owner any more"), "{gone}");
}

#[tokio::test]
async fn a_run_is_ended_by_hand_or_by_its_time_while_its_source_holds_it() {
    let postgres = Postgres::start();
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    notes(&people, &postgres).await;
    assert_eq!(builder.build("travel", "notes").await["state"], "live");
    let lock = postgres.hold("postgres", "LOCK TABLE notes IN ACCESS EXCLUSIVE MODE").await;
    builder.post("/datasets/travel/notes/build", json!({"environment": "prod"})).await;
    dataset_until(builder, "notes", "running", |dataset| last_run(dataset)["state"] == "running").await;
    let (status, body) = builder.call(Method::POST, "/datasets/travel/notes/build", Some(json!({"environment": "prod"}))).await;
    assert_eq!(status.as_u16(), 409, "one run at a time: {body}");
    builder.post("/datasets/travel/notes/job/stop", json!(null)).await;
    let stopped = builder.get("/datasets/travel/notes").await;
    assert_eq!((&last_run(&stopped)["state"], &last_run(&stopped)["reason"]), (&json!("stopped"), &json!("builder@demo ended it.")));
    assert_eq!(live(&stopped), 1);
    // A minute is all that the next one may take, and it is not tried again.
    assert_eq!(set_job(builder, "notes", json!({"timeout_minutes": 1, "retries": 0})).await.0, 200);
    builder.post("/datasets/travel/notes/build", json!({"environment": "prod"})).await;
    let ended = dataset_until(builder, "notes", "timed out", |dataset| last_run(dataset)["state"] == "failed").await;
    assert!(last_run(&ended)["reason"].as_str().unwrap().contains("longer than 1 min"), "{ended:#}");
    drop(lock);
    assert_eq!(builder.build("travel", "notes").await["state"], "live", "nothing stands in the way of the next");
}

/// A worker dies at a point of its work; another takes the run over, and the dataset is what the source has.
async fn taken_over(point: &str, store: &str) {
    let folder = testkit::folder();
    let start = |kill_at: Option<&str>| {
        let environment: Vec<(&str, &str)> = kill_at.map(|name| ("SLUICE_KILL_AT", name)).into_iter().collect();
        Sluice::start(binary(), "demo", folder.path(), &environment)
    };
    let mut server = start(None);
    let people = People::of(&server).await;
    people.planes_dataset("planes", json!({"store": store})).await;
    if store == "embedded" {
        people.publish("aircraft", aircraft(json!({"dataset": "planes"})), json!({})).await;
    }
    testkit::sqlite3(&folder.path().join("sources/flights.db"), "UPDATE planes SET seats = seats + 1");
    people.builder.built().await;
    server.kill();
    let mut server = start(Some(point));
    let builder = people.builder.at(&server);
    builder.post("/datasets/travel/planes/build", json!({"environment": "prod"})).await;
    assert_eq!(server.wait().signal(), Some(9), "{point} was not hit");
    let server = start(None);
    let builder = Admin::demo(&server, "builder@demo").await;
    let before = builder.get("/datasets/travel/planes").await;
    assert_eq!((live(&before), &last_run(&before)["state"]), (1, &json!("running")), "{point}: {before:#}");
    let began = Instant::now();
    // Its run is over in the same change, and both are read at one moment.
    let after = dataset_until(&builder, "planes", "taken over", |dataset| live(dataset) == 3).await;
    assert!(began.elapsed() < Duration::from_secs(30), "{point}: {:?}", began.elapsed());
    assert_eq!((&last_run(&after)["state"], &last_run(&after)["attempt"]), (&json!("done"), &json!(2)), "{point}: {after:#}");
    assert_eq!(after["versions"][0]["figures"]["written_rows"], testkit::planes().len(), "{point}");
    if store == "embedded" {
        builder.served().await;
        let http = Http::new(&server);
        for (tailnum, plane) in testkit::planes().iter().step_by(400) {
            let (_, row) = http.json(http.get(&format!("/api/travel/aircraft?tailnum={tailnum}"))).await;
            let seats = plane["seats"].as_ref().map(|seats| seats.parse::<i64>().unwrap() + 1);
            assert_eq!(row["seats"].as_i64(), seats, "{point}: {row}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_workers_run_is_taken_over_within_half_a_minute() {
    let cases = [
        ("build.after-read", "embedded"),
        ("build.before-seal", "embedded"),
        ("build.after-proof", "columnar"),
        ("build.before-switch", "embedded"),
    ];
    futures::future::join_all(cases.map(|(point, store)| taken_over(point, store))).await;
}

/// A file that is there, and then written for longer than it is looked: a run for each, of the whole file.
async fn files_come(people: &People, store: &str) {
    let files = testkit::folder();
    let file = files.path().join("prices.csv");
    std::fs::write(&file, "id,price\n1,10\n").unwrap();
    let builder = &people.builder;
    builder.put_source("drop", "files", json!({"config": {"path": files.path()}})).await;
    let table = json!({"name": "prices"});
    let new = json!({"domain": "travel", "name": "prices", "source": "drop", "table": table, "key": ["id"], "store": store});
    builder.post("/datasets", new).await;
    assert_eq!(set_job(builder, "prices", json!({"when": "files"})).await.0, 200);
    let first = dataset_until(builder, "prices", "built of what is there", |dataset| live(dataset) == 1).await;
    assert_eq!((&last_run(&first)["cause"], &first["job"]["when"]), (&json!("files"), &json!("on file arrival")));
    let began = Instant::now();
    for id in 2.. {
        let mut open = std::fs::OpenOptions::new().append(true).open(&file).unwrap();
        std::io::Write::write_all(&mut open, format!("{id},{}\n", id * 10).as_bytes()).unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
        if began.elapsed() > Duration::from_secs(12) {
            break;
        }
    }
    let lines = std::fs::read_to_string(&file).unwrap().lines().count();
    let second = dataset_until(builder, "prices", "built of the whole file", |dataset| live(dataset) > 1).await;
    assert_eq!((live(&second), &second["versions"][0]["figures"]["written_rows"]), (2, &json!(lines - 1)), "{second:#}");
    std::fs::write(&file, "id,price\n7,70\n").unwrap();
    let third = dataset_until(builder, "prices", "built once more", |dataset| live(dataset) > 2).await;
    assert_eq!(third["job"]["runs"].as_array().unwrap().len(), 3, "each state of the file once: {third:#}");
}

#[tokio::test]
async fn files_that_come_begin_a_run_once_they_are_whole() {
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    files_come(&people, "embedded").await;
    // A table of a database has no files.
    people.planes_dataset("planes", json!({})).await;
    let (status, body) = set_job(&people.builder, "planes", json!({"when": "files"})).await;
    assert_eq!((status, body["errors"][0]["field"].as_str()), (400, Some("when")), "{body}");
}

#[tokio::test]
async fn files_that_two_nodes_look_for_begin_one_run() {
    let cluster = Cluster::start().await;
    let (first, _second) = (cluster.node(), cluster.node());
    files_come(&People::of(&first).await, "redis").await;
}
