//! The product in its released build, with the APIs that are measured.

use std::path::Path;
use std::time::Instant;

use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};

/// High enough never to refuse; the buckets are taken from all the same.
const NO_BOUND: u32 = 5_000_000;

pub(crate) struct Product {
    pub(crate) server: Sluice,
    pub(crate) key: String,
    pub(crate) builder: Admin,
    pub(crate) approver: Admin,
    pub(crate) owner: Admin,
}

/// A key-value definition over the records; `label` makes it differ from others.
#[must_use]
pub(crate) fn definition(source: &str, serve_from: &Json, label: &str, policy: &Json) -> Json {
    let field = |name: &str| json!({"name": name, "column": name});
    json!({
        "title": format!("One record by its id {label}"), "source": source, "kind": "kv", "table": {"name": "records"}, "key": ["id"],
        "parameters": [{"name": "id", "type": "string", "required": true, "test_value": "r0000001"}],
        "fields": (["id", "number", "ratio", "text"].map(field)), "serve_from": serve_from, "policy": policy,
    })
}

impl Product {
    pub(crate) async fn start(binary: &Path, redis: &str) -> Self {
        let server = Sluice::demo_with(binary, &[("SLUICE_REDIS_URL", redis)]);
        let key = server.demo_key();
        let (builder, approver, owner) = (
            Admin::demo(&server, "builder@demo").await,
            Admin::demo(&server, "approver@demo").await,
            Admin::demo(&server, "owner@demo").await,
        );
        Self { server, key, builder, approver, owner }
    }

    pub(crate) async fn source(&self, name: &str, driver: &str, config: Json) {
        let body = json!({"name": name, "domain": "travel", "driver": driver, "edit": 0, "bindings": {"prod": {"config": config}}});
        let (status, answer) = self.builder.call(Method::PUT, &format!("/sources/{name}"), Some(body)).await;
        assert!(status.is_success(), "{answer}");
    }

    /// Builds a dataset; gives its rows a second.
    pub(crate) async fn dataset(&self, name: &str, source: &str, more: Json) -> f64 {
        let mut new = json!({"domain": "travel", "name": name, "source": source, "table": {"name": "records"}});
        if let (Some(new), Some(more)) = (new.as_object_mut(), more.as_object()) {
            new.extend(more.clone());
        }
        self.builder.post("/datasets", new).await;
        let began = Instant::now();
        let built = self.builder.build("travel", name).await;
        assert_eq!(built["state"], "live", "{built}");
        built["figures"]["written_rows"].as_f64().unwrap_or(0.0) / began.elapsed().as_secs_f64()
    }

    /// Makes an API live and open to the demo's app, with every limit on.
    pub(crate) async fn publish(&self, name: &str, spec: Json) {
        let limit = json!({"per_second": NO_BOUND, "burst": NO_BOUND});
        self.builder.publish(&self.approver, "travel", name, spec).await;
        for (path, body) in [
            (format!("/apps/travel/demo-app/grants/travel/{name}"), json!({"limit": limit})),
            (format!("/apis/travel/{name}/switches"), json!({"limit": limit, "priority": "medium"})),
            ("/compartments/travel/medium".to_owned(), json!({"limit": limit})),
        ] {
            let (status, answer) = self.owner.call(Method::PUT, &path, Some(body)).await;
            assert!(status.is_success(), "{path}: {answer}");
        }
        self.owner.served().await;
    }

    /// Anonymous memory, in bytes.
    #[must_use]
    pub(crate) fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.server.pid())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap_or_default();
        line.trim().trim_end_matches(" kB").trim().parse::<f64>().unwrap_or(0.0) * 1_024.0
    }

    /// What all its threads have used of processors since it began, in seconds. The kernel counts in hundredths.
    #[must_use]
    pub(crate) fn processor_seconds(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.server.pid())).unwrap();
        // Fields are counted from behind the name of the program, which may hold anything.
        let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
        let [own, of_kernel] = [fields[11], fields[12]].map(|hundredths| hundredths.parse::<f64>().unwrap());
        (own + of_kernel) / 100.0
    }
}
