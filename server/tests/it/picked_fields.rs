//! Fields are picked and not typed: the fields that a grant hides, the zone of a schedule, and its next times.

use serde_json::{Value as Json, json};
use testkit::{Admin, Sluice};

use crate::common::binary;
use crate::portal_guard::forms_of;

#[tokio::test]
async fn the_hidden_fields_of_a_grant_are_boxes_that_a_form_sends_without_a_script() {
    let server = Sluice::demo(binary());
    let http = Admin::browser(&server, "owner@demo").await;
    let form_token = Admin::form_token(&http, &server).await;
    let page = http.get(format!("{}/apis/travel/plane/access", server.url)).header("accept", "text/html").send().await.unwrap();
    let page = page.text().await.unwrap();
    let form = forms_of(&page, "grant")[0];
    let owner = Admin::demo(&server, "owner@demo").await;
    let detail = owner.get("/apis/travel/plane").await;
    let fields: Vec<&str> =
        detail["versions"][0]["spec"]["fields"].as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap()).collect();
    assert!(fields.len() > 3, "{fields:?}");
    for field in &fields {
        assert!(form.contains(&format!("name=\"hidden[]\" value=\"{field}\"")), "{field} has no box: {form}");
    }
    // The order is not the list's own; a key field is refused beside its group.
    let send = async |hidden: &[&str]| {
        let given = [("domain", "travel"), ("name", "plane"), ("app", "travel/demo-app"), ("days", ""), ("form_token", &form_token)];
        let boxes = hidden.iter().map(|field| ("hidden[]", *field));
        let form: Vec<(&str, &str)> = given.into_iter().chain(boxes).collect();
        let request = http.post(format!("{}/fn/grant", server.url)).header("origin", &server.url).header("accept", "application/json");
        let response = request.form(&form).send().await.unwrap();
        (response.status().as_u16(), response.json::<Json>().await.unwrap_or_default())
    };
    assert_eq!(send(&["seats", "engine_type"]).await.0, 200);
    let apps = owner.get("/apis/travel/plane").await["apps"].clone();
    let grant = apps.as_array().unwrap().iter().find(|grant| grant["app"] == "demo-app").unwrap_or_else(|| panic!("{apps}"));
    assert_eq!(grant["hidden"], json!(["seats", "engine_type"]));
    let (status, problem) = send(&["tailnum"]).await;
    assert_eq!((status, problem["errors"][0]["field"].as_str()), (400, Some("hidden")), "{problem}");
}

#[tokio::test]
async fn a_zone_is_found_by_its_city_and_the_next_times_are_those_of_its_clocks() {
    let server = Sluice::demo(binary());
    let http = Admin::browser(&server, "viewer@demo").await;
    let ask = async |function: &str, body: Option<Json>| {
        let request = http.post(format!("{}/fn/{function}", server.url)).header("origin", &server.url);
        let request = match body {
            Some(body) => request.json(&body),
            None => request.form(&json!({})),
        };
        request.send().await.unwrap().json::<Json>().await.unwrap()
    };
    let zones = ask("time-zones", None).await;
    let of_city = |city: &str| zones.as_array().unwrap().iter().find(|zone| zone["city"] == city).cloned().unwrap_or_default();
    assert_eq!((of_city("Shanghai")["name"].clone(), of_city("Shanghai")["offset"].clone()), (json!("Asia/Shanghai"), json!("UTC+08:00")));
    let times = ask("next-times", Some(json!({"cron": {"pattern": "30 3 * * *", "zone": "Asia/Shanghai"}}))).await;
    let times = times.as_array().unwrap();
    assert_eq!(times.len(), 5);
    for time in times {
        // China has had no other time for decades: half past three there is half past seven in UTC, the day before.
        let minute_of_day = time["at"].as_i64().unwrap() / 60_000 % 1_440;
        assert_eq!(minute_of_day, 19 * 60 + 30, "{time}");
        assert!(time["local"].as_str().unwrap().ends_with("03:30, UTC+08:00"), "{time}");
    }
}
