import { expect, it } from 'vitest';
import { findPointer, nearestPlace } from './place';

const text = '{ "map": { "bbox": [1, -2.5, "x\\"y"] }, "layers": [{ "type": "wms" }, {"type":"foo"}] }';
const at = (path: string[]): string => {
  const { from, to } = findPointer(text, path) ?? { from: 0, to: 0 };
  return text.slice(from, to);
};

it('finds values by their pointers', () => {
  expect(at(['map', 'bbox', '1'])).toBe('-2.5');
  expect(at(['map', 'bbox', '2'])).toBe('"x\\"y"');
  expect(at(['layers', '1', 'type'])).toBe('"foo"');
  expect(at(['layers', '7'])).toBe('');
});

it('takes the nearest that there is', () => {
  const { from, to } = nearestPlace(text, ['layers', '0', 'url']);
  expect(text.slice(from, to)).toBe('{ "type": "wms" }');
});
