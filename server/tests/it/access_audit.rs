//! What the audit log keeps of who may call what: the whole terms, before a change and after it.

use reqwest::Method;
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};

use crate::common::binary;

/// The newest entry of a kind: what was before, and what is since.
async fn newest(admin: &Admin, action: &str) -> [Option<String>; 2] {
    let audit = admin.get("/audit").await;
    let row = audit.as_array().unwrap().iter().find(|row| row["action"] == action).unwrap_or_else(|| panic!("no {action}: {audit}"));
    ["before", "after"].map(|side| row[side].as_str().map(str::to_owned))
}

async fn done(admin: &Admin, method: Method, path: &str, body: Option<Json>) -> Json {
    let (status, answer) = admin.call(method, path, body).await;
    assert!(status.is_success(), "{path}: {status} {answer}");
    answer
}

#[tokio::test]
async fn grants_and_issuers_are_kept_with_all_that_they_allow() {
    let server = Sluice::demo(binary());
    let (owner, admin) = (Admin::demo(&server, "owner@demo").await, Admin::demo(&server, "admin@demo").await);
    owner.post("/apps", json!({"domain": "travel", "name": "shown"})).await;
    let grant = "/apps/travel/shown/grants/travel/plane";
    let terms = json!({"days": 30, "limit": {"per_second": 5, "burst": 10}, "hidden": ["seats"]});
    done(&owner, Method::PUT, grant, Some(terms)).await;
    let [before, first] = newest(&admin, "access.granted").await;
    let first = first.unwrap();
    assert_eq!(before, None);
    for part in ["travel/shown", "until: 20", "limit: 5 requests/s, burst 10", "hidden: seats"] {
        assert!(first.contains(part), "{part}: {first}");
    }
    done(&owner, Method::PUT, grant, Some(json!({}))).await;
    let wide = "travel/shown\nuntil: no end\nlimit: none\nhidden: none".to_owned();
    assert_eq!(newest(&admin, "access.granted").await, [Some(first), Some(wide.clone())]);
    done(&owner, Method::DELETE, grant, None).await;
    assert_eq!(newest(&admin, "access.ended").await, [Some(wide), None]);

    let issuers = "/apps/travel/shown/issuers";
    let keys = json!({"keys": [{"kty": "oct", "k": "AAAA"}]}).to_string();
    let input = json!({"environment": "prod", "issuer": "https://id.example.com", "audience": "planes", "jwks": keys, "fixed": {"tailnum": "N14228"}});
    let id = done(&owner, Method::POST, issuers, Some(input)).await["id"].as_str().unwrap().to_owned();
    let given = "https://id.example.com for planes in prod\nkeys: given\nfixed: {\"tailnum\":\"N14228\"}".to_owned();
    assert_eq!(newest(&admin, "issuer.made").await, [None, Some(given.clone())]);
    done(&owner, Method::DELETE, &format!("{issuers}/{id}"), None).await;
    assert_eq!(newest(&admin, "issuer.removed").await, [Some(given), None]);
    let shared = json!({"environment": "prod", "issuer": "own", "audience": "planes"});
    let secret = done(&owner, Method::POST, issuers, Some(shared)).await["secret"].as_str().unwrap().to_owned();
    let [_, after] = newest(&admin, "issuer.made").await;
    assert_eq!(after.as_deref(), Some("own for planes in prod\nkeys: a shared secret\nfixed: {}"));
    assert!(!admin.get("/audit").await.to_string().contains(&secret), "the secret is shown once, and not here");
}
