// What a layer is called on the page: what the request calls it, or in words what is built in.
import { type Layer, nameOf } from '../request/request';
import { t } from '../state/words';

export function shownName(layer: Layer): string {
  if (typeof layer.title === 'string' && layer.title !== '') return layer.title;
  if (layer.type === 'graticule') return t('layer.graticule');
  if (layer.type !== 'natural-earth') return nameOf(layer);
  return 'show' in layer ? t('layer.coastline') : t('layer.naturalEarth');
}
