//! The documentation page of an API: for each kind of client one example, one response, and what there is to know, all of
//! it readable without a script.

use serde_json::Value as Json;
use testkit::{Admin, Sluice};

use crate::common::binary;

/// The texts of a page, as a browser would read them.
fn plain(page: &str) -> String {
    page.replace("&quot;", "\"").replace("&gt;", ">").replace("&amp;", "&").replace("&#x27;", "'").replace("<!>", "")
}

#[tokio::test]
async fn the_page_of_an_api_says_all_that_its_consumers_need() {
    let server = Sluice::demo(binary());
    let http = Admin::browser(&server, "viewer@demo").await;
    let get = async |path: &str| {
        http.get(format!("{}{path}", server.url)).header("accept", "text/html").send().await.unwrap().text().await.unwrap()
    };
    let page = get("/apis/travel/delays").await;
    // One radio button for each language, and one of them chosen by the server.
    let radios: Vec<&str> =
        page.split("<input").skip(1).filter_map(|rest| rest.split('>').next()).filter(|tag| tag.contains("name=\"language\"")).collect();
    assert_eq!(radios.len(), 4, "{radios:?}");
    assert_eq!(radios.iter().filter(|tag| tag.contains(" checked")).count(), 1, "{radios:?}");
    let page = plain(&page);
    for heading in ["Request", "Methods", "Parameters", "Response", "Response fields", "Errors", "Limits"] {
        assert!(page.contains(&format!(">{heading}</h2>")), "no heading {heading}");
    }
    for text in ["/api/travel/delays.csv", "sluice.travel.Delays/Query", "too-many-requests", "Rows of one response"] {
        assert!(page.contains(text), "{text} is not on the page");
    }
    // The parameters of the page are those of the OpenAPI document.
    let openapi: Json = serde_json::from_str(&get("/api/travel/delays/openapi.json").await).unwrap();
    let parameters = openapi["paths"]["/api/travel/delays"]["get"]["parameters"].as_array().unwrap();
    assert!(parameters.len() > 4, "{parameters:?}");
    for parameter in parameters {
        let name = parameter["name"].as_str().unwrap();
        assert!(page.contains(&format!(">{name}</code>")), "{name} is not on the page");
    }
}
