// Reads the manifest of a film that is shown.
import { signal } from '@preact/signals';
import type { Job } from '../api/answers';
import { getJson } from '../api/client';
import { numberAt } from '../request/json';
import { type Film, type Manifest, marksOf, nameOf } from './marks';
import { requestOf } from './requestOf';

export const film = signal<Film | null>(null);

export async function readManifest({ id, artifact }: Job, signal: AbortSignal): Promise<void> {
  const [manifest, made] = await Promise.all([getJson<Manifest>(`/api/download/${id}/manifest`, signal), requestOf(id)]);
  if (signal.aborted || !artifact || !Array.isArray(manifest.frames)) return;
  const frames = Math.max(1, artifact.frames);
  const hold = typeof made === 'string' ? 0 : numberAt(made, '/output/hold_last_s') ?? 0;
  const names = manifest.frames.map(nameOf);
  film.value = { id, frames, frameS: Math.max(0, artifact.duration_s - hold) / frames, names, marks: marksOf(manifest) };
}
