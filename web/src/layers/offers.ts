// The offers of map servers, by their addresses. Each server is asked once; its offer, or the reason why there is none, is kept.
import { signal } from '@preact/signals';
import type { Offer, OfferedLayer } from '../api/answers';
import { getJson, Refused, whenFree } from '../api/client';
import { newestRange } from '../time/iso';
import type { JsonObject } from '../request/json';
import { isFilm, type Layer, layersOf } from '../request/request';
import { replace, request, selectedFrame } from '../state/composition';

export interface Asked { state: 'asking' | 'there' | 'failed'; offer?: Offer; detail?: string; status?: number }

export const offers = signal<Record<string, Asked>>({});
const put = (url: string, asked: Asked): void => { offers.value = { ...offers.value, [url]: asked }; };

export async function askServer(url: string, again = false): Promise<Asked> {
  const known = offers.value[url];
  if (known && known.state !== 'failed' && !again) return known;
  put(url, { state: 'asking' });
  try {
    put(url, { state: 'there', offer: await whenFree(() => getJson<Offer>(`/api/layers?url=${encodeURIComponent(url)}`)) });
  } catch (error) {
    put(url, { state: 'failed', detail: error instanceof Error ? error.message : '', status: error instanceof Refused ? error.status : 0 });
  }
  return offers.value[url] as Asked;
}

const fieldOf: Record<string, string> = { wms: 'layers', wmts: 'layer', arcgis: 'layers', 'ogc-maps': 'collection' };

// The server's layer that a layer of the request shows; undefined where it shows several, or its server has not answered.
export function offeredOf(layer: Layer): OfferedLayer | undefined {
  const name = layer[fieldOf[String(layer.type)] ?? ''];
  return offers.value[String(layer.url)]?.offer?.layers.find((one) => one.name === String(name));
}

// The first layer name in a layer of the request that its server does not offer; undefined while the server has not answered.
export function missingOf(layer: Layer): string | undefined {
  const offer = offers.value[String(layer.url)]?.offer;
  const names = String(layer[fieldOf[String(layer.type)] ?? ''] ?? '').split(',').map((name) => name.trim()).filter(Boolean);
  if (!offer || offer.service !== layer.type || !['wms', 'wmts'].includes(offer.service)) return undefined;
  return names.find((name) => !offer.layers.some((one) => one.name === name));
}

export const timesOf = (offered: OfferedLayer | undefined) => offered?.dimensions?.find(({ name }) => name.toLowerCase() === 'time');

export function layerOf(url: string, offer: Offer, offered: OfferedLayer): Layer {
  return {
    type: offer.service,
    url,
    [fieldOf[offer.service] ?? 'layers']: offered.name,
    title: offered.title ?? offered.name,
    ...(['wms', 'arcgis'].includes(offer.service) && offered.styles?.length ? { legend: 'auto' } : {}),
  };
}

const framesAtFirst = 24;

// Whether a layer has lines only: it hides nothing, and stays above the layers that are added.
const isLines = ({ type, show }: Layer): boolean =>
  type === 'graticule' || (type === 'natural-earth' && Array.isArray(show) && !show.includes('land') && !show.includes('ocean'));

// Adds a layer on top, but below layers of lines. The first layer with times turns an image into a film.
export function addLayer(layer: Layer, offered?: OfferedLayer): void {
  const layers = layersOf(request.value);
  const last = layers.findLastIndex((one) => !isLines(one));
  const at = isLines(layer) ? layers.length : last + 1;
  const next: JsonObject = { ...request.value, layers: layers.toSpliced(at, 0, layer) };
  const extent = timesOf(offered)?.extent;
  const times = extent && !isFilm(request.value) ? newestRange(extent, framesAtFirst) : null;
  if (times) {
    next.times = times;
    selectedFrame.value = 0;
  }
  replace(next);
}

// Makes a film of the newest times of a layer.
export function takeTimes(layer: Layer): void {
  const times = newestRange(timesOf(offeredOf(layer))?.extent ?? '', framesAtFirst);
  if (times) replace({ ...request.value, times });
}

export function moveLayer(from: number, to: number): void {
  const layers = layersOf(request.value);
  const moved = layers[from];
  if (!moved || to < 0 || to >= layers.length) return;
  replace({ ...request.value, layers: layers.toSpliced(from, 1).toSpliced(to, 0, moved) });
}

export function removeLayer(index: number): void {
  replace({ ...request.value, layers: layersOf(request.value).toSpliced(index, 1) });
}
