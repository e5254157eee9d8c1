// A service of its own for the tests, on a free port, with its data in a temporary folder. Stopping it ends its process
// by SIGTERM, or by SIGKILL after ten seconds.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Service { url: string; key: string; reader: string; stop: () => Promise<void> }

const freePort = (): Promise<number> => new Promise((done) => {
  const server = createServer();
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    server.close(() => done(port));
  });
});

async function untilReady(url: string, child: ChildProcess, log: () => string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}:\n${log()}`);
    if (await fetch(url).then(({ ok }) => ok, () => false)) return;
    await new Promise((done) => { setTimeout(done, 100); });
  }
  throw new Error(`nothing answers at ${url}:\n${log()}`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const end = new Promise((done) => { child.once('exit', done); });
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await end;
  clearTimeout(late);
}

// With BUNDLE=1 a server in front of the program serves the page of ../crates/mapreel/page, in place of an older page in the program.
async function withBundle(service: string): Promise<{ url: string; child: ChildProcess }> {
  const port = await freePort();
  const child = spawn(process.execPath, ['build/serve.mjs'], { env: { ...process.env, MAPREEL_URL: service, PORT: String(port) }, stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(`${url}/`, child, () => '');
  return { url, child };
}

export async function startService(program: string, upstreams: string[], keyed: boolean): Promise<Service> {
  const folder = await mkdtemp(join(tmpdir(), 'mapreel-e2e-'));
  const port = await freePort();
  const own = `127.0.0.1:${port}`;
  const keys = join(folder, 'keys.toml');
  const add = (name: string, roles: string): string => keyed ? execFileSync(program, ['keys', 'add', '--file', keys, '--roles', roles, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim().split(/\s/).at(-1) ?? '' : '';
  const [key, reader] = [add('newsroom', 'submit,read,operate'), add('archive', 'read')];
  let log = '';
  const child = spawn(program, [
    'serve', '--demo', '--no-open', '--listen', own, '--private-upstreams', upstreams.join(','), '--upstream-timeout-s', '4', '--upstream-connect-timeout-s', '2',
    '--store', `sqlite:${join(folder, 'jobs.db')}`, '--artifacts', `file:${join(folder, 'artifacts')}`, ...(keyed ? ['--keys', keys] : []),
  ], { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder });
  child.stderr?.on('data', (text: Buffer) => { log = (log + text.toString()).slice(-4000); });
  await untilReady(`http://${own}/readyz`, child, () => log);
  const page = process.env.BUNDLE ? await withBundle(`http://${own}`) : { url: `http://${own}`, child: null };
  return {
    url: page.url,
    key,
    reader,
    stop: async () => {
      if (page.child) await ended(page.child);
      await ended(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
