import { expect, it } from 'vitest';
import german from './de.json';
import english from './en.json';

const placeholders = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

it('German says all that English says, about the same things', () => {
  const words: Record<string, string> = german;
  expect(Object.keys(words).sort()).toEqual(Object.keys(english).sort());
  for (const [word, text] of Object.entries(english)) expect(placeholders(words[word] ?? ''), word).toEqual(placeholders(text));
});
