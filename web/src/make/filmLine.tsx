// The line under a film: the frame that is shown, and the gaps of layers as marks. A click on a mark goes to its first frame.
import { signal } from '@preact/signals';
import { Said } from '../parts/said';
import { t } from '../state/words';
import { type Film, frameAt, type Mark, middleOf } from './marks';

export const shownFrame = signal(1);
const current = signal<Mark | null>(null);

const video = (): HTMLVideoElement | null => document.querySelector<HTMLVideoElement>('.film-panel video');

export function seek(film: Film, frame: number): void {
  const player = video();
  shownFrame.value = frame;
  if (!player) return;
  player.pause();
  player.currentTime = Math.min(player.duration - 0.01, middleOf(film, frame));
}

export const framesWords = (from: number, to: number): string => (from === to ? t('film.frame', { frame: from }) : t('film.frames', { from, to }));
const words = ({ layer, outcome, from, to }: Mark): string => `${framesWords(from, to)}: ${layer}: ${t(`outcome.${outcome}`)}`;

function move(event: KeyboardEvent): void {
  const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (by === 0) return;
  event.preventDefault();
  const all = [...document.querySelectorAll<HTMLElement>('.film-line .mark')];
  all[all.indexOf(event.currentTarget as HTMLElement) + by]?.focus();
}

// One of all marks is in the tab order; arrow keys go to the others (roving tabindex).
function MarkButton({ film, mark, reachable }: { film: Film; mark: Mark; reachable: boolean }) {
  const show = (): void => { current.value = mark; };
  const place = { left: `${((mark.from - 1) / film.frames) * 100}%`, width: `${((mark.to - mark.from + 1) / film.frames) * 100}%` };
  return (
    <button type="button" class={`mark ${mark.outcome}`} style={place} tabIndex={reachable ? 0 : -1} aria-label={mark.reason ? `${words(mark)}: ${mark.reason}` : words(mark)}
      onFocus={show} onPointerEnter={show} onKeyDown={move} onClick={() => seek(film, mark.from)} />
  );
}

function Row({ film, layer, marks }: { film: Film; layer: string; marks: Mark[] }) {
  const reachable = current.value && film.marks.includes(current.value) ? current.value : film.marks[0];
  return (
    <>
      <span class="hint row-name">{layer}</span>
      <div class="row-marks">{marks.map((mark) => <MarkButton key={`${mark.from} ${mark.outcome}`} film={film} mark={mark} reachable={mark === reachable} />)}</div>
    </>
  );
}

function Here({ film }: { film: Film }) {
  const frame = Math.min(shownFrame.value, film.frames);
  const choose = (event: MouseEvent): void => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    seek(film, Math.min(film.frames, Math.floor(((event.clientX - box.left) / box.width) * film.frames) + 1));
  };
  return (
    <>
      <span class="hint row-name">{t('film.frameOf', { frame, count: film.frames })}</span>
      {/* For the keyboard, the player's own time line does the same. */}
      <div class="row-frames" aria-hidden="true" onClick={choose}><span class="here" style={{ left: `${((frame - 1) / film.frames) * 100}%`, width: `${100 / film.frames}%` }} /></div>
    </>
  );
}

export function FilmLine({ film }: { film: Film }) {
  const layers = [...new Set(film.marks.map(({ layer }) => layer))];
  const mark = current.value && film.marks.includes(current.value) ? current.value : null;
  const name = film.names[Math.min(shownFrame.value, film.frames) - 1];
  return (
    <div class="film-line" role="group" aria-label={t('film.line')}>
      <div class="film-rows">
        <Here film={film} />
        {layers.map((layer) => <Row key={layer} film={film} layer={layer} marks={film.marks.filter((one) => one.layer === layer)} />)}
      </div>
      <p class="film-words">{mark
        ? <><strong>{words(mark)}.</strong>{mark.reason && <> <Said text={mark.reason} /></>}</>
        : <span class="hint">{film.marks.length > 0 ? t('film.marksHint') : name}</span>}</p>
    </div>
  );
}

export const follow = (film: Film | null, player: HTMLVideoElement): void => {
  if (film) shownFrame.value = frameAt(film, player.currentTime);
};

// Follows each picture that a playing film shows. `timeupdate` comes four times a second only, and may be a frame late.
export function followFrames(film: () => Film | null, player: HTMLVideoElement): void {
  follow(film(), player);
  if (!player.paused && player.isConnected) player.requestVideoFrameCallback?.(() => followFrames(film, player));
}
