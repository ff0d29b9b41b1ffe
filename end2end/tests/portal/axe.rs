//! axe finds nothing on any page, as each of the demo's people sees it, in either theme and at either width.

use end2end::{Axe, DESK, EVERY_LOOK, Look, PHONE, Person, Stage, TWO_LOOKS};
use playwright_rs::protocol::ColorScheme;

/// An address for each route, and some at which there is nothing. The newest request stands for `:id`.
const PAGES: &[&str] = &[
    "/",
    "/none",
    "/inbox",
    "/inbox?show=all",
    "/inbox/none",
    "/inbox/:id",
    "/apis",
    "/apis?q=nothing-of-this-name",
    "/apis/new",
    "/apis/new?source=flights-db&table=planes",
    "/apis/travel/none",
    "/apis/travel/plane",
    "/apis/travel/plane/versions",
    "/apis/travel/plane/access",
    "/apis/travel/plane/traffic",
    "/apis/travel/plane/test",
    "/apis/travel/plane/accelerate",
    "/apis/travel/plane/edit",
    "/apis/travel/delays/edit",
    "/apis/travel/flight-day",
    "/apis/travel/flight-day/edit",
    "/sources",
    "/sources/new",
    "/sources/flights-db",
    "/sources/flights-db/tables/planes",
    "/datasets",
    "/datasets/new",
    "/datasets/travel/aircraft",
    "/monitoring",
    "/monitoring?range=24h&compare=yesterday&scale=log&top=slowest",
    "/monitoring/api/travel/plane",
    "/monitoring/app/travel/demo-app",
    "/monitoring/source/flights-db",
    "/monitoring/dataset/travel/aircraft",
    "/monitoring/job/travel/aircraft",
    "/monitoring/compartment/travel/high",
    "/monitoring/api/travel/none",
    "/apps",
    "/apps/travel/demo-app",
    "/domains",
    "/domains/travel",
    "/people",
    "/audit",
    "/account",
    "/monitoring/alerts",
    "/monitoring/alerts/rules/new",
    "/monitoring/alerts/rules/new?template=latency-p0",
    "/monitoring/alerts/rules/travel/errors",
    "/monitoring/alerts/silences",
    "/monitoring/alerts/receivers",
    "/monitoring/objectives",
    "/monitoring/requests",
    "/monitoring/requests?code=failed&api=travel/plane",
    "/monitoring/requests/01890a5d-ac96-774b-bcce-b302099a8057",
];

/// Those of who has not signed in.
const OPEN_PAGES: &[&str] = &["/sign-in", "/join/none", "/documentation/travel/none", "/none"];

/// The addresses of the routes, `:name` where any name is taken, as they are written in the portal.
fn routes() -> Vec<String> {
    let (mut found, mut within) = (Vec::new(), Vec::new());
    for line in include_str!("../../../app/src/routes.rs").lines().map(str::trim) {
        if line.starts_with("</ParentRoute>") {
            within.pop();
        }
        let Some((tag, rest)) = line.split_once(" path=path!(\"") else { continue };
        let (path, _) = rest.split_once('"').unwrap();
        match tag {
            "<ParentRoute" => within.push(path.to_owned()),
            _ => found.push(within.iter().map(String::as_str).chain([path]).collect::<Vec<_>>().join("/")),
        }
    }
    found
}

fn parts(path: &str) -> Vec<&str> {
    let path = path.split('?').next().unwrap();
    path.split('/').filter(|part| !part.is_empty()).collect()
}

/// Whether an address shows the page of a route. One that ends in `none` shows that something is not there, and `new` has a page of its own.
fn takes(route: &str, path: &str) -> bool {
    let (route, path) = (parts(route), parts(path));
    route.len() == path.len()
        && route.iter().zip(path).all(|(route, path)| *route == path || (route.starts_with(':') && !matches!(path, "new" | "none")))
}

#[test]
fn each_route_is_looked_at() {
    let routes = routes();
    assert!(routes.len() > 25, "{routes:?}");
    for route in routes {
        // These two are opened as links of their own, below.
        let is_link = ["/join/:secret", "/documentation/:domain/:name"].contains(&route.as_str());
        assert!(is_link || PAGES.iter().chain(OPEN_PAGES).any(|path| takes(&route, path)), "{route}: add an address to PAGES");
    }
}

