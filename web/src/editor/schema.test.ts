import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../request/json';
import { fieldsOf, schemasAt, valuesOf } from './schema';

const layer = (type: string, more: JsonObject): JsonObject => ({ properties: { type: { const: type }, ...more } });
const root: JsonObject = {
  $defs: { wms: layer('wms', { url: { type: 'string', description: 'The address.' } }), graticule: layer('graticule', { degrees: { anyOf: [{ type: 'boolean' }, { type: 'null' }] } }) },
  oneOf: [{ properties: { layers: { type: 'array', items: { oneOf: [{ $ref: '#/$defs/wms' }, { $ref: '#/$defs/graticule' }] } }, fit: { enum: ['contain', 'cover'] } } }],
};
const none = (): undefined => undefined;

describe('what may stand at a place', () => {
  it('is the fields of an object, with what they are', () => {
    expect(fieldsOf(schemasAt(root, [], none)).map(({ label }) => label)).toEqual(['layers', 'fit']);
    expect(fieldsOf(schemasAt(root, ['layers', '0'], () => 'wms'))).toContainEqual({ label: 'url', detail: 'The address.' });
    expect(fieldsOf(schemasAt(root, ['layers', '0'], (path) => (path.length === 2 ? 'wms' : undefined))).map(({ label }) => label)).not.toContain('degrees');
  });
  it('is the values of a field', () => {
    expect(valuesOf(schemasAt(root, ['fit'], none)).map(({ label }) => label)).toEqual(['"contain"', '"cover"']);
    expect(valuesOf(schemasAt(root, ['layers', '0', 'type'], none)).map(({ label }) => label)).toEqual(['"wms"', '"graticule"']);
    expect(valuesOf(schemasAt(root, ['layers', '0', 'degrees'], none)).map(({ label }) => label)).toEqual(['true', 'false']);
  });
});
