// The list of jobs: one page of it, with cursors to newer and older jobs. It is read when the page is opened, when the user changes the filter or the page of
// the list, when the user asks for it again, and when a job of this page has changed; never by polling.
import { signal } from '@preact/signals';
import type { Job } from '../api/answers';
import { call, getJson, isAbort, sleep } from '../api/client';

interface Page { jobs: Job[]; next: string | null; previous: string | null }

const perPage = '24';

export const page = signal<Page | null>(null);
export const status = signal('');
export const search = signal('');
export const trouble = signal('');
export const reading = signal(false);

let underWay = new AbortController();
let here = '';

export async function readJobs(cursor = '', delayMs = 0): Promise<void> {
  here = cursor;
  underWay.abort();
  underWay = new AbortController();
  const { signal } = underWay;
  const asked = { status: status.value, search: search.value.trim(), cursor };
  const query = new URLSearchParams([['limit', perPage], ...Object.entries(asked).filter(([, value]) => value !== '')]);
  reading.value = true;
  try {
    await sleep(delayMs, signal);
    page.value = await getJson<Page>(`/api/jobs?${query}`, signal);
    trouble.value = '';
  } catch (error) {
    if (!isAbort(error)) trouble.value = error instanceof Error ? error.message : '';
  }
  if (!signal.aborted) reading.value = false;
}

export const readAgain = (): Promise<void> => readJobs(here);

export async function takeBack(id: string): Promise<void> {
  await call(`/api/job-status/${id}`, { method: 'DELETE' }).catch((error: Error) => { trouble.value = error.message; });
  await readAgain();
}
