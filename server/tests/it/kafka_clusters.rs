//! Clusters as they are in companies: they ask who is there, and their values name schemas of a registry.

use std::process::Command;

use crate::common::{Http, LONG, People, binary, labels, until};
use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Admin, Certificates, Kafka, SchemaRegistry, Sluice};

/// The rows of a topic in the order of their offsets.
async fn rows(admin: &Admin, topic: &str) -> Vec<Json> {
    let sample = admin.get(&format!("/sources/stream/prod/tables/{topic}/sample")).await;
    let columns: Vec<&str> = sample["columns"].as_array().unwrap().iter().map(|column| column["name"].as_str().unwrap()).collect();
    let row = |cells: &Json| {
        let cells = cells.as_array().unwrap();
        assert_eq!(cells.len(), columns.len(), "{cells:?}");
        columns.iter().copied().zip(cells.iter().cloned()).collect()
    };
    sample["rows"].as_array().unwrap().iter().map(row).collect()
}

fn without_time(mut row: Json) -> Json {
    row.as_object_mut().unwrap().retain(|name, _| !["kafka_time", "kafka_headers", "kafka_partition"].contains(&name.as_str()));
    row
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_and_keys_are_read_by_the_schemas_of_a_registry() {
    let (kafka, registry) = (Kafka::start(), SchemaRegistry::start("reader", "secret of the registry"));
    for topic in ["avro", "protobuf", "json"] {
        kafka.topic(topic, 1, &[]).await;
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/registry_producer.py");
    let sent = Command::new(testkit::python())
        .args([script, &kafka.addresses(), &registry.url, "reader", "secret of the registry"])
        .status()
        .expect("confluent-kafka is installed by scripts/setup.sh test");
    assert!(sent.success());
    let server = Sluice::demo(binary());
    let people = People::of(&server).await;
    let builder = &people.builder;
    let source = |password: &str| {
        let config = json!({"brokers": kafka.addresses(), "registry": registry.url, "registry_user": "reader"});
        json!({"config": config, "secrets": {"registry_password": password}})
    };
    builder.put_source("stream", "kafka", source("wrong")).await;
    let (status, refused) = builder.call(Method::GET, "/sources/stream/prod/tables/avro/sample", None).await;
    assert!(!status.is_success() && refused.to_string().contains("The schema registry refused the request"), "{status}: {refused}");
    builder.put_source("stream", "kafka", source("secret of the registry")).await;
    // What nobody said how to read is read as each value says.
    let money = json!({"amount": "12.34", "currency": "EUR"});
    let order = |id: i64, label: Json, tip: Json, note: Json| {
        let key = format!("{{\"id\":{id}}}");
        json!({
            "kafka_key": key, "kafka_offset": id - 1, "id": id, "label": label, "price": money, "tip": tip, "paid_in": "USD", "kind": "NEW",
            "at": "2026-01-02T03:04:05Z", "note": note,
        })
    };
    let avro: Vec<Json> = rows(builder, "avro").await.into_iter().map(without_time).collect();
    let wanted = [
        order(1, json!("one"), Json::Null, Json::Null),
        order(2, Json::Null, money.clone(), Json::Null),
        order(3, json!("three"), Json::Null, Json::Null),
        order(4, json!("four"), Json::Null, json!("by the second schema")),
    ];
    assert_eq!(avro, wanted);
    let protobuf: Vec<Json> = rows(builder, "protobuf").await.iter().map(|row| json!([row["id"], row["label"], row["price"]])).collect();
    let cents = json!({"cents": 1234});
    assert_eq!(protobuf, [json!([1, "one", cents]), json!([2, "", cents]), json!([4, "four", cents])]);
    let of_json: Vec<Json> = rows(builder, "json").await.iter().map(|row| json!([row["id"], row["label"], row["price"]])).collect();
    assert_eq!(of_json, [json!([1, "one", 12.34]), json!([2, "two", 12.34]), json!([4, "four", 12.34])]);
    // Followed, a key that names a schema deletes by the fields of it.
    for topic in ["avro", "protobuf", "json"] {
        let new = json!({"domain": "travel", "name": topic, "source": "stream", "table": {"name": topic}, "key": ["id"]});
        builder.post("/datasets", new).await;
        let (status, body) = builder.call(Method::PUT, &format!("/datasets/travel/{topic}/job"), Some(json!({"follow": {}}))).await;
        assert!(status.is_success(), "{body}");
        let built = builder.build("travel", topic).await;
        assert_eq!((&built["state"], &built["figures"]["written_rows"]), (&json!("live"), &json!(3)), "{topic}: {built}");
    }
    let spec = json!({
        "title": "One order", "source": "stream", "kind": "kv", "table": {"name": "avro"}, "key": ["id"], "serve_from": {"dataset": "avro"},
        "parameters": [{"name": "id", "type": "int64", "required": true, "test_value": "1"}],
        "fields": [{"name": "id", "column": "id"}, {"name": "label", "column": "label"}],
    });
    people.publish("avro", spec, json!({})).await;
    let http = Http::new(&server);
    let served = [(1, "one"), (2, ""), (4, "four")].map(|(id, label)| (id, label.to_owned()));
    assert_eq!(labels(&http, "avro", 10).await, served.into());
    // What names a schema that the registry does not have is put aside, and told.
    kafka.send("avro", [("x", Some(&b"\0\0\0\x03\xe7rest"[..]))]);
    let is_told = async || builder.get("/datasets/travel/avro").await.to_string().contains("The registry has no schema 999");
    until(LONG, "it is told", is_told).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clusters_that_ask_who_is_there_are_read_by_those_who_may() {
    let certificates = Certificates::new("reader");
    let (kafka, doors) = Kafka::guarded(&certificates, &[("reader", "secret"), ("stranger", "also secret")]);
    kafka.topic("orders", 1, &[]).await;
    kafka.send("orders", [("1", Some(&br#"{"id": 1, "label": "one"}"#[..]))]);
    let server = Sluice::demo(binary());
    let builder = Admin::demo(&server, "builder@demo").await;
    let authority = certificates.pem("ca.crt");
    let signed_in = |door: &str, security: &str, mechanism: &str, (user, password): (&str, &str)| {
        let config = json!({
            "brokers": door, "security": security, "mechanism": mechanism, "user": user, "tls_ca": authority, "topics": "orders = json",
        });
        json!({"config": config, "secrets": {"password": password}})
    };
    let shown = |with: bool| {
        let certificate = if with { certificates.pem("client.crt") } else { String::new() };
        let key = if with { certificates.pem("client.key") } else { String::new() };
        let config =
            json!({"brokers": doors.tls, "security": "tls", "tls_ca": authority, "tls_cert": certificate, "topics": "orders = json"});
        json!({"config": config, "secrets": {"tls_key": key}})
    };
    let (reader, stranger) = (("reader", "secret"), ("stranger", "also secret"));
    let taken = [
        shown(true),
        signed_in(&doors.sasl, "sasl", "SCRAM-SHA-512", reader),
        signed_in(&doors.sasl, "sasl", "SCRAM-SHA-256", reader),
        signed_in(&doors.sasl_over_tls, "sasl over tls", "PLAIN", reader),
    ];
    for binding in taken {
        builder.put_source("stream", "kafka", binding).await;
        let read = rows(&builder, "orders").await;
        assert_eq!((read.len(), &read[0]["label"]), (1, &json!("one")), "{read:?}");
    }
    let unknown = {
        let mut binding = signed_in(&doors.sasl_over_tls, "sasl over tls", "PLAIN", reader);
        binding["config"]["tls_ca"] = json!(Certificates::new("other").pem("ca.crt"));
        binding
    };
    let refused = [
        (signed_in(&doors.sasl, "sasl", "SCRAM-SHA-512", ("reader", "wrong")), "The brokers refused the connection"),
        (signed_in(&doors.sasl_over_tls, "sasl over tls", "PLAIN", ("nobody", "secret")), "The brokers refused the connection"),
        (shown(false), "The brokers refused the connection"),
        (unknown, "The brokers refused the connection"),
        (signed_in(&doors.sasl, "sasl", "SCRAM-SHA-512", stranger), "no permission to read this topic"),
    ];
    let told = async |binding: &Json, why: &str| {
        builder.put_source("stream", "kafka", binding.clone()).await;
        let (status, body) = builder.call(Method::GET, "/sources/stream/prod/tables/orders/sample", None).await;
        assert!(!status.is_success() && body.to_string().contains(why), "{binding:#}: {status} {body}");
    };
    for (binding, why) in &refused {
        told(binding, why).await;
    }
    // Who may see a topic may not read it yet. By other settings each time: what was seen of a source stays for a while.
    kafka.allow("stranger", "Describe", "orders");
    told(&signed_in(&doors.sasl, "sasl", "SCRAM-SHA-256", stranger), "no permission to read this topic").await;
    // A right to the topic is enough.
    kafka.allow("stranger", "Read", "orders");
    builder.put_source("stream", "kafka", signed_in(&doors.sasl_over_tls, "sasl over tls", "PLAIN", stranger)).await;
    assert_eq!(rows(&builder, "orders").await.len(), 1);
}
