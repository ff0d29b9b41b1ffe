#!/usr/bin/env bash
# make run: set up, build, and serve the demo.
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
scripts/setup.sh run
scripts/build-portal.sh
say "building the server"
cargo build -p server
export SLUICE_DATA_DIR="${SLUICE_DATA_DIR:-$ROOT/target/demo}"
mkdir -p "$SLUICE_DATA_DIR"
exec "$CARGO_TARGET_DIR/debug/sluice" demo
