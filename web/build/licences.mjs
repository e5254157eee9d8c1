// Writes the licences of the libraries that are in the page, with their texts, into the folder of the built page: they are distributed
// together with the libraries.
// Usage: node build/licences.mjs FOLDER
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('../node_modules', import.meta.url));
const lock = JSON.parse(await readFile(new URL('../package-lock.json', import.meta.url), 'utf8'));
const libraries = Object.entries(lock.packages).filter(([path, { dev, devOptional, optional }]) => path && !dev && !devOptional && !optional);

async function text(path) {
  const folder = join(modules, '..', path);
  const names = (await readdir(folder)).filter((name) => /^(licen[cs]e|notice|copying)/i.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  const { author, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const by = typeof author === 'string' ? author : author?.name;
  return { license: license ?? lock.packages[path].license, text: texts.map((one) => one.trim()).join('\n\n') || `By ${by ?? 'its authors'}.` };
}

const parts = ['The page of Mapreel holds these libraries. Mapreel itself is licensed under MIT or Apache-2.0.\n'];
for (const [path, { version }] of libraries.sort(([one], [other]) => (one < other ? -1 : 1))) {
  const licence = await text(path);
  parts.push(`${'='.repeat(80)}\n${path.replace(/^.*node_modules\//, '')} ${version}: ${licence.license}\n\n${licence.text}\n`);
}
await writeFile(join(process.argv[2], 'licences.txt'), parts.join('\n'));
