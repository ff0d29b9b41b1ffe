//! The catalogue as people meet it: found by a word with a typing error, read column by column, tagged in bulk and undone, certified and
//! deprecated; a description that two people write; tags, terms and an entity that becomes an API; on a phone, and without a script.

use std::time::{Duration, Instant};

use end2end::{DESK, NO_SCRIPT, PHONE, Person, Stage};

/// A change is found within a second; a busy machine takes longer.
const FOUND: Duration = Duration::from_secs(30);
const PLANES: &str = "/catalogue/table/flights-db/planes";

/// Opens a search until it has a result of this name.
async fn finds(person: &Person, address: &str, title: &str) {
    let (result, since) = (person.page.locator(format!(".result h2 a:text-is(\"{title}\")")), Instant::now());
    loop {
        person.go(address).await;
        if result.count().await.unwrap() > 0 {
            return;
        }
        assert!(since.elapsed() < FOUND, "{address} does not find {title}");
    }
}

#[tokio::test]
async fn a_table_is_found_by_a_misspelt_word_and_read_column_by_column() {
    let stage = Stage::open().await;
    let builder = stage.person("builder@demo", DESK).await;
    finds(&builder, "/catalogue?q=aircraft%20tail", "flights-db.planes").await;
    builder.go("/").await;
    builder.click("nav.side a[href=\"/catalogue\"]").await;
    builder.sees("h1:has-text(\"Catalogue\")").await;
    builder.sees(".domain-card:has-text(\"travel\")").await;
    builder.shots("catalogue-domains").await;
    builder.fill("#catalogue-q", "airlanes").await;
    builder.click("[role=search] button:has-text(\"Search\")").await;
    builder.sees(".result h2 a:text-is(\"flights-db.airlines\")").await;
    builder.reads("#found", "airlines").await;
    builder.fill("#catalogue-q", "tail number").await;
    builder.click("[role=search] button:has-text(\"Search\")").await;
    builder.sees(".result:has-text(\"flights-db.planes\") mark").await;
    builder.click("#facets a:has-text(\"Table\")").await;
    builder.sees("a.tag[aria-label=\"Remove filter Table\"]").await;
    builder.has_all().await;
    builder.shots("catalogue-search").await;
    builder.fits().await;
    builder.click("summary:has-text(\"Save this search as a view\")").await;
    builder.fill("#view-name", "Tables with tail numbers").await;
    builder.click("#save-view button[type=submit]").await;
    builder.sees("#saved-views a:has-text(\"Tables with tail numbers\")").await;

    builder.click(".result h2 a:text-is(\"flights-db.planes\")").await;
    builder.sees("h1:has-text(\"flights-db.planes\")").await;
    builder.reads("#description-card", "Every aircraft in the register").await;
    builder.reads("#labels", "reference").await;
    builder.has_all().await;
    builder.shots("asset-overview").await;
    builder.fits().await;
    builder.click("nav.tabs a:has-text(\"Columns\")").await;
    builder.sees("a.main-cell:text-is(\"tailnum\")").await;
    builder.shots("asset-columns").await;
    builder.click("a.main-cell:text-is(\"tailnum\")").await;
    builder.sees("h1:has-text(\"flights-db.planes.tailnum\")").await;
    builder.reads("#labels", "Tail number").await;
    builder.click("#labels a:text-is(\"Tail number\")").await;
    builder.reads("#term", "The registration of one aircraft").await;
    builder.reads("#term-columns", "flights-db.flights.tailnum").await;
    builder.shots("glossary-term").await;
    builder.fits().await;
    builder.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn assets_are_tagged_in_bulk_after_a_preview_and_the_change_is_undone() {
    let stage = Stage::open().await;
    let builder = stage.person("builder@demo", DESK).await;
    builder.go("/catalogue/tags").await;
    builder.fill("#name", "For review").await;
    builder.picks("#colour", "amber").await;
    builder.click("#tag-form button[type=submit]").await;
    builder.sees("#tags a.tag:text-is(\"For review\")").await;
    builder.shots("tags").await;
    builder.fits().await;
    finds(&builder, "/catalogue?kind=table", "flights-db.weather").await;
    for table in ["weather", "airports"] {
        builder.page.locator(format!(".pick input[value=\"table:flights-db/{table}\"]")).first().check(None).await.unwrap();
    }
    builder.reads(".bulk", "Selected: 2").await;
    builder.shots("catalogue-picked").await;
    builder.click(".bulk button:has-text(\"Tag selected assets\")").await;
    builder.reads("#choice", "table:flights-db/weather").await;
    builder.click("#choice label:has-text(\"For review\")").await;
    builder.click("#choice button:has-text(\"Show preview\")").await;
    builder.reads("#preview", "Tags added: 2").await;
    builder.shots("bulk-preview").await;
    builder.fits().await;
    builder.click("#preview button:has-text(\"Add these tags\")").await;
    builder.reads(".callout-ok", "Tags are changed.").await;
    builder.shots("bulk-done").await;
    builder.click(".callout-ok button:has-text(\"Undo\")").await;
    builder.reads("main", "Tags removed again: 2").await;
    builder.go("/catalogue/table/flights-db/weather").await;
    builder.sees("#labels").await;
    assert_eq!(builder.page.locator("#labels a.tag:text-is(\"For review\")").count().await.unwrap(), 0);

    // A tag that is renamed is the same tag, under its new name at once; one that is merged ends.
    let id: String = builder
        .page
        .evaluate::<(), String>("[...document.querySelectorAll('#add-tag option')].find(o => o.text === 'For review').value", None)
        .await
        .unwrap();
    builder.picks("#add-tag", &id).await;
    builder.click("#labels button:has-text(\"Add tag\")").await;
    builder.sees("#labels a.tag:text-is(\"For review\")").await;
    builder.go(&format!("/catalogue/tags?change={id}")).await;
    builder.fill("#name", "For review soon").await;
    builder.click("#tag-form button[type=submit]").await;
    builder.sees("#tags a.tag:text-is(\"For review soon\")").await;
    builder.go("/catalogue/table/flights-db/weather").await;
    builder.sees("#labels a.tag:text-is(\"For review soon\")").await;
    builder.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn an_owner_certifies_and_deprecates_and_a_viewer_sees_whom_to_ask() {
    let stage = Stage::open().await;
    let owner = stage.person("owner@demo", DESK).await;
    owner.go("/catalogue/table/flights-db/flights").await;
    owner.click("#standing button:has-text(\"Certify\")").await;
    owner.sees(".page-title .badge-ok:has-text(\"Certified\")").await;
    owner.shots("asset-certified").await;
    owner.click("#edit-details summary").await;
    owner.fill("#links", "Runbook https://wiki.example.com/flights").await;
    owner.picks("#tier", "P1").await;
    owner.click("#edit-details button[type=submit]").await;
    owner.sees("a[href=\"https://wiki.example.com/flights\"]").await;
    owner.sees(".page-title .badge:text-is(\"P1\")").await;
    // Whoever deprecates names what to use in its place.
    owner.go("/catalogue/table/flights-db/weather").await;
    owner.click("#deprecate summary").await;
    owner.fill("#successor", "table:flights-db/airports").await;
    owner.shots("asset-deprecate").await;
    owner.click("#deprecate button[type=submit]").await;
    owner.reads(".callout-warn", "Use instead: flights-db.airports").await;
    owner.go("/catalogue/stewards").await;
    owner.reads("#domains", "travel").await;
    owner.reads("#stewards", "builder@demo").await;
    owner.has_all().await;
    owner.shots("stewards").await;
    owner.fits().await;
    owner.leaves().await;

    let viewer = stage.person("viewer@demo", DESK).await;
    viewer.go("/catalogue/api/travel/plane").await;
    assert_eq!(viewer.page.locator("#standing, #edit-description, #edit-details").count().await.unwrap(), 0);
    viewer.click(".page-head a:has-text(\"Ask for access\")").await;
    viewer.sees("a[href^=\"mailto:owner@demo\"]").await;
    viewer.reads("main", "travel/demo-app").await;
    viewer.shots("asset-access").await;
    viewer.fits().await;
    viewer.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn the_second_of_two_writers_is_told_and_has_both_texts() {
    let stage = Stage::open().await;
    let (builder, owner) = (stage.person("builder@demo", DESK).await, stage.person("owner@demo", DESK).await);
    owner.expects_status(409);
    for person in [&builder, &owner] {
        person.go(PLANES).await;
        person.click("#edit-description summary").await;
    }
    builder.fill("#description", "Aircraft, by **tail number**.").await;
    builder.click("#edit-description button:has-text(\"Show preview\")").await;
    builder.sees("#description-preview strong:text-is(\"tail number\")").await;
    builder.shots("description-preview").await;
    builder.click("#edit-description button[type=submit]").await;
    builder.sees("#description-card strong:text-is(\"tail number\")").await;
    builder.leaves().await;

    owner.fill("#description", "The register of aircraft.").await;
    owner.click("#edit-description button[type=submit]").await;
    owner.reads(".callout-warn .theirs", "Aircraft, by **tail number**.").await;
    assert_eq!(owner.page.locator("#description").first().input_value(None).await.unwrap(), "The register of aircraft.");
    owner.shots("description-conflict").await;
    owner.fits().await;
    owner.click("#edit-description button[type=submit]").await;
    owner.reads("#description-card", "The register of aircraft.").await;
    owner.click("nav.tabs a:has-text(\"History\")").await;
    owner.reads("main table", "Aircraft, by **tail number**.").await;
    owner.shots("asset-history").await;
    owner.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn an_entity_becomes_an_api_and_tables_of_a_source_are_chosen() {
    let stage = Stage::open().await;
    let builder = stage.person("builder@demo", DESK).await;
    builder.go("/catalogue/entities").await;
    builder.click("a.main-cell:text-is(\"travel/flight\")").await;
    builder.reads("#attributes", "destination").await;
    builder.has_all().await;
    builder.shots("entity").await;
    builder.fits().await;
    builder.fill("#api-name", "flight-of-entity").await;
    builder.click("#new-api button[type=submit]").await;
    builder.sees("input[aria-label^=\"Response field name of\"]").await;
    builder.shots("entity-api").await;

    builder.go("/catalogue/source/flights-db?tab=tables").await;
    builder.sees("a.main-cell:text-is(\"planes\")").await;
    builder.sees("#scan-form #tables").await;
    builder.has_all().await;
    builder.shots("source-tables").await;
    builder.fits().await;
    builder.picks("#every_minutes", "1440").await;
    builder.click("#scan-form button:has-text(\"Save and scan\")").await;
    builder.reads(".toast-place", "Saved. The scan starts within a few seconds.").await;
    builder.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn the_catalogue_fits_a_phone_and_needs_no_script() {
    let stage = Stage::open().await;
    let phone = stage.person("builder@demo", PHONE).await;
    finds(&phone, "/catalogue?q=planes", "flights-db.planes").await;
    phone.shots("catalogue-search-phone").await;
    phone.fits().await;
    phone.click("button:has-text(\"Filter\")").await;
    phone.sees("#facets:popover-open").await;
    phone.shots("catalogue-facets-phone").await;
    phone.click("#facets a:has-text(\"Dataset\")").await;
    phone.sees("a.tag[aria-label=\"Remove filter Dataset\"]").await;
    for (path, name) in [
        (PLANES, "asset-overview-phone"),
        ("/catalogue/table/flights-db/planes?tab=columns", "asset-columns-phone"),
        ("/catalogue/table/flights-db/planes?tab=sample", "asset-sample-phone"),
        ("/catalogue/table/flights-db/planes?tab=profile", "asset-profile-phone"),
        ("/catalogue/dataset/travel/aircraft?tab=quality", "asset-quality-phone"),
        ("/catalogue/source/flights-db?tab=tables", "source-tables-phone"),
        ("/catalogue/tags", "tags-phone"),
        ("/catalogue/glossary", "glossary-phone"),
        ("/catalogue/entities/travel/flight", "entity-phone"),
        ("/catalogue/stewards", "stewards-phone"),
        ("/catalogue/bulk?asset=table:flights-db/planes", "bulk-phone"),
    ] {
        phone.go(path).await;
        phone.sees("h1").await;
        phone.has_all().await;
        phone.shots(name).await;
        phone.fits().await;
    }
    phone.leaves().await;

    let plain = stage.person("builder@demo", NO_SCRIPT).await;
    plain.go("/catalogue").await;
    plain.fill("#catalogue-q", "planes").await;
    plain.click("[role=search] button:has-text(\"Search\")").await;
    plain.click(".result h2 a:text-is(\"flights-db.planes\")").await;
    plain.click("#edit-description summary").await;
    plain.fill("#description", "Written without a script.").await;
    plain.click("#edit-description button[type=submit]").await;
    plain.reads("#description-card", "Written without a script.").await;
    plain.click("nav.tabs a:has-text(\"Columns\")").await;
    plain.fill("#columns-q", "tail").await;
    plain.click("[role=search] button:has-text(\"Search\")").await;
    plain.sees("a.main-cell:text-is(\"tailnum\")").await;
    plain.leaves().await;
    stage.close().await;
}
