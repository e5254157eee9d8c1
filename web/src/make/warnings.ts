// Groups warnings that say the same of several frames.
import type { Warning } from '../api/answers';

export interface Said { key: string; layer: string; message: string; runs: [number, number][] }

export function grouped(warnings: Warning[]): Said[] {
  const found = new Map<string, Said>();
  for (const { code, layer, message, frame } of warnings) {
    const key = JSON.stringify([code, layer, message]);
    const said = found.get(key) ?? { key, layer: layer ?? '', message, runs: [] };
    const last = said.runs.at(-1);
    if (frame && last && last[1] + 1 === frame) last[1] = frame;
    else if (frame) said.runs.push([frame, frame]);
    found.set(key, said);
  }
  return [...found.values()];
}
