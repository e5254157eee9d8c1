import { expect, it } from 'vitest';
import { frameAt, marksOf, middleOf } from './marks';

const frame = (...outcomes: string[]) => ({ layers: outcomes.map((outcome, index) => ({ title: `layer ${index}`, outcome, reason: outcome === 'drawn' ? null : 'why' })) });

it('makes one mark of what is the same in frames one after another', () => {
  const marks = marksOf({ frames: [frame('drawn', 'marked'), frame('held', 'marked'), frame('drawn', 'drawn'), frame('empty', 'marked')] });
  expect(marks).toEqual([
    { layer: 'layer 1', outcome: 'marked', from: 1, to: 2, reason: 'why' },
    { layer: 'layer 0', outcome: 'held', from: 2, to: 2, reason: 'why' },
    { layer: 'layer 0', outcome: 'empty', from: 4, to: 4, reason: 'why' },
    { layer: 'layer 1', outcome: 'marked', from: 4, to: 4, reason: 'why' },
  ]);
});

it('finds the frame of a time, and a time of the frame', () => {
  const film = { id: '', frames: 24, frameS: 0.25, names: [], marks: [] };
  for (let one = 1; one <= 24; one += 1) expect(frameAt(film, middleOf(film, one))).toBe(one);
  expect(frameAt(film, 0)).toBe(1);
  expect(frameAt(film, 0.25)).toBe(2);
  expect(frameAt(film, 60)).toBe(24);
});
