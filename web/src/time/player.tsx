// A rough preview: the frames one after another as stills, which the service draws once and the page keeps.
import { effect, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Button } from '../parts/controls';
import { numberAt } from '../request/json';
import { mapState } from '../map/stillsOfView';
import { frames, request, selectedFrame } from '../state/composition';
import { t } from '../state/words';

const playing = signal(false);

// Shows the next frame when the time of the current one is up and its still has been drawn.
function play(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = effect(() => {
    const count = frames.value?.count ?? 1;
    const shown = selectedFrame.value;
    clearTimeout(timer);
    if (mapState.value.busy || count < 2) return;
    timer = setTimeout(() => { selectedFrame.value = (shown + 1) % count; }, Math.max(100, 1000 / (numberAt(request.value, '/output/fps') ?? 4)));
  });
  return () => { clearTimeout(timer); stop(); };
}

export function frameName(index: number): string {
  const shown = frames.value;
  const time = shown?.times[index] ?? shown?.values[index];
  return time === undefined ? '' : String(time).replace('T00:00:00Z', '').replace(/:00Z$/, 'Z');
}

export function Player() {
  const count = frames.value?.count ?? 1;
  const on = playing.value && count > 1;
  useEffect(() => (on ? play() : undefined), [on]);
  if (count < 2) return null;
  const go = (to: number): void => { playing.value = false; selectedFrame.value = (to + count) % count; };
  const shown = Math.min(selectedFrame.value, count - 1);
  return (
    <div class="player">
      <Button icon="previous" wordless label={t('player.previous')} onClick={() => go(shown - 1)} />
      <Button icon={on ? 'pause' : 'play'} wordless label={t(on ? 'player.pause' : 'player.play')} onClick={() => { playing.value = !on; }} />
      <Button icon="next" wordless label={t('player.next')} onClick={() => go(shown + 1)} />
      <input type="range" aria-label={t('player.frame')} aria-valuetext={frameName(shown)} min="0" max={count - 1} step="1" value={shown} onInput={({ currentTarget }) => go(currentTarget.valueAsNumber)} />
      <output class="frame-name">{frameName(shown)} <span class="hint">{shown + 1}/{count}</span></output>
    </div>
  );
}
