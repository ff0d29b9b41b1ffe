//! Prepares what the browser loads for the binary: named by its content, compressed once, and listed in `assets.rs`.

#![allow(clippy::disallowed_methods)] // a build script is told by its environment

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

const STYLE: &str = "../style";
const ASSETS: &str = "../assets";
const BROTLI_BUFFER: usize = 4_096;
const BROTLI_QUALITY: u32 = 11;
const BROTLI_WINDOW: u32 = 22;

fn main() -> io::Result<()> {
    // Outside this package, and so forgotten where clones share a target folder.
    for folder in [STYLE, ASSETS] {
        println!("cargo:rerun-if-changed={folder}");
    }
    println!("cargo:rerun-if-env-changed=SLUICE_SITE");
    let mut files = Files { out: PathBuf::from(env::var("OUT_DIR").unwrap_or_default()), list: String::new() };
    let inter = files.font("inter")?;
    let mono = files.font("jetbrains-mono")?;
    let style = joined_style()?.replace("/fonts/inter.woff2", &inter).replace("/fonts/jetbrains-mono.woff2", &mono);
    let style_path = format!("/style-{}.css", tag(style.as_bytes()));
    files.text("style.css", style.as_bytes(), &format!("{style_path:?}"), true)?;
    // Pages name their icons in the browser too, so the portal has that name.
    files.text("icons.svg", &fs::read(Path::new(ASSETS).join("icons.svg"))?, "app::ICONS", true)?;
    let icon = fs::read(Path::new(ASSETS).join("favicon.svg"))?;
    let icon_path = format!("/favicon-{}.svg", tag(&icon));
    files.text("favicon.svg", &icon, &format!("{icon_path:?}"), true)?;
    // The same under a name that does not change, for those who ask without a page.
    files.text("favicon.svg", &icon, "\"/favicon.svg\"", false)?;
    let charts = fs::read(Path::new(ASSETS).join("chart.js"))?;
    let charts_path = format!("/chart-{}.js", tag(&charts));
    files.text("chart.js", &charts, &format!("{charts_path:?}"), true)?;
    let package = files.package()?;
    let names = format!(
        "const ICON: &str = {icon_path:?};\nconst STYLE: &str = {style_path:?};\nconst TEXT_FONT: &str = {inter:?};\n\
         const CHARTS: &str = {charts_path:?};\n\
         pub(crate) const PACKAGE: &str = {:?};\nconst LOADER: Option<&str> = {:?};\nconst SQL_EDITOR: Option<&str> = {:?};\n\
         const AREAS: &[(&str, &[&str])] = &[{}];\n",
        package.folder, package.loader, package.sql_editor, package.areas
    );
    fs::write(files.out.join("assets.rs"), format!("{names}static FILES: &[File] = &[\n{}];\n", files.list))
}

/// The style in the order of `main.css`, which is the cascade's.
fn joined_style() -> io::Result<String> {
    let main = fs::read_to_string(Path::new(STYLE).join("main.css"))?;
    let names = main.lines().filter_map(|line| line.strip_prefix("@import \"")?.strip_suffix("\";"));
    names.map(|name| fs::read_to_string(Path::new(STYLE).join(name))).collect()
}

/// The scripts and the wasm of a folder, in the order of their names; nothing where it has not been built.
fn code(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let names = fs::read_dir(folder).into_iter().flatten().flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut code: Vec<_> = names
        .filter(|name| name.ends_with(".js") || name.ends_with(".wasm"))
        .filter_map(|name| fs::read(folder.join(&name)).ok().map(|bytes| (name, bytes)))
        .collect();
    code.sort();
    code
}

