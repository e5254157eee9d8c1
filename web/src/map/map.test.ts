import { describe, expect, it } from 'vitest';
import { askable, boxForRequest, boxInView, projectionOf } from './projections';

const mercator = projectionOf('EPSG:3857');
const world = 2 * 20037508.342789244;

describe('boxes', () => {
  it('go to the view and back', () => {
    const box = boxInView([170, -20, 200, 10], 'EPSG:4326', mercator);
    expect(box).not.toBeNull();
    expect(boxForRequest(box ?? [0, 0, 0, 0], mercator).bbox).toEqual([170, -20, 200, 10]);
    const arctic = projectionOf('EPSG:3413');
    expect(boxForRequest(arctic.home, arctic)).toEqual({ bbox: arctic.home, bbox_crs: 'EPSG:3413' });
  });
  it('are moved to the world that the service knows, and cut at its ends', () => {
    const asked = askable([world - 1e6, -3e7, world + 1e6, 3e7], mercator);
    expect(asked?.box[0]).toBeCloseTo(-1e6);
    expect(asked?.box[3]).toBeCloseTo(world / 2);
    expect(asked?.moved).toBeCloseTo(world);
    expect(askable([0, 3e7, 1, 4e7], mercator)).toBeNull();
  });
  it('of a projection that is not shown are shown in another', () => {
    expect(projectionOf('EPSG:2056').code).toBe('EPSG:3857');
    expect(boxInView([0, 0, 1, 1], 'EPSG:2056', mercator)).toBeNull();
  });
});
