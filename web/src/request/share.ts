// The link that holds a request: deflated, base64url-encoded, after the `#` (the fragment), which browsers do not send to servers.

const stream = async (bytes: Uint8Array<ArrayBuffer>, through: GenericTransformStream): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(through)).arrayBuffer());

export async function pack(text: string): Promise<string> {
  const bytes = await stream(new TextEncoder().encode(text), new CompressionStream('deflate-raw'));
  let letters = '';
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

export async function unpack(packed: string): Promise<string> {
  const letters = atob(packed.replaceAll('-', '+').replaceAll('_', '/'));
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  return new TextDecoder('utf-8', { fatal: true }).decode(await stream(bytes, new DecompressionStream('deflate-raw')));
}

export const linkTo = async (origin: string, request: unknown): Promise<string> => `${origin}/#r=${await pack(JSON.stringify(request))}`;
