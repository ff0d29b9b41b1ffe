# Shared by the set-up scripts: where things live, and how they speak. Sourced, never run.
set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
CACHE="${SLUICE_CACHE:-$HOME/.cache/sluice}"
NODE_TOOLS="$CACHE/node"        # npm packages that the build and the browser tests use
WASM_RUST="$CACHE/wasm-rust"    # a compiler with a wasm standard library, where rustup cannot bring one
KAFKA="$CACHE/kafka"            # the jars of the broker of the tests
PYTHON="$CACHE/python"          # the stock gRPC client of the tests
BIN="$CACHE/bin"                # tools installed by cargo, at the versions that Cargo.lock names
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$CACHE/target}"
export SLUICE_SITE="$CARGO_TARGET_DIR/site"  # what the build puts into the server: told always, or it would be built anew each time that changes
export PLAYWRIGHT_SKIP_DRIVER_DOWNLOAD=1
export PATH="$BIN/bin:$PATH"

say() { printf '\033[36m==>\033[0m %s\n' "$*"; }
stop() { printf '\033[31mstopped:\033[0m %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# The version of a package in Cargo.lock (the first one, where there are several).
locked_version() { awk -v name="\"$1\"" '$1=="name" && $3==name {getline; gsub(/"/,"",$3); print $3; exit}' "$ROOT/Cargo.lock"; }

# install_debian PACKAGE...: as root or with sudo on Debian and Ubuntu; elsewhere says what is wanted and stops.
install_debian() {
  local packages=("$@") sudo=""
  have apt-get || stop "please install these (Debian's names) and run the same command again: ${packages[*]}"
  if [ "$(id -u)" != 0 ]; then
    have sudo || stop "please run as root: apt-get install -y ${packages[*]}"
    sudo="sudo"
  fi
  say "installing Debian packages: ${packages[*]}"
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
}
