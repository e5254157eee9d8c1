// A GeoJSON file as a layer of the request's own.
import { isObject, type Json } from '../request/json';
import type { Layer } from '../request/request';

export const bytesMax = 900_000;
const types = ['FeatureCollection', 'Feature', 'Point', 'MultiPoint', 'LineString', 'MultiLineString', 'Polygon', 'MultiPolygon', 'GeometryCollection'];

export async function layerOfFile(file: File): Promise<Layer | 'too-large' | 'not-geojson'> {
  if (file.size > bytesMax) return 'too-large';
  let data: Json;
  try {
    data = JSON.parse(await file.text()) as Json;
  } catch {
    return 'not-geojson';
  }
  if (!isObject(data) || !types.includes(String(data.type))) return 'not-geojson';
  return { type: 'geojson', title: file.name.replace(/\.(geo)?json$/i, ''), data };
}
