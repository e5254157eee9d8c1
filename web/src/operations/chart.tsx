// A small line chart of the values since the page was opened; the newest value stands beside its name.
import { clock, number, t } from '../state/words';
import type { Point } from './history';

export interface Line { label: string; points: Point[]; tone?: 'bad' | 'soft' }

const [wide, high] = [300, 72];

// The least round number that no value exceeds.
function roundAbove(value: number): number {
  if (value <= 0) return 1;
  const step = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((factor) => factor * step >= value * 0.999) ?? 10) * step;
}

export function LineChart({ title, unit = '', lines }: { title: string; unit?: string; lines: Line[] }) {
  const all = lines.flatMap(({ points }) => points);
  const [from, to] = [Math.min(...all.map(({ at }) => at)), Math.max(...all.map(({ at }) => at))];
  const top = roundAbove(Math.max(...all.map(({ value }) => value), 0));
  const path = (points: Point[]): string => points.map(({ at, value }, index) => `${index ? 'L' : 'M'}${(((at - from) / (to - from || 1)) * wide).toFixed(1)} ${(high - (value / top) * (high - 4) - 1).toFixed(1)}`).join('');
  const now = lines.map(({ label, points }) => `${label} ${number(points.at(-1)?.value ?? 0)}${unit}`).join(', ');
  return (
    <figure class="line-chart">
      <figcaption>
        <strong>{title}</strong>
        {lines.map(({ label, points, tone = '' }) => <span key={label} class={`key ${tone}`}>{label} <b>{number(points.at(-1)?.value ?? 0)}{unit}</b></span>)}
      </figcaption>
      <div class="line-chart-body">
        <span class="hint top">{number(top)}{unit}</span>
        <svg viewBox={`0 0 ${wide} ${high}`} preserveAspectRatio="none" role="img" aria-label={t('operations.chartWords', { title, now })}>
          <path class="ground" d={`M0 1H${wide}M0 ${high - 1}H${wide}`} />
          {lines.map(({ label, points, tone = '' }) => <path key={label} class={`line ${tone}`} d={path(points)} />)}
        </svg>
      </div>
      <p class="hint ends">{to > from && <><span>{clock(from)}</span><span>{clock(to)}</span></>}</p>
    </figure>
  );
}
