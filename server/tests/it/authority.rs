//! Every server function and every admin route, taken from the routers themselves, tried by every role in its own
//! domain, by somebody of another domain, and by nobody. One that is not in this table fails the test.

use std::collections::BTreeMap;
use std::path::Path;

use model::{Action, Role};
use reqwest::Client;
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};

fn binary() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_sluice"))
}

/// Who may call it.
#[derive(Clone, Copy)]
pub(crate) enum Who {
    Anybody,
    SignedIn,
    /// Those of the domain whose role has the action.
    With(Action),
    /// Anyone with the action in any domain: lists that show only what is theirs.
    Somewhere(Action),
}
use Who::{Anybody, SignedIn, Somewhere, With};

/// What is sent: chosen so that whoever may does no harm (a fault of the input, or a thing that is not there).
pub(crate) enum Send {
    Form(Json),
    Body(Json),
}
use Send::{Body, Form};

fn spec() -> Json {
    json!({"source": "flights-db", "kind": "kv", "table": {"name": "planes"}, "key": ["tailnum"],
        "parameters": [{"name": "tailnum", "type": "string", "required": true}], "fields": [{"name": "tailnum", "column": "tailnum"}]})
}

/// One that cannot be saved: no window is so short.
fn alert_rule() -> Json {
    let watch = json!({"kind": "api", "environment": "prod"});
    json!({"watch": watch, "metric": "error-share", "operator": "above", "threshold": 0.05, "window_minutes": 0})
}

/// The same as a form sends it.
fn alert_rule_form() -> Json {
    let fields = [
        ("domain", "travel"),
        ("name", "none"),
        ("kind", "api"),
        ("environment", "prod"),
        ("metric", "error-share"),
        ("operator", "above"),
        ("threshold", "0.05"),
        ("window_minutes", "0"),
        ("for_minutes", "0"),
        ("keep_minutes", "0"),
        ("min_events", "0"),
        ("no_data", "keep"),
    ];
    fields.into_iter().map(|(name, value)| (format!("fields[{name}]"), Json::from(value))).collect::<serde_json::Map<_, _>>().into()
}

