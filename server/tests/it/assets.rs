//! What a browser loads, by a stock client: curl decodes what was sent compressed, and has the bytes of the files.

use std::path::{Path, PathBuf};
use std::process::Command;

use reqwest::Response;
use testkit::{Admin, Sluice};

use crate::common::binary;

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

/// What curl makes of an answer in an encoding: its bytes, decoded where it was encoded, and how many were sent.
fn curl(url: &str, encoding: &str) -> (Vec<u8>, usize) {
    let folder = testkit::folder();
    let file = folder.path().join("body");
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--fail", "--compressed", "--write-out", "%{size_download}", "--output"]);
    command.arg(&file).args(["--header", &format!("accept-encoding: {encoding}")]).arg(url);
    let output = command.output().expect("curl is installed by scripts/setup.sh");
    assert!(output.status.success(), "{url} as {encoding}: {}", String::from_utf8_lossy(&output.stderr));
    (std::fs::read(&file).unwrap_or_default(), String::from_utf8(output.stdout).unwrap().parse().unwrap())
}

/// The addresses of a page that a browser loads by itself.
fn loaded(page: &str) -> Vec<String> {
    let links = page.split("<link").skip(1).filter_map(|link| link.split_once("href=\"")?.1.split('"').next());
    let icons = page.split("<use href=\"").skip(1).filter_map(|icon| icon.split(['#', '"']).next());
    let mut found: Vec<String> = links.chain(icons).map(str::to_owned).collect();
    found.sort();
    found.dedup();
    found
}

fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The file that an address stands for, where it is sent as it lies in the project or as it was built.
fn original(path: &str) -> Option<Vec<u8>> {
    let site = PathBuf::from(std::env::var("SLUICE_SITE").expect("scripts/lib.sh says where the portal was built"));
    let file = match path.rsplit_once('.').unwrap() {
        (name, "woff2") if name.starts_with("/fonts/inter-") => project().join("assets/fonts/inter.woff2"),
        (name, "woff2") if name.starts_with("/fonts/jetbrains-mono-") => project().join("assets/fonts/jetbrains-mono.woff2"),
        (name, "svg") if name.starts_with("/icons-") => project().join("assets/icons.svg"),
        (name, "svg") if name.starts_with("/favicon-") => project().join("assets/favicon.svg"),
        (name, "js") if name.starts_with("/chart-") => project().join("assets/chart.js"),
        (_, "js" | "wasm") => site.join("pkg").join(path.rsplit_once('/').unwrap().1),
        _ => return None,
    };
    Some(std::fs::read(file).unwrap())
}

/// The style as the server joins it: the files that `main.css` names, in its order.
fn joined_style(mono: &str, inter: &str) -> String {
    let folder = project().join("style");
    let main = std::fs::read_to_string(folder.join("main.css")).unwrap();
    let names = main.split("@import \"").skip(1).filter_map(|rest| rest.split('"').next());
    let style: String = names.map(|name| std::fs::read_to_string(folder.join(name)).unwrap()).collect();
    style.replace("/fonts/inter.woff2", inter).replace("/fonts/jetbrains-mono.woff2", mono)
}

