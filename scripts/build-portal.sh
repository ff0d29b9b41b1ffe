#!/usr/bin/env bash
# Builds the browser half and lays it out, ready to be served, in $CARGO_TARGET_DIR/site/pkg: sluice.js and
# sluice_bg.wasm, which every page loads; __wasm_split.js, which loads the areas; split_*.wasm and chunk_*.wasm, which
# areas are made of; sql-editor.js, which pages with an SQL editor load; each with what it is as brotli (.br) and as
# gzip (.gz). areas.txt has a line for each area: its name, and the files that it is made of.
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
# The SQL editor, with the packages that it is made of. Their licence (MIT) is told in the file; sql-editor.json says
# which they are, for the bill of materials.
editor="$site/sql-editor.js"
mkdir -p "$site"
NODE_PATH="$NODE_TOOLS/node_modules" "$NODE_TOOLS/node_modules/.bin/esbuild" frontend/sql-editor.js --bundle --minify --format=esm --target=es2022 \
  --banner:js="/* CodeMirror and Lezer: https://codemirror.net, copyright Marijn Haverbeke and others, MIT licence */" --log-level=warning \
  --outfile="$editor" --metafile="$site/sql-editor.json"
# areas.txt is written last: until it is there, nothing is up to date.
if [ "$site/pkg/areas.txt" -nt "$built" ] && cmp -s "$editor" "$site/pkg/sql-editor.js"; then exit 0; fi
say "splitting it by areas"
new="$site/pkg.new" parts="$site/parts"
rm -rf "$new" "$parts"; mkdir -p "$new" "$parts"
# Before 0.2.3 it was called with underscores.
splitter="$(command -v wasm-split-cli || command -v wasm_split_cli)" || stop "the splitter of the wasm is not installed: run scripts/setup.sh"
"$splitter" --out-name sluice "$built" "$parts"
# The parts call what the main one exports, so that stays, whatever wasm-bindgen thinks of it.
wasm-bindgen --target web --no-typescript --no-demangle --keep-lld-exports --out-name sluice --out-dir "$new" "$parts/sluice.wasm"
rm "$parts/sluice.wasm"
say "shrinking it"
# Twice, and with the flow of each function written anew between: 2 % smaller than once. Each file by itself, two at a time.
shrink() {
  "$NODE_TOOLS/node_modules/.bin/wasm-opt" --flatten --rereloop -Oz -Oz --strip-debug --strip-producers --enable-bulk-memory --enable-bulk-memory-opt \
    --enable-reference-types --enable-sign-ext --enable-mutable-globals --enable-nontrapping-float-to-int --enable-multivalue "$1" -o "$1.opt"
  mv "$1.opt" "$2/$(basename "$1")"
}
export -f shrink
export NODE_TOOLS
ls -S "$new/sluice_bg.wasm" "$parts"/*.wasm | xargs -P 2 -I {} bash -euo pipefail -c 'shrink "$1" "$2"' shrink {} "$new"
mv "$parts/__wasm_split.js" "$new/"
rm -rf "$parts"
cp "$editor" "$new/"
say "compressing it"
node - "$new" <<'NODE'
  const { existsSync, readFileSync, readdirSync, writeFileSync } = require("node:fs");
  const { join } = require("node:path");
  const { brotliCompressSync, gzipSync, constants } = require("node:zlib");
  const folder = process.argv[2];
  const packed = {};
  for (const name of readdirSync(folder).filter((name) => /\.(js|wasm)$/.test(name))) {
    const bytes = readFileSync(join(folder, name));
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    const br = brotliCompressSync(bytes, { params });
    const gz = gzipSync(bytes, { level: 9 });
    writeFileSync(join(folder, `${name}.br`), br);
    writeFileSync(join(folder, `${name}.gz`), gz);
    packed[name] = { plain: bytes.length, br: br.length, gz: gz.length };
  }
  // What loads an area, and what it waits for, as the splitter wrote it.
  const loaders = new Map();
  const written = readFileSync(join(folder, "__wasm_split.js"), "utf8");
  for (const [, name, fetched, waited] of written.matchAll(/const (\w+) = (?:\w+\()?makeLoad\(([^]*?)\n, \[([^\]]*)\]\)/g)) {
    const files = [...fetched.matchAll(/"\.\/([^"]+\.wasm)"/g)].map((found) => found[1]);
    loaders.set(name, { files, names: waited.match(/\w+/g) ?? [] });
  }
  const filesOf = (name) => loaders.get(name).names.flatMap(filesOf).concat(loaders.get(name).files);
  const prefix = "__wasm_split_load_";
  const areas = [...loaders.keys()].filter((name) => name.startsWith(prefix)).sort();
  const sum = (names, form) => names.reduce((bytes, name) => bytes + packed[name][form], 0);
  const told = (name, names) => console.log(`    ${name}: ${names.length} files, ${sum(names, "plain")} bytes, ${sum(names, "br")} as brotli, ${sum(names, "gz")} as gzip`);
  told("every page", ["sluice_bg.wasm"]);
  told("the SQL editor", ["sql-editor.js"]);
  const lines = areas.map((area) => {
    const files = [...new Set(filesOf(area))];
    const gone = files.filter((file) => !existsSync(join(folder, file)));
    if (files.length === 0 || gone.length > 0) throw new Error(`${area} is made of [${files}], of which [${gone}] is not there`);
    told(area.slice(prefix.length), files);
    return [area.slice(prefix.length), ...files].join(" ");
  });
  if (lines.length === 0) throw new Error("__wasm_split.js loads no area: the splitter writes it differently now");
  writeFileSync(join(folder, "areas.txt"), `${lines.join("\n")}\n`);
NODE
# All at once: half old and half new would not fit together.
rm -rf "$site/pkg"
mv "$new" "$site/pkg"
