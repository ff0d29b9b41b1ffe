//! Tells the portal under which name its icons are served: by their content, so that browsers keep them for good.

use std::{fs, io};

const ICONS: &str = "../assets/icons.svg";

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed={ICONS}");
    // FNV-1a.
    let hash =
        fs::read(ICONS)?.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    println!("cargo:rustc-env=SLUICE_ICONS=/icons-{hash:016x}.svg");
    Ok(())
}
