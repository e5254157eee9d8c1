// Server-sent events by `fetch`, which can send a key in a header; `EventSource` cannot.
import { call, isAbort, sleep } from './client';
import { type Event, takeEvents } from './takeEvents';

// Follows a stream until `take` says that it has seen the last event. A stream that breaks is resumed after the last event that came (`Last-Event-ID`).
export async function follow(path: string, take: (event: Event) => boolean, signal: AbortSignal): Promise<void> {
  let last = '';
  for (let broken = 0; broken < 10 && !signal.aborted; ) {
    try {
      const answer = await call(path, { signal, headers: last ? { 'last-event-id': last } : {} });
      const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
        const { events, rest } = takeEvents(text + part.value);
        text = rest;
        for (const event of events) {
          last = event.id || last;
          broken = 0;
          if (take(event)) return void reader?.cancel();
        }
      }
      broken += 1;
    } catch (error) {
      if (isAbort(error)) return;
      broken += 1;
      if (broken >= 10) throw error;
    }
    await sleep(Math.min(1000 * broken, 5000), signal).catch(() => undefined);
  }
}
