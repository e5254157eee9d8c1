// The frame of the picture over the map: handles at its sides and corners resize it, the one in its middle moves it, by pointer or by arrow keys.
import { signal } from '@preact/signals';
import type { Box } from '../request/request';
import { Icon } from '../parts/icons';
import { t, type Word } from '../state/words';
import { chart, drawn, frameBox, setFrame, shownBox } from './frameBox';

interface Handle { name: string; word: Word; sides: [number, number, number, number] }

// `sides` tells which sides (west, south, east, north) a handle moves: 1 or 0.
const handles: Handle[] = [
  { name: 'move', word: 'frame.move', sides: [1, 1, 1, 1] },
  { name: 'nw', word: 'frame.nw', sides: [1, 0, 0, 1] },
  { name: 'n', word: 'frame.n', sides: [0, 0, 0, 1] },
  { name: 'ne', word: 'frame.ne', sides: [0, 0, 1, 1] },
  { name: 'e', word: 'frame.e', sides: [0, 0, 1, 0] },
  { name: 'se', word: 'frame.se', sides: [0, 1, 1, 0] },
  { name: 's', word: 'frame.s', sides: [0, 1, 0, 0] },
  { name: 'sw', word: 'frame.sw', sides: [1, 1, 0, 0] },
  { name: 'w', word: 'frame.w', sides: [1, 0, 0, 0] },
];

const draft = signal<Box | null>(null);

function shifted(box: Box, { sides }: Handle, x: number, y: number): Box {
  const [west, south, east, north] = box;
  const made: Box = [west + sides[0] * x, south + sides[1] * y, east + sides[2] * x, north + sides[3] * y];
  const [least, lowest] = [(east - west) * 0.02, (north - south) * 0.02];
  // A side that is pulled beyond the opposite side stops before it.
  if (made[2] - made[0] < least) { if (sides[0]) made[0] = made[2] - least; else made[2] = made[0] + least; }
  if (made[3] - made[1] < lowest) { if (sides[1]) made[1] = made[3] - lowest; else made[3] = made[1] + lowest; }
  return made;
}

function pull(event: PointerEvent, handle: Handle): void {
  const box = frameBox();
  const resolution = chart.value?.resolution;
  if (!box || !resolution) return;
  event.preventDefault();
  const knob = event.currentTarget as HTMLElement;
  knob.setPointerCapture(event.pointerId);
  knob.focus();
  const move = (now: PointerEvent): void => { draft.value = shifted(box, handle, (now.clientX - event.clientX) * resolution, (event.clientY - now.clientY) * resolution); };
  const end = (): void => {
    knob.removeEventListener('pointermove', move);
    if (draft.value) setFrame(draft.value, '');
    draft.value = null;
  };
  knob.addEventListener('pointermove', move);
  knob.addEventListener('pointerup', end, { once: true });
  knob.addEventListener('pointercancel', end, { once: true });
}

function push(event: KeyboardEvent, handle: Handle): void {
  const direction = ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] } as Record<string, [number, number]>)[event.key];
  const box = frameBox();
  if (!direction || !box) return;
  event.preventDefault();
  const share = event.shiftKey ? 0.1 : 0.02;
  setFrame(shifted(box, handle, direction[0] * (box[2] - box[0]) * share, direction[1] * (box[3] - box[1]) * share));
}

const px = ({ left, top, width, height }: { left: number; top: number; width: number; height: number }) => ({ left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });

export function FrameOverlay() {
  void drawn.value;
  const box = draft.value ?? frameBox();
  const made = chart.value;
  if (!box || !made) return null;
  // The page dims what the picture will not show. While that is not known, it dims what lies outside of the frame.
  const shown = draft.value ? null : shownBox();
  return (
    <div class="frame-layer">
      {shown && <div class="frame-shown" style={px(made.pixels(shown))} />}
      <div class={shown ? 'frame' : 'frame alone'} style={px(made.pixels(box))} role="group" aria-label={t('frame')}>
        {handles.map((handle) => (
          <button type="button" key={handle.name} class={`handle ${handle.name}`} aria-label={t(handle.word)} title={t(handle.word)} onPointerDown={(event) => pull(event, handle)} onKeyDown={(event) => push(event, handle)}>
            {handle.name === 'move' && <Icon name="move" />}
          </button>
        ))}
      </div>
    </div>
  );
}
