#!/usr/bin/env bash
# Finds what is missing and installs it; quick and silent when nothing is.
#   scripts/setup.sh run     what building and running takes
#   scripts/setup.sh build   and what the bill of materials of a build takes: Python
#   scripts/setup.sh test    and what the tests take: PostgreSQL, MariaDB, Redis, Kafka (Java, Maven), wrk, h2load, Chromium, sqlite3, libfaketime, iso-codes, Prometheus, playwright-core, axe-core, grpcio, pyarrow, chdb, confluent-kafka, sqlmap, schemathesis, vega_datasets, pycountry
#   scripts/setup.sh bench   and what the bench takes: PostgreSQL, Redis, Kafka, Webdis, wrk, h2load
#   scripts/setup.sh lighthouse   what make lighthouse takes: Chromium, Lighthouse
#   scripts/setup.sh deny    Rust and cargo-deny alone, for make audit
. "$(dirname "$0")/lib.sh"
purpose="${1:-run}"

# The version of playwright-core that the playwright-rs crate drives.
PLAYWRIGHT_CORE=1.64.0
# What looks for faults of accessibility in each page.
AXE_CORE=4.14.1
# What make lighthouse measures first loads with.
LIGHTHOUSE=12.8.2
BINARYEN=132.0.0
ESBUILD=0.28.2
# What the SQL editor of the portal is made of, all of it, so that every build makes the same file.
SQL_EDITOR=(
  @codemirror/autocomplete@6.20.4 @codemirror/commands@6.11.1 @codemirror/lang-sql@6.10.0 @codemirror/language@6.13.1
  @codemirror/state@6.7.6 @codemirror/view@6.43.15 @lezer/common@1.5.5 @lezer/highlight@1.2.5 @lezer/lr@1.4.12
  @marijn/find-cluster-break@1.0.4 crelt@1.0.7 style-mod@4.1.5 w3c-keyname@2.2.8
)
# What cuts the wasm at its split points. It reads what wasm_split_helpers and wasm-bindgen write into it, so they go together.
WASM_SPLIT=0.2.4
CARGO_DENY=0.20.2
KAFKA_VERSION=3.9.1
# Packages of files and values that the tests read, at one version: what is in them is compared.
VEGA_DATASETS=0.9.0
PYCOUNTRY=26.2.16

