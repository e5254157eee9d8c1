// Starts all that the tests need, and ends it: the service with its demonstration, a second service with keys, and the map servers that misbehave.
import { resolve } from 'node:path';
import { startService } from './service';
import { startUpstreams } from './upstreams';

export default async function setUp(): Promise<() => Promise<void>> {
  const given = process.env.MAPREEL;
  if (!given) throw new Error('MAPREEL must be the path of the program: MAPREEL=../target/release/mapreel npm run e2e');
  const program = resolve(given);
  const upstreams = await startUpstreams();
  const allowed = [upstreams.wms, upstreams.silent];
  const [open, keyed] = await Promise.all([startService(program, allowed, false), startService(program, [], true)]);
  Object.assign(process.env, { E2E_URL: open.url, E2E_KEYED_URL: keyed.url, E2E_KEY: keyed.key, E2E_READER: keyed.reader, E2E_WMS: upstreams.wms, E2E_SILENT: upstreams.silent });
  return async () => {
    upstreams.stop();
    await Promise.all([open.stop(), keyed.stop()]);
  };
}
