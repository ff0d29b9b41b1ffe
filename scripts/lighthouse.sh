#!/usr/bin/env bash
# make lighthouse: Lighthouse three times on the first load of four pages of the demo, as a desktop and as a phone; prints a
# table of medians and writes bench/lighthouse.md and bench/lighthouse.json under the target folder.
#   scripts/lighthouse.sh [SLUICE]   the program to measure; without it dist/sluice, which make build makes
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
program="$(realpath -m "${1:-dist/sluice}")"
[ -x "$program" ] || stop "there is no program at $program: run make build first, or name another one"
scripts/setup.sh lighthouse
export CHROME_PATH="${CHROME_PATH:-$(command -v chromium)}"

data="$(mktemp -d)"
said="$data/said.txt"
SLUICE_HTTP_ADDR=127.0.0.1:0 SLUICE_GRPC_ADDR=127.0.0.1:0 SLUICE_DATA_DIR="$data" SLUICE_LOG=warn "$program" demo >"$said" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$data"' EXIT

say "starting the demo"
url=""
for _ in $(seq 600); do
  url="$(sed -n 's|^Sluice listens on \(http://.*\)$|\1|p' "$said")"
  [ -n "$url" ] && break
  kill -0 "$server" 2>/dev/null || stop "the demo ended before it listened"
  sleep 0.2
done
[ -n "$url" ] || stop "the demo does not listen"
say "measuring (about six minutes; nothing else should run)"
node scripts/lighthouse.mjs "$NODE_TOOLS" "$url" "$CARGO_TARGET_DIR/bench" "${SLUICE_LIGHTHOUSE_RUNS:-3}"
say "the table is in $CARGO_TARGET_DIR/bench/lighthouse.md"
