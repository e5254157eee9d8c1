// JSON values, and JSON Pointers (RFC 6901) into them. Values are immutable: setting one returns a new root.

export type Json = null | boolean | number | string | Json[] | JsonObject;
export interface JsonObject { [name: string]: Json }

export const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

export function parts(pointer: string): string[] {
  if (pointer === '') return [];
  return pointer.slice(1).split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export const pointerOf = (path: (string | number)[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

export function get(whole: Json | undefined, pointer: string): Json | undefined {
  let value = whole;
  for (const part of parts(pointer)) {
    if (Array.isArray(value)) value = value[Number(part)];
    else if (isObject(value)) value = Object.hasOwn(value, part) ? value[part] : undefined;
    else return undefined;
  }
  return value;
}

// Sets a value. `undefined` removes the field, and an object that has become empty by that.
export function set(whole: Json, pointer: string, to: Json | undefined): Json {
  return setAt(whole, parts(pointer), to) ?? {};
}

function setAt(value: Json | undefined, path: string[], to: Json | undefined): Json | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return to;
  if (Array.isArray(value)) {
    const items = [...value];
    const changed = setAt(items[Number(first)], rest, to);
    if (changed === undefined) items.splice(Number(first), 1);
    else items[Number(first)] = changed;
    return items;
  }
  const fields = isObject(value) ? { ...value } : {};
  const changed = setAt(Object.hasOwn(fields, first) ? fields[first] : undefined, rest, to);
  if (changed === undefined || (to === undefined && isObject(changed) && Object.keys(changed).length === 0)) delete fields[first];
  else fields[first] = changed;
  return fields;
}

// A request as it is read most easily: lists of numbers and texts stand on one line.
export function write(value: Json, indent = ''): string {
  const inner = `${indent}  `;
  const plain = (item: Json): boolean => typeof item !== 'object' || item === null;
  if (Array.isArray(value) && !value.every(plain)) return `[\n${value.map((item) => inner + write(item, inner)).join(',\n')}\n${indent}]`;
  if (Array.isArray(value)) return `[${value.map((item) => JSON.stringify(item)).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, field]) => `${inner}${JSON.stringify(name)}: ${write(field, inner)}`);
  return fields.length ? `{\n${fields.join(',\n')}\n${indent}}` : '{}';
}

export const textAt = (whole: Json | undefined, pointer: string): string => {
  const value = get(whole, pointer);
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
};

export const numberAt = (whole: Json | undefined, pointer: string): number | undefined => {
  const value = get(whole, pointer);
  return typeof value === 'number' ? value : undefined;
};
