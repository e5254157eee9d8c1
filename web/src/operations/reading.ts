// Reads what the operator's page shows, every ten seconds while the page is visible.
import { signal } from '@preact/signals';
import type { Job, Overview } from '../api/answers';
import { getJson, isAbort } from '../api/client';
import { t } from '../state/words';
import { type Reading, withReading } from './history';
import { parseMetrics } from './metrics';

const everyMs = 10_000;
// Rates need two readings: the second comes soon, so that an operator who opens the page does not wait for them.
const secondMs = 2000;

export const history = signal<Reading[]>([]);
export const ready = signal<{ ok: boolean; detail: string } | null>(null);
export const jobs = signal<{ open: Job[]; failed: Job[] }>({ open: [], failed: [] });
export const overview = signal<Overview>({ workers: [], more_jobs: false, upstreams: [] });
export const trouble = signal('');
export const going = signal(true);

const list = async (query: string, signal: AbortSignal): Promise<Job[]> => (await getJson<{ jobs: Job[] }>(`/api/jobs?${query}`, signal)).jobs;

async function readMetrics(signal: AbortSignal): Promise<void> {
  const [state, metrics] = await Promise.all([fetch('/readyz', { signal }), fetch('/metrics', { signal })]);
  ready.value = { ok: state.ok, detail: state.ok ? '' : (await state.text()).slice(0, 500) };
  if (!metrics.ok) throw new Error(t('operations.noMetrics', { status: metrics.status }));
  history.value = withReading(history.value, { at: Date.now(), samples: parseMetrics(await metrics.text()) });
}

async function readJobs(signal: AbortSignal): Promise<void> {
  const [running, pending, failed] = await Promise.all(['status=RUNNING&limit=50', 'status=PENDING&limit=50', 'status=FAILED&limit=20'].map((query) => list(query, signal)));
  jobs.value = { open: [...(running ?? []), ...(pending ?? []).reverse()], failed: failed ?? [] };
}

async function readOverview(signal: AbortSignal): Promise<void> {
  overview.value = await getJson<Overview>('/api/operations', signal);
}

let underWay = new AbortController();

export async function readAll(): Promise<void> {
  underWay.abort();
  underWay = new AbortController();
  const { signal } = underWay;
  const read = await Promise.allSettled([readMetrics(signal), readJobs(signal), readOverview(signal)]);
  if (signal.aborted) return;
  const failed = read.find((one) => one.status === 'rejected' && !isAbort(one.reason));
  trouble.value = failed?.status === 'rejected' && failed.reason instanceof Error ? failed.reason.message : '';
}

// Keeps reading until the returned function is called; pauses while the tab is hidden, or while the user has switched reading off.
export function keepReading(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const next = async (): Promise<void> => {
    clearTimeout(timer);
    if (stopped || document.visibilityState !== 'visible') return;
    if (going.value || history.value.length === 0) await readAll();
    if (!stopped) timer = setTimeout(() => void next(), history.value.length < 2 ? secondMs : everyMs);
  };
  const seen = (): void => { if (document.visibilityState === 'visible') void next(); else clearTimeout(timer); };
  document.addEventListener('visibilitychange', seen);
  void next();
  return () => {
    document.removeEventListener('visibilitychange', seen);
    stopped = true;
    clearTimeout(timer);
    underWay.abort();
  };
}
