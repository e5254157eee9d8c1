// The line of times: those that the servers have, layer by layer, those of the frames, and the range, which is set by dragging over it.
import { signal } from '@preact/signals';
import { nameOf, layersOf } from '../request/request';
import { get } from '../request/json';
import { offeredOf, timesOf } from '../layers/offers';
import { edit, frames, request, selectedFrame } from '../state/composition';
import { t } from '../state/words';
import { expand, parseTime, writeTime } from './iso';
import { rangeOf, setRange } from './range';

interface Row { name: string; times: number[] }
interface Scale { from: number; to: number }

const wide = 1000;
const drag = signal<[number, number] | null>(null);
const expanded = new Map<string, number[]>();

function serverRows(): Row[] {
  return layersOf(request.value).flatMap((layer) => {
    const extent = timesOf(offeredOf(layer))?.extent;
    if (!extent) return [];
    const times = expanded.get(extent) ?? expand(extent);
    expanded.set(extent, times);
    return times.length ? [{ name: nameOf(layer), times }] : [];
  });
}

const frameTimes = (): number[] => (frames.value?.times ?? []).map(parseTime).filter((time) => time !== null);

function scaleOf(rows: Row[]): Scale | null {
  const ends = rows.flatMap(({ times }) => [times[0], times.at(-1)]).filter((time) => time !== undefined);
  if (ends.length === 0) return null;
  const [from, to] = [Math.min(...ends), Math.max(...ends)];
  return to > from ? { from, to } : { from: from - 43_200_000, to: to + 43_200_000 };
}

const place = (time: number, { from, to }: Scale): number => 8 + ((time - from) / (to - from)) * (wide - 16);

// Ticks that would lie on each other become one tick.
const ticks = (times: number[], scale: Scale): number[] => [...new Set(times.map((time) => Math.round(place(time, scale) * 2) / 2))];

const nearest = (times: number[], to: number): number => times.reduce((best, time) => (Math.abs(time - to) < Math.abs(best - to) ? time : best), times[0] ?? to);

const listMax = 600;

// Sets the times to a range. A film with a step keeps its step; any other gets a list of the server's times in the range.
function choose([from, to]: [number, number], step: string, times: number[]): void {
  if (step) setRange(writeTime(from), writeTime(to), step);
  else edit('/times', times.filter((time) => time >= from && time <= to).slice(0, listMax).map(writeTime));
}

function dragRange(event: PointerEvent, scale: Scale, times: number[]): void {
  const area = event.currentTarget as SVGSVGElement;
  const [, , step] = rangeOf(get(request.value, '/times'));
  const at = (now: PointerEvent): number => {
    const box = area.getBoundingClientRect();
    const x = ((now.clientX - box.left) / box.width) * wide;
    return nearest(times, scale.from + ((x - 8) / (wide - 16)) * (scale.to - scale.from));
  };
  const begin = at(event);
  area.setPointerCapture(event.pointerId);
  const move = (now: PointerEvent): void => {
    const here = at(now);
    drag.value = [Math.min(begin, here), Math.max(begin, here)];
  };
  area.addEventListener('pointermove', move);
  area.addEventListener('pointerup', () => {
    area.removeEventListener('pointermove', move);
    if (drag.value && drag.value[0] < drag.value[1]) choose(drag.value, step, times);
    drag.value = null;
  }, { once: true });
}

function Rows({ rows, scale }: { rows: Row[]; scale: Scale }) {
  const own = frameTimes();
  const [first = '', last = ''] = rangeOf(get(request.value, '/times'));
  const [from, to] = drag.value ?? [parseTime(first), parseTime(last)];
  const range = rows[0]?.times ?? [];
  const selected = own[selectedFrame.value];
  const high = rows.length * 14 + 18;
  return (
    <svg class="time-line" viewBox={`0 0 ${wide} ${high}`} preserveAspectRatio="none" aria-hidden="true" onPointerDown={(event) => dragRange(event, scale, range)}>
      {from !== null && to !== null && <rect class="range" x={place(from, scale)} y="0" width={Math.max(2, place(to, scale) - place(from, scale))} height={high} />}
      {rows.map(({ name, times }, row) => <path key={name} class="server" d={ticks(times, scale).map((x) => `M${x} ${row * 14 + 4}v9`).join('')} />)}
      <path class="frames" d={ticks(own, scale).map((x) => `M${x} ${rows.length * 14 + 4}v12`).join('')} />
      {selected !== undefined && <path class="selected" d={`M${place(selected, scale)} 0V${high}`} />}
    </svg>
  );
}

export function TimeLine() {
  const rows = serverRows();
  const own = frameTimes();
  const all = rows.length ? rows : own.length > 1 ? [] : null;
  const scale = scaleOf(rows.length ? rows : [{ name: '', times: own }]);
  if (!all || !scale) return <p class="hint">{t('time.noTimes')}</p>;
  return (
    <div class="time-rows">
      <p class="time-ends"><span>{writeTime(scale.from)}</span><span class="hint">{rows.length ? t('time.dragHint') : ''}</span><span>{writeTime(scale.to)}</span></p>
      <Rows rows={rows} scale={scale} />
      <ul class="hidden">{rows.map(({ name, times }) => <li key={name}>{t('time.rowWords', { name, count: times.length, first: writeTime(times[0] ?? 0), last: writeTime(times.at(-1) ?? 0) })}</li>)}</ul>
    </div>
  );
}
