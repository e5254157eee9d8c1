// Keeps the composition over a reload of its tab, in `sessionStorage`. The link of a shared request stays in the address until the request is changed.
import { effect } from '@preact/signals';
import { isObject, type JsonObject } from '../request/json';
import { request } from './composition';

const name = 'mapreel-draft';

export function readDraft(): JsonObject | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(name) ?? 'null');
    return isObject(kept) ? kept : null;
  } catch {
    return null;
  }
}

export function keepDraft(): void {
  const first = request.peek();
  effect(() => {
    const now = request.value;
    if (now !== first && location.hash.startsWith('#r=')) history.replaceState(null, '', '/');
    const timer = setTimeout(() => {
      try {
        sessionStorage.setItem(name, JSON.stringify(now));
      } catch {
        // A tab whose storage is full keeps no draft.
      }
    }, 400);
    return () => clearTimeout(timer);
  });
}
