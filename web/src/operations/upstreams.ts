// Which map servers made jobs wait or left gaps in them, as the newest jobs tell: the counters name no servers, since strangers choose them.
import type { Job } from '../api/answers';

export interface Trouble { host: string; waiting: number; jobs: number; gaps: number; said: string }

const hostIn = (text: string): string | undefined =>
  [...text.matchAll(/`([^`\s/]+)`/g)].map(([, name = '']) => name).find((name) => /^(\[[0-9a-f:]+\]|[\w-]+(\.[\w-]+)+|localhost)(:\d+)?$/i.test(name));

export function troubles(jobs: Job[]): Trouble[] {
  const found = new Map<string, Trouble & { of: Set<string> }>();
  const note = (text: string, job: Job, what: 'waiting' | 'gaps'): void => {
    const host = hostIn(text);
    if (!host) return;
    const entry = found.get(host) ?? { host, waiting: 0, jobs: 0, gaps: 0, said: text, of: new Set<string>() };
    entry.of.add(job.id);
    entry[what] += 1;
    entry.jobs = entry.of.size;
    found.set(host, entry);
  };
  for (const job of jobs) {
    if (job.waiting_for?.code === 'upstream') note(job.waiting_for.detail, job, 'waiting');
    for (const { code, message } of job.warnings) if (code === 'layer_unavailable' || code === 'layer_held') note(message, job, 'gaps');
    if (job.status === 'FAILED') note(job.failure?.message ?? job.failure?.detail ?? '', job, 'gaps');
  }
  return [...found.values()].sort((a, b) => b.waiting - a.waiting || b.gaps - a.gaps);
}
