#!/usr/bin/env bash
# make bench: the released build against bare twins, in one run; prints a table and writes bench/report.json under the
# target folder. SLUICE_BENCH_ONLY=http,grpc,… measures some parts alone.
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
scripts/setup.sh bench
scripts/build-portal.sh
say "building the server and the twins for release (a while)"
# One after the other: together they would have other features of some libraries than make build has, and build the engine again.
cargo build --profile dist -p server
cargo build --profile dist -p bench
export SLUICE_KAFKA="$KAFKA/libs"
# A connection is a file on each side.
ulimit -n "$(ulimit -Hn)"
say "measuring"
"$CARGO_TARGET_DIR/dist/bench" "$CARGO_TARGET_DIR/dist/sluice" "$CARGO_TARGET_DIR/site" "$CARGO_TARGET_DIR/bench"
say "the report is in $CARGO_TARGET_DIR/bench/report.json"
