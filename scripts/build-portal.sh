#!/usr/bin/env bash
# Builds the browser half and lays it out, ready to be served: $CARGO_TARGET_DIR/site/pkg/{sluice.js,sluice_bg.wasm}.
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
if [ "$site/pkg/sluice_bg.wasm" -nt "$built" ] && [ "$site/pkg/sluice.js" -nt "$built" ]; then exit 0; fi
say "shrinking it"
mkdir -p "$site/pkg"
wasm-bindgen --target web --no-typescript --out-name sluice --out-dir "$site/pkg.new" "$built"
"$NODE_TOOLS/node_modules/.bin/wasm-opt" -Oz --strip-debug --strip-producers --enable-bulk-memory --enable-bulk-memory-opt --enable-reference-types \
  --enable-sign-ext --enable-mutable-globals --enable-nontrapping-float-to-int --enable-multivalue "$site/pkg.new/sluice_bg.wasm" -o "$site/pkg.new/sluice_bg.opt.wasm"
mv "$site/pkg.new/sluice_bg.opt.wasm" "$site/pkg/sluice_bg.wasm"
gzip -9 -c "$site/pkg/sluice_bg.wasm" >"$site/pkg/sluice_bg.wasm.gz"
mv "$site/pkg.new/sluice.js" "$site/pkg/sluice.js"
rm -rf "$site/pkg.new"
say "wasm: $(wc -c <"$site/pkg/sluice_bg.wasm") bytes, $(wc -c <"$site/pkg/sluice_bg.wasm.gz") gzipped"
