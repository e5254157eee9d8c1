// Adds examples for parameters to the OpenAPI description: the id of a finished job, the address of a server of the catalogue.
import { isObject, type Json, type JsonObject } from '../request/json';

export interface Known { job: string | undefined; server: string | undefined }

const at = (value: Json | undefined, name: string): JsonObject => (isObject(value) && isObject(value[name]) ? value[name] : {});

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
    return [path, Object.fromEntries(Object.entries(item).map(([method, operation]) => [method, isObject(operation) ? withParameters(operation, known) : operation]))];
  });
  return { ...description, paths: Object.fromEntries(paths) };
}
