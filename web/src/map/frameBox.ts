// The box of the frame on the map: what is asked for, what will really be shown, and setting it.
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

// What the map will really show: the service says it in degrees, so it is drawn where meridians are straight.
export function shownBox(): Box | null {
  const { explanation, of } = report.value;
  // What was said of another frame, or of another size, does not hold for this one.
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