debian_packages() {
  local wanted=()
  have cc || wanted+=(build-essential)
  have curl || wanted+=(curl ca-certificates)
  # librdkafka and its TLS are built from their sources.
  have make || wanted+=(make)
  have perl || wanted+=(perl)
  have npm || wanted+=(nodejs npm)
  if [ "$purpose" = test ] || [ "$purpose" = bench ]; then
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || wanted+=(postgresql)
    have redis-server || wanted+=(redis-server)
    have java || wanted+=(default-jre-headless)
    have mvn || wanted+=(maven)
    have mariadbd || [ -x /usr/sbin/mariadbd ] || wanted+=(mariadb-server)
    have wrk || wanted+=(wrk)
    have h2load || wanted+=(nghttp2-client)
  fi
  if [ "$purpose" = build ]; then
    have python3 || wanted+=(python3)
  fi
  if [ "$purpose" = bench ]; then
    have webdis || wanted+=(webdis)
  fi
  if [ "$purpose" = lighthouse ]; then
    have chromium || wanted+=(chromium)
  fi
  if [ "$purpose" = test ]; then
    have openssl || wanted+=(openssl)
    have python3 && python3 -c 'import venv, ensurepip' 2>/dev/null || wanted+=(python3 python3-venv)
    have chromium || wanted+=(chromium)
    # The fault tests drop a table with the stock client, and kill as a machine would.
    have sqlite3 || wanted+=(sqlite3)
    ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 || wanted+=(libfaketime)
    [ -x /usr/bin/kill ] || [ -x /bin/kill ] || wanted+=(procps)
    [ -d /usr/share/iso-codes/json ] || wanted+=(iso-codes)
    # promtool reads /metrics as Prometheus does, and Prometheus itself scrapes it.
    { have promtool && have prometheus; } || wanted+=(prometheus)
  fi
  [ ${#wanted[@]} = 0 ] || install_debian "${wanted[@]}"
}

rust_toolchain() {
  have cargo && return
  have rustup || [ -x "$HOME/.cargo/bin/rustup" ] || { have apt-get && apt-cache show rustup >/dev/null 2>&1 && install_debian rustup; } ||
    stop "please install Rust 1.95 or newer with rustup (https://rustup.rs) and run the same command again"
  export PATH="$HOME/.cargo/bin:$PATH"
  rustup default stable
}

# The browser half needs a wasm standard library. rustup brings it where it may download; Debian's newer
# compiler (another name, another folder, never installed over rustup's) brings it elsewhere.
wasm_library() {
  [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ] && return
  [ -x "$WASM_RUST/usr/bin/rustc" ] && return
  say "adding the wasm32 standard library"
  if have rustup && timeout 120 rustup target add wasm32-unknown-unknown >/dev/null 2>&1; then return; fi
  say "rustup cannot download it here; unpacking Debian's rustc-web beside rustup's compiler"
  have dpkg || stop "please run: rustup target add wasm32-unknown-unknown"
  ldconfig -p | grep -q libLLVM.so.22 || install_debian libllvm22
  local parts="$WASM_RUST.parts"
  rm -rf "$parts" "$WASM_RUST"; mkdir -p "$parts"
  local std; std="$(apt-cache depends libstd-rust-web-dev | awk '/Depends: libstd-rust-web-[0-9]/ {print $2; exit}')"
  (cd "$parts" && apt-get download -qq rustc-web libstd-rust-web-dev "${std:?no libstd-rust-web package}" rust-web-src)
  mkdir -p "$parts/out"
  for deb in "$parts"/*.deb; do dpkg -x "$deb" "$parts/out"; done
  mv "$parts/out" "$WASM_RUST"; rm -rf "$parts"
}

wasm_bindgen() {
  local version; version="$(locked_version wasm-bindgen)"
  [ "$("$BIN/bin/wasm-bindgen" --version 2>/dev/null)" = "wasm-bindgen $version" ] && return
  say "building wasm-bindgen $version (about two minutes)"
  cargo install wasm-bindgen-cli --version "$version" --root "$BIN" --target-dir "$CARGO_TARGET_DIR/tools" --quiet
}

# The splitter says no version of itself; cargo does.
wasm_split() {
  grep -qs "\"wasm_split_cli_support $WASM_SPLIT " "$BIN/.crates.toml" && return
  say "building the splitter of the wasm, $WASM_SPLIT (about a minute)"
  cargo install wasm_split_cli_support --version "$WASM_SPLIT" --features build-binary --root "$BIN" --target-dir "$CARGO_TARGET_DIR/tools" --quiet
}

cargo_deny() {
  have cargo-deny && return
  say "building cargo-deny $CARGO_DENY (some minutes)"
  cargo install cargo-deny --version "$CARGO_DENY" --locked --root "$BIN" --target-dir "$CARGO_TARGET_DIR/tools" --quiet
}

npm_tools() {
  local wanted=()
  [ "$purpose" = lighthouse ] || wanted+=("binaryen@$BINARYEN" "esbuild@$ESBUILD" "${SQL_EDITOR[@]}")
  [ "$purpose" = test ] && wanted+=("playwright-core@$PLAYWRIGHT_CORE" "axe-core@$AXE_CORE")
  [ "$purpose" = lighthouse ] && wanted+=("lighthouse@$LIGHTHOUSE")
  local missing=()
  for package in "${wanted[@]}"; do
    local name="${package%@*}" version="${package##*@}"
    grep -qs "\"version\": \"$version\"" "$NODE_TOOLS/node_modules/$name/package.json" || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  say "installing npm packages: ${missing[*]}"
  mkdir -p "$NODE_TOOLS"
  npm install --prefix "$NODE_TOOLS" --no-audit --no-fund --loglevel=error "${missing[@]}" >/dev/null
}

# The stock clients of the tests, in an environment of their own: gRPC, Parquet and Arrow, and the engine of ClickHouse.
python_tools() {
  [ "$purpose" = test ] || return 0
  "$PYTHON/bin/python" -c 'import grpc, grpc_reflection, google.rpc.status_pb2, pyarrow, importlib.util as u, confluent_kafka.schema_registry.avro, confluent_kafka.schema_registry.protobuf, confluent_kafka.schema_registry.json_schema; assert all(map(u.find_spec, ("aiosmtpd", "chdb", "moto", "sqlmap", "html5lib", "schemathesis", "vega_datasets", "pycountry", "fastavro", "numpy")))' 2>/dev/null && return
  say "installing grpcio, pyarrow, chdb, confluent-kafka, sqlmap, schemathesis and public data for the tests"
  python3 -m venv "$PYTHON"
  "$PYTHON/bin/pip" install --quiet --disable-pip-version-check grpcio grpcio-reflection googleapis-common-protos pyarrow aiosmtpd chdb 'moto[server]' sqlmap html5lib schemathesis \
    'confluent-kafka[avro,protobuf,json,schemaregistry]' fastavro "vega_datasets==$VEGA_DATASETS" "pycountry==$PYCOUNTRY"
}

# The broker of the tests: Kafka's own jars and what they need to run, by their names from Maven's repository.
kafka_jars() {
  [ "$purpose" = test ] || [ "$purpose" = bench ] || return 0
  ls "$KAFKA/libs/kafka_2.13-$KAFKA_VERSION.jar" >/dev/null 2>&1 && return
  say "fetching Kafka $KAFKA_VERSION"
  rm -rf "$KAFKA"; mkdir -p "$KAFKA"
  cat >"$KAFKA/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>sluice</groupId><artifactId>kafka</artifactId><version>1</version>
<dependencies><dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$KAFKA_VERSION</version></dependency></dependencies></project>
POM
  mvn -q -B -f "$KAFKA/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$KAFKA/libs.part"
  mv "$KAFKA/libs.part" "$KAFKA/libs"
}

debian_packages
if [ "$purpose" = lighthouse ]; then npm_tools; exit; fi
rust_toolchain
if [ "$purpose" = deny ]; then cargo_deny; exit; fi
wasm_library
wasm_bindgen
wasm_split
npm_tools
python_tools
kafka_jars
