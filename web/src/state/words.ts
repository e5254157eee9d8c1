// The words of the page. A language is one file in `messages`. English is bundled with the page, and is the fallback for words that another language
// lacks.
import { computed, signal } from '@preact/signals';
import english from '../messages/en.json';

export type Word = keyof typeof english;
type Words = Partial<Record<Word, string>>;

const others = import.meta.glob<Words>(['../messages/*.json', '!../messages/en.json'], { import: 'default' });
const codeOf = (path: string): string => path.replace(/^.*\/|\.json$/g, '');
export const languages = ['en', ...Object.keys(others).map(codeOf)];

const words = signal<Words>(english);
export const language = signal('en');
export const languageName = (code: string): string => new Intl.DisplayNames([code], { type: 'language' }).of(code) ?? code;

export async function speak(code: string): Promise<void> {
  const load = Object.entries(others).find(([path]) => codeOf(path) === code)?.[1];
  words.value = load ? await load() : english;
  language.value = load ? code : 'en';
  document.documentElement.lang = language.value;
  localStorage.setItem('mapreel-language', language.value);
}

export function speakAsUsual(): Promise<void> {
  const wanted = [localStorage.getItem('mapreel-language') ?? '', ...navigator.languages.map((name) => name.slice(0, 2))];
  return speak(wanted.find((code) => languages.includes(code)) ?? 'en');
}

export function t(word: Word, values: Record<string, string | number> = {}): string {
  const text = words.value[word] ?? english[word];
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

const formats = computed(() => ({
  number: new Intl.NumberFormat(language.value, { maximumFractionDigits: 1 }),
  time: new Intl.DateTimeFormat(language.value, { dateStyle: 'medium', timeStyle: 'short' }),
  clock: new Intl.DateTimeFormat(language.value, { timeStyle: 'medium' }),
}));
export const number = (value: number): string => formats.value.number.format(value);
export const moment = (iso: string): string => formats.value.time.format(new Date(iso));
export const clock = (ms: number): string => formats.value.clock.format(ms);

export function size(bytes: number): string {
  if (bytes < 1000) return `${number(bytes)} B`;
  return bytes < 1e6 ? `${number(Math.round(bytes / 1000))} kB` : `${number(bytes / 1e6)} MB`;
}
