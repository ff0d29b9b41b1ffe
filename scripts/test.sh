#!/usr/bin/env bash
# make test: the checks, then every test there is, with real servers and a real browser.
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
scripts/setup.sh test
scripts/check.sh
scripts/build-portal.sh
export PLAYWRIGHT_NODE_EXE="$(command -v node)" PLAYWRIGHT_CLI_JS="$NODE_TOOLS/node_modules/playwright-core/cli.js"
export SLUICE_PYTHON="$PYTHON/bin/python" SLUICE_KAFKA="$KAFKA/libs"
export SLUICE_AXE="$NODE_TOOLS/node_modules/axe-core/axe.min.js"
export SLUICE_SCREENSHOTS="$CARGO_TARGET_DIR/screenshots"
rm -rf "$SLUICE_SCREENSHOTS"; mkdir -p "$SLUICE_SCREENSHOTS"
say "building the server with its fail-points"
# As the tests build it: a plain build has other features of some libraries, and would build the engine a second time.
cargo test --workspace --exclude frontend --features server/failpoints --no-run
say "tests"
# Most tests wait for servers and clocks: more of them than there are cores keep the cores busy.
export RUST_TEST_THREADS="${RUST_TEST_THREADS:-6}"
printed="$CARGO_TARGET_DIR/tests.log"
if ! cargo test --workspace --exclude frontend --features server/failpoints --no-fail-fast 2>&1 | tee "$printed"; then
  # Hundreds of programs' lines stand between a failure and the end: what failed is said once more.
  say "what failed"
  grep -aE '^(test .* FAILED|error: |    `-p )' "$printed" || true
  awk '/^failures:$/ { inside = 1 } inside && shown < 200 { print; shown++ } /^test result: FAILED/ { inside = 0; shown = 0 }' "$printed"
  say "where"
  # Without the lines of the servers and the steps of backtraces: whoever sees the end only must see the reason.
  awk '/^failures:$/ { inside = 1 } /^test result: FAILED/ { inside = 0 }
    inside && /^thread .* panicked at / { left = /tokio-rt-worker/ ? 0 : 12 }
    inside && left > 0 && !/^ *[0-9]+: |^ +at |^stack backtrace:/ { print; left-- }' "$printed"
  exit 1
fi
say "screenshots are in $SLUICE_SCREENSHOTS"
