// Stills of a request, in a cache by the request's text: the least recently used are dropped. A still that is not wanted any more is aborted.
import { post, whenFree } from './client';

export interface Still { url: string; width: number; height: number; warnings: number; image: HTMLImageElement }

const kept = new Map<string, Promise<Still>>();
const keptMax = 160;
const keptLettersMax = 20_000_000;

export type Part = 'page' | 'map';

async function fetchStill(text: string, frame: number, part: Part, signal?: AbortSignal): Promise<Still> {
  const answer = await whenFree(() => post(`/api/preview?frame=${frame}${part === 'map' ? '&map_only=true' : ''}`, text, signal ? { signal } : {}), signal);
  const url = URL.createObjectURL(await answer.blob());
  const image = new Image();
  image.src = url;
  await image.decode();
  return { url, image, width: image.naturalWidth, height: image.naturalHeight, warnings: Number(answer.headers.get('mapreel-warnings') ?? 0) };
}

// A frame, counted from 1, of the whole page or of its map alone.
export function still(text: string, frame: number, part: Part, signal?: AbortSignal): Promise<Still> {
  const key = `${part} ${frame} ${text}`;
  const known = kept.get(key);
  if (known) {
    kept.delete(key);
    kept.set(key, known);
    return known;
  }
  const asked = fetchStill(text, frame, part, signal);
  kept.set(key, asked);
  asked.catch(() => kept.get(key) === asked && kept.delete(key));
  for (const [oldest, gone] of kept) {
    if (kept.size <= Math.min(keptMax, Math.max(2, keptLettersMax / text.length))) break;
    kept.delete(oldest);
    gone.then(({ url }) => URL.revokeObjectURL(url)).catch(() => undefined);
  }
  return asked;
}
