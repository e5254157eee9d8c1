import { describe, expect, it } from 'vitest';
import { findMap } from './crop';
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

it('finds the map in a still by the line round it', () => {
  const [width, height] = [20, 20];
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 6; y < 6 + 12; y += 1) for (let x = 4; x < 16; x += 1) data.fill(y === 6 || y === 17 || x === 4 || x === 15 ? 90 : (x * y) % 250, (y * width + x) * 4, (y * width + x) * 4 + 3);
  expect(findMap({ data, width, height }, 10, 10)).toEqual({ left: 5, top: 7 });
});
