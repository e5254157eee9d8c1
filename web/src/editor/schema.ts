// The completions for a place in the request, from the service's JSON Schema: names of fields with their descriptions, and values.
import { isObject, type Json, type JsonObject } from '../request/json';

export interface Choice { label: string; detail: string }

function expand(schema: Json | undefined, root: JsonObject): JsonObject[] {
  if (!isObject(schema)) return [];
  const name = typeof schema.$ref === 'string' ? /^#\/\$defs\/(.+)$/.exec(schema.$ref)?.[1] : undefined;
  const defined = isObject(root.$defs) && name ? expand(root.$defs[name], root) : [];
  const parts = ['oneOf', 'anyOf', 'allOf'].flatMap((word) => (Array.isArray(schema[word]) ? (schema[word] as Json[]) : []));
  return [schema, ...defined, ...parts.flatMap((part) => expand(part, root))];
}

const propertyOf = (schema: JsonObject, name: string): Json | undefined => (isObject(schema.properties) ? schema.properties[name] : undefined);

// The alternatives that fit the value of `type`. Alternatives without a constant `type` always fit.
function fitting(schemas: JsonObject[], type: string | undefined): JsonObject[] {
  if (type === undefined) return schemas;
  return schemas.filter((schema) => {
    const wanted = propertyOf(schema, 'type');
    return !isObject(wanted) || typeof wanted.const !== 'string' || wanted.const === type;
  });
}

// The schemas of a place. `typeAt` gives the value of `type` in the object at a path.
export function schemasAt(root: JsonObject, path: string[], typeAt: (path: string[]) => string | undefined): JsonObject[] {
  let found = expand(root, root);
  path.forEach((part, depth) => {
    const here = fitting(found, typeAt(path.slice(0, depth)));
    found = here.flatMap((schema) => [...expand(propertyOf(schema, part), root), ...(/^\d+$/.test(part) ? expand(schema.items, root) : [])]);
  });
  return fitting(found, typeAt(path));
}

const unique = (choices: Choice[]): Choice[] => [...new Map(choices.map((choice) => [choice.label, choice])).values()];

export const fieldsOf = (schemas: JsonObject[]): Choice[] => unique(schemas.flatMap((schema) =>
  Object.entries(isObject(schema.properties) ? schema.properties : {}).filter(([, field]) => isObject(field) && ('type' in field || 'anyOf' in field || 'oneOf' in field || '$ref' in field || 'const' in field || 'enum' in field))
    .map(([label, field]) => ({ label, detail: isObject(field) && typeof field.description === 'string' ? field.description : '' }))));

export const valuesOf = (schemas: JsonObject[]): Choice[] => unique(schemas.flatMap((schema) => {
  const values = [...(Array.isArray(schema.enum) ? schema.enum : []), ...('const' in schema ? [schema.const as Json] : []), ...(schema.type === 'boolean' ? [true, false] : []), ...(Array.isArray(schema.examples) ? schema.examples : [])];
  return values.filter((value) => value !== null).map((value) => ({ label: JSON.stringify(value), detail: '' }));
}));
