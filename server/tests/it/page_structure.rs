//! How each page is built, for people who read by headings, by names and by keyboard: those that show what was asked
//! for, and those that say why they cannot.

use reqwest::Client;
use testkit::{Admin, Sluice};

use crate::common::binary;

/// Pages of the demo, and the status that they have.
const PAGES: &[(u16, &str)] = &[
    (200, "/"),
    (200, "/inbox"),
    (200, "/inbox?show=all"),
    (200, "/apis"),
    (200, "/apis/new"),
    (200, "/apis/travel/plane"),
    (200, "/apis/travel/plane/versions"),
    (200, "/apis/travel/plane/access"),
    (200, "/apis/travel/plane/traffic"),
    (200, "/apis/travel/plane/test"),
    (200, "/sources"),
    (200, "/sources/new"),
    (200, "/sources/flights-db"),
    (200, "/sources/flights-db/tables/planes"),
    (200, "/datasets"),
    (200, "/datasets/new"),
    (200, "/monitoring"),
    (200, "/monitoring/api/travel/plane"),
    (200, "/monitoring/source/flights-db"),
    (200, "/apps"),
    (200, "/apps/travel/demo-app"),
    (200, "/domains"),
    (200, "/domains/travel"),
    (200, "/people"),
    (200, "/audit"),
    (200, "/account"),
    (200, "/monitoring/alerts"),
    (200, "/monitoring/alerts/rules/new"),
    (200, "/monitoring/alerts/rules/new?template=freshness-p2"),
    (200, "/monitoring/alerts/silences"),
    (200, "/monitoring/alerts/receivers"),
    (200, "/monitoring/objectives"),
    (404, "/monitoring/alerts/rules/travel/none"),
    (200, "/monitoring/requests"),
    (404, "/monitoring/requests/none"),
    (404, "/none/at/all"),
    (404, "/apis/travel/none"),
    (404, "/apis/travel/none/versions"),
    (404, "/apis/travel/none/test"),
    (404, "/sources/none"),
    (404, "/datasets/travel/none"),
    (404, "/monitoring/api/travel/none"),
    (404, "/monitoring/nothing/travel/plane"),
    (404, "/apps/travel/none"),
    (404, "/inbox/none"),
    (404, "/domains/none"),
];

/// The beginning of each tag of a name, without its brackets.
fn tags<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let begin = format!("<{name}");
    let rests = page.split(begin.as_str()).skip(1).filter(|rest| rest.starts_with([' ', '>', '/']));
    rests.filter_map(|rest| rest.split('>').next()).collect()
}

fn value<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

/// The levels of the headings in their order.
fn levels(page: &str) -> Vec<u32> {
    let rests = page.split("<h").skip(1);
    rests.filter(|rest| rest[1..].starts_with([' ', '>'])).filter_map(|rest| rest.chars().next()?.to_digit(10)).collect()
}

fn faults(page: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let title = page.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>")).map(|(title, _)| title);
    if title.is_none_or(|title| title.trim().is_empty()) {
        faults.push("it has no title".to_owned());
    }
    let levels = levels(page);
    if levels.iter().filter(|level| **level == 1).count() != 1 {
        faults.push(format!("it has not one first heading: {levels:?}"));
    }
    if levels.first() != Some(&1) || levels.windows(2).any(|pair| pair[1] > pair[0] + 1) {
        faults.push(format!("its headings leave a level out: {levels:?}"));
    }
    if tags(page, "main").len() != 1 {
        faults.push("it has not one main part".to_owned());
    }
    let mut names = Vec::new();
    for frame in tags(page, "div").into_iter().filter(|tag| value(tag, "class").is_some_and(|class| class.starts_with("table-wrap"))) {
        match (value(frame, "tabindex"), value(frame, "role"), value(frame, "aria-label")) {
            (Some("0"), Some("region"), Some(name)) if !name.is_empty() && !names.contains(&name) => names.push(name),
            _ => faults.push(format!("a table is not reached by its own name: {frame}")),
        }
    }
    for link in tags(page, "a").into_iter().filter(|tag| value(tag, "class") == Some("account")) {
        if value(link, "aria-label").is_none_or(str::is_empty) {
            faults.push(format!("the link to the account has no name: {link}"));
        }
    }
    faults
}

async fn look(http: &Client, server: &Sluice, wanted: u16, path: &str, wrong: &mut Vec<String>) {
    let page = http.get(format!("{}{path}", server.url)).header("accept", "text/html").send().await.unwrap();
    let status = page.status().as_u16();
    let text = page.text().await.unwrap();
    if status != wanted {
        wrong.push(format!("{path}: {status} and not {wanted}"));
    }
    wrong.extend(faults(&text).into_iter().map(|fault| format!("{path}: {fault}")));
}

/// Cells that are named for narrow screens and hold nothing, by their names.
fn empty_and_named(page: &str) -> Vec<&str> {
    let cells = page.split("<td").skip(1).filter_map(|rest| rest.split("</td>").next()?.split_once('>'));
    let empty = cells.filter(|(_, inside)| inside.replace("<!>", "").trim().is_empty());
    empty.filter_map(|(tag, _)| value(tag, "data-label")).collect()
}

#[tokio::test]
async fn no_cell_is_named_that_holds_nothing() {
    let server = Sluice::demo(binary());
    let http = Admin::browser(&server, "admin@demo").await;
    for (_, path) in PAGES.iter().filter(|(status, _)| *status == 200) {
        let page = http.get(format!("{}{path}", server.url)).header("accept", "text/html").send().await.unwrap().text().await.unwrap();
        assert_eq!(empty_and_named(&page), [""; 0], "{path}");
    }
}

#[tokio::test]
async fn each_page_has_a_title_one_heading_and_tables_that_a_keyboard_reaches() {
    let server = Sluice::demo(binary());
    let admin = Admin::demo(&server, "admin@demo").await;
    admin.built().await;
    let http = Admin::browser(&server, "admin@demo").await;
    let mut wrong = Vec::new();
    for (wanted, path) in PAGES {
        look(&http, &server, *wanted, path, &mut wrong).await;
    }
    // One of each that the demo made by itself.
    for dataset in admin.get("/datasets").await.as_array().unwrap() {
        let path = format!("/datasets/{}/{}", dataset["domain"].as_str().unwrap(), dataset["name"].as_str().unwrap());
        look(&http, &server, 200, &path, &mut wrong).await;
    }
    for api in admin.get("/apis").await.as_array().unwrap() {
        let path = format!("/apis/{}/{}", api["domain"].as_str().unwrap(), api["name"].as_str().unwrap());
        look(&http, &server, 200, &path, &mut wrong).await;
    }
    let nobody = Client::new();
    for (wanted, path) in [(200, "/sign-in"), (200, "/join/none"), (404, "/documentation/travel/none")] {
        look(&nobody, &server, wanted, path, &mut wrong).await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