pub(crate) fn functions(request: &str) -> BTreeMap<&'static str, (Who, Send)> {
    let source = json!({"name": "flights-db", "domain": "travel", "driver": "sqlite", "about": "", "edit": 1, "bindings": {"prod": {"nothing": "x"}}});
    let at = || json!({"domain": "travel", "name": "plane"});
    let with = |mut base: Json, more: Json| {
        base.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        base
    };
    BTreeMap::from([
        ("demo-offered", (Anybody, Form(json!({})))),
        ("sign-in", (Anybody, Form(json!({"email": "", "password": "", "next": "/"})))),
        ("sign-in-demo", (Anybody, Form(json!({"email": "viewer@demo", "next": "/"})))),
        ("link-owner", (Anybody, Form(json!({"secret": "none"})))),
        ("join", (Anybody, Form(json!({"secret": "none", "email": "", "password": ""})))),
        ("me", (SignedIn, Form(json!({})))),
        ("needs", (SignedIn, Form(json!({})))),
        ("home-figures", (SignedIn, Form(json!({})))),
        ("monitoring", (SignedIn, Body(json!({"asked": {"range": "15m"}})))),
        ("monitoring-of", (With(Action::See), Body(json!({"kind": "api", "path": "travel/plane", "asked": {}})))),
        ("monitoring-why", (With(Action::See), Body(json!({"path": "travel/plane", "asked": {}})))),
        ("apis", (SignedIn, Form(json!({})))),
        ("list-apis", (SignedIn, Body(json!({})))),
        ("list-sources", (SignedIn, Body(json!({})))),
        ("list-datasets", (SignedIn, Body(json!({})))),
        ("list-apps", (SignedIn, Body(json!({})))),
        ("list-requests", (SignedIn, Body(json!({})))),
        (
            "new-api",
            (
                With(Action::EditApi),
                Form(json!({"domain": "travel", "name": "Bad Name", "kind": "kv", "source": "", "table": "", "dataset": ""})),
            ),
        ),
        ("requests", (SignedIn, Form(json!({})))),
        ("request", (With(Action::See), Form(json!({"id": request})))),
        ("decide", (With(Action::Decide), Form(json!({"id": request, "reason": "", "decision": "reject"})))),
        ("withdraw", (With(Action::Submit), Form(json!({"id": request})))),
        ("api", (With(Action::See), Form(at()))),
        ("public-url", (SignedIn, Form(json!({})))),
        ("retire", (With(Action::Rollback), Form(with(at(), json!({"environment": "test"}))))),
        ("callable", (With(Action::EditApi), Form(at()))),
        ("rollback", (With(Action::Rollback), Form(with(at(), json!({"environment": "prod", "version": 99}))))),
        ("grant", (With(Action::Grant), Form(with(at(), json!({"app": "travel/none", "days": ""}))))),
        ("datasets", (SignedIn, Form(json!({})))),
        ("has-redis", (SignedIn, Form(json!({})))),
        ("dataset", (With(Action::See), Form(json!({"domain": "travel", "name": "aircraft"})))),
        (
            "new-dataset",
            (
                With(Action::EditDataset),
                Body(
                    json!({"form": {"domain": "travel", "name": "Bad Name", "source": "", "table": "", "key": [], "store": "embedded", "compression": "none", "mapping": {}}}),
                ),
            ),
        ),
        ("build-dataset", (With(Action::EditDataset), Form(json!({"domain": "travel", "name": "aircraft", "environment": "prod"})))),
        ("switch-dataset", (With(Action::Rollback), Form(json!({"domain": "travel", "name": "aircraft", "version": 99})))),
        (
            "set-mapping",
            (With(Action::EditDataset), Body(json!({"domain": "travel", "name": "aircraft", "mapping": {"left_out": ["tailnum"]}}))),
        ),
        ("preview-mapping", (With(Action::EditDataset), Body(json!({"source": "flights-db", "table": "none", "mapping": {}})))),
        ("set-gates", (With(Action::EditDataset), Body(json!({"domain": "travel", "name": "aircraft", "gates": {"shrink_percent": 200}})))),
        ("set-source-load", (With(Action::EditSource), Body(json!({"name": "flights-db", "load": {"rows_per_s": 0}})))),
        ("set-job", (With(Action::EditDataset), Body(json!({"domain": "travel", "name": "aircraft", "spec": {"retries": 99}})))),
        ("pause-job", (With(Action::EditDataset), Form(json!({"domain": "travel", "name": "aircraft", "paused": false})))),
        ("stop-run", (With(Action::EditDataset), Form(json!({"domain": "travel", "name": "aircraft"})))),
        ("dirty-rows", (With(Action::EditDataset), Form(json!({"domain": "travel", "name": "aircraft", "version": 99})))),
        ("try-again", (With(Action::EditDataset), Form(json!({"domain": "travel", "name": "aircraft", "version": 99})))),
        ("read-again", (With(Action::EditDataset), Body(json!({"domain": "travel", "name": "aircraft", "version": 99, "wanted": {}})))),
        ("next-times", (SignedIn, Body(json!({"cron": {"pattern": "0 3 * * *", "zone": "UTC"}})))),
        ("time-zones", (SignedIn, Form(json!({})))),
        (
            "new-issuer",
            (
                With(Action::EditApp),
                Form(json!({"domain": "travel", "app": "demo-app", "environment": "prod", "issuer": "", "audience": ""})),
            ),
        ),
        ("delete-issuer", (With(Action::EditApp), Form(json!({"domain": "travel", "app": "demo-app", "id": "none"})))),
        ("switches", (With(Action::See), Form(at()))),
        ("compartments", (SignedIn, Form(json!({})))),
        ("set-compartment", (With(Action::Switch), Form(json!({"domain": "travel", "priority": "low", "per_second": "0", "burst": ""})))),
        ("set-switches", (With(Action::Switch), Form(with(at(), json!({"per_second": "0", "burst": "", "priority": "high"}))))),
        (
            "set-public-documentation",
            (With(Action::PublishDocumentation), Form(with(at(), json!({"contact": "x".repeat(301), "public": true})))),
        ),
        ("public-documentation", (Anybody, Form(at()))),
        ("purge", (With(Action::Switch), Form(at()))),
        ("end-grant", (With(Action::Grant), Form(with(at(), json!({"app": "travel/none"}))))),
        ("try", (With(Action::TryLive), Body(with(at(), json!({"version": 99, "environment": "prod", "parameters": []}))))),
        ("connectors", (SignedIn, Form(json!({})))),
        ("sources", (SignedIn, Form(json!({})))),
        ("source-kinds", (SignedIn, Form(json!({})))),
        ("source", (With(Action::See), Form(json!({"name": "flights-db"})))),
        ("tables", (With(Action::See), Form(json!({"source": "flights-db", "environment": "prod"})))),
        ("known-tables", (With(Action::See), Body(json!({"source": "flights-db", "environment": "prod", "table": null})))),
        ("home-source", (SignedIn, Form(json!({})))),
        ("sample-table", (With(Action::ReadSample), Form(json!({"source": "flights-db", "table": "planes", "environment": "prod"})))),
        ("save-source", (With(Action::EditSource), Body(json!({"form": source})))),
        ("source-rights", (With(Action::EditSource), Form(json!({"source": "flights-db", "environment": "prod"})))),
        ("test-source", (With(Action::EditSource), Body(json!({"form": source, "environment": "prod"})))),
        ("apps", (SignedIn, Form(json!({})))),
        ("app", (With(Action::See), Form(json!({"domain": "travel", "name": "demo-app"})))),
        ("new-app", (With(Action::EditApp), Form(json!({"domain": "travel", "name": "Bad Name"})))),
        ("delete-app", (With(Action::EditApp), Form(json!({"domain": "travel", "name": "none"})))),
        ("set-origins", (With(Action::EditApp), Form(json!({"domain": "travel", "app": "demo-app", "origins": "none"})))),
        ("new-key", (With(Action::EditApp), Form(json!({"domain": "travel", "app": "demo-app", "environment": "prod", "days": "-1"})))),
        ("revoke-key", (With(Action::EditApp), Form(json!({"domain": "travel", "app": "demo-app", "key": "none"})))),
        ("domains", (SignedIn, Form(json!({})))),
        ("new-domain", (With(Action::Administer), Form(json!({"name": "Bad Name", "title": ""})))),
        ("rename-domain", (With(Action::Administer), Form(json!({"domain": "none", "title": ""})))),
        ("set-roles", (With(Action::EditMembers), Form(json!({"domain": "travel", "email": "no@one"})))),
        ("list-people", (With(Action::Administer), Body(json!({})))),
        ("new-person", (With(Action::Administer), Form(json!({"email": "none"})))),
        ("password-link", (With(Action::Administer), Form(json!({"id": "none"})))),
        ("set-person", (With(Action::Administer), Form(json!({"id": "none"})))),
        ("alerts", (SignedIn, Form(json!({})))),
        ("firing-alerts", (SignedIn, Form(json!({})))),
        ("acknowledge-alert", (With(Action::EditAlert), Form(json!({"domain": "travel", "id": "none"})))),
        ("alert-rule-draft", (SignedIn, Body(json!({})))),
        ("set-alert-rule", (With(Action::EditAlert), Form(alert_rule_form()))),
        ("delete-alert-rule", (With(Action::EditAlert), Form(json!({"domain": "travel", "name": "none"})))),
        ("silences", (SignedIn, Form(json!({})))),
        ("new-silence", (With(Action::EditAlert), Form(json!({"domain": "travel", "hours": "1", "reason": ""})))),
        ("end-silence", (With(Action::EditAlert), Form(json!({"domain": "travel", "id": "none"})))),
        (
            "new-maintenance-window",
            (With(Action::EditAlert), Form(json!({"domain": "travel", "name": "none", "start": "02:00", "minutes": "60"}))),
        ),
        ("delete-maintenance-window", (With(Action::EditAlert), Form(json!({"domain": "travel", "name": "none"})))),
        ("receivers", (SignedIn, Form(json!({})))),
        ("set-receiver", (With(Action::EditReceiver), Form(json!({"domain": "travel", "name": "Bad Name", "channel": "portal"})))),
        ("delete-receiver", (With(Action::EditReceiver), Form(json!({"domain": "travel", "name": "none"})))),
        ("test-receiver", (With(Action::EditReceiver), Form(json!({"domain": "travel", "name": "none"})))),
        ("retry-notice", (With(Action::EditReceiver), Form(json!({"domain": "travel", "id": "none"})))),
        ("objectives", (SignedIn, Form(json!({})))),
        (
            "set-objective",
            (
                With(Action::EditAlert),
                Form(json!({"domain": "travel", "name": "none", "kind": "availability", "environment": "prod", "path": "travel/plane",
                    "target": "1", "period_days": "30", "min_bad": "5"})),
            ),
        ),
        ("delete-objective", (With(Action::EditAlert), Form(json!({"domain": "travel", "name": "none"})))),
        ("logged-requests", (SignedIn, Body(json!({})))),
        ("logged-request", (SignedIn, Form(json!({"id": "none"})))),
        ("list-audit", (Somewhere(Action::SeeAudit), Body(json!({})))),
        ("sign-out", (SignedIn, Form(json!({})))),
        ("sessions", (SignedIn, Form(json!({})))),
        ("end-session", (SignedIn, Form(json!({"id": "none"})))),
        ("tokens", (SignedIn, Form(json!({})))),
        ("new-token", (SignedIn, Form(json!({"name": "", "days": "1"})))),
        ("revoke-token", (SignedIn, Form(json!({"id": "none"})))),
        ("choose-theme", (SignedIn, Form(json!({"theme": "dark"})))),
        ("draft", (With(Action::EditApi), Form(at()))),
        ("save-draft", (With(Action::EditApi), Body(with(at(), json!({"spec": spec(), "edit": 77, "step": ""}))))),
        ("check", (With(Action::EditApi), Body(json!({"domain": "travel", "name": "plane", "spec": spec(), "environment": "prod"})))),
        ("format-sql", (With(Action::EditApi), Body(with(at(), json!({"source": "flights-db", "text": "select 'never closed"}))))),
        ("acceleration", (With(Action::See), Form(at()))),
        (
            "accelerate",
            (
                With(Action::EditDataset),
                Form(with(at(), json!({"dataset": "Bad Name", "store": "embedded", "compression": "none", "again": "asked"}))),
            ),
        ),
        ("submit", (With(Action::Submit), Form(with(at(), json!({"environment": "prod", "reason": "", "edit": 1}))))),
        ("discard-draft", (With(Action::EditApi), Form(at()))),
    ])
}

