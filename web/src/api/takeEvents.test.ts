import { expect, it } from 'vitest';
import { takeEvents } from './takeEvents';

it('takes whole events and leaves the beginning of the next', () => {
  const { events, rest } = takeEvents('event: job\nid: 2\ndata: {"a":1}\n\n: a comment\n\nevent: job\nid: 3\ndata: {"a"');
  expect(events).toEqual([{ id: '2', name: 'job', data: '{"a":1}' }]);
  expect(rest).toBe('event: job\nid: 3\ndata: {"a"');
});