/// Opens each page. What is not there, and what this person may not open, is a page too.
async fn looked_at(axe: &Axe, person: &Person, pages: &[&str], looks: &[Look]) {
    person.expects_status(403);
    person.expects_status(404);
    person.go("/inbox?show=all").await;
    let last = "document.querySelector('main td a[href^=\"/inbox/\"]')?.getAttribute('href') ?? '/inbox/none'";
    let last: String = person.page.evaluate::<(), String>(last, None).await.unwrap();
    for path in pages {
        let path = path.replace("/inbox/:id", &last);
        person.go(&path).await;
        person.sees("h1").await;
        person.has_all().await;
        axe.looks(person, &path, looks).await;
    }
}

#[tokio::test]
async fn no_page_of_an_admin_has_a_fault() {
    let (stage, axe) = (Stage::open().await, Axe::open());
    let admin = stage.person("admin@demo", DESK).await;
    looked_at(&axe, &admin, PAGES, EVERY_LOOK).await;
    admin.leaves().await;
    let stranger = stage.stranger(DESK).await;
    stranger.expects_status(404);
    for path in OPEN_PAGES {
        stranger.go(path).await;
        axe.looks(&stranger, path, EVERY_LOOK).await;
    }
    stranger.leaves().await;
    axe.has_found_nothing();
    stage.close().await;
}

/// What differs between people is what is on a page, and not how it is drawn: two looks are enough.
#[tokio::test]
async fn no_page_of_anybody_else_has_a_fault() {
    let (stage, axe) = (Stage::open().await, Axe::open());
    // What is not there is the same for everybody, and so are the lists by a query.
    let pages: Vec<&str> = PAGES.iter().copied().filter(|path| !path.ends_with("none") && !path.contains('?')).collect();
    let of = async |email: &str| {
        let person = stage.person(email, DESK).await;
        looked_at(&axe, &person, &pages, TWO_LOOKS).await;
        person.leaves().await;
    };
    tokio::join!(
        async {
            of("viewer@demo").await;
            of("approver@demo").await;
        },
        async {
            of("builder@demo").await;
            of("owner@demo").await;
        }
    );
    axe.has_found_nothing();
    stage.close().await;
}

/// Opens each question of a page in turn, and leaves it unanswered.
async fn asked_all(axe: &Axe, person: &Person, path: &str) {
    person.go(path).await;
    person.sees("h1").await;
    let questions = person.page.locator("main button[aria-haspopup=dialog]");
    let count = questions.count().await.unwrap();
    assert!(count > 0, "{path} asks nothing");
    for place in 0..count {
        questions.nth(i32::try_from(place).unwrap()).click(None).await.unwrap();
        person.sees("dialog:popover-open").await;
        axe.looks(person, &format!("{path}, question {place}"), EVERY_LOOK).await;
        person.click("dialog:popover-open button[popovertargetaction=hide]").await;
    }
}

/// A draft, from its name to the request: with faults, with what it gives, and with a response.
async fn builds(axe: &Axe, builder: &Person) {
    builder.expects_status(400);
    builder.go("/apis/new?source=flights-db&table=planes").await;
    builder.fill("#name", "Air Craft").await;
    builder.click("button[type=submit]:has-text(\"Next\")").await;
    builder.sees(".field-error").await;
    axe.looks(builder, "a name with a fault", EVERY_LOOK).await;
    builder.fill("#name", "aircraft").await;
    builder.click("button[type=submit]:has-text(\"Next\")").await;
    builder.sees("text=Example response").await;
    axe.looks(builder, "the fields of a draft", EVERY_LOOK).await;
    builder.click("a:has-text(\"Next: Parameters\")").await;
    builder.fill("#p-tailnum-test_value", "N14228").await;
    axe.looks(builder, "the parameters of a draft", EVERY_LOOK).await;
    builder.click("a:has-text(\"Next: Policy\")").await;
    builder.fill("#title", "One aircraft").await;
    axe.looks(builder, "the policy of a draft", EVERY_LOOK).await;
    builder.click("a:has-text(\"Next: Try it\")").await;
    builder.fill("#try-tailnum", "N14228").await;
    builder.click("button:has-text(\"Send\")").await;
    builder.sees(".status-code").await;
    axe.looks(builder, "the response to a draft", EVERY_LOOK).await;
    builder.click("button[role=tab]:has-text(\"Plan\")").await;
    builder.sees("section[aria-label=\"Query plan\"]").await;
    axe.looks(builder, "the plan of a draft", EVERY_LOOK).await;
    builder.click("a:has-text(\"Next: Send for review\")").await;
    builder.sees("text=Check passed.").await;
    axe.looks(builder, "a draft before it is sent", EVERY_LOOK).await;
    builder.click("button:has-text(\"Send for review\")").await;
    builder.sees("text=You sent this request.").await;
    axe.looks(builder, "a request of one's own", EVERY_LOOK).await;
}

