#!/usr/bin/env bash
# make build: dist/sluice, in release mode, with the portal's assets inside, and beside it what it is made of (dist/sluice.cdx.json, CycloneDX).
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
scripts/setup.sh build
scripts/build-portal.sh
say "building the server for release (a while)"
cargo build -p server --profile dist ${SLUICE_TIMINGS:+--timings}
mkdir -p dist
cp "$CARGO_TARGET_DIR/dist/sluice" dist/sluice
scripts/sbom.py dist/sluice dist/sluice.cdx.json
say "dist/sluice: $(wc -c <dist/sluice) bytes; its packages are in dist/sluice.cdx.json"
