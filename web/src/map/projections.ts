// The projections that the page can show. The service knows all of EPSG; a map in another projection is shown in EPSG:3857, and drawn in its own.
import proj4 from 'proj4';
import { get as getProjection, transformExtent } from 'ol/proj.js';
import { register } from 'ol/proj/proj4.js';
import type { Word } from '../state/words';
import type { Box } from '../request/request';

export interface Projection { code: string; word: Word; definition?: string; extent: Box; home: Box; cylindrical?: boolean }

const half = 20037508.342789244;

export const projections: Projection[] = [
  { code: 'EPSG:3857', word: 'crs.mercator', extent: [-half, -half, half, half], home: [-2_800_000, 3_500_000, 5_000_000, 11_700_000], cylindrical: true },
  { code: 'EPSG:4326', word: 'crs.degrees', extent: [-180, -90, 180, 90], home: [-25, 30, 45, 72], cylindrical: true },
  { code: 'EPSG:8857', word: 'crs.equalEarth', definition: '+proj=eqearth +lon_0=0 +datum=WGS84 +units=m +no_defs', extent: [-17_243_959, -8_392_928, 17_243_959, 8_392_928], home: [-17_200_000, -8_390_000, 17_200_000, 8_390_000] },
  { code: 'EPSG:3413', word: 'crs.arctic', definition: '+proj=stere +lat_0=90 +lat_ts=70 +lon_0=-45 +datum=WGS84 +units=m +no_defs', extent: [-9_000_000, -9_000_000, 9_000_000, 9_000_000], home: [-4_200_000, -4_200_000, 4_200_000, 4_200_000] },
  { code: 'EPSG:3995', word: 'crs.arcticWide', definition: '+proj=stere +lat_0=90 +lat_ts=71 +lon_0=0 +datum=WGS84 +units=m +no_defs', extent: [-9_000_000, -9_000_000, 9_000_000, 9_000_000], home: [-4_200_000, -4_200_000, 4_200_000, 4_200_000] },
  { code: 'EPSG:3031', word: 'crs.antarctic', definition: '+proj=stere +lat_0=-90 +lat_ts=-71 +lon_0=0 +datum=WGS84 +units=m +no_defs', extent: [-9_000_000, -9_000_000, 9_000_000, 9_000_000], home: [-4_400_000, -4_400_000, 4_400_000, 4_400_000] },
  { code: 'EPSG:3035', word: 'crs.europe', definition: '+proj=laea +lat_0=52 +lon_0=10 +x_0=4321000 +y_0=3210000 +ellps=GRS80 +units=m +no_defs', extent: [1_500_000, 800_000, 8_000_000, 6_500_000], home: [2_500_000, 1_400_000, 6_500_000, 5_400_000] },
  { code: 'EPSG:3577', word: 'crs.australia', definition: '+proj=aea +lat_0=0 +lon_0=132 +lat_1=-18 +lat_2=-36 +x_0=0 +y_0=0 +ellps=GRS80 +units=m +no_defs', extent: [-3_500_000, -6_000_000, 4_000_000, -200_000], home: [-2_200_000, -5_000_000, 2_300_000, -900_000] },
  { code: 'EPSG:5070', word: 'crs.conus', definition: '+proj=aea +lat_0=23 +lon_0=-96 +lat_1=29.5 +lat_2=45.5 +x_0=0 +y_0=0 +datum=NAD83 +units=m +no_defs', extent: [-4_500_000, -1_500_000, 4_500_000, 6_000_000], home: [-2_500_000, 200_000, 2_400_000, 3_300_000] },
];

for (const { code, definition } of projections) if (definition) proj4.defs(code, definition);
register(proj4);
// OpenLayers needs the extent of a projection.
for (const { code, extent, definition } of projections) if (definition) getProjection(code)?.setExtent(extent);

const shown = (code: string): string => (code === 'CRS:84' || code === 'OGC:CRS84' ? 'EPSG:4326' : code);

export const isShown = (code: string): boolean => projections.some((one) => one.code === shown(code));

export function projectionOf(code: string): Projection {
  const first = projections[0] as Projection;
  return projections.find((one) => one.code === shown(code)) ?? first;
}

// A box in the units of the view; null where it cannot be transformed.
export function boxInView(box: Box, from: string, to: Projection): Box | null {
  if (!getProjection(shown(from))) return null;
  let [west, south, east, north] = box;
  if (shown(from) === 'EPSG:4326' && to.code === 'EPSG:3857') [south, north] = [Math.max(south, -85.051), Math.min(north, 85.051)];
  const made = shown(from) === to.code ? box : (transformExtent([west, south, east, north], shown(from), to.code, 16) as Box);
  [west, south, east, north] = made;
  return made.every(Number.isFinite) && east > west && north > south ? made : null;
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits)) + 0;

// A box of the view as a request has it: in degrees for a cylindrical projection, in the CRS's own units for all others.
export function boxForRequest(box: Box, { code, cylindrical }: Projection): { bbox: Box; bbox_crs?: string } {
  if (!cylindrical) return { bbox: box.map((side) => rounded(side, 0)) as Box, bbox_crs: code };
  const [west, south, east, north] = code === 'EPSG:4326' ? box : (transformExtent(box, code, 'EPSG:4326') as Box);
  const digits = east - west < 0.5 ? 5 : east - west < 20 ? 3 : 2;
  if (east - west >= 359.99) return { bbox: [-180, rounded(Math.max(south, -90), digits), 180, rounded(Math.min(north, 90), digits)] };
  const turns = Math.floor((west + 180) / 360) * 360;
  return { bbox: [rounded(west - turns, digits), rounded(Math.max(south, -90), digits), rounded(east - turns, digits), rounded(Math.min(north, 90), digits)] };
}

// The visible part of the projection's extent, moved by whole worlds to where the service expects it, and by how much it was moved.
export function askable(visible: Box, { extent, cylindrical }: Projection): { box: Box; moved: number } | null {
  const [left, bottom, right, top] = extent;
  let [west, south, east, north] = visible;
  [south, north] = [Math.max(south, bottom), Math.min(north, top)];
  const world = right - left;
  let moved = 0;
  if (cylindrical) {
    const middle = (west + east) / 2;
    if (east - west > world) [west, east] = [middle - world / 2, middle + world / 2];
    moved = Math.round(middle / world) * world;
  } else {
    [west, east] = [Math.max(west, left), Math.min(east, right)];
  }
  if (east - west <= 0 || north - south <= 0) return null;
  return { box: [west - moved, south, east - moved, north], moved };
}
