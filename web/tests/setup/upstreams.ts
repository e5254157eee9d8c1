// Map servers that misbehave as real ones do: one whose names are HTML, one that lacks some times, and one that takes connections and never answers.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcp, type AddressInfo, type Socket } from 'node:net';
import { crc32, deflateSync } from 'node:zlib';

export const wickedName = '<script>window.wrong = 1</script><img src=x onerror="window.wrong = 1">';
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

function chunk(kind: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(kind), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

// A picture of one translucent colour.
function png(width: number, height: number): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 6, 0, 0, 0], 8);
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 4, Buffer.from([200, 60, 20, 120]))]);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(Buffer.alloc(row.length * height, row))), chunk('IEND', Buffer.alloc(0))]);
}

const capabilities = (title: string, layer: string, url: string, times: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<WMS_Capabilities version="1.3.0" xmlns="http://www.opengis.net/wms" xmlns:xlink="http://www.w3.org/1999/xlink">
<Service><Name>WMS</Name><Title>${escaped(title)}</Title><OnlineResource xlink:href="${url}"/></Service>
<Capability><Request>
<GetCapabilities><Format>text/xml</Format><DCPType><HTTP><Get><OnlineResource xlink:href="${url}"/></Get></HTTP></DCPType></GetCapabilities>
<GetMap><Format>image/png</Format><DCPType><HTTP><Get><OnlineResource xlink:href="${url}"/></Get></HTTP></DCPType></GetMap>
</Request><Exception><Format>XML</Format></Exception>
<Layer><Title>${escaped(title)}</Title><CRS>EPSG:3857</CRS><CRS>EPSG:4326</CRS><CRS>CRS:84</CRS>
<EX_GeographicBoundingBox><westBoundLongitude>-180</westBoundLongitude><eastBoundLongitude>180</eastBoundLongitude><southBoundLatitude>-85</southBoundLatitude><northBoundLatitude>85</northBoundLatitude></EX_GeographicBoundingBox>
<Layer queryable="0"><Name>${escaped(layer)}</Name><Title>${escaped(title)}</Title><Abstract>${escaped(title)}</Abstract>
${times ? `<Dimension name="time" units="ISO8601" default="2018-01-01">${times}</Dimension>` : ''}
<Style><Name>${escaped(layer)}</Name><Title>${escaped(title)}</Title></Style></Layer></Layer></Capability></WMS_Capabilities>`;

const exception = (text: string): string => `<?xml version="1.0"?><ServiceExceptionReport version="1.3.0" xmlns="http://www.opengis.net/ogc"><ServiceException>${escaped(text)}</ServiceException></ServiceExceptionReport>`;

function answer(ask: IncomingMessage, reply: ServerResponse): void {
  const url = new URL(ask.url ?? '/', `http://${ask.headers.host}`);
  const given = new Map([...url.searchParams].map(([name, value]) => [name.toLowerCase(), value]));
  const xml = (text: string): void => { reply.writeHead(200, { 'content-type': 'text/xml' }).end(text); };
  const wicked = url.pathname === '/wicked';
  const isCapabilities = given.get('request')?.toLowerCase() === 'getcapabilities';
  if (isCapabilities && wicked) xml(capabilities(wickedName, 'wicked', url.origin + url.pathname, ''));
  else if (isCapabilities) xml(capabilities('Twelve months, two of them lost', 'gaps', url.origin + url.pathname, '2018-01-01/2018-12-01/P1M'));
  else if (wicked) xml(exception(wickedName));
  else if (/^2018-0[45]/.test(given.get('time') ?? '')) xml(exception('these months were lost <b>for ever</b>'));
  else reply.writeHead(200, { 'content-type': 'image/png' }).end(png(Number(given.get('width') ?? 1), Number(given.get('height') ?? 1)));
}

const listen = (server: Server | ReturnType<typeof createTcp>): Promise<number> => new Promise((done) => {
  server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port));
});

export interface Upstreams { wms: string; silent: string; stop: () => void }

export async function startUpstreams(): Promise<Upstreams> {
  const open = new Set<Socket>();
  const silent = createTcp((socket) => { open.add(socket); socket.on('error', () => undefined).on('close', () => open.delete(socket)); });
  const wms = createServer(answer);
  const [wmsPort, silentPort] = [await listen(wms), await listen(silent)];
  return {
    wms: `127.0.0.1:${wmsPort}`,
    silent: `127.0.0.1:${silentPort}`,
    stop: () => {
      wms.close();
      wms.closeAllConnections();
      silent.close();
      for (const socket of open) socket.destroy();
    },
  };
}
