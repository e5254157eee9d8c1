// Sends requests to the service. Where the service wants a key, the page asks the user for one. The key stays in this tab's `sessionStorage` and goes in
// a header, never in a URL.
import { signal } from '@preact/signals';
import type { Problem } from '../request/problems';
import { t } from '../state/words';

const keyName = 'mapreel-key';
export const keyWanted = signal<{ detail: string; give: (key: string | null) => void } | null>(null);
let asking: Promise<string | null> | null = null;

export const hasKey = signal(sessionStorage.getItem(keyName) !== null);
// The user has chosen to go on without a key: the page does not ask again, but has a button to give one later.
export const declined = signal(false);

export class Refused extends Error {
  constructor(readonly status: number, readonly code: string, detail: string, readonly problems: Problem[] = [], readonly retryAfterS = 0) {
    super(detail);
  }
}

export function forgetKey(): void {
  sessionStorage.removeItem(keyName);
  hasKey.value = false;
}

export function wantKey(detail: string): Promise<string | null> {
  asking ??= new Promise<string | null>((give) => { keyWanted.value = { detail, give }; }).then((key) => {
    keyWanted.value = null;
    asking = null;
    if (key !== null) sessionStorage.setItem(keyName, key);
    hasKey.value = sessionStorage.getItem(keyName) !== null;
    declined.value = key === null;
    return key;
  });
  return asking;
}

async function refusal(answer: Response): Promise<Refused> {
  const body = await answer.json().catch(() => ({})) as { code?: string; detail?: string; title?: string; errors?: Problem[] };
  const retry = Number(answer.headers.get('retry-after') ?? 0);
  return new Refused(answer.status, body.code ?? '', body.detail ?? body.title ?? `${answer.status}`, body.errors ?? [], Number.isFinite(retry) ? retry : 0);
}

// A request without an answer fails with the browser's own message, which is no sentence and not in the user's language; the page has one of its own.
const unanswered = (error: unknown): never => {
  throw error instanceof TypeError ? new Refused(0, 'unanswered', t('trouble.unanswered')) : error;
};

export async function call(path: string, init: RequestInit = {}): Promise<Response> {
  const key = sessionStorage.getItem(keyName);
  const headers = new Headers(init.headers);
  if (key !== null) headers.set('authorization', `Bearer ${key}`);
  const answer = await fetch(path, { ...init, headers }).catch(unanswered);
  if (answer.ok) return answer;
  const refused = await refusal(answer);
  if (answer.status !== 401 || declined.value) throw refused;
  const given = await wantKey(refused.message);
  if (given === null) throw refused;
  return call(path, init);
}

export const getJson = async <T>(path: string, signal?: AbortSignal): Promise<T> =>
  (await call(path, signal ? { signal } : {})).json() as Promise<T>;

export const post = (path: string, text: string, init: RequestInit = {}): Promise<Response> =>
  call(path, { ...init, method: 'POST', body: text, headers: { ...(init.headers as Record<string, string>), 'content-type': 'application/json' } });

export const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';

export const sleep = (ms: number, signal?: AbortSignal): Promise<void> => new Promise((done, fail) => {
  const timer = setTimeout(done, ms);
  signal?.addEventListener('abort', () => { clearTimeout(timer); fail(new DOMException('', 'AbortError')); }, { once: true });
});

// The service draws, and asks map servers, for only some clients at once. A client that gets 503 or 429 asks again after `Retry-After`.
const attemptsMax = 6;

export async function whenFree<T>(ask: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Refused) || (error.status !== 503 && error.status !== 429) || attempt === attemptsMax) throw error;
      await sleep(Math.max(error.retryAfterS, 1) * 1000, signal);
    }
  }
}