fn operations() -> BTreeMap<String, (Who, Json)> {
    let source = json!({"name": "flights-db", "domain": "travel", "driver": "sqlite", "edit": 1, "bindings": {"prod": {"config": {"nothing": "x"}}}});
    let documents = "document: api\ndomain: travel\nname: plane\nspec: { source: none, kind: kv, table: { name: x }, key: [] }";
    [
        ("GET /admin/v1/me", SignedIn, Json::Null),
        ("GET /admin/v1/tokens", SignedIn, Json::Null),
        ("POST /admin/v1/tokens", SignedIn, json!({"name": "", "days": 1})),
        ("DELETE /admin/v1/tokens/{id}", SignedIn, Json::Null),
        ("GET /admin/v1/domains", SignedIn, Json::Null),
        ("POST /admin/v1/domains", With(Action::Administer), json!({"name": "Bad Name"})),
        ("PUT /admin/v1/domains/{domain}", With(Action::Administer), json!({"title": "x".repeat(101)})),
        ("PUT /admin/v1/domains/{domain}/members/{email}", With(Action::EditMembers), json!({"roles": []})),
        ("GET /admin/v1/people", With(Action::Administer), Json::Null),
        ("POST /admin/v1/people", With(Action::Administer), json!({"email": "none"})),
        ("PUT /admin/v1/people/{id}", With(Action::Administer), json!({"admin": false, "active": true})),
        ("POST /admin/v1/people/{id}/link", With(Action::Administer), Json::Null),
        ("GET /admin/v1/audit", Somewhere(Action::SeeAudit), Json::Null),
        ("GET /admin/v1/request-log", SignedIn, Json::Null),
        ("GET /admin/v1/sources", SignedIn, Json::Null),
        ("PUT /admin/v1/sources/{source}", With(Action::EditSource), source.clone()),
        ("POST /admin/v1/sources/{source}/{environment}/test", With(Action::EditSource), source),
        ("GET /admin/v1/sources/{source}", With(Action::See), Json::Null),
        ("GET /admin/v1/sources/{source}/{environment}/rights", With(Action::EditSource), Json::Null),
        ("GET /admin/v1/sources/{source}/{environment}/tables", With(Action::See), Json::Null),
        ("GET /admin/v1/sources/{source}/{environment}/tables/{table}/sample", With(Action::ReadSample), Json::Null),
        ("GET /admin/v1/apis", SignedIn, Json::Null),
        ("POST /admin/v1/apis", With(Action::EditApi), json!({"domain": "travel", "name": "Bad Name", "spec": spec()})),
        ("GET /admin/v1/apis/{domain}/{api}", With(Action::See), Json::Null),
        ("GET /admin/v1/apis/{domain}/{api}/draft", With(Action::EditApi), Json::Null),
        ("PUT /admin/v1/apis/{domain}/{api}/draft", With(Action::EditApi), json!({"spec": spec(), "edit": 77})),
        ("DELETE /admin/v1/apis/{domain}/{api}/draft", With(Action::EditApi), Json::Null),
        ("POST /admin/v1/apis/{domain}/{api}/check", With(Action::EditApi), json!({"environment": "prod", "spec": spec()})),
        ("POST /admin/v1/apis/{domain}/{api}/try", With(Action::TryLive), json!({"version": 99, "environment": "prod", "parameters": []})),
        ("POST /admin/v1/apis/{domain}/{api}/submit", With(Action::Submit), json!({"environment": "prod", "edit": 1})),
        ("POST /admin/v1/apis/{domain}/{api}/retire", With(Action::Rollback), json!({"environment": "test"})),
        ("POST /admin/v1/apis/{domain}/{api}/rollback", With(Action::Rollback), json!({"environment": "prod", "version": 99})),
        (
            "PUT /admin/v1/apis/{domain}/{api}/documentation",
            With(Action::PublishDocumentation),
            json!({"public": true, "contact": "x".repeat(301)}),
        ),
        ("POST /admin/v1/apply", With(Action::Submit), json!({"documents": documents})),
        ("GET /admin/v1/export", SignedIn, Json::Null),
        ("GET /admin/v1/requests", SignedIn, Json::Null),
        ("GET /admin/v1/requests/{request}", With(Action::See), Json::Null),
        ("POST /admin/v1/requests/{request}/decide", With(Action::Decide), json!({"approve": false})),
        ("POST /admin/v1/requests/{request}/withdraw", With(Action::Submit), Json::Null),
        ("GET /admin/v1/apps", SignedIn, Json::Null),
        ("POST /admin/v1/apps", With(Action::EditApp), json!({"domain": "travel", "name": "Bad Name"})),
        ("GET /admin/v1/apps/{domain}/{app}", With(Action::See), Json::Null),
        ("DELETE /admin/v1/apps/{domain}/{app}", With(Action::EditApp), Json::Null),
        ("PUT /admin/v1/apps/{domain}/{app}/origins", With(Action::EditApp), json!({"origins": ["none"]})),
        ("POST /admin/v1/apps/{domain}/{app}/keys", With(Action::EditApp), json!({"environment": "prod", "days": -1})),
        ("DELETE /admin/v1/apps/{domain}/{app}/keys/{key}", With(Action::EditApp), Json::Null),
        ("POST /admin/v1/apps/{domain}/{app}/issuers", With(Action::EditApp), json!({"environment": "prod", "issuer": "", "audience": ""})),
        ("DELETE /admin/v1/apps/{domain}/{app}/issuers/{issuer}", With(Action::EditApp), Json::Null),
        ("GET /admin/v1/datasets", SignedIn, Json::Null),
        (
            "POST /admin/v1/datasets",
            With(Action::EditDataset),
            json!({"domain": "travel", "name": "Bad Name", "source": "", "table": {"name": ""}}),
        ),
        ("GET /admin/v1/datasets/{domain}/{dataset}", With(Action::See), Json::Null),
        ("POST /admin/v1/datasets/{domain}/{dataset}/build", With(Action::EditDataset), json!({"environment": "prod"})),
        ("GET /admin/v1/apis/{domain}/{api}/accelerate", With(Action::See), Json::Null),
        ("POST /admin/v1/apis/{domain}/{api}/accelerate", With(Action::EditDataset), json!({"dataset": "Bad Name"})),
        ("PUT /admin/v1/datasets/{domain}/{dataset}/mapping", With(Action::EditDataset), json!({"left_out": ["tailnum"]})),
        ("POST /admin/v1/mapping/preview", With(Action::EditDataset), json!({"source": "flights-db", "table": {"name": "none"}})),
        ("PUT /admin/v1/datasets/{domain}/{dataset}/gates", With(Action::EditDataset), json!({"shrink_percent": 200})),
        ("PUT /admin/v1/sources/{source}/load", With(Action::EditSource), json!({"rows_per_s": 0})),
        ("PUT /admin/v1/datasets/{domain}/{dataset}/job", With(Action::EditDataset), json!({"retries": 99})),
        ("POST /admin/v1/datasets/{domain}/{dataset}/job/pause", With(Action::EditDataset), json!({"paused": false})),
        ("POST /admin/v1/datasets/{domain}/{dataset}/job/stop", With(Action::EditDataset), Json::Null),
        ("GET /admin/v1/datasets/{domain}/{dataset}/versions/{version}/dirty", With(Action::EditDataset), Json::Null),
        ("POST /admin/v1/datasets/{domain}/{dataset}/versions/{version}/dirty/again", With(Action::EditDataset), Json::Null),
        ("POST /admin/v1/datasets/{domain}/{dataset}/versions/{version}/backfill", With(Action::EditDataset), json!({})),
        ("POST /admin/v1/datasets/{domain}/{dataset}/switch", With(Action::Rollback), json!({"version": 99})),
        ("GET /admin/v1/apis/{domain}/{api}/switches", With(Action::See), Json::Null),
        ("PUT /admin/v1/apis/{domain}/{api}/switches", With(Action::Switch), json!({"limit": {"per_second": 0, "burst": 0}})),
        ("POST /admin/v1/apis/{domain}/{api}/purge", With(Action::Switch), Json::Null),
        ("GET /admin/v1/compartments", SignedIn, Json::Null),
        // Without a query, all three say what is missing; whose figures somebody may see is in monitoring.rs and diagnosis.rs.
        ("GET /admin/v1/metrics", SignedIn, Json::Null),
        ("GET /admin/v1/metrics/overview", SignedIn, Json::Null),
        ("GET /admin/v1/diagnosis", SignedIn, Json::Null),
        ("PUT /admin/v1/compartments/{domain}/{priority}", With(Action::Switch), json!({"limit": {"per_second": 0, "burst": 0}})),
        ("GET /admin/v1/alerts", SignedIn, Json::Null),
        ("GET /admin/v1/alerts/{domain}/history", With(Action::See), Json::Null),
        ("POST /admin/v1/alerts/{domain}/{alert}/acknowledge", With(Action::EditAlert), json!({})),
        ("GET /admin/v1/alert-rules", SignedIn, Json::Null),
        ("PUT /admin/v1/alert-rules/{domain}/{rule}", With(Action::EditAlert), json!({"rule": alert_rule()})),
        ("DELETE /admin/v1/alert-rules/{domain}/{rule}", With(Action::EditAlert), Json::Null),
        ("POST /admin/v1/alert-previews/{domain}", With(Action::EditAlert), alert_rule()),
        ("GET /admin/v1/objectives", SignedIn, Json::Null),
        (
            "PUT /admin/v1/objectives/{domain}/{objective}",
            With(Action::EditAlert),
            json!({"objective": {"subject": {"kind": "api", "environment": "prod", "path": "travel/plane"}, "kind": "availability", "target": 0.0}}),
        ),
        ("DELETE /admin/v1/objectives/{domain}/{objective}", With(Action::EditAlert), Json::Null),
        ("GET /admin/v1/maintenance-windows", SignedIn, Json::Null),
        (
            "PUT /admin/v1/maintenance-windows/{domain}/{window}",
            With(Action::EditAlert),
            json!({"window": {"days": [], "start_minute": 0, "duration_minutes": 0}}),
        ),
        ("DELETE /admin/v1/maintenance-windows/{domain}/{window}", With(Action::EditAlert), Json::Null),
        ("GET /admin/v1/risks", SignedIn, Json::Null),
        ("GET /admin/v1/silences", SignedIn, Json::Null),
        ("POST /admin/v1/silences", With(Action::EditAlert), json!({"domain": "travel", "to": 0, "reason": ""})),
        ("DELETE /admin/v1/silences/{domain}/{silence}", With(Action::EditAlert), Json::Null),
        ("GET /admin/v1/receivers", SignedIn, Json::Null),
        ("PUT /admin/v1/receivers/{domain}/{receiver}", With(Action::EditReceiver), json!({"channel": {"email": {"to": []}}})),
        ("DELETE /admin/v1/receivers/{domain}/{receiver}", With(Action::EditReceiver), Json::Null),
        ("POST /admin/v1/receivers/{domain}/{receiver}/test", With(Action::EditReceiver), Json::Null),
        ("GET /admin/v1/notices", SignedIn, Json::Null),
        ("POST /admin/v1/notices/{domain}/{notice}/retry", With(Action::EditReceiver), Json::Null),
        ("PUT /admin/v1/apps/{app_domain}/{app}/grants/{domain}/{api}", With(Action::Grant), json!({"days": -1})),
        ("DELETE /admin/v1/apps/{app_domain}/{app}/grants/{domain}/{api}", With(Action::Grant), Json::Null),
    ]
    .into_iter()
    .map(|(key, who, body)| (key.to_owned(), (who, body)))
    .collect()
}

