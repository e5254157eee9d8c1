// The readings of `/metrics` since the page was opened: levels of gauges, and rates of counters from one reading to the next.
import { type Sample, sum } from './metrics';

export interface Reading { at: number; samples: Sample[] }
export interface Point { at: number; value: number }

const readingsMax = 720;

export const withReading = (history: Reading[], next: Reading): Reading[] => [...history.slice(1 - readingsMax), next];

export const levels = (history: Reading[], name: string, labels: Record<string, string> = {}): Point[] =>
  history.map(({ at, samples }) => ({ at, value: sum(samples, name, labels) }));

// How much a counter grew in a second. A counter that is smaller than before was reset by a restart.
export function rates(history: Reading[], name: string, labels: Record<string, string> = {}): Point[] {
  return history.slice(1).map(({ at, samples }, index) => {
    const before = history[index];
    const seconds = before ? (at - before.at) / 1000 : 0;
    const [now, then] = [sum(samples, name, labels), before ? sum(before.samples, name, labels) : 0];
    return { at, value: seconds > 0 ? (now < then ? now : now - then) / seconds : 0 };
  });
}

// The mean of all observations of a histogram, in seconds.
export function mean(samples: Sample[], name: string, labels: Record<string, string>): number | null {
  const count = sum(samples, `${name}_count`, labels);
  return count > 0 ? sum(samples, `${name}_sum`, labels) / count : null;
}
