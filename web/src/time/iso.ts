// Times and durations of ISO 8601, as far as the page must read them to draw the line of times. The service alone decides what is valid.

export interface Duration { months: number; ms: number }

const dayMs = 86_400_000;

export function parseDuration(text: string): Duration | null {
  const found = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text);
  if (!found || text === 'P' || text.endsWith('T')) return null;
  const [years, months, weeks, days, hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0)) as [number, number, number, number, number, number, number];
  return { months: years * 12 + months, ms: (weeks * 7 + days) * dayMs + hours * 3_600_000 + minutes * 60_000 + seconds * 1000 };
}

// A time without an offset is UTC.
export function parseTime(text: string): number | null {
  const whole = /^\d{4}$/.test(text) ? `${text}-01-01` : /^\d{4}-\d{2}$/.test(text) ? `${text}-01` : text;
  const found = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/.exec(whole);
  if (!found) return null;
  const ms = Date.parse(`${found[1]}T${found[2] ?? '00:00'}${found[3] ?? ':00'}${found[4] ?? 'Z'}`);
  return Number.isNaN(ms) ? null : ms;
}

export function addDuration(ms: number, { months, ms: more }: Duration, times = 1): number {
  const date = new Date(ms);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months * times);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.getTime() + more * times;
}

// A time in ISO 8601, as short as possible.
export function writeTime(ms: number): string {
  const text = new Date(ms).toISOString();
  if (text.endsWith('T00:00:00.000Z')) return text.slice(0, 10);
  return text.endsWith(':00.000Z') ? `${text.slice(0, 16)}Z` : `${text.slice(0, 19)}Z`;
}

const timesMax = 5000;

// The times that a server names: single ones and intervals, separated by commas.
export function expand(extent: string): number[] {
  const times: number[] = [];
  for (const entry of extent.split(',').map((part) => part.trim())) {
    const [first = '', last, step] = entry.split('/');
    const from = parseTime(first);
    const to = last === undefined ? null : parseTime(last);
    const every = step === undefined ? null : parseDuration(step);
    if (from === null) continue;
    if (to === null || !every || (every.months === 0 && every.ms <= 0)) times.push(from, ...(to === null ? [] : [to]));
    else for (let count = 0, at = from; at <= to && times.length < timesMax; count += 1, at = addDuration(from, every, count)) times.push(at);
    if (times.length >= timesMax) break;
  }
  return [...new Set(times)].sort((a, b) => a - b);
}

// The step of a server's times: that of its last interval, if it has one.
export function stepOf(extent: string): string | null {
  const steps = extent.split(',').map((entry) => entry.trim().split('/')[2]).filter((step) => step !== undefined && parseDuration(step));
  return steps.at(-1) ?? null;
}

// The value of `times` in a request for the last `count` times of a server.
export function newestRange(extent: string, count: number): string | string[] | null {
  const times = expand(extent).slice(-count);
  const first = times[0];
  const last = times.at(-1);
  if (first === undefined || last === undefined) return null;
  const step = stepOf(extent);
  if (step && times.length > 1) return `${writeTime(first)}/${writeTime(last)}/${step}`;
  return times.map(writeTime);
}