#[tokio::test]
async fn what_a_page_loads_is_compressed_and_kept_for_good() {
    let server = Sluice::demo(binary());
    let http = Admin::browser(&server, "builder@demo").await;
    let page = http.get(format!("{}/", server.url)).header("accept", "text/html").send().await.unwrap().text().await.unwrap();
    let mut paths = loaded(&page);
    let style_path = paths.iter().find(|path| path.starts_with("/style-")).expect("a page names its style").clone();
    let style = String::from_utf8(curl(&format!("{}{style_path}", server.url), "identity").0).unwrap();
    let fonts: Vec<&str> = style.split("url(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let of = |begin: &str| *fonts.iter().find(|font| font.starts_with(begin)).unwrap();
    let (inter, mono) = (of("/fonts/inter-"), of("/fonts/jetbrains-mono-"));
    assert_eq!(style, joined_style(mono, inter));
    assert!(page.contains(&format!("rel=\"preload\" href=\"{inter}\"")), "the text's font is asked for before the style has come");
    paths.push(mono.to_owned());
    for begin in ["/style-", "/fonts/inter-", "/fonts/jetbrains-mono-", "/icons-", "/favicon-", "/pkg/"] {
        assert!(paths.iter().any(|path| path.starts_with(begin)), "{begin} is not in {paths:?}");
    }
    let code: Vec<&str> = paths.iter().filter(|path| path.starts_with("/pkg/")).map(|path| path.rsplit_once('/').unwrap().1).collect();
    assert_eq!(code, ["__wasm_split.js", "sluice.js", "sluice_bg.wasm"], "Home needs no area");
    // Loaded by the pages that have an SQL editor alone, and named by all.
    let editor = page.split_once("<meta name=\"sql-editor\" content=\"").and_then(|(_, rest)| rest.split('"').next());
    let editor = editor.expect("a page names the script of the SQL editor").to_owned();
    let (_, sent) = curl(&format!("{}{editor}", server.url), "gzip");
    assert!(sent < 140_000, "the SQL editor is light: {sent} bytes");
    paths.push(editor);
    // The same of the script of charts, which has no library.
    let charts = page.split_once("<meta name=\"charts\" content=\"").and_then(|(_, rest)| rest.split('"').next());
    let charts = charts.expect("a page names the script of charts").to_owned();
    let (_, sent) = curl(&format!("{}{charts}", server.url), "gzip");
    assert!(sent < 12 << 10, "the script of charts is light: {sent} bytes");
    paths.push(charts);
    for path in &paths {
        let url = format!("{}{path}", server.url);
        let (plain, _) = curl(&url, "identity");
        assert!(original(path).is_none_or(|original| original == plain), "{path} is not its file");
        for encoding in ["br", "gzip"] {
            let (decoded, sent) = curl(&url, encoding);
            assert_eq!(decoded, plain, "{path} as {encoding}");
            let is_font = path.ends_with(".woff2");
            assert!(if is_font { sent == plain.len() } else { plain.len() < 1_000 || sent < plain.len() / 2 }, "{path}: {sent}");
        }
        let first = reqwest::get(&url).await.unwrap();
        let kept = "public, max-age=31536000, immutable";
        assert_eq!((header(&first, "cache-control"), header(&first, "vary")), (kept, "accept-encoding"), "{path}");
    }
    // What is not named by its content is asked for again.
    let url = format!("{}/favicon.svg", server.url);
    let icon = reqwest::get(&url).await.unwrap();
    assert_eq!((header(&icon, "cache-control"), header(&icon, "vary")), ("no-cache", "accept-encoding"));
    let named = paths.iter().find(|path| path.starts_with("/favicon-")).unwrap();
    assert_eq!(curl(&url, "identity").0, original(named).unwrap());
}

/// The files of an area, as the build wrote them down.
fn files_of(area: &str) -> Vec<String> {
    let site = PathBuf::from(std::env::var("SLUICE_SITE").expect("scripts/lib.sh says where the portal was built"));
    let areas = std::fs::read_to_string(site.join("pkg/areas.txt")).expect("scripts/build-portal.sh has built the portal");
    let line = areas.lines().find_map(|line| line.strip_prefix(&format!("{area} "))).unwrap_or_else(|| panic!("{area} is not in {areas}"));
    line.split(' ').map(str::to_owned).collect()
}

#[tokio::test]
async fn a_page_asks_early_for_what_its_area_is_made_of_and_for_no_other() {
    let server = Sluice::demo(binary());
    let http = Admin::browser(&server, "admin@demo").await;
    for (path, area) in [
        ("/inbox?show=all", "apis"),
        ("/apis", "apis"),
        ("/apis/travel/plane/versions", "api"),
        ("/sources/flights-db", "sources"),
        ("/apis/travel/plane/edit", "editor"),
        ("/datasets", "datasets"),
        ("/monitoring", "monitoring"),
        ("/monitoring/api/travel/plane", "monitoring"),
        ("/people", "administration"),
    ] {
        let page = http.get(format!("{}{path}", server.url)).send().await.unwrap().text().await.unwrap();
        let asked: Vec<String> =
            loaded(&page).into_iter().filter(|path| path.ends_with(".wasm") && !path.ends_with("/sluice_bg.wasm")).collect();
        let mut names: Vec<&str> = asked.iter().map(|path| path.rsplit_once('/').unwrap().1).collect();
        let mut made_of = files_of(area);
        names.sort_unstable();
        made_of.sort();
        assert_eq!(names, made_of, "{path}");
        for file in &asked {
            let there = reqwest::get(format!("{}{file}", server.url)).await.unwrap();
            let head = (there.status().as_u16(), header(&there, "content-type").to_owned(), header(&there, "cache-control").to_owned());
            assert_eq!(head, (200, "application/wasm".to_owned(), "public, max-age=31536000, immutable".to_owned()), "{file}");
            assert_eq!(curl(&format!("{}{file}", server.url), "identity").0, original(file).unwrap(), "{file} is not its file");
        }
    }
}

#[tokio::test]
async fn a_client_gets_the_encoding_that_it_takes_and_nothing_that_it_has() {
    let server = Sluice::demo(binary());
    let http = reqwest::Client::new();
    let page = http.get(format!("{}/sign-in", server.url)).send().await.unwrap().text().await.unwrap();
    let style = loaded(&page).into_iter().find(|path| path.starts_with("/style-")).unwrap();
    let ask = async |path: &str, accepted: &str, known: &str| {
        let request = http.get(format!("{}{path}", server.url)).header("accept-encoding", accepted).header("if-none-match", known);
        request.send().await.unwrap()
    };
    for (accepted, wanted) in [
        ("gzip, deflate, br, zstd", (200, "br")),
        ("br;q=0, gzip", (200, "gzip")),
        ("br;q=0.1, gzip;q=0.2", (200, "gzip")),
        ("identity", (200, "")),
        ("*;q=0, identity", (200, "")),
        ("identity;q=0", (406, "")),
    ] {
        let answer = ask(&style, accepted, "").await;
        assert_eq!((answer.status().as_u16(), header(&answer, "content-encoding")), wanted, "{accepted}");
        assert_eq!(header(&answer, "vary"), "accept-encoding", "{accepted}");
    }
    for path in [style.as_str(), "/favicon.svg"] {
        let mut tags = Vec::new();
        for encoding in ["br", "gzip", "identity"] {
            let tag = header(&ask(path, encoding, "").await, "etag").to_owned();
            assert!(tag.len() > 10 && !tags.contains(&tag), "{path}: other bytes have another tag: {tag}");
            for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
                let again = ask(path, encoding, &known).await;
                assert_eq!((again.status().as_u16(), header(&again, "etag")), (304, tag.as_str()), "{path}: {known}");
                assert!(again.bytes().await.unwrap().is_empty(), "{path}");
            }
            tags.push(tag);
        }
        let other = ask(path, "br", &tags[1]).await;
        assert_eq!(other.status().as_u16(), 200, "{path}: the tag of gzip is none of brotli");
    }
    let head = http.head(format!("{}{style}", server.url)).header("accept-encoding", "br").send().await.unwrap();
    assert_eq!((head.status().as_u16(), header(&head, "content-encoding")), (200, "br"));
    // A page of another version of the program asks for what this one does not have.
    for path in ["/pkg/sluice.js", "/pkg/0/sluice.js", "/pkg/0/split_sources.wasm"] {
        let gone = http.get(format!("{}{path}", server.url)).send().await.unwrap();
        assert_eq!((gone.status().as_u16(), header(&gone, "cache-control")), (404, "no-store"), "{path}");
    }
}

