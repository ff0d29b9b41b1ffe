#!/usr/bin/env bash
# make check: format, lints, architecture. What a commit must leave green.
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
scripts/setup.sh run
say "format"
cargo fmt --all --check
say "lints"
cargo clippy --workspace --all-targets --features server/failpoints --quiet -- -D warnings
say "architecture"
cargo test -p server --test architecture --features failpoints --quiet