struct Person {
    name: &'static str,
    /// `None` for an admin.
    role: Option<Role>,
    foreign: bool,
    browser: Client,
    /// What the browser's forms carry.
    form_token: String,
    token: String,
}

/// What must happen to this person: let by, refused, or not even told that there is such a thing.
fn expected(who: Who, person: &Person) -> &'static str {
    let of_role = |action: Action| person.role.is_none_or(|role| action.allowed_to(role));
    match who {
        Anybody | SignedIn => "by",
        Somewhere(action) => {
            if of_role(action) {
                "by"
            } else {
                "refused"
            }
        }
        With(Action::Administer) => {
            if person.role.is_none() {
                "by"
            } else {
                "refused"
            }
        }
        With(_) if person.foreign => "hidden",
        With(action) => {
            if of_role(action) {
                "by"
            } else {
                "refused"
            }
        }
    }
}

fn check(what: &str, who: Who, person: &Person, status: u16) -> Option<String> {
    let good = match expected(who, person) {
        "by" => !matches!(status, 401 | 403 | 500..),
        "refused" => status == 403,
        _ => matches!(status, 403 | 404) || (what.contains("source") && status == 400),
    };
    (!good).then(|| format!("{what} by {}: {status}, expected to be {}", person.name, expected(who, person)))
}