/// A page without what is new in each answer.
fn without_nonces(page: &[u8]) -> String {
    let text = String::from_utf8(page.to_vec()).unwrap();
    let parts = text.split("nonce=\"").enumerate();
    parts.map(|(index, part)| if index == 0 { part } else { part.split_once('"').unwrap().1 }).collect()
}

#[tokio::test]
async fn pages_are_compressed_and_what_can_hold_a_new_secret_is_not() {
    let server = Sluice::demo(binary());
    let url = format!("{}/sign-in", server.url);
    let (plain, whole) = curl(&url, "identity");
    assert!(plain.len() == whole && without_nonces(&plain).contains("</html>"));
    for encoding in ["br", "gzip"] {
        let (decoded, sent) = curl(&url, encoding);
        assert!(sent < whole / 2, "{encoding}: {sent} of {whole} bytes");
        let bare = |page: &[u8]| without_crossorigin(&without_nonces(page));
        assert_eq!(bare(&decoded), bare(&plain), "{encoding}");
    }
    let http = Admin::browser(&server, "builder@demo").await;
    let ask = async |path: &str| http.get(format!("{}{path}", server.url)).header("accept-encoding", "br, gzip").send().await.unwrap();
    for path in ["/", "/apis", "/apis/travel/plane", "/datasets", "/none/at/all"] {
        let page = ask(path).await;
        assert_eq!((header(&page, "content-encoding"), header(&page, "vary")), ("br", "accept-encoding"), "{path}");
        assert_eq!(header(&page, "cache-control"), "no-store", "{path}");
    }
    let mine = http.post(format!("{}/fn/me", server.url)).header("origin", &server.url).header("accept-encoding", "br, gzip");
    let mine = mine.send().await.unwrap();
    assert_eq!((mine.status().as_u16(), header(&mine, "content-encoding")), (200, ""));
    assert!(mine.text().await.unwrap().contains("form_token"));
}

/// The framework writes the page's nonce there as well.
fn without_crossorigin(page: &str) -> String {
    let parts = page.split("crossorigin=\"").enumerate();
    parts.map(|(index, part)| if index == 0 { part } else { part.split_once('"').unwrap().1 }).collect()
}
