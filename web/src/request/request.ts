// What the page reads from a request: its layers, its box, whether it is a film; and the request that a new composition begins with.
import { get, isObject, type Json, type JsonObject } from './json';

export type Layer = JsonObject;
export type Box = [number, number, number, number];

export const start = (): JsonObject => ({
  map: { bbox: [-30, 33, 50, 66] },
  layers: [{ type: 'natural-earth' }],
  output: { preset: 'hd' },
});

export const layersOf = (request: Json): Layer[] => {
  const layers = get(request, '/layers');
  return Array.isArray(layers) ? layers.filter(isObject) : [];
};

// The dialect of an earlier service: the page shows and makes it, and edits it as JSON.
export const isFirstDialect = (request: Json): boolean => isObject(request) && 'basemap' in request;

export function isFilm(request: Json): boolean {
  if (isFirstDialect(request)) return Array.isArray(get(request, '/basemap/map_time'));
  return (get(request, '/times') ?? get(request, '/animate') ?? null) !== null;
}

export const crsOf = (request: Json): string => {
  const crs = get(request, '/map/crs');
  return typeof crs === 'string' ? crs : 'EPSG:3857';
};

export function boxOf(request: Json): { box: Box; crs: string } | null {
  const box = get(request, '/map/bbox') ?? get(request, '/basemap/bbox');
  const crs = get(request, '/map/bbox_crs');
  if (!Array.isArray(box) || box.length !== 4 || !box.every((side) => typeof side === 'number')) return null;
  return { box: box as Box, crs: typeof crs === 'string' ? crs : 'EPSG:4326' };
}

const builtIn = ['natural-earth', 'graticule'];
export const hasAddress = (layer: Layer): boolean => !builtIn.includes(String(layer.type)) && !('data' in layer);
export const hasTimes = (layer: Layer): boolean => ['wms', 'wmts', 'arcgis', 'ogc-maps'].includes(String(layer.type));
export const hasLegend = (layer: Layer): boolean => ['wms', 'wmts', 'arcgis'].includes(String(layer.type));

// The name of a layer on the page: its title, else its layer name, its address or its type.
export function nameOf(layer: Layer): string {
  for (const field of ['title', 'layers', 'layer', 'collection', 'url', 'type']) {
    const value = layer[field];
    if (typeof value === 'string' && value !== '') return value;
  }
  return '?';
}
