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
    files.text("favicon.svg", &fs::read(Path::new(ASSETS).join("favicon.svg"))?, "\"/favicon.svg\"", false)?;
    let package = files.package()?;
    let names = format!(
        "pub(crate) const STYLE: &str = {style_path:?};\npub(crate) const TEXT_FONT: &str = {inter:?};\n\
         pub(crate) const PACKAGE: &str = {package:?};\n"
    );
    fs::write(files.out.join("assets.rs"), format!("{names}static FILES: &[File] = &[\n{}];\n", files.list))
}

/// The style in the order of `main.css`, which is the cascade's.
fn joined_style() -> io::Result<String> {
    let main = fs::read_to_string(Path::new(STYLE).join("main.css"))?;
    let names = main.lines().filter_map(|line| line.strip_prefix("@import \"")?.strip_suffix("\";"));
    names.map(|name| fs::read_to_string(Path::new(STYLE).join(name))).collect()
}

/// What names a content: the beginning of its hash.
fn tag(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(8).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
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
        let kind = if name.ends_with(".css") { "text/css" } else { "image/svg+xml" };
        self.list(path, kind, (bytes, is_named_by_content), kept);
        Ok(())
    }

    /// The browser half, where it has been built, with what `scripts/build-portal.sh` compressed. Both files share one
    /// name: half old and half new would not fit together. Gives that name.
    fn package(&mut self) -> io::Result<String> {
        let Ok(site) = env::var("SLUICE_SITE") else { return Ok("sluice".to_owned()) };
        let at = |name: &str| Path::new(&site).join("pkg").join(name);
        for name in ["sluice.js", "sluice_bg.wasm"] {
            for end in ["", ".br", ".gz"] {
                println!("cargo:rerun-if-changed={}", at(&format!("{name}{end}")).display());
            }
        }
        let (Ok(script), Ok(wasm)) = (fs::read(at("sluice.js")), fs::read(at("sluice_bg.wasm"))) else { return Ok("sluice".to_owned()) };
        let package = format!("sluice-{}", tag(&[&script[..], &wasm[..]].concat()));
        for (name, end, kind, bytes) in
            [("sluice.js", ".js", "text/javascript", &script[..]), ("sluice_bg.wasm", "_bg.wasm", "application/wasm", &wasm[..])]
        {
            let mut kept = [Some(self.keep(name, bytes)?), None, None];
            for (place, encoded) in kept.iter_mut().skip(1).zip([".br", ".gz"]) {
                let name = format!("{name}{encoded}");
                if let Ok(bytes) = fs::read(at(&name)) {
                    *place = Some(self.keep(&name, &bytes)?);
                }
            }
            self.list(&format!("\"/pkg/{package}{end}\""), kind, (bytes, true), kept);
        }
        Ok(package)
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