async fn people(server: &Sluice) -> Vec<Person> {
    let mut people = Vec::new();
    for (name, role) in [
        ("viewer@demo", Some(Role::Viewer)),
        ("builder@demo", Some(Role::Builder)),
        ("approver@demo", Some(Role::Approver)),
        ("owner@demo", Some(Role::Owner)),
        ("admin@demo", None),
    ] {
        let token = Admin::demo(server, name).await.token;
        let browser = Admin::browser(server, name).await;
        let form_token = Admin::form_token(&browser, server).await;
        people.push(Person { name, role, foreign: false, browser, form_token, token });
    }
    let admin = Admin::demo(server, "admin@demo").await;
    admin.post("/domains", json!({"name": "finance"})).await;
    admin.post("/people", json!({"email": "stranger@demo"})).await;
    let roles = json!({"roles": ["viewer", "builder", "approver", "owner"]});
    admin.call(reqwest::Method::PUT, "/domains/finance/members/stranger@demo", Some(roles)).await;
    let token = Admin::demo(server, "stranger@demo").await.token;
    let browser = Admin::browser(server, "stranger@demo").await;
    let form_token = Admin::form_token(&browser, server).await;
    people.push(Person { name: "stranger@demo", role: Some(Role::Owner), foreign: true, browser, form_token, token });
    people
}

