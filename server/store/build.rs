//! The compiler does not see that migrations are read; a new one must rebuild this package.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
    println!("cargo:rerun-if-changed=series_migrations");
}
