import { expect, it } from 'vitest';
import { get, type JsonObject } from '../request/json';
import { withExamples } from './examples';

const described: JsonObject = {
  openapi: '3.1.0',
  paths: {
    '/api/layers': { get: { parameters: [{ name: 'url', in: 'query', example: 'http://own/' }] } },
    '/api/job-status/{id}': { get: { parameters: [{ name: 'id', in: 'path' }] } },
  },
};

it('gives examples where there are none', () => {
  const made = withExamples(described, { job: 'a-job', server: 'http://other/' });
  expect(get(made, '/paths/~1api~1layers/get/parameters/0/example')).toBe('http://own/');
  expect(get(made, '/paths/~1api~1job-status~1{id}/get/parameters/0/example')).toBe('a-job');
  expect(get(made, '/openapi')).toBe('3.1.0');
});

it('leaves a description as it is that is none', () => {
  expect(withExamples({ paths: 5 }, { job: undefined, server: undefined })).toEqual({ paths: {} });
});
