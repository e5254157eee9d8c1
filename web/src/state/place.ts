// Where the user is: which view of the page, which tab, which panel of a narrow screen.
import { signal } from '@preact/signals';

export type View = 'compose' | 'jobs' | 'operations';
export type Stage = 'map' | 'picture' | 'film';
export type NarrowPanel = 'layers' | 'time' | 'settings' | 'json';

export const view = signal<View>('compose');
export const stage = signal<Stage>('map');
export const sideTab = signal<'form' | 'json'>('form');
export const narrowPanel = signal<NarrowPanel>('layers');

export function readPlace(): void {
  if (location.pathname === '/operations') view.value = 'operations';
  else view.value = location.hash === '#jobs' ? 'jobs' : 'compose';
}

// Goes to another view of the page without loading it anew; the composition stays.
export function go(to: '/' | '/#jobs' | '/operations'): void {
  if (location.pathname + location.hash !== to) history.pushState(null, '', to);
  readPlace();
}
