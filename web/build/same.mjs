// Builds the page into a temporary folder, and compares it with the page that the program embeds. The files are compared unpacked, since another version
// of Node compresses differently. Where they differ, it names the differences and what to do, and ends with 1.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const web = fileURLToPath(new URL('..', import.meta.url));
const kept = fileURLToPath(new URL('../../crates/mapreel/page', import.meta.url));
const licences = fileURLToPath(new URL('licences.mjs', import.meta.url));
const vite = fileURLToPath(new URL('../node_modules/vite/bin/vite.js', import.meta.url));

function build(to) {
  for (const more of [['--emptyOutDir'], ['-c', 'vite.docs.config.ts']]) {
    const { status } = spawnSync(process.execPath, [vite, 'build', '--logLevel', 'warn', '--outDir', to, ...more], { cwd: web, stdio: 'inherit' });
    if (status !== 0) process.exit(status ?? 1);
  }
  spawnSync(process.execPath, [licences, to], { stdio: 'inherit' });
}

function firstDifference(one, other) {
  const at = one.findIndex((byte, index) => byte !== other[index]);
  return at < 0 ? Math.min(one.length, other.length) : at;
}

async function compare(built) {
  const names = (await readdir(built)).sort();
  const packed = (await readdir(kept)).filter((name) => name !== 'files.json').map((name) => name.replace(/\.gz$/, '')).sort();
  const listed = JSON.parse(await readFile(join(kept, 'files.json'), 'utf8')).map(({ name }) => name);
  const wrong = names.filter((name) => !packed.includes(name)).map((name) => `${name} is built, and not in the program`);
  for (const name of packed) {
    if (!names.includes(name)) { wrong.push(`${name} is in the program, and not built any more`); continue; }
    if (!listed.includes(name)) wrong.push(`${name} is not in files.json`);
    const [one, other] = [await readFile(join(built, name)), gunzipSync(await readFile(join(kept, `${name}.gz`)))];
    if (!one.equals(other)) wrong.push(`${name} differs: ${one.length} bytes are built, ${other.length} are in the program; first at byte ${firstDifference(one, other)}`);
  }
  return wrong;
}

const folder = await mkdtemp(join(tmpdir(), 'mapreel-page-'));
try {
  build(folder);
  const wrong = await compare(folder);
  if (wrong.length > 0) {
    console.error(`The page in crates/mapreel/page is not what web/ builds:\n${wrong.map((one) => `  ${one}`).join('\n')}\nRun \`npm ci && npm run build\` in web/ and commit crates/mapreel/page with your change.`);
    process.exitCode = 1;
  } else {
    console.log('The page in crates/mapreel/page is what web/ builds.');
  }
} finally {
  await rm(folder, { recursive: true });
}
