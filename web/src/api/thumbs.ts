// Small pictures of maps. A queue asks for one or two at once: the service draws only few previews at a time, and the map needs previews, too.
import { effect, signal } from '@preact/signals';
import type { JsonObject } from '../request/json';
import { still } from './stills';

interface Waiting { text: string; signal: AbortSignal; done: (url: string) => void }

export const atOnce = signal(1);
const underWay = signal(0);
const waiting = signal<Waiting[]>([]);

async function draw({ text, signal, done }: Waiting): Promise<void> {
  const made = await still(text, 1, 'map', signal).catch(() => null);
  underWay.value -= 1;
  // A preview with warnings may lack the layer that it should show, so it is not used.
  if (!signal.aborted) done(made && made.warnings === 0 ? made.url : '');
}

effect(() => {
  const [first, ...rest] = waiting.value.filter(({ signal }) => !signal.aborted);
  if (!first || underWay.value >= atOnce.value) return;
  waiting.value = rest;
  underWay.value += 1;
  void draw(first);
});

export function wantThumb(request: JsonObject, signal: AbortSignal, done: (url: string) => void): void {
  waiting.value = [...waiting.value, { text: JSON.stringify(request), signal, done }];
}
