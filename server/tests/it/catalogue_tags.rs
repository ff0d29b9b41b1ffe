//! Tags: on many assets at once and undone, renamed and merged while they are used, and approved by two where they mask.

use crate::catalogue_assets::scan;
use crate::common::{People, binary};
use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};

/// The demo, whose source of flights was scanned.
pub(crate) struct Stage {
    pub(crate) server: Sluice,
    pub(crate) people: People,
    pub(crate) admin: Admin,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let server = Sluice::demo(binary());
        let (people, admin) = (People::of(&server).await, Admin::demo(&server, "admin@demo").await);
        people.builder.built().await;
        assert_eq!(scan(&people.builder, "flights-db").await["state"], "done");
        Self { server, people, admin }
    }

    /// Somebody else of a domain.
    pub(crate) async fn another(&self, email: &str, domain: &str, role: &str) -> Admin {
        self.admin.post("/people", json!({"email": email})).await;
        put(&self.admin, &format!("/domains/{domain}/members/{email}"), json!({"roles": [role]})).await;
        Admin::demo(&self.server, email).await
    }

    async fn tag(&self, body: Json) -> String {
        self.people.builder.post("/tags", body).await["id"].as_str().unwrap().to_owned()
    }
}

pub(crate) async fn put(admin: &Admin, path: &str, body: Json) -> Json {
    let (status, said) = admin.call(Method::PUT, path, Some(body)).await;
    assert!(status.is_success(), "PUT {path}: {status} {said}");
    said
}

pub(crate) async fn refused(admin: &Admin, method: Method, path: &str, body: Json) -> (u16, String) {
    let (status, said) = admin.call(method, path, Some(body)).await;
    let field = said["errors"][0]["field"].as_str().unwrap_or_default().to_owned();
    (status.as_u16(), field)
}

pub(crate) fn column(table: &str, name: &str) -> String {
    format!("column:table:flights-db/{table}#{name}")
}

pub(crate) async fn holding(admin: &Admin, path: &str) -> Json {
    admin.get(&format!("/assets/{}/tags", path.replace('/', "%2F").replace('#', "%23"))).await
}

