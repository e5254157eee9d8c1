// One job of this page: sent, followed by its events, and its file taken when it is done.
import { signal } from '@preact/signals';
import type { Job } from '../api/answers';
import { call, getJson, isAbort, post, Refused } from '../api/client';
import { follow } from '../api/events';
import { isObject, type Json, type JsonObject } from '../request/json';
import { isFilm } from '../request/request';
import { check, replace, report, request } from '../state/composition';
import { stage, view } from '../state/place';

export const job = signal<Job | null>(null);
export const file = signal<{ url: string; type: string; name: string } | null>(null);
export const making = signal(false);
export const trouble = signal('');
export const glimpse = signal<string | null>(null);

// `randomUUID` is there on secure pages only; a service in a local network may have no certificate.
const newKey = (): string => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

let following = new AbortController();

export const isOpen = ({ status }: Job): boolean => status === 'PENDING' || status === 'RUNNING';

// What this browser sent, so that a job can be edited and made again where the service does not tell its request.
const rememberedMax = 40;
const memory = 'mapreel-requests';

function remembered(): [string, JsonObject][] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(memory) ?? '[]');
    return Array.isArray(kept) ? kept as [string, JsonObject][] : [];
  } catch {
    return [];
  }
}

function remember(id: string, made: JsonObject): void {
  try {
    localStorage.setItem(memory, JSON.stringify([[id, made], ...remembered()].slice(0, rememberedMax)));
  } catch {
    // A browser that keeps nothing, or has no room, remembers nothing.
  }
}

export const rememberedRequest = (id: string): JsonObject | null => remembered().find(([known]) => known === id)?.[1] ?? null;

export async function requestOf(id: string): Promise<JsonObject | null> {
  const known = rememberedRequest(id);
  if (known) return known;
  const told = await getJson<Json>(`/api/job-status/${id}/request`).catch(() => null);
  return isObject(told) ? told : null;
}

export function forgetFile(): void {
  if (file.value) URL.revokeObjectURL(file.value.url);
  file.value = null;
}

let looking = false;

// The newest frame of a job that is being made, where the service shows it: one at a time, and none after the end.
async function lookAt(now: Job, signal: AbortSignal): Promise<void> {
  if (looking || now.status !== 'RUNNING' || now.progress.done === 0) return;
  looking = true;
  try {
    const blob = await (await call(`/api/job-status/${now.id}/preview`, { signal })).blob();
    if (job.value?.id === now.id) showGlimpse(blob);
  } catch {
    // Nothing is drawn yet, or the service does not show it.
  } finally {
    looking = false;
  }
}

function showGlimpse(blob: Blob | null): void {
  if (glimpse.value) URL.revokeObjectURL(glimpse.value);
  glimpse.value = blob ? URL.createObjectURL(blob) : null;
}

async function takeFile(done: Job, signal: AbortSignal): Promise<void> {
  if (!done.location || !done.artifact) return;
  const blob = await (await call(done.location, { signal })).blob();
  if (signal.aborted) return;
  forgetFile();
  file.value = { url: URL.createObjectURL(blob), type: done.artifact.content_type, name: `mapreel-${done.id.slice(-8)}.${done.artifact.format}` };
}

export async function watch(first: Job): Promise<void> {
  following.abort();
  following = new AbortController();
  const { signal } = following;
  forgetFile();
  job.value = first;
  trouble.value = '';
  showGlimpse(null);
  stage.value = 'film';
  view.value = 'compose';
  try {
    if (isOpen(first)) {
      await follow(`/api/job-status/${first.id}/events`, ({ name, data }) => {
        if (name !== 'job') return false;
        const now = JSON.parse(data) as Job;
        job.value = now;
        void lookAt(now, signal);
        return !isOpen(now);
      }, signal);
    }
    if (job.value?.status === 'SUCCESS') await takeFile(job.value, signal);
  } catch (error) {
    if (!isAbort(error)) trouble.value = error instanceof Error ? error.message : '';
  }
}

export async function make(what: JsonObject = request.value): Promise<void> {
  making.value = true;
  trouble.value = '';
  stage.value = 'film';
  job.value = null;
  forgetFile();
  try {
    const answer = await post(`/api/service/${isFilm(what) ? 'animation' : 'image'}`, JSON.stringify(what), { headers: { 'idempotency-key': newKey() } });
    const accepted = await answer.json() as Job;
    remember(accepted.id, what);
    making.value = false;
    await watch(accepted);
  } catch (error) {
    making.value = false;
    if (error instanceof Refused && error.problems.length > 0) report.value = { ...report.value, state: 'problems', problems: error.problems, detail: error.message };
    trouble.value = error instanceof Error ? error.message : '';
    if (error instanceof Refused && error.problems.length === 0 && error.status === 422) void check(true);
  }
}

// Makes a job again: from what this browser knows, or by the service, which knows it in any case.
export async function makeAgain(id: string): Promise<void> {
  const known = await requestOf(id);
  if (known) return make(known);
  try {
    const accepted = await (await post(`/api/jobs/${id}/again`, '{}')).json() as Job;
    await watch(accepted);
  } catch (error) {
    trouble.value = error instanceof Error ? error.message : '';
  }
}

export async function cancel(): Promise<void> {
  if (job.value) await call(`/api/job-status/${job.value.id}`, { method: 'DELETE' }).catch((error: Error) => { trouble.value = error.message; });
}

// Opens what a job was made from in the composer.
export async function editJob(id: string): Promise<boolean> {
  const found = await requestOf(id);
  if (!found) return false;
  replace(found);
  stage.value = 'map';
  view.value = 'compose';
  if (location.hash === '#jobs') history.pushState(null, '', '/');
  return true;
}
