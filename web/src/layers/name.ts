// The name of a layer on the page: its title or name in the request, or words for a built-in layer.
import { type Layer, nameOf } from '../request/request';
import { t, type Word } from '../state/words';

const typeNames: Record<string, string> = { wms: 'WMS', wmts: 'WMTS', xyz: 'XYZ', tilejson: 'TileJSON', arcgis: 'ArcGIS', 'ogc-maps': 'OGC API', geojson: 'GeoJSON' };

export const typeName = ({ type }: Layer): string => typeNames[String(type)] ?? (type === 'natural-earth' || type === 'graticule' ? t('layer.builtIn') : String(type ?? ''));

function worldName(show: unknown): string {
  if (!Array.isArray(show) || show.length === 0 || show.length === 4) return t('layer.naturalEarth');
  if (show.length === 2 && show.includes('coastline') && show.includes('borders')) return t('layer.coastline');
  const names = ['ocean', 'land', 'borders', 'coastline'].filter((one) => show.includes(one));
  return names.map((one) => t(`world.${one}` as Word)).join(', ') || t('layer.naturalEarth');
}

export function shownName(layer: Layer): string {
  if (typeof layer.title === 'string' && layer.title !== '') return layer.title;
  if (layer.type === 'graticule') return t('layer.graticule');
  if (layer.type !== 'natural-earth') return nameOf(layer);
  return worldName(layer.show);
}