async fn names(admin: &Admin, path: &str) -> Vec<String> {
    let holding = holding(admin, path).await;
    holding["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap().to_owned()).collect()
}

fn add(assets: &[String], tag: &str) -> Json {
    json!({"select": {"assets": assets}, "add": [tag]})
}

fn remove(assets: &[String], tag: &str) -> Json {
    json!({"select": {"assets": assets}, "remove": [tag]})
}

async fn decide(admin: &Admin, request: &str, approve: bool) -> StatusCode {
    let decision = json!({"approve": approve, "reason": "a test"});
    admin.call(Method::POST, &format!("/requests/{request}/decide"), Some(decision)).await.0
}

#[tokio::test]
async fn a_name_says_what_it_seems_to_say_and_is_taken_once() {
    let stage = Stage::new().await;
    let builder = &stage.people.builder;
    let long = "x".repeat(100_000);
    for name in ["", "  ", "a\u{202e}b", "a\u{200b}b", "\u{feff}a", "a\nb", "a\u{7}b", "a\u{2066}b", long.as_str()] {
        let said = refused(builder, Method::POST, "/tags", json!({"name": name})).await;
        assert_eq!(said, (400, "name".to_owned()), "{:?}", name.chars().take(9).collect::<String>());
        let term = json!({"domain": "travel", "term": {"name": name}});
        assert_eq!(refused(builder, Method::POST, "/glossary", term).await, (400, "name".to_owned()));
    }
    let id = stage.tag(json!({"name": "  Personal   data ", "colour": "red", "meaning": "<script>alert(1)</script>"})).await;
    let tag = builder.get(&format!("/tags/{id}")).await;
    assert_eq!((&tag["tag"]["name"], &tag["tag"]["meaning"]), (&json!("Personal data"), &json!("<script>alert(1)</script>")));
    assert_eq!(refused(builder, Method::POST, "/tags", json!({"name": "personal DATA"})).await, (400, "name".to_owned()));
    assert_eq!(refused(builder, Method::POST, "/tags", json!({"name": "a", "vocabulary": "none"})).await, (400, "vocabulary".to_owned()));
    assert_eq!(refused(builder, Method::POST, "/tags", json!({"name": "a", "colour": "pink"})).await.0, 400);
    // Of two who change it, the second is told.
    let renamed = json!({"edit": tag["edit"], "tag": {"name": "Personal data of passengers"}});
    put(builder, &format!("/tags/{id}"), renamed.clone()).await;
    assert_eq!(refused(builder, Method::PUT, &format!("/tags/{id}"), renamed).await.0, 409);
    // A vocabulary says who sets its tags; only admins make one.
    let vocabulary = json!({"vocabulary": {"title": "Privacy", "set_by": "owner"}});
    assert_eq!(refused(builder, Method::PUT, "/vocabularies/privacy", vocabulary.clone()).await.0, 403);
    put(&stage.admin, "/vocabularies/privacy", vocabulary).await;
    let secret = json!({"name": "Secret", "vocabulary": "privacy"});
    assert_eq!(refused(builder, Method::POST, "/tags", secret.clone()).await.0, 403);
    let secret = stage.people.owner.post("/tags", secret).await["id"].as_str().unwrap().to_owned();
    let seats = [column("planes", "seats")];
    assert_eq!(refused(builder, Method::POST, "/tagging", add(&seats, &secret)).await.0, 403);
    stage.people.owner.post("/tagging", add(&seats, &secret)).await;
    assert_eq!(names(builder, &seats[0]).await, ["Secret"]);
    assert_eq!(refused(&stage.admin, Method::DELETE, "/vocabularies/privacy", Json::Null).await.0, 409, "it has a tag");
}

#[tokio::test]
async fn many_assets_are_tagged_as_shown_and_untagged_but_for_what_others_changed() {
    let stage = Stage::new().await;
    let (builder, owner) = (&stage.people.builder, &stage.people.owner);
    let tag = stage.tag(json!({"name": "Airframe"})).await;
    let seats = column("planes", "seats");
    builder.post("/tagging", add(std::slice::from_ref(&seats), &tag)).await;
    let mut asked = json!({"select": {"filter": {"under": "table:flights-db/planes"}, "assets": ["table:flights-db/none"]}, "add": [tag]});
    let shown = builder.post("/tagging/preview", asked.clone()).await;
    let columns = builder.get("/assets/table:flights-db%2Fplanes").await["column_count"].as_u64().unwrap();
    let counts = json!({"assets": columns, "added": columns - 1, "removed": 0, "held": 0, "already": 1, "refused": 1});
    assert_eq!((&shown["counts"], &shown["already"][0]["asset"]), (&counts, &json!(seats)), "{shown}");
    assert_eq!(shown["refused"][0]["asset"], "table:flights-db/none");
    assert_eq!(names(builder, &column("planes", "year")).await, Vec::<String>::new(), "a preview changes nothing");
    asked["expect"] = json!(columns);
    assert_eq!(refused(builder, Method::POST, "/tagging", asked.clone()).await.0, 409);
    asked["expect"] = json!(columns - 1);
    let done = builder.post("/tagging", asked).await;
    let change = done["change"].as_str().unwrap();
    let used = async |admin: &Admin| admin.get(&format!("/tags/{tag}")).await["assets"].as_u64().unwrap();
    assert_eq!(used(builder).await, columns);
    // Somebody takes one off, and takes another one off and puts it on again.
    owner.post("/tagging", remove(&[column("planes", "year"), column("planes", "model")], &tag)).await;
    owner.post("/tagging", add(&[column("planes", "model")], &tag)).await;
    assert_eq!(refused(owner, Method::POST, &format!("/tagging/{change}/undo"), Json::Null).await.0, 404, "it is not theirs");
    let undone = builder.post(&format!("/tagging/{change}/undo"), Json::Null).await;
    assert_eq!((&undone["removed"], &undone["kept"]), (&json!(columns - 3), &json!(2)), "{undone}");
    let kept: Vec<&str> = undone["kept_lines"].as_array().unwrap().iter().map(|line| line["asset"].as_str().unwrap()).collect();
    assert!(kept.contains(&column("planes", "year").as_str()) && kept.contains(&column("planes", "model").as_str()), "{kept:?}");
    assert_eq!(used(builder).await, 2, "that from before, and the other one's");
    assert_eq!(refused(builder, Method::POST, &format!("/tagging/{change}/undo"), Json::Null).await.0, 409, "it is undone once");
    let history = builder.get(&format!("/assets/{}/history", column("planes", "model").replace('/', "%2F").replace('#', "%23"))).await;
    let tags: Vec<(&Json, &Json)> = history["rows"].as_array().unwrap().iter().map(|row| (&row["before"], &row["after"])).take(3).collect();
    let (on, off) = ((&Json::Null, &json!("Airframe")), (&json!("Airframe"), &Json::Null));
    assert_eq!(tags, [on, off, on], "{history}");
    // To somebody of another domain, the assets are not there, and the tag is on none.
    stage.admin.post("/domains", json!({"name": "finance"})).await;
    let stranger = stage.another("stranger@demo", "finance", "owner").await;
    assert_eq!(used(&stranger).await, 0);
    let all = json!({"select": {"filter": {"words": "planes"}}, "add": [tag]});
    assert_eq!(stranger.post("/tagging/preview", all).await["counts"]["assets"], 0);
    assert_eq!(refused(&stranger, Method::POST, "/tagging", add(&[seats], &tag)).await.0, 404);
    assert_eq!(refused(&stranger, Method::PUT, &format!("/tags/{tag}"), json!({"edit": 1, "tag": {"name": "Mine"}})).await.0, 403);
}

#[tokio::test]
async fn a_tag_in_use_is_renamed_and_merged_with_all_its_assets() {
    let stage = Stage::new().await;
    let builder = &stage.people.builder;
    let (plane, craft) = (stage.tag(json!({"name": "plane"})).await, stage.tag(json!({"name": "airframe"})).await);
    let [seats, year, model] = ["seats", "year", "model"].map(|name| column("planes", name));
    builder.post("/tagging", add(&[seats.clone(), year.clone()], &plane)).await;
    builder.post("/tagging", add(&[year.clone(), model.clone()], &craft)).await;
    put(builder, &format!("/tags/{plane}"), json!({"edit": 1, "tag": {"name": "plane or airplane"}})).await;
    assert_eq!(names(builder, &seats).await, ["plane or airplane"]);
    let listed = builder.get("/assets/table:flights-db%2Fplanes/columns?q=seats").await;
    assert_eq!(listed["rows"][0]["tags"][0]["name"], "plane or airplane", "{listed}");
    let shown = builder.post(&format!("/tags/{plane}/merge-preview"), json!({"into": craft})).await;
    assert_eq!((&shown["assets"], &shown["both"], &shown["masked"]), (&json!(2), &json!(1), &json!(0)));
    assert_eq!(refused(builder, Method::POST, &format!("/tags/{plane}/merge"), json!({"into": plane})).await, (400, "into".to_owned()));
    assert_eq!(refused(builder, Method::POST, &format!("/tags/{plane}/merge"), json!({"into": craft, "expect": 7})).await.0, 409);
    builder.post(&format!("/tags/{plane}/merge"), json!({"into": craft, "expect": 2})).await;
    for path in [&seats, &year, &model] {
        assert_eq!(names(builder, path).await, ["airframe"], "{path}");
    }
    assert_eq!(builder.get(&format!("/tags/{craft}")).await["assets"], 3);
    assert_eq!(refused(builder, Method::GET, &format!("/tags/{plane}"), Json::Null).await.0, 404);
    let audit = stage.admin.get("/audit").await;
    let merged = audit.as_array().unwrap().iter().find(|row| row["action"] == "tag.merged").unwrap();
    assert_eq!((&merged["subject"], &merged["before"]), (&json!("airframe"), &json!("plane or airplane")));
}

#[tokio::test]
async fn what_unmasks_values_is_approved_by_two_others() {
    let stage = Stage::new().await;
    let (builder, approver, owner) = (&stage.people.builder, &stage.people.approver, &stage.people.owner);
    let second = stage.another("second@demo", "travel", "approver").await;
    let saved = builder.post("/tags", json!({"name": "PII", "masks": true})).await;
    let (tag, request) = (saved["id"].as_str().unwrap(), saved["request"].as_str().unwrap());
    let shown = async || builder.get(&format!("/tags/{tag}")).await;
    assert_eq!((&shown().await["tag"]["masks"], &shown().await["waiting"]["request"]), (&Json::Null, &json!(request)));
    let tailnum = [column("planes", "tailnum")];
    builder.post("/tagging", add(&tailnum, tag)).await;
    assert_eq!(holding(builder, &tailnum[0]).await["masked"], false, "nobody has approved it yet");
    let detail = approver.get(&format!("/requests/{request}")).await;
    assert_eq!((&detail["request"]["kind"], &detail["change"]["assets"]), (&json!("tag"), &json!(tailnum)), "{detail}");
    assert_eq!(detail["change"]["changes"], json!([{"label": "Values are masked", "before": "No", "after": "Yes"}]));
    assert_eq!([decide(builder, request, true).await, decide(owner, request, true).await], [StatusCode::FORBIDDEN; 2]);
    assert_eq!(decide(approver, request, true).await, StatusCode::OK);
    assert_eq!(decide(approver, request, true).await, StatusCode::CONFLICT, "the same person counts once");
    assert_eq!((&shown().await["tag"]["masks"], &shown().await["waiting"]["approvals"]), (&Json::Null, &json!(["approver@demo"])));
    let waits = second.get(&format!("/requests/{request}")).await;
    assert_eq!((&waits["request"]["approvals"], &waits["request"]["may_decide"]), (&json!(["approver@demo"]), &json!(true)));
    assert_eq!(decide(&second, request, true).await, StatusCode::OK);
    assert_eq!((&shown().await["tag"]["masks"], holding(builder, &tailnum[0]).await["masked"].clone()), (&json!(true), json!(true)));

    // It cannot end, and its end by a merge is none.
    let other = stage.tag(json!({"name": "Other"})).await;
    assert_eq!(refused(builder, Method::DELETE, &format!("/tags/{tag}"), Json::Null).await.0, 409);
    assert_eq!(refused(builder, Method::POST, &format!("/tags/{tag}/merge"), json!({"into": other})).await.0, 409);
    // Added at once; an undo of that is a removal like any other.
    let seats = [column("planes", "seats")];
    let done = builder.post("/tagging", add(&seats, tag)).await;
    assert_eq!(holding(builder, &seats[0]).await["masked"], true);
    let undone = builder.post(&format!("/tagging/{}/undo", done["change"].as_str().unwrap()), Json::Null).await;
    assert_eq!((&undone["held"], &undone["removed"], names(builder, &seats[0]).await), (&json!(1), &json!(0), vec!["PII".to_owned()]));
    let request = undone["requests"][0].as_str().unwrap();
    assert_eq!(refused(builder, Method::POST, "/tagging", remove(&seats, tag)).await.0, 409, "it is asked for already");
    assert_eq!(decide(approver, request, false).await, StatusCode::OK, "one is enough to reject it");
    assert_eq!(names(builder, &seats[0]).await, ["PII"]);
    let both = [seats[0].clone(), tailnum[0].clone()];
    let done = builder.post("/tagging", remove(&both, tag)).await;
    assert_eq!((&done["counts"]["held"], &done["change"], done["requests"].as_array().unwrap().len()), (&json!(2), &Json::Null, 1));
    let request = done["requests"][0].as_str().unwrap();
    assert_eq!(holding(builder, &seats[0]).await["tags"][0]["removal"], request);
    let listed = second.get("/requests").await;
    let listed = listed.as_array().unwrap().iter().find(|row| row["id"] == request).unwrap();
    assert_eq!((&listed["kind"], &listed["domain"], &listed["name"]), (&json!("untag"), &json!("travel"), &json!("PII")));
    assert_eq!([decide(approver, request, true).await, decide(&second, request, true).await], [StatusCode::OK; 2]);
    assert!(names(builder, &seats[0]).await.is_empty() && names(builder, &tailnum[0]).await.is_empty());

    // What is not used is decided on by whoever decides anywhere, and taken back by who asked.
    let edit = shown().await["edit"].clone();
    let saved = put(builder, &format!("/tags/{tag}"), json!({"edit": edit, "tag": {"name": "PII"}})).await;
    assert_eq!(shown().await["tag"]["masks"], true);
    builder.post(&format!("/requests/{}/withdraw", saved["request"].as_str().unwrap()), Json::Null).await;
    assert!(shown().await.get("waiting").is_none());
}

#[tokio::test]
async fn an_approval_counts_while_its_person_may_decide() {
    let stage = Stage::new().await;
    let (builder, approver) = (&stage.people.builder, &stage.people.approver);
    let second = stage.another("second@demo", "travel", "approver").await;
    let saved = builder.post("/tags", json!({"name": "PII", "masks": true})).await;
    let (tag, request) = (saved["id"].as_str().unwrap(), saved["request"].as_str().unwrap());
    assert_eq!(decide(&second, request, true).await, StatusCode::OK);
    put(&stage.admin, "/domains/travel/members/second@demo", json!({"roles": ["viewer"]})).await;
    assert_eq!(decide(approver, request, true).await, StatusCode::OK);
    let waits = builder.get(&format!("/tags/{tag}")).await;
    assert_eq!((&waits["tag"]["masks"], &waits["waiting"]["approvals"]), (&Json::Null, &json!(["approver@demo"])));
    assert_eq!(decide(&stage.admin, request, true).await, StatusCode::OK);
    assert_eq!(builder.get(&format!("/tags/{tag}")).await["tag"]["masks"], true);
}
