//! Migrations stand outside this package; a new one must rebuild it.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