#[tokio::test]
async fn what_is_opened_typed_and_sent_has_no_fault() {
    let (stage, axe) = (Stage::open().await, Axe::open());
    let builder = stage.person("builder@demo", DESK).await;
    builds(&axe, &builder).await;
    builder.go("/datasets/travel/aircraft").await;
    builder.click("button:has-text(\"Change the schedule\")").await;
    builder.picks("#job-when", "cron").await;
    builder.fill("#job-late", "soon").await;
    builder.click("button:has-text(\"Save the schedule\")").await;
    builder.sees("#job-late-error").await;
    axe.looks(&builder, "a schedule with a fault", EVERY_LOOK).await;
    builder.leaves().await;

    let approver = stage.person("approver@demo", DESK).await;
    approver.go("/inbox").await;
    axe.looks(&approver, "an inbox with a request", EVERY_LOOK).await;
    approver.click("a:has-text(\"Publish travel/aircraft\")").await;
    approver.sees("button:has-text(\"Approve and release\")").await;
    approver.has_all().await;
    approver.click("summary:has-text(\"Full definition\")").await;
    axe.looks(&approver, "a request to decide", EVERY_LOOK).await;
    approver.leaves().await;

    let owner = stage.person("owner@demo", DESK).await;
    asked_all(&axe, &owner, "/apis/travel/plane/versions").await;
    asked_all(&axe, &owner, "/apis/travel/plane/access").await;
    owner.page.locator("input[name=public]").first().check(None).await.unwrap();
    owner.click("form:has(#contact) button[type=submit]").await;
    owner.sees("a[href=\"/documentation/travel/plane\"]").await;
    asked_all(&axe, &owner, "/apps/travel/demo-app").await;
    owner.click("button:has-text(\"Create key\")").await;
    owner.sees("#new-key").await;
    owner.click("summary:has-text(\"Add issuer\")").await;
    axe.looks(&owner, "an app with a new key", EVERY_LOOK).await;
    owner.leaves().await;
    links_and_menus(&stage, &axe).await;
    axe.has_found_nothing();
    stage.close().await;
}

/// What an admin opens, and where the links lead that are given to strangers.
async fn links_and_menus(stage: &Stage, axe: &Axe) {
    let admin = stage.person("admin@demo", DESK).await;
    admin.go("/audit").await;
    admin.click("main summary:has-text(\"Columns\")").await;
    admin.click("td summary").await;
    axe.looks(&admin, "the columns of a list", EVERY_LOOK).await;
    admin.go("/people").await;
    admin.fill("#email", "somebody@demo").await;
    admin.click("#side a[href=\"/domains\"]").await;
    admin.sees("#leave-page:popover-open").await;
    axe.looks(&admin, "the question before a page is left", EVERY_LOOK).await;
    admin.click("#leave-page button:has-text(\"Stay\")").await;
    admin.click("button:has-text(\"Add person\")").await;
    admin.reads(".toast-place", "The person is added.").await;
    axe.looks(&admin, "a person who was added", EVERY_LOOK).await;
    let link = "document.body.innerText.match(/\\/join\\/[\\w-]+/)[0]";
    let join: String = admin.page.evaluate::<(), String>(link, None).await.unwrap();
    admin.resizes(PHONE).await;
    admin.go("/").await;
    admin.click(".tabbar button").await;
    admin.sees("#side:popover-open").await;
    let phone = &[(ColorScheme::Light, PHONE), (ColorScheme::Dark, PHONE)];
    axe.looks(&admin, "the menu on a phone", phone).await;
    admin.leaves().await;

    let stranger = stage.stranger(DESK).await;
    stranger.expects_status(400);
    stranger.expects_status(401);
    for path in [join.as_str(), "/documentation/travel/plane"] {
        stranger.go(path).await;
        axe.looks(&stranger, path, EVERY_LOOK).await;
    }
    stranger.go("/sign-in").await;
    stranger.fill("#email", "nobody@demo.example").await;
    stranger.fill("#password", "not a password").await;
    stranger.click("button:text-is(\"Sign in\")").await;
    stranger.sees(".callout-bad").await;
    axe.looks(&stranger, "a sign-in that failed", EVERY_LOOK).await;
    stranger.leaves().await;
}
