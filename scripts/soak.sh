#!/usr/bin/env bash
# make soak: the full counts. Fifty kills at points of a release by chance, thirty-four at any moment of builds and followers of each kind of
# source, an hour of bytes by chance for each codec, the guard, requests, tokens and cursors; the results are written to docs/soak.md.
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
scripts/setup.sh test
kills="${SLUICE_SOAK_KILLS:-50}" seed="${SLUICE_SOAK_SEED:-$RANDOM}"
say "killing $kills times, seed $seed"
SLUICE_SOAK_KILLS="$kills" SLUICE_SOAK_SEED="$seed" \
  cargo test --workspace --exclude frontend --features server/failpoints --test it faults::killed_at_points_by_chance -- --nocapture | tee "$CARGO_TARGET_DIR/soak.log"
moments="${SLUICE_SOAK_MOMENTS:-34}"
say "killing workers at $moments moments for each kind of source"
SLUICE_SOAK_KILLS="$moments" SLUICE_SOAK_SEED="$seed" SLUICE_KAFKA="$KAFKA/libs" \
  cargo test --workspace --exclude frontend --features server/failpoints --test it kills:: -- --nocapture --test-threads 1 | tee "$CARGO_TARGET_DIR/kills.log"
fuzz="${SLUICE_SOAK_FUZZ_SECONDS:-3600}"
say "bytes by chance against the codecs, the keys, the parameters, the guard, requests, tokens and cursors, $fuzz s each"
SLUICE_FUZZ_SECONDS="$fuzz" \
  cargo test --workspace --exclude frontend --features server/failpoints by_chance -- --nocapture --test-threads 1 --skip killed_at_points | tee "$CARGO_TARGET_DIR/fuzz.log"
{
  echo "# Soak"
  echo
  echo "The last run of \`make soak\`: the process is killed (SIGKILL) at points between two writes, chosen by chance, started"
  echo "again, and checked: a release and its decision are both there or neither is, and an apply is whole or absent."
  echo
  echo "| kills | seed | result |"
  echo "| --- | --- | --- |"
  echo "| $(grep -c '^kill ' "$CARGO_TARGET_DIR/soak.log") | $seed | $(grep -o 'test result: [a-zA-Z]*' "$CARGO_TARGET_DIR/soak.log" | tail -1) |"
  echo
  echo "Workers are killed at moments by chance during builds and incremental sync, and started again; in the end the served rows are compared with"
  echo "the source row by row, and after each start every row that was always there must be there:"
  echo
  echo "| source and store | kills | seed |"
  echo "| --- | --- | --- |"
  for kind in embedded redis kafka; do
    case $kind in embedded) of="PostgreSQL, embedded" ;; redis) of="MariaDB, Redis" ;; kafka) of="Kafka, embedded" ;; esac
    echo "| $of | $(grep -c "^kill .* ($kind)" "$CARGO_TARGET_DIR/kills.log") | $seed |"
  done
  echo
  echo "Result: $(grep -o 'test result: [a-zA-Z]*. [0-9]* passed' "$CARGO_TARGET_DIR/kills.log" | tail -1)"
  echo
  echo "Bytes by chance against the protobuf-to-JSON codec, the key codec, the parameter parser, the guard of SQL in every dialect, and"
  echo "requests, tokens and cursors of the running program ($fuzz s each). One that panics, hangs or is answered by a 5xx ends the run:"
  echo
  grep '^fuzz .* tries' "$CARGO_TARGET_DIR/fuzz.log" | sed 's/^/- /'
} >docs/soak.md
