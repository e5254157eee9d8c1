// The box of the frame on the map: the requested box, the box that the picture will show, and setting it.
import { signal } from '@preact/signals';
import type { JsonObject } from '../request/json';
import { type Box, boxOf, crsOf } from '../request/request';
import { replace, report, request } from '../state/composition';
import type { Chart } from './chart';
import { boxForRequest, boxInView, projectionOf } from './projections';

export const chart = signal<Chart | null>(null);
export const drawn = signal(0);

export const viewProjection = () => projectionOf(crsOf(request.value));

export function frameBox(): Box | null {
  const found = boxOf(request.value);
  return found ? boxInView(found.box, found.crs, viewProjection()) : null;
}

// The box that the picture will really show. The service gives it in degrees, so the page can draw it in cylindrical projections only.
export function shownBox(): Box | null {
  const { explanation, of } = report.value;
  // A report on another frame, or on another size, is not true of this request.
  if (of?.map !== request.value.map || of?.output !== request.value.output || of?.design !== request.value.design) return null;
  const projection = viewProjection();
  if (!explanation || !projection.cylindrical || projectionOf(explanation.map.crs).code !== projection.code) return null;
  return boxInView(explanation.map.bbox, 'EPSG:4326', projection);
}

export function setFrame(box: Box, pointer = '/map/bbox'): void {
  const map = { ...(request.value.map as JsonObject | undefined) };
  delete map.bbox_crs;
  replace({ ...request.value, map: { ...map, ...boxForRequest(box, viewProjection()) } }, pointer);
}