/// An open request of the builder's, for what is about requests.
pub(crate) async fn open_request(server: &Sluice) -> String {
    let mut airports = spec();
    airports["table"]["name"] = "airports".into();
    airports["key"] = json!(["faa"]);
    airports["parameters"][0]["name"] = "faa".into();
    airports["fields"] = json!([{"name": "faa", "column": "faa"}]);
    Admin::demo(server, "builder@demo").await.send_api("travel", "airfield", airports).await
}

async fn send(http: &Client, url: &str, origin: &str, what: &Send, form_token: &str) -> u16 {
    let request = http.post(url).header("origin", origin).header("accept", "application/json");
    let with_token = |fields: &Json| {
        let mut fields = fields.clone();
        fields["form_token"] = form_token.into();
        fields
    };
    let request = match what {
        Form(fields) => request.form(&with_token(fields)),
        Body(body) => request.json(&with_token(body)),
    };
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn every_server_function_asks_for_authority() {
    // Named, so that the portal is linked and its functions are registered.
    let _portal = app::App;
    let server = Sluice::demo(binary());
    let request = open_request(&server).await;
    let table = functions(&request);
    let registered: Vec<String> = server_fn::axum::server_fn_paths().map(|(path, _)| path.trim_start_matches("/fn/").to_owned()).collect();
    assert!(registered.len() > 40, "the router was not found");
    for name in &registered {
        assert!(table.contains_key(name.as_str()), "the server function {name} is new: say here who may call it");
    }
    let mut wrong = Vec::new();
    let people = people(&server).await;
    for (name, (who, what)) in &table {
        let url = format!("{}/fn/{name}", server.url);
        let nobody = send(&Client::new(), &url, &server.url, what, "").await;
        if matches!(who, Anybody) != (nobody != 401) && *name != "sign-in" {
            wrong.push(format!("{name} by nobody: {nobody}"));
        }
        for person in people.iter().filter(|_| !matches!(who, Anybody)) {
            // Signing out would end the session that the rest needs.
            let fresh = if *name == "sign-out" { Some(Admin::browser(&server, person.name).await) } else { None };
            let status = send(fresh.as_ref().unwrap_or(&person.browser), &url, &server.url, what, &person.form_token).await;
            let own_request = *name == "withdraw" && status == 403 && person.name != "builder@demo";
            if !own_request {
                wrong.extend(check(name, *who, person, status));
            }
        }
    }
    // Only the builder's own withdrawal changes something, and it comes last in the table's order for them.
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_admin_route_asks_for_authority() {
    let server = Sluice::demo(binary());
    let request = open_request(&server).await;
    let table = operations();
    let mut wrong = Vec::new();
    let people = people(&server).await;
    for operation in admin::operations() {
        let key = format!("{} {}", operation.method, operation.path);
        let (who, body) = table.get(&key).unwrap_or_else(|| panic!("the route {key} is new: say here who may call it"));
        let path = operation
            .path
            .replace("{domain}", "travel")
            .replace("{app_domain}", "travel")
            .replace("{api}", "plane")
            .replace("{source}", "flights-db")
            .replace("{environment}", "prod")
            .replace("{table}", "planes")
            .replace("{version}", "99")
            .replace("{rule}", "none")
            .replace("{objective}", "none")
            .replace("{window}", "none")
            .replace("{silence}", "none")
            .replace("{receiver}", "none")
            .replace("{notice}", "none")
            .replace("{alert}", "none")
            .replace("{request}", &request)
            .replace("{app}", "demo-app")
            .replace("{email}", "no@one")
            .replace("{dataset}", "aircraft")
            .replace("{issuer}", "none")
            .replace("{priority}", "medium")
            .replace("{id}", "none")
            .replace("{key}", "none");
        // The app itself is needed by the rest.
        let path = if key == "DELETE /admin/v1/apps/{domain}/{app}" { path.replace("demo-app", "none") } else { path };
        let path = if key.starts_with("DELETE") && key.contains("grants") { path.replace("plane", "airfield") } else { path };
        let url = format!("{}{path}", server.url);
        let call = |token: Option<String>| {
            let mut call = Client::new().request(operation.method.as_str().parse().unwrap(), &url);
            if let Some(token) = token {
                call = call.bearer_auth(token);
            }
            if body.is_null() { call } else { call.json(body) }
        };
        let nobody = call(None).send().await.unwrap().status().as_u16();
        if nobody != 401 {
            wrong.push(format!("{key} by nobody: {nobody}"));
        }
        for person in &people {
            let status = call(Some(person.token.clone())).send().await.unwrap().status().as_u16();
            let own_request = key.ends_with("withdraw") && status == 403 && person.name != "builder@demo";
            if !own_request {
                wrong.extend(check(&key, *who, person, status));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
