// A still of the whole picture, with header and legends, as it will be made.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { isAbort, sleep } from '../api/client';
import { still } from '../api/stills';
import { Said } from '../parts/said';
import { request, selectedFrame } from '../state/composition';
import { t } from '../state/words';

const shown = signal<{ url: string; warnings: number } | null>(null);
const state = signal<{ busy: boolean; detail: string }>({ busy: false, detail: '' });

async function draw(text: string, frame: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(250, signal);
    state.value = { busy: true, detail: '' };
    const { url, warnings } = await still(text, frame + 1, 'page', signal);
    if (signal.aborted) return;
    shown.value = { url, warnings };
    state.value = { busy: false, detail: '' };
  } catch (error) {
    if (isAbort(error) || signal.aborted) return;
    state.value = { busy: false, detail: error instanceof Error ? error.message : '' };
  }
}

export function PicturePanel() {
  const text = JSON.stringify(request.value);
  const frame = selectedFrame.value;
  useEffect(() => {
    const stop = new AbortController();
    void draw(text, frame, stop.signal);
    return () => stop.abort();
  }, [text, frame]);
  const { busy, detail } = state.value;
  return (
    <div class="picture-panel">
      {shown.value && <img src={shown.value.url} alt={t('picture.alt', { frame: frame + 1 })} class={busy ? 'stale' : ''} />}
      <div class="map-note" role="status">
        {busy ? <span class="busy">{t('map.drawing')}</span> : null}
        {!busy && detail ? <span class="tag bad"><Said text={detail} /></span> : null}
        {!busy && !detail && shown.value && shown.value.warnings > 0 ? <span class="tag bad">{t('map.warnings', { count: shown.value.warnings })}</span> : null}
      </div>
    </div>
  );
}
