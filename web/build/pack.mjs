// Packs what the bundler wrote into the folder that the program embeds: each file compressed, always to the same bytes, and `files.json`,
// the list of them.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, gzipSync } from 'node:zlib';

const from = fileURLToPath(new URL('../dist', import.meta.url));
const to = fileURLToPath(new URL('../../crates/mapreel/page', import.meta.url));
const media = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml', '.txt': 'text/plain; charset=utf-8' };

function compress(bytes) {
  const packed = gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
  packed.fill(0, 4, 8); // No time of change …
  packed[9] = 255; // … and no operating system.
  return packed;
}

await rm(to, { recursive: true, force: true });
await mkdir(to, { recursive: true });
const files = [];
for (const name of (await readdir(from)).sort()) {
  const type = media[extname(name)];
  if (!type) throw new Error(`${name}: a file of a kind that the page should not have`);
  const bytes = await readFile(join(from, name));
  const packed = compress(bytes);
  await writeFile(join(to, `${name}.gz`), packed);
  files.push({ name, media_type: type, bytes: bytes.length, bytes_packed: packed.length });
}
await writeFile(join(to, 'files.json'), `${JSON.stringify(files, null, 2)}\n`);
for (const { name, bytes, bytes_packed } of files) console.log(`${String(bytes).padStart(8)} ${String(bytes_packed).padStart(8)}  ${name}`);
