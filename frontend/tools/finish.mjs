// SPDX-License-Identifier: Apache-2.0
// After the build: compress what is served, hold the first load to its budget, and put it in place of the old one at
// once: a server that runs meanwhile never finds half a build.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

// 220 kB gz is about 1.5 s on a slow 3G-class line (1.2 Mbit/s): the longest an agent should look at an empty page.
const BUDGET = 220 * 1024;
const dist = fileURLToPath(new URL("../dist.next", import.meta.url));

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((e) =>
    e.isDirectory() ? files(join(folder, e.name)) : [join(folder, e.name)],
  );
}

const sizes = new Map();
for (const path of files(dist)) {
  if (!/\.(js|css|html|svg|json)$/.test(path) || statSync(path).size < 512) continue;
  const plain = readFileSync(path);
  const gz = gzipSync(plain, { level: 9 });
  writeFileSync(`${path}.gz`, gz);
  writeFileSync(`${path}.br`, brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  sizes.set(path.slice(dist.length + 1), gz.length);
}

const html = readFileSync(join(dist, "index.html"), "utf8");
// The words of one language come with the first load too, though no tag names them: the larger one counts.
const words = [...sizes.keys()]
  .filter((name) => /assets\/(zh|en)-/.test(name))
  .sort((a, b) => sizes.get(b) - sizes.get(a))[0];
const first = ["index.html", ...[...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((m) => m[1]), words];
const total = first.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
const kB = (n) => `${(n / 1024).toFixed(1)} kB`;
for (const name of first) console.log(`  ${name.padEnd(44)} ${kB(sizes.get(name) ?? 0)}`);
console.log(`first load ${kB(total)} gz of ${kB(BUDGET)}`);
if (total > BUDGET) {
  console.error("The first load is over its budget. Load what is not needed at once lazily.");
  process.exit(1);
}

const place = fileURLToPath(new URL("../dist", import.meta.url));
const old = `${place}.old`;
rmSync(old, { recursive: true, force: true });
if (existsSync(place)) renameSync(place, old);
renameSync(dist, place);
rmSync(old, { recursive: true, force: true });
