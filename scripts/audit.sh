#!/usr/bin/env bash
# make audit: licences, sources and known vulnerabilities of every dependency, by deny.toml. Part of make check.
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
scripts/setup.sh deny
say "licences and sources of dependencies"
cargo deny --locked check licenses bans sources
# The advisories are in a repository of GitHub, which not every machine reaches; a copy of an earlier run is better than none.
if timeout 120 cargo deny --locked fetch db >/dev/null 2>&1 || ls -d "${CARGO_HOME:-$HOME/.cargo}"/advisory-dbs/*/ >/dev/null 2>&1; then
  say "advisories about dependencies"
  cargo deny --locked check --disable-fetch advisories
else
  say "the advisories (github.com/RustSec/advisory-db) cannot be fetched and no copy is here: known vulnerabilities are not checked"
fi
