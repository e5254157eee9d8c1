// The job of this page: it is sent, followed by its events, and its file is fetched when it is done.
import { signal } from '@preact/signals';
import type { Job } from '../api/answers';
import { call, isAbort, post, Refused } from '../api/client';
import { follow } from '../api/events';
import { isFilm } from '../request/request';
import { check, open, report, request } from '../state/composition';
import { go, stage } from '../state/place';
import { glimpse } from './glimpse';
import { film, readManifest } from './manifest';
import { requestOf } from './requestOf';

export const job = signal<Job | null>(null);
export const file = signal<{ url: string; type: string; name: string } | null>(null);
export const making = signal(false);
export const trouble = signal('');

// The idempotency key of a job. Browsers have `randomUUID` on secure pages only; a service in a local network may have no certificate.
const newKey = (): string => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

let following = new AbortController();

export const isOpen = ({ status }: Job): boolean => status === 'PENDING' || status === 'RUNNING';

export function forgetFile(): void {
  if (file.value) URL.revokeObjectURL(file.value.url);
  file.value = null;
  film.value = null;
}

async function takeFile(done: Job, signal: AbortSignal): Promise<void> {
  if (!done.location || !done.artifact) return;
  const blob = await (await call(done.location, { signal })).blob();
  if (signal.aborted) return;
  file.value = { url: URL.createObjectURL(blob), type: done.artifact.content_type, name: `mapreel-${done.id.slice(-8)}.${done.artifact.format}` };
}

export async function watch(first: Job): Promise<void> {
  following.abort();
  following = new AbortController();
  const { signal } = following;
  forgetFile();
  job.value = first;
  trouble.value = '';
  glimpse.end();
  stage.value = 'film';
  try {
    if (isOpen(first)) {
      await follow(`/api/job-status/${first.id}/events`, ({ name, data }) => {
        if (name !== 'job') return false;
        const now = JSON.parse(data) as Job;
        job.value = now;
        if (now.status === 'RUNNING') glimpse.look(now);
        return !isOpen(now);
      }, signal);
    }
    if (signal.aborted) return;
    if (job.value?.status === 'SUCCESS') await Promise.all([takeFile(job.value, signal), readManifest(job.value, signal).catch(() => undefined)]);
  } catch (error) {
    if (!isAbort(error)) trouble.value = error instanceof Error ? error.message : '';
  }
  if (!signal.aborted) glimpse.end();
}

function sending(): void {
  following.abort();
  making.value = true;
  trouble.value = '';
  stage.value = 'film';
  job.value = null;
  glimpse.end();
  forgetFile();
}

// Sends a request that makes a job, and follows the job; returns whether the service accepted it.
async function send(path: string, text: string): Promise<boolean> {
  sending();
  try {
    const accepted = await (await post(path, text, { headers: { 'idempotency-key': newKey() } })).json() as Job;
    making.value = false;
    void watch(accepted);
    return true;
  } catch (error) {
    making.value = false;
    if (error instanceof Refused && error.problems.length > 0) report.value = { ...report.value, state: 'problems', problems: error.problems, detail: error.message };
    trouble.value = error instanceof Error ? error.message : '';
    if (error instanceof Refused && error.problems.length === 0 && error.status === 422) void check(true);
    return false;
  }
}

export const make = (): Promise<boolean> => send(`/api/service/${isFilm(request.value) ? 'animation' : 'image'}`, JSON.stringify(request.value));

// Makes a new job from the request of an earlier one, which the service has kept.
export const makeAgain = (id: string): Promise<boolean> => send(`/api/jobs/${id}/again`, '{}');

export async function cancel(): Promise<void> {
  if (job.value) await call(`/api/job-status/${job.value.id}`, { method: 'DELETE' }).catch((error: Error) => { trouble.value = error.message; });
}

// Opens the request of a job in the composer; returns a message if there is none.
export async function editJob(id: string): Promise<string> {
  const found = await requestOf(id);
  if (typeof found === 'string') return found;
  open(found);
  stage.value = 'map';
  go('/');
  return '';
}
