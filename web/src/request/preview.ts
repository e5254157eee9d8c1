// The request for a still of the map alone: the layers as they are, no header, no legends, and a place and size of the page's own.
import { get, type Json, type JsonObject } from './json';
import { type Box, isFirstDialect, type Layer, layersOf } from './request';

export interface Place { box: Box; crs: string; width: number; height: number }

function bare(layer: Layer): Layer {
  const { legend: _legend, labels: _labels, ...rest } = layer;
  return { ...rest, attribution: '', ...(layer.type === 'graticule' ? { degrees: false } : {}) };
}

export function mapStill(request: Json, place: Place, without: Set<number> = new Set(), timeless = false): JsonObject | null {
  if (isFirstDialect(request)) return null;
  const layers = layersOf(request).filter((_, index) => !without.has(index)).map(bare);
  if (layers.length === 0) return null;
  const times = timeless ? undefined : get(request, '/times');
  const animate = timeless ? undefined : get(request, '/animate');
  return {
    map: { bbox: place.box, bbox_crs: place.crs, crs: place.crs, width: place.width, height: place.height },
    ...(times === undefined ? {} : { times }),
    ...(animate === undefined ? {} : { animate }),
    layers,
    header: { layers: false },
    design: { legend: 'none' },
  };
}

export const groundStill = (place: Place): JsonObject | null => mapStill({ layers: [{ type: 'natural-earth' }] }, place);

// The request for a small picture of a layer's area, in degrees, over built-in geography.
export function thumbOf(layer: Layer, degrees: Box | undefined, crs: string, size: { width: number; height: number }): JsonObject {
  let [west, south, east, north] = degrees ?? [-180, -80, 180, 80];
  if (east <= west) east += 360;
  const end = crs === 'EPSG:3857' ? 84 : 90;
  [south, north] = [Math.max(-end, Math.min(south, end - 1)), Math.min(end, Math.max(north, 1 - end))];
  const least = 0.05;
  if (east - west < least) [west, east] = [west - least, east + least];
  if (north - south < least) [south, north] = [south - least, north + least];
  return { map: { bbox: [west, south, Math.min(east, west + 360), north], crs, ...size }, layers: [{ type: 'natural-earth' }, bare(layer)], header: { layers: false }, design: { legend: 'none' } };
}

// The request for a small picture of another request's first frame.
export function thumbOfRequest(request: Json, size: { width: number; height: number }): JsonObject | null {
  const { width: _width, height: _height, zoom: _zoom, ...map } = (get(request, '/map') ?? {}) as JsonObject;
  const { times, animate } = request as JsonObject;
  if (isFirstDialect(request)) return null;
  return { map: { ...map, ...size }, ...(times ? { times } : {}), ...(animate ? { animate } : {}), layers: layersOf(request).map(bare), header: { layers: false }, design: { legend: 'none' } };
}
