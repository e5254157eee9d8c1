// The map with the frame of the picture over it. The service draws what the map shows, so the film will look the same.
import { effect, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Button } from '../parts/controls';
import { Said } from '../parts/said';
import { type Box, crsOf } from '../request/request';
import type { JsonObject } from '../request/json';
import { frames, opened, report, request, selectedFrame } from '../state/composition';
import { t } from '../state/words';
import { Chart } from './chart';
import { FrameOverlay } from './frame';
import { chart, drawn, frameBox, setFrame, viewProjection } from './frameBox';
import { isShown, } from './projections';
import { mapState, StillsOfView } from './stillsOfView';

const moved = signal(0);

function useThisView(): void {
  const visible = chart.value?.visible;
  if (!visible) return;
  const [west, south, east, north] = visible;
  const [x, y] = [(east - west) * 0.05, (north - south) * 0.05];
  setFrame([west + x, south + y, east - x, north - y], '');
}

const showFrame = (): void => {
  const box = frameBox();
  if (box) chart.value?.show(box, true);
};

// Goes to a frame that was set out of sight, or too small or too large to be seen. A map that the user moved away from its frame stays.
function follow(made: Chart, box: Box | null): void {
  const [width, height] = made.size;
  if (!box || width === 0) return;
  const { left, top, width: wide, height: high } = made.pixels(box);
  const outside = left > width || top > height || left + wide < 0 || top + high < 0;
  if (outside || wide < width / 12 || wide > width * 8) made.show(box);
}

function start(target: HTMLElement): () => void {
  const made = new Chart(target, () => { moved.value += 1; }, () => { drawn.value += 1; });
  const stills = new StillsOfView(made);
  chart.value = made;
  let code = '';
  const stopView = effect(() => {
    const projection = viewProjection();
    if (projection.code === code) return;
    code = projection.code;
    made.setProjection(projection, frameBox());
  });
  let seen = opened.peek();
  const stopFollow = effect(() => {
    const box = frameBox();
    if (opened.value !== seen && box) made.show(box);
    else follow(made, box);
    seen = opened.value;
  });
  let last: { moved: number; request: JsonObject | null } = { moved: -1, request: null };
  const stopStills = effect(() => {
    // Debounce: after a move of the map it waits until the map rests, after a change of the request about until its check has answered. Another frame of the same
    // request is asked for at once.
    const wait = moved.value !== last.moved ? 200 : request.value !== last.request ? 350 : 0;
    last = { moved: moved.value, request: request.value };
    void report.value.problems.length;
    const shown = Math.min(selectedFrame.value, Math.max(0, (frames.value?.count ?? 1) - 1));
    void stills.update(request.value, viewProjection(), shown, wait);
  });
  return () => { stopView(); stopFollow(); stopStills(); stills.stop(); made.close(); chart.value = null; };
}

function MapNote() {
  const { busy, warnings, detail } = mapState.value;
  const unknown = !isShown(crsOf(request.value));
  return (
    <div class="map-note" role="status">
      {busy ? <span class="busy">{t('map.drawing')}</span> : null}
      {!busy && warnings > 0 ? <span class="tag bad">{t('map.warnings', { count: warnings })}</span> : null}
      {!busy && detail ? <span class="tag bad"><Said text={detail.slice(0, 200)} /></span> : null}
      {unknown ? <span class="tag">{t('map.otherCrs', { crs: crsOf(request.value) })}</span> : null}
    </div>
  );
}

export function MapPanel({ hidden }: { hidden: boolean }) {
  const target = useRef<HTMLDivElement>(null);
  useEffect(() => (target.current ? start(target.current) : undefined), []);
  return (
    <div class="map-panel" hidden={hidden}>
      <div ref={target} class="chart" tabIndex={0} role="application" aria-label={t('map.label')} />
      <FrameOverlay />
      <div class="map-buttons">
        <Button icon="add" wordless label={t('map.in')} onClick={() => chart.value?.zoom(1)} />
        <Button icon="minus" wordless label={t('map.out')} onClick={() => chart.value?.zoom(-1)} />
        <Button icon="map" wordless label={t('map.showFrame')} onClick={showFrame} />
        <Button icon="view" label={t('map.useView')} onClick={useThisView} />
      </div>
      <MapNote />
    </div>
  );
}
