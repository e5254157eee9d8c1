import { expect, it } from 'vitest';
import { parseMetrics, sum } from './metrics';

it('reads samples with labels, and sums them', () => {
  const samples = parseMetrics('# TYPE mapreel_jobs gauge\nmapreel_jobs{service="animation",state="PENDING"} 3\nmapreel_jobs{service="image",state="PENDING"} 1\nmapreel_up 1.5\n# EOF');
  expect(samples).toHaveLength(3);
  expect(sum(samples, 'mapreel_jobs', { state: 'PENDING' })).toBe(4);
  expect(sum(samples, 'mapreel_jobs', { state: 'PENDING', service: 'image' })).toBe(1);
});