/// What names a content: the beginning of its hash.
fn tag(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The browser half, as pages name it.
struct Package {
    /// The folder that its files are served under, without the slash before it.
    folder: String,
    /// The path of what loads the areas, where it has been built.
    loader: Option<String>,
    /// The path of the SQL editor, where it has been built.
    sql_editor: Option<String>,
    /// The paths of what each area is made of, as the entries of a table of Rust.
    areas: String,
}

/// The files so far, as the entries of a table of Rust.
struct Files {
    out: PathBuf,
    list: String,
}

impl Files {
    /// A font, which is compressed as it is. Gives the path that it is served under.
    fn font(&mut self, name: &str) -> io::Result<String> {
        let bytes = fs::read(Path::new(ASSETS).join("fonts").join(format!("{name}.woff2")))?;
        let path = format!("/fonts/{name}-{}.woff2", tag(&bytes));
        let kept = self.keep(&format!("{name}.woff2"), &bytes)?;
        self.list(&format!("{path:?}"), "font/woff2", (&bytes[..], true), [Some(kept), None, None]);
        Ok(path)
    }

    /// A small text, compressed here. Its path is an expression of Rust.
    fn text(&mut self, name: &str, bytes: &[u8], path: &str, is_named_by_content: bool) -> io::Result<()> {
        let kept = [
            Some(self.keep(name, bytes)?),
            Some(self.keep(&format!("{name}.br"), &brotli(bytes)?)?),
            Some(self.keep(&format!("{name}.gz"), &gzip(bytes)?)?),
        ];
        let kind = match name.rsplit_once('.') {
            Some((_, "css")) => "text/css",
            Some((_, "js")) => "text/javascript",
            _ => "image/svg+xml",
        };
        self.list(path, kind, (bytes, is_named_by_content), kept);
        Ok(())
    }

    /// The browser half, where it has been built, with what `scripts/build-portal.sh` compressed. Its files name each
    /// other, so they keep their names, in a folder that is named by all of them: half old and half new would not fit
    /// together.
    fn package(&mut self) -> io::Result<Package> {
        let unbuilt = Package { folder: "pkg".to_owned(), loader: None, sql_editor: None, areas: String::new() };
        let Ok(site) = env::var("SLUICE_SITE") else { return Ok(unbuilt) };
        let built = Path::new(&site).join("pkg");
        println!("cargo:rerun-if-changed={}", built.display());
        let (code, Ok(told)) = (code(&built), fs::read_to_string(built.join("areas.txt"))) else { return Ok(unbuilt) };
        let all: Vec<&[u8]> = code.iter().flat_map(|(name, bytes)| [name.as_bytes(), &bytes[..]]).collect();
        let folder = format!("pkg/{}", tag(&all.concat()));
        let path = |name: &str| format!("/{folder}/{name}");
        for (name, bytes) in &code {
            let mut kept = [Some(self.keep(name, bytes)?), None, None];
            for (place, encoded) in kept.iter_mut().skip(1).zip([".br", ".gz"]) {
                let name = format!("{name}{encoded}");
                if let Ok(bytes) = fs::read(built.join(&name)) {
                    *place = Some(self.keep(&name, &bytes)?);
                }
            }
            let kind = if name.ends_with(".js") { "text/javascript" } else { "application/wasm" };
            self.list(&format!("{:?}", path(name)), kind, (bytes, true), kept);
        }
        let mut areas = String::new();
        for line in told.lines() {
            let mut words = line.split_whitespace();
            if let Some(area) = words.next() {
                let _ = write!(areas, "({area:?}, &{:?}), ", words.map(path).collect::<Vec<_>>());
            }
        }
        let loader = Some(path("__wasm_split.js"));
        let sql_editor = code.iter().any(|(name, _)| name == "sql-editor.js").then(|| path("sql-editor.js"));
        Ok(Package { folder, loader, sql_editor, areas })
    }

    /// Puts bytes beside the table, where the compiler takes them into the binary.
    fn keep(&self, name: &str, bytes: &[u8]) -> io::Result<String> {
        let to = self.out.join(name);
        fs::write(&to, bytes)?;
        Ok(format!("include_bytes!({:?})", to.display().to_string()))
    }

    fn list(&mut self, path: &str, kind: &str, (bytes, is_named_by_content): (&[u8], bool), kept: [Option<String>; 3]) {
        let [plain, br, gzip] = kept.map(|kept| kept.map_or("None".to_owned(), |kept| format!("Some({kept} as &[u8])")));
        let tag = tag(bytes);
        let _ = writeln!(
            self.list,
            "File {{ path: {path}, kind: {kind:?}, tag: {tag:?}, is_named_by_content: {is_named_by_content}, forms: [(\"br\", {br}), (\"gzip\", {gzip}), (\"identity\", {plain})] }},"
        );
    }
}

fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), BROTLI_BUFFER, BROTLI_QUALITY, BROTLI_WINDOW);
    writer.write_all(bytes)?;
    Ok(writer.into_inner())
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    writer.write_all(bytes)?;
    writer.finish()
}
