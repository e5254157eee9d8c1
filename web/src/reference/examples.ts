// Puts into the description of the API what can be tried as it stands: requests that need no map server, a job that there is, a server of the catalogue.
import { isObject, type Json, type JsonObject } from '../request/json';

export interface Known { job: string | undefined; server: string | undefined }

const image: JsonObject = { map: { bbox: [5, 44, 16, 48] }, layers: [{ type: 'natural-earth' }, { type: 'graticule' }], header: { title: 'The Alps' }, output: { preset: 'thumbnail' } };
const animation: JsonObject = {
  map: { bbox: [-100, 5, -20, 50] },
  times: '2005-08-23/2005-08-31/PT12H',
  layers: [
    { type: 'natural-earth' },
    {
      type: 'geojson', title: 'A storm on its way', time_property: 'time', keep: 'P1D',
      data: { type: 'FeatureCollection', features: [[-75, 23], [-77, 25], [-80, 26], [-83, 25], [-86, 25], [-89, 27], [-90, 30], [-88, 35], [-84, 40]].map(([x = 0, y = 0], day) => ({ type: 'Feature', properties: { time: `2005-08-${23 + day}T00:00:00Z` }, geometry: { type: 'Point', coordinates: [x, y] } })) },
    },
  ],
  header: { title: 'A storm on its way' },
  output: { preset: 'thumbnail' },
};

const at = (value: Json | undefined, name: string): JsonObject => (isObject(value) && isObject(value[name]) ? value[name] : {});

function withBody(path: string, operation: JsonObject): JsonObject {
  const media = at(at(operation.requestBody, 'content'), 'application/json');
  if (!media.schema || media.example !== undefined || media.examples !== undefined) return operation;
  const isRequest = String(at(media, 'schema').$ref ?? '').endsWith('/Request');
  const examples: JsonObject = path.endsWith('/image') ? { image: { value: image } } : { animation: { value: animation }, image: { value: image } };
  const content: JsonObject = { 'application/json': { ...media, ...(isRequest ? { examples } : { example: {} }) } };
  return { ...operation, requestBody: { ...(operation.requestBody as JsonObject), content } };
}

function withParameters(operation: JsonObject, { job, server }: Known): JsonObject {
  const values: Record<string, string | undefined> = { id: job, url: server };
  if (!Array.isArray(operation.parameters)) return operation;
  const parameters = operation.parameters.map((one) => {
    const example = isObject(one) ? values[String(one.name)] : undefined;
    return isObject(one) && example !== undefined && one.example === undefined ? { ...one, example } : one;
  });
  return { ...operation, parameters };
}

export function withExamples(description: JsonObject, known: Known): JsonObject {
  const paths = Object.entries(at(description, 'paths')).map(([path, item]): [string, Json] => {
    if (!isObject(item)) return [path, item];
    return [path, Object.fromEntries(Object.entries(item).map(([method, operation]) => [method, isObject(operation) ? withParameters(withBody(path, operation), known) : operation]))];
  });
  return { ...description, paths: Object.fromEntries(paths) };
}
