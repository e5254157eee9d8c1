// The gaps of a film's layers, from its manifest, as marks at their frames.

export type Outcome = 'marked' | 'held' | 'empty';
export interface Mark { layer: string; outcome: Outcome; from: number; to: number; reason: string }
export interface Film { id: string; frames: number; frameS: number; names: string[]; marks: Mark[] }

export interface Manifest {
  frames: { map_time?: string | null; value?: string | number | null; layers: { title: string; outcome: string; reason: string | null }[] }[];
}

const isGap = (outcome: string): outcome is Outcome => outcome === 'marked' || outcome === 'held' || outcome === 'empty';

// Neighbouring frames in which a layer has the same outcome are one mark.
export function marksOf({ frames }: Manifest): Mark[] {
  const marks: Mark[] = [];
  const open = new Map<number, Mark>();
  frames.forEach(({ layers }, index) => {
    layers.forEach(({ title, outcome, reason }, layer) => {
      const before = open.get(layer);
      if (!isGap(outcome)) { open.delete(layer); return; }
      if (before?.outcome === outcome && before.to === index) { before.to = index + 1; return; }
      const mark: Mark = { layer: title, outcome, from: index + 1, to: index + 1, reason: reason ?? '' };
      open.set(layer, mark);
      marks.push(mark);
    });
  });
  return marks;
}

export const nameOf = ({ map_time: time, value }: Manifest['frames'][number]): string =>
  String(time ?? value ?? '').replace('T00:00:00Z', '').replace(/:00Z$/, 'Z');

// The frame, counted from 1, that the film shows at a time.
export const frameAt = ({ frames, frameS }: Film, seconds: number): number => Math.min(frames, Math.max(1, Math.floor(seconds / frameS + 1e-6) + 1));

export const middleOf = ({ frameS }: Film, frame: number): number => (frame - 0.5) * frameS;
