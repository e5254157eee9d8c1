// The operator's catalogue: map servers to choose from, and requests to begin with. It is read once.
import { signal } from '@preact/signals';
import type { Catalogue } from '../api/answers';
import { getJson } from '../api/client';
import { isObject, type Json } from '../request/json';
import { isFilm, isFirstDialect, layersOf } from '../request/request';
import { open } from '../state/composition';
import { stage } from '../state/place';

export const catalogue = signal<Catalogue>({ servers: [], presets: [] });
let reading: Promise<void> | null = null;

export function readCatalogue(): Promise<void> {
  // The page works without the catalogue. If it could not be read, the next call reads it again.
  reading ??= getJson<Catalogue>('/api/catalogue').then((read) => { catalogue.value = read; }).catch(() => { reading = null; });
  return reading;
}

// Whether the request has no layers but built-in ones, and no times.
export const isBare = (request: Json): boolean =>
  !isFirstDialect(request) && !isFilm(request) && layersOf(request).every(({ type }) => type === 'natural-earth' || type === 'graticule');

export function beginWith(request: Json): void {
  if (!isObject(request)) return;
  open(request);
  stage.value = 'map';
  // The button that had the focus is gone from the page; the focus goes to the button that makes the film.
  requestAnimationFrame(() => document.getElementById('make')?.focus());
}
