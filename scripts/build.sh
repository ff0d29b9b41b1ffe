#!/usr/bin/env bash
# make build: dist/sluice, in release mode, with the portal's assets inside.
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
scripts/setup.sh run
scripts/build-portal.sh
say "building the server for release (a while)"
SLUICE_SITE="$CARGO_TARGET_DIR/site" cargo build -p server --release
mkdir -p dist
cp "$CARGO_TARGET_DIR/release/sluice" dist/sluice
say "dist/sluice: $(wc -c <dist/sluice) bytes"
