// Keeps the map's pictures up to date: first the built-in geography, then the layers as the service draws them. A newer update aborts an older one.
import { signal } from '@preact/signals';
import { isAbort, Refused, sleep } from '../api/client';
import { still } from '../api/stills';
import type { Json } from '../request/json';
import { groundStill, mapStill, type Place } from '../request/preview';
import { report } from '../state/composition';
import type { Chart, Picture } from './chart';
import { askable, type Projection } from './projections';

export interface MapState { busy: boolean; warnings: number; detail: string }
export const mapState = signal<MapState>({ busy: false, warnings: 0, detail: '' });

const sideMax = 900;

// The place to ask a picture for, and the box to draw it at.
function placeOf(chart: Chart, projection: Projection): { place: Place; laid: Picture['box'] } | null {
  const asked = askable(chart.visible, projection);
  const [width, height] = chart.size;
  if (!asked || width < 16 || height < 16) return null;
  const [west, south, east, north] = asked.box;
  const [wide, high] = [(east - west) / chart.resolution, (north - south) / chart.resolution];
  const scale = Math.min(1, sideMax / Math.max(wide, high));
  const size = { width: Math.max(16, Math.round(wide * scale)), height: Math.max(16, Math.round(high * scale)) };
  return { place: { box: asked.box, crs: projection.code, ...size }, laid: [west + asked.moved, south, east + asked.moved, north] };
}

// The layers that have a problem, and whether the times have one: they are left out, so that the other layers can be seen meanwhile.
function faulty(): { layers: Set<number>; times: boolean } {
  const pointers = report.value.problems.map(({ pointer }) => pointer);
  const layers = pointers.map((pointer) => /^\/layers\/(\d+)/.exec(pointer)?.[1]).filter((index) => index !== undefined).map(Number);
  return { layers: new Set(layers), times: pointers.some((pointer) => /^\/(times|animate)/.test(pointer)) };
}

export class StillsOfView {
  #underWay = new AbortController();

  constructor(readonly chart: Chart) {}

  stop(): void { this.#underWay.abort(); }

  async update(request: Json, projection: Projection, frame: number, delayMs: number): Promise<void> {
    this.#underWay.abort();
    this.#underWay = new AbortController();
    const { signal } = this.#underWay;
    try {
      await sleep(delayMs, signal);
      const where = placeOf(this.chart, projection);
      mapState.value = { ...mapState.value, busy: where !== null };
      if (!where) return;
      const lay = async (which: 'ground' | 'layers', wanted: Json, shown: number): Promise<number> => {
        const made = await still(JSON.stringify(wanted), shown + 1, 'map', signal);
        if (signal.aborted) return 0;
        this.chart.lay(which, { image: made.image, box: where.laid, crs: projection.code });
        return made.warnings;
      };
      const ground = groundStill(where.place);
      if (ground) await lay('ground', ground, 0);
      const { layers, times } = faulty();
      const wanted = mapStill(request, where.place, layers, times);
      const more = wanted && JSON.stringify(wanted) !== JSON.stringify(ground);
      if (!more) this.chart.lay('layers', null);
      const warnings = more ? await lay('layers', wanted, times ? 0 : frame) : 0;
      if (!signal.aborted) mapState.value = { busy: false, warnings, detail: '' };
    } catch (error) {
      if (isAbort(error) || signal.aborted) return;
      mapState.value = { busy: false, warnings: 0, detail: error instanceof Refused || error instanceof Error ? error.message : '' };
    }
  }
}
