#!/usr/bin/env bash
# make check: format, lints, architecture and dependencies. What a commit must leave green.
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
scripts/setup.sh run
say "format"
cargo fmt --all --check
say "lints"
cargo clippy --workspace --all-targets --features server/failpoints --quiet -- -D warnings
say "architecture"
# The same packages and features as the tests, so that nothing is built twice.
cargo test --workspace --exclude frontend --features server/failpoints --test architecture --quiet
scripts/audit.sh
