// Shown while the request has built-in layers only: examples to begin with, a server to add, a file to drop.
import { useEffect } from 'preact/hooks';
import type { Preset } from '../api/answers';
import { Button } from '../parts/controls';
import { Thumb } from '../parts/thumb';
import { thumbOfRequest } from '../request/preview';
import { t } from '../state/words';
import { openAdd } from './addDialog';
import { beginWith, catalogue, readCatalogue } from './catalogue';

function Example({ preset }: { preset: Preset }) {
  const thumb = thumbOfRequest(preset.request, { width: 144, height: 96 });
  return (
    <li>
      <button type="button" class="offered example" onClick={() => beginWith(preset.request)}>
        {thumb && <Thumb request={thumb} />}
        <span class="offered-words"><strong>{preset.title}</strong>{preset.description && <span class="hint">{preset.description}</span>}</span>
      </button>
    </li>
  );
}

export function Welcome() {
  useEffect(() => void readCatalogue(), []);
  const { presets } = catalogue.value;
  return (
    <section class="welcome" aria-labelledby="welcome-title">
      {presets.length > 0 && <><h3 id="welcome-title">{t('welcome.examples')}</h3><ul class="examples">{presets.map((preset) => <Example key={preset.title} preset={preset} />)}</ul></>}
      <h3 id={presets.length > 0 ? undefined : 'welcome-title'}>{t(presets.length > 0 ? 'welcome.own' : 'welcome.begin')}</h3>
      <Button kind="main" icon="add" label={t('welcome.server')} onClick={openAdd} />
      <p class="hint">{t('welcome.file')}</p>
    </section>
  );
}
