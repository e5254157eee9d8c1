// Serves the built page as the program does, under its Content-Security-Policy, and hands every other route on to a running service.
// Usage: MAPREEL_URL=http://127.0.0.1:5005 PORT=5006 npm run serve
import { readFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';

const service = new URL(process.env.MAPREEL_URL ?? 'http://127.0.0.1:5005');
const port = Number(process.env.PORT ?? 5006);
const folder = new URL('../../crates/mapreel/page/', import.meta.url);
const policy = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob: data:", "media-src 'self' blob:",
  "connect-src 'self'", "worker-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'",
].join('; ');

async function page(name, answer) {
  const file = JSON.parse(await readFile(new URL('files.json', folder), 'utf8')).find((one) => one.name === name);
  if (!file) return answer.writeHead(404).end();
  const bytes = await readFile(new URL(`${name}.gz`, folder));
  answer.writeHead(200, { 'content-type': file.media_type, 'content-encoding': 'gzip', 'content-length': bytes.length, 'content-security-policy': policy, 'x-content-type-options': 'nosniff' }).end(bytes);
}

function handOn(ask, answer) {
  const headers = { ...ask.headers, host: service.host };
  if (headers.origin) headers.origin = service.origin;
  const onward = request(new URL(ask.url, service), { method: ask.method, headers }, (reply) => {
    answer.writeHead(reply.statusCode, reply.headers);
    reply.pipe(answer);
  });
  onward.on('error', () => answer.writableEnded || answer.writeHead(502).end());
  answer.on('close', () => onward.destroy());
  ask.pipe(onward);
}

createServer((ask, answer) => {
  const { pathname } = new URL(ask.url, 'http://page');
  if (pathname === '/' || pathname === '/operations') return page('index.html', answer);
  if (pathname === '/docs') return page('docs.html', answer);
  if (pathname.startsWith('/page/')) return page(pathname.slice(6), answer);
  return handOn(ask, answer);
}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}`));
