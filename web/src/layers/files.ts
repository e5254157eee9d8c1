// A GeoJSON file as a layer of the request's own: chosen, or dropped anywhere on the composer.
import { signal } from '@preact/signals';
import { isObject, type Json } from '../request/json';
import type { Layer } from '../request/request';
import { narrowPanel } from '../state/place';
import { t } from '../state/words';
import { addLayer } from './offers';

export const bytesMax = 900_000;
const types = ['FeatureCollection', 'Feature', 'Point', 'MultiPoint', 'LineString', 'MultiLineString', 'Polygon', 'MultiPolygon', 'GeometryCollection'];

async function read(file: File): Promise<Json | undefined> {
  try {
    return JSON.parse(await file.text()) as Json;
  } catch {
    return undefined;
  }
}

// The layer, or a message that says why the file is none.
export async function takeFile(file: File): Promise<Layer | string> {
  if (file.size > bytesMax) return t('file.tooLarge', { name: file.name });
  const data = await read(file);
  if (!isObject(data) || !types.includes(String(data.type))) return t('file.notGeojson', { name: file.name });
  return { type: 'geojson', title: file.name.replace(/\.(geo)?json$/i, ''), data };
}

export const dropTrouble = signal('');
export const hovering = signal(false);

export const overFiles = (event: DragEvent): void => {
  if (!event.dataTransfer?.types.includes('Files')) return;
  event.preventDefault();
  hovering.value = true;
};

export const leftFiles = (event: DragEvent): void => {
  const to = event.relatedTarget;
  if (!(to instanceof Node) || !(event.currentTarget as HTMLElement).contains(to)) hovering.value = false;
};

export async function dropFiles(event: DragEvent): Promise<void> {
  hovering.value = false;
  const file = event.dataTransfer?.files[0];
  if (!file) return;
  event.preventDefault();
  const layer = await takeFile(file);
  dropTrouble.value = typeof layer === 'string' ? layer : '';
  narrowPanel.value = 'layers';
  if (typeof layer !== 'string') addLayer(layer);
}
