//! Puts the browser half, where it has been built, into a folder that is embedded in the binary.

#![allow(clippy::disallowed_methods)] // a build script is told by its environment

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let out = PathBuf::from(env::var("OUT_DIR").unwrap_or_default()).join("site");
    fs::create_dir_all(&out)?;
    // Outside this package, and so forgotten where clones share a target folder.
    for folder in ["../style", "../assets"] {
        println!("cargo:rerun-if-changed={folder}");
    }
    println!("cargo:rerun-if-env-changed=SLUICE_SITE");
    let Ok(site) = env::var("SLUICE_SITE") else { return Ok(()) };
    for name in ["sluice.js", "sluice_bg.wasm", "sluice_bg.wasm.gz"] {
        let from = Path::new(&site).join("pkg").join(name);
        println!("cargo:rerun-if-changed={}", from.display());
        if from.exists() {
            fs::copy(&from, out.join(name))?;
        } else if out.join(name).exists() {
            // Left from another build: half old and half new would not fit together.
            fs::remove_file(out.join(name))?;
        }
    }
    Ok(())
}
