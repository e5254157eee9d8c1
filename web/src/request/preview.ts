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
