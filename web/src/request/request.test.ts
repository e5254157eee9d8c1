import { describe, expect, it } from 'vitest';
import { asCurl, asPython } from './commands';
import { get, type Json, set, write } from './json';
import { mapStill } from './preview';
import { fieldOf, problemsOf } from './problems';
import { boxOf, isFilm, layersOf, nameOf } from './request';
import { pack, unpack } from './share';

const request: Json = {
  map: { bbox: [170, -20, 200, 10], 'x-note': 1 },
  times: '2018-01-01/2019-12-01/P1M',
  layers: [{ type: 'natural-earth' }, { type: 'wms', url: 'https://example.org/wms', layers: 'sst', unknown: { deep: [1, 2] } }],
  'a/b~c': true,
};

describe('the form and the request', () => {
  it('keeps fields that no form knows', () => {
    const changed = set(set(request, '/layers/1/opacity', 0.5), '/header/title', 'Pacific');
    expect(get(changed, '/layers/1/unknown/deep/1')).toBe(2);
    expect(get(changed, '/map/x-note')).toBe(1);
    expect(get(changed, '/layers/1/opacity')).toBe(0.5);
  });
  it('gives back the same request when what was set is taken away', () => {
    const changed = set(request, '/header/title', 'Pacific');
    expect(set(changed, '/header/title', undefined)).toEqual(request);
    expect(request).not.toHaveProperty('header');
  });
  it('is written as JSON that says the same', () => {
    expect(JSON.parse(write(request))).toEqual(request);
    expect(write(request)).toContain('"bbox": [170, -20, 200, 10]');
  });
  it('reads pointers as RFC 6901 has them', () => {
    expect(get(request, '/a~1b~0c')).toBe(true);
    expect(get(request, '/layers/7/opacity')).toBeUndefined();
    expect(get(request, '/constructor')).toBeUndefined();
  });
  it('tells films from images, and names layers', () => {
    expect(isFilm(request)).toBe(true);
    expect(isFilm(set(request, '/times', undefined))).toBe(false);
    expect(layersOf(request).map(nameOf)).toEqual(['natural-earth', 'sst']);
    expect(boxOf(request)).toEqual({ box: [170, -20, 200, 10], crs: 'EPSG:4326' });
  });
});

describe('problems', () => {
  const problems = [{ pointer: '/layers/1/opacity', code: 'out_of_range', detail: '' }, { pointer: '/layers/10', code: 'invalid', detail: '' }];
  it('stand beside the field that they concern', () => {
    expect(problemsOf(problems, '/layers/1')).toHaveLength(1);
    expect(problemsOf(problems, '/layers/1', ['/layers/1/opacity'])).toHaveLength(0);
  });
  it('lead to the deepest field that there is', () => {
    expect(fieldOf('/map/bbox/2', ['/map', '/map/bbox', '/layers'])).toBe('/map/bbox');
    expect(fieldOf('/output', ['/output/preset', '/layers'])).toBe('/output/preset');
    expect(fieldOf('/nothing', ['/output/preset'])).toBeNull();
  });
});

describe('what leaves the page', () => {
  it('shares a request by a link and reads it again', async () => {
    const text = JSON.stringify({ ...(request as object), title: 'Ошибка “日本” <script>' });
    expect(await unpack(await pack(text))).toBe(text);
    expect(await pack(text)).toMatch(/^[A-Za-z0-9_-]+$/);
    await expect(unpack('!!')).rejects.toThrow();
  });
  it('asks for a still without header and legends', () => {
    const still = mapStill(request, { box: [0, 0, 1, 1], crs: 'EPSG:3857', width: 100, height: 100 }, new Set([0]));
    expect(get(still ?? {}, '/layers/0/layers')).toBe('sst');
    expect(get(still ?? {}, '/design/legend')).toBe('none');
  });
  it('writes commands that hold the request as it is', () => {
    expect(asCurl('{"a":"it\'s"}', { origin: 'http://h', keyed: false }, true)).toContain('{"a":"it\'s"}');
    expect(asPython('{"a":1}', { origin: 'http://h', keyed: true }, false)).toContain('/api/service/image');
  });
});
