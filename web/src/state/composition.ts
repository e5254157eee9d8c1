// The composition: the request is the single source of truth; form, map, time line and JSON are views of it.
import { batch, computed, effect, signal } from '@preact/signals';
import type { Explanation } from '../api/answers';
import { isAbort, post, Refused, sleep, whenFree } from '../api/client';
import { type Json, type JsonObject, set, write } from '../request/json';
import type { Problem } from '../request/problems';
import { start } from '../request/request';

export const request = signal<JsonObject>(start());
export const selectedFrame = signal(0);
export const requestText = computed(() => write(request.value));

const past = signal<JsonObject[]>([]);
const future = signal<JsonObject[]>([]);
export const canUndo = computed(() => past.value.length > 0);
export const canRedo = computed(() => future.value.length > 0);
let lastPointer = '';
let lastAt = 0;

export function replace(next: JsonObject, pointer = ''): void {
  // Letters that are typed into one field shortly after each other are one step of undo.
  const goesOn = pointer !== '' && pointer === lastPointer && Date.now() - lastAt < 1500;
  lastPointer = pointer;
  lastAt = Date.now();
  batch(() => {
    if (!goesOn) past.value = [...past.value.slice(-99), request.value];
    future.value = [];
    request.value = next;
  });
}

// Counts the requests that were opened in place of the composition; the map goes to the frame of each.
export const opened = signal(0);

export function open(next: JsonObject): void {
  batch(() => {
    replace(next);
    selectedFrame.value = 0;
    opened.value += 1;
  });
}

// Sets the first request of the page, which is no step of undo.
export function begin(first: JsonObject): void {
  request.value = first;
}

export const edit = (pointer: string, to: Json | undefined): void => replace(set(request.value, pointer, to) as JsonObject, pointer);

function step(from: typeof past, to: typeof past): void {
  const next = from.value.at(-1);
  if (!next) return;
  lastPointer = '';
  batch(() => {
    from.value = from.value.slice(0, -1);
    to.value = [...to.value, request.value];
    request.value = next;
  });
}

export const undo = (): void => step(past, future);
export const redo = (): void => step(future, past);

export interface Report { state: 'asking' | 'valid' | 'problems' | 'unreachable'; online: boolean; explanation: Explanation | null; problems: Problem[]; detail: string; of?: JsonObject }

export const report = signal<Report>({ state: 'asking', online: false, explanation: null, problems: [], detail: '' });
export const problems = computed(() => report.value.problems);
export const frames = computed(() => report.value.explanation?.frames ?? null);

async function ask(of: JsonObject, online: boolean, signal: AbortSignal): Promise<void> {
  const text = JSON.stringify(of);
  try {
    const explanation = await (await whenFree(() => post(`/api/check?online=${online}`, text, { signal }), signal)).json() as Explanation;
    if (signal.aborted) return;
    report.value = { state: 'valid', online, explanation, problems: [], detail: '', of };
    // A request for the last or next times of a layer: only its server knows which times these are.
    if (!online && (explanation.frames.times_of || explanation.frames.values_of)) await ask(of, true, signal);
  } catch (error) {
    if (isAbort(error) || signal.aborted) return;
    const { explanation } = report.value;
    if (error instanceof Refused && [400, 413, 422].includes(error.status)) report.value = { state: 'problems', online, explanation, problems: error.problems, detail: error.message };
    else report.value = { state: 'unreachable', online, explanation, problems: [], detail: error instanceof Error ? error.message : '' };
  }
}

let underWay = new AbortController();

export async function check(online: boolean, delayMs = 0): Promise<void> {
  underWay.abort();
  underWay = new AbortController();
  const { signal } = underWay;
  report.value = { ...report.value, state: 'asking' };
  await sleep(delayMs, signal).then(() => ask(request.peek(), online, signal)).catch(() => undefined);
}

export function keepChecking(): () => void {
  return effect(() => {
    void request.value;
    const timer = setTimeout(() => void check(false, 250), 0);
    return () => clearTimeout(timer);
  });
}

effect(() => {
  const count = frames.value?.count ?? 1;
  if (selectedFrame.peek() >= count) selectedFrame.value = Math.max(0, count - 1);
});
