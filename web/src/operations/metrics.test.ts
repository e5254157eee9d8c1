import { expect, it } from 'vitest';
import { mean, rates, withReading } from './history';
import { parseMetrics, sum } from './metrics';

it('reads samples with labels, and sums them', () => {
  const samples = parseMetrics('# TYPE mapreel_jobs gauge\nmapreel_jobs{service="animation",state="PENDING"} 3\nmapreel_jobs{service="image",state="PENDING"} 1\nmapreel_up 1.5\n# EOF');
  expect(samples).toHaveLength(3);
  expect(sum(samples, 'mapreel_jobs', { state: 'PENDING' })).toBe(4);
  expect(sum(samples, 'mapreel_jobs', { state: 'PENDING', service: 'image' })).toBe(1);
});

it('tells how fast counters grow, also after the service began anew', () => {
  const reading = (at: number, value: number) => ({ at, samples: [{ name: 'n_total', labels: {}, value }] });
  const history = [reading(0, 10), reading(10_000, 30), reading(20_000, 5)].reduce(withReading, []);
  expect(rates(history, 'n_total').map(({ value }) => value)).toEqual([2, 0.5]);
  expect(mean(parseMetrics('t_sum{kind="whole"} 6\nt_count{kind="whole"} 4'), 't', { kind: 'whole' })).toBe(1.5);
  expect(mean([], 't', {})).toBeNull();
});
