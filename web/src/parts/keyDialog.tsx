// Asks for a key when the service wants one.
import { useState } from 'preact/hooks';
import { keyWanted } from '../api/client';
import { t } from '../state/words';
import { Button } from './controls';
import { Dialog } from './dialog';
import { Said } from './said';

export function KeyDialog() {
  const [key, setKey] = useState('');
  const wanted = keyWanted.value;
  if (!wanted) return null;
  const give = (event: Event): void => {
    event.preventDefault();
    if (key.trim()) wanted.give(key.trim());
    setKey('');
  };
  return (
    <Dialog title={t('key.title')} onClose={() => wanted.give(null)}>
      <form class="stack" onSubmit={give}>
        {wanted.detail && <p><Said text={wanted.detail} /></p>}
        <div class="field wide">
          <label for="key">{t('key.label')}</label>
          <input id="key" type="password" autocomplete="off" data-first value={key} onInput={({ currentTarget }) => setKey(currentTarget.value)} />
          <p class="hint">{t('key.hint')}</p>
        </div>
        <div class="actions"><button type="submit" class="button main">{t('key.give')}</button><Button label={t('key.without')} onClick={() => wanted.give(null)} /></div>
      </form>
    </Dialog>
  );
}
