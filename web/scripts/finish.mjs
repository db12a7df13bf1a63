// After the build: compresses what the server embeds, and refuses a console that loads too much at once.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const DIST = new URL("../dist/console/", import.meta.url).pathname;
const INITIAL_LIMIT = 250_000;
const COMPRESSIBLE = /\.(js|css|svg|html|json|txt)$/;

for (const entry of readdirSync(DIST, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !COMPRESSIBLE.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const content = readFileSync(path);
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  const quality = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params: quality }));
}

const manifest = JSON.parse(readFileSync(join(DIST, ".vite/manifest.json"), "utf8"));
const entry = Object.values(manifest).find((chunk) => chunk.isEntry);
const initial = new Set();
const visit = (chunk) => {
  if (initial.has(chunk.file)) return;
  initial.add(chunk.file);
  for (const name of chunk.imports ?? []) visit(manifest[name]);
};
visit(entry);
const size = [...initial].reduce((sum, file) => sum + readFileSync(join(DIST, `${file}.gz`)).length, 0);
console.log(`initial JavaScript: ${(size / 1000).toFixed(1)} kB gzip in ${initial.size} files`);
if (size > INITIAL_LIMIT) {
  console.error(`more than ${INITIAL_LIMIT / 1000} kB; load something later, with a lazy route or import()`);
  process.exit(1);
}
