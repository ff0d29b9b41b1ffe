//! The command palette: pages and assets are found from every page, by keyboard and by pointer, also by a misspelt word.

use end2end::{Axe, DESK, NO_SCRIPT, PHONE, Stage, TWO_LOOKS};

#[tokio::test]
async fn an_asset_is_found_by_a_misspelt_word_and_opened_by_keyboard() {
    let stage = Stage::open().await;
    let viewer = stage.person("viewer@demo", DESK).await;
    viewer.go("/").await;
    viewer.page.locator("body").press("Control+k", None).await.unwrap();
    viewer.sees(".palette input:focus").await;
    viewer.types(".palette input", "monit").await;
    viewer.reads(".palette [aria-selected=true]", "Monitoring").await;
    viewer.fill(".palette input", "plaen").await;
    viewer.reads(".palette [role=group]", "travel/plane").await;
    let axe = Axe::open();
    axe.looks(&viewer, "palette", TWO_LOOKS).await;
    axe.has_found_nothing();
    viewer.shots("palette").await;
    viewer.fill(".palette input", "api:travel/plane").await;
    viewer.reads(".palette [role=group] .option", "travel/plane").await;
    viewer.page.locator(".palette input").press("Enter", None).await.unwrap();
    viewer.sees("h1:has-text(\"travel/plane\")").await;
    // Escape gives the page back as it was.
    viewer.click("button.finder").await;
    viewer.sees(".palette input:focus").await;
    viewer.page.locator(".palette input").press("Escape", None).await.unwrap();
    viewer.sees("button.finder:focus").await;
    viewer.leaves().await;
    stage.close().await;
}

#[tokio::test]
async fn what_is_typed_leads_to_the_search_of_the_catalogue_also_on_a_phone_and_without_a_script() {
    let stage = Stage::open().await;
    let viewer = stage.person("viewer@demo", PHONE).await;
    viewer.go("/apis").await;
    viewer.click("button.finder").await;
    viewer.types(".palette input", "tail number").await;
    viewer.click(".palette .option:has-text(\"Search the catalogue for tail number\")").await;
    viewer.sees("input[name=q][value=\"tail number\"]").await;
    viewer.leaves().await;
    let plain = stage.person("viewer@demo", NO_SCRIPT).await;
    plain.go("/").await;
    plain.click("button.finder").await;
    plain.sees("#catalogue-q").await;
    plain.leaves().await;
    stage.close().await;
}
