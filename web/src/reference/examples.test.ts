import { expect, it } from 'vitest';
import { get, type JsonObject } from '../request/json';
import { withExamples } from './examples';

const body = { content: { 'application/json': { schema: { $ref: '#/components/schemas/Request' } } } };
const described: JsonObject = {
  openapi: '3.1.0',
  paths: {
    '/api/service/image': { post: { requestBody: body } },
    '/api/preview': { post: { parameters: [{ name: 'frame', in: 'query' }], requestBody: { content: { 'application/json': { ...body.content['application/json'], example: { own: true } } } } } },
    '/api/job-status/{id}': { get: { parameters: [{ name: 'id', in: 'path' }] } },
  },
};

it('gives examples where there are none', () => {
  const made = withExamples(described, { job: 'a-job', server: undefined });
  expect(get(made, '/paths/~1api~1service~1image/post/requestBody/content/application~1json/examples/image/value/layers/0/type')).toBe('natural-earth');
  expect(get(made, '/paths/~1api~1preview/post/requestBody/content/application~1json/example')).toEqual({ own: true });
  expect(get(made, '/paths/~1api~1job-status~1{id}/get/parameters/0/example')).toBe('a-job');
  expect(get(made, '/openapi')).toBe('3.1.0');
});

it('leaves a description as it is that is none', () => {
  expect(withExamples({ paths: 5 }, { job: undefined, server: undefined })).toEqual({ paths: {} });
});
