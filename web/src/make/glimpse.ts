// The newest frame of a job that is being made. One picture is fetched at a time. Events that come meanwhile replace each other, and the newest of them is
// fetched next. If each event aborted the fetch before it, a slow connection would never show a picture.
import { signal } from '@preact/signals';
import type { Job } from '../api/answers';
import { call } from '../api/client';

const shown = signal<{ url: string; done: number } | null>(null);
let underWay: AbortController | null = null;
let wanted: Job | null = null;

function show(next: { url: string; done: number } | null): void {
  if (shown.value) URL.revokeObjectURL(shown.value.url);
  shown.value = next;
}

async function fetchWanted(): Promise<void> {
  const stop = new AbortController();
  underWay = stop;
  while (wanted && !stop.signal.aborted) {
    const { preview, progress } = wanted;
    wanted = null;
    if (!preview) continue;
    // A failed fetch is ignored: the next event fetches the next picture.
    const blob = await call(preview, { signal: stop.signal }).then((answer) => answer.blob()).catch(() => null);
    if (blob && !stop.signal.aborted) show({ url: URL.createObjectURL(blob), done: progress.done });
  }
  if (underWay === stop) underWay = null;
}

export const glimpse = {
  shown,
  look(job: Job): void {
    wanted = job;
    if (!underWay) void fetchWanted();
  },
  end(): void {
    wanted = null;
    underWay?.abort();
    underWay = null;
    show(null);
  },
};
