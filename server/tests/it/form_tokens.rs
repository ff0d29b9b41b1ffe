//! Every server function, from the router itself: those that set a role, a right or a secret ask for the token of a form
//! that was drawn for the session, and the others do not. One that is in neither list fails the test.

use reqwest::Client;
use serde_json::Value as Json;
use testkit::{Admin, Sluice, problem_code};

use crate::authority::{Send, functions, open_request};
use crate::common::binary;

/// They set who may do what, what is live, or a secret.
const ASK: [&str; 28] = [
    "decide",
    "delete-app",
    "delete-issuer",
    "delete-receiver",
    "end-grant",
    "end-session",
    "grant",
    "new-dataset",
    "new-domain",
    "new-issuer",
    "new-key",
    "new-person",
    "new-token",
    "password-link",
    "rename-domain",
    "retire",
    "revoke-key",
    "revoke-token",
    "rollback",
    "save-source",
    "set-origins",
    "set-person",
    "set-public-documentation",
    "set-receiver",
    "set-roles",
    "switch-dataset",
    "test-source",
    "withdraw",
];

/// They read.
const READ: [&str; 60] = [
    "acceleration",
    "alert-rule-draft",
    "alerts",
    "api",
    "apis",
    "app",
    "apps",
    "callable",
    "check",
    "compartments",
    "connectors",
    "dataset",
    "datasets",
    "demo-offered",
    "dirty-rows",
    "domains",
    "draft",
    "firing-alerts",
    "format-sql",
    "has-redis",
    "home-figures",
    "home-source",
    "known-tables",
    "link-owner",
    "list-apis",
    "list-apps",
    "list-audit",
    "list-datasets",
    "list-people",
    "list-requests",
    "list-sources",
    "logged-request",
    "logged-requests",
    "me",
    "monitoring",
    "monitoring-of",
    "monitoring-why",
    "needs",
    "next-times",
    "objectives",
    "preview-mapping",
    "public-documentation",
    "public-url",
    "receivers",
    "request",
    "requests",
    "sample-table",
    "sessions",
    "silences",
    "source",
    "source-kinds",
    "source-rights",
    "sources",
    "switches",
    "tables",
    "time-zones",
    "tokens",
    "try",
    // Not more than a look of the person's own, and the way out.
    "choose-theme",
    "sign-out",
];

/// They change what is not live without another's decision, or how much of what is allowed already is done at once.
const CHANGE: [&str; 31] = [
    "accelerate",
    "acknowledge-alert",
    "build-dataset",
    "delete-alert-rule",
    "delete-maintenance-window",
    "delete-objective",
    "discard-draft",
    "end-silence",
    "new-api",
    "new-app",
    "new-maintenance-window",
    "new-silence",
    "pause-job",
    "purge",
    "read-again",
    "retry-notice",
    "save-draft",
    "set-alert-rule",
    "set-compartment",
    "set-gates",
    "set-job",
    "set-mapping",
    "set-objective",
    "set-source-load",
    "set-switches",
    "stop-run",
    "submit",
    "test-receiver",
    "try-again",
    // Before there is a session: they bring a password, or the secret of a link.
    "sign-in",
    "join",
];

/// Makes a session of a demo's person, whoever had the browser before.
const OF_DEMO: &str = "sign-in-demo";

const REFUSED: &str = "This form does not belong to your session. Load the page again, and submit the form again.";

/// Whether it was refused because of the token.
async fn is_refused(http: &Client, server: &Sluice, name: &str, what: &Send, form_token: Option<&str>) -> bool {
    let request = http.post(format!("{}/fn/{name}", server.url)).header("origin", &server.url).header("accept", "application/json");
    let with_token = |fields: &Json| {
        let mut fields = fields.clone();
        if let Some(form_token) = form_token {
            fields["form_token"] = form_token.into();
        }
        fields
    };
    let response = match what {
        Send::Form(fields) => request.form(&with_token(fields)),
        Send::Body(body) => request.json(&with_token(body)),
    };
    let response = response.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    let problem: Json = serde_json::from_str(&text).unwrap_or_default();
    let refused = problem_code(&problem) == ("forbidden", REFUSED);
    assert!(!refused || status == 403, "{name}: {status}");
    refused
}

#[tokio::test]
async fn every_function_that_sets_a_role_a_right_or_a_secret_asks_for_the_form_of_its_session() {
    // Named, so that the portal is linked and its functions are registered.
    let _portal = app::App;
    let mut listed = [&ASK[..], &READ, &CHANGE, &[OF_DEMO]].concat();
    listed.sort_unstable();
    let mut registered: Vec<String> =
        server_fn::axum::server_fn_paths().map(|(path, _)| path.trim_start_matches("/fn/").to_owned()).collect();
    registered.sort_unstable();
    assert_eq!(listed, registered, "a server function is new, or gone: say here whether it sets a role, a right or a secret");

    let server = Sluice::demo(binary());
    let table = functions(&open_request(&server).await);
    let (http, other) = (Admin::browser(&server, "admin@demo").await, Admin::browser(&server, "admin@demo").await);
    let (own, foreign) = (Admin::form_token(&http, &server).await, Admin::form_token(&other, &server).await);
    let mut wrong = Vec::new();
    for name in ASK {
        let what = &table[name].1;
        for given in [None, Some(""), Some("x"), Some(foreign.as_str())] {
            if !is_refused(&http, &server, name, what, given).await {
                wrong.push(format!("{name} takes {given:?}"));
            }
        }
        if is_refused(&http, &server, name, what, Some(&own)).await {
            wrong.push(format!("{name} does not take what its form carries"));
        }
    }
    for name in READ.iter().chain(&CHANGE).filter(|name| !["sign-out", "sign-in", "join"].contains(*name)) {
        if is_refused(&http, &server, name, &table[name].1, None).await {
            wrong.push(format!("{name} asks for it, and is not listed so"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
