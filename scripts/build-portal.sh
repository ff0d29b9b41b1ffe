#!/usr/bin/env bash
# Builds the browser half and lays it out, ready to be served: $CARGO_TARGET_DIR/site/pkg/{sluice.js,sluice_bg.wasm},
# each with what it is as brotli (.br) and as gzip (.gz).
. "$(dirname "$0")/lib.sh"
cd "$ROOT"
site="$CARGO_TARGET_DIR/site"
wasm_target="$CARGO_TARGET_DIR/wasm"

say "building the portal's browser half"
if [ -x "$WASM_RUST/usr/bin/rustc" ] && [ ! -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ]; then
  LD_LIBRARY_PATH="$WASM_RUST/usr/lib/x86_64-linux-gnu" RUSTC="$WASM_RUST/usr/bin/rustc" RUSTC_BOOTSTRAP=1 \
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$(rustc --print sysroot)/lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld" \
    cargo build -p frontend --target wasm32-unknown-unknown --profile wasm-release --target-dir "$wasm_target" -Zbuild-std=std,panic_abort
else
  cargo build -p frontend --target wasm32-unknown-unknown --profile wasm-release --target-dir "$wasm_target"
fi

built="$wasm_target/wasm32-unknown-unknown/wasm-release/frontend.wasm"
up_to_date() {
  local file; for file in sluice.js.br sluice.js sluice_bg.wasm.br sluice_bg.wasm; do [ "$site/pkg/$file" -nt "$built" ] || return 1; done
}
if up_to_date; then exit 0; fi
say "shrinking it"
mkdir -p "$site/pkg"
wasm-bindgen --target web --no-typescript --out-name sluice --out-dir "$site/pkg.new" "$built"
"$NODE_TOOLS/node_modules/.bin/wasm-opt" -Oz --strip-debug --strip-producers --enable-bulk-memory --enable-bulk-memory-opt --enable-reference-types \
  --enable-sign-ext --enable-mutable-globals --enable-nontrapping-float-to-int --enable-multivalue "$site/pkg.new/sluice_bg.wasm" -o "$site/pkg.new/sluice_bg.opt.wasm"
mv "$site/pkg.new/sluice_bg.opt.wasm" "$site/pkg.new/sluice_bg.wasm"
say "compressing it"
node -e '
  const { readFileSync, writeFileSync } = require("node:fs");
  const { brotliCompressSync, gzipSync, constants } = require("node:zlib");
  for (const file of process.argv.slice(1)) {
    const bytes = readFileSync(file);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
    writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  }
' "$site/pkg.new/sluice.js" "$site/pkg.new/sluice_bg.wasm"
# What they are made of comes last: until it is there, they are not up to date.
for file in sluice.js.br sluice.js.gz sluice_bg.wasm.br sluice_bg.wasm.gz sluice.js sluice_bg.wasm; do mv "$site/pkg.new/$file" "$site/pkg/$file"; done
rm -rf "$site/pkg.new"
bytes() { wc -c <"$site/pkg/$1"; }
say "wasm: $(bytes sluice_bg.wasm) bytes, $(bytes sluice_bg.wasm.br) as brotli, $(bytes sluice_bg.wasm.gz) as gzip"
