// The request as JSON. Typed text changes the form as soon as it is valid JSON; a change in the form changes the text.
import { effect, signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { hasKey } from '../api/client';
import { copy } from '../make/panel';
import { Button } from '../parts/controls';
import { asCli, asCurl, asPython } from '../request/commands';
import { get, isObject } from '../request/json';
import { isFilm } from '../request/request';
import { linkTo } from '../request/share';
import { problems, replace, report, request, requestText } from '../state/composition';
import { t } from '../state/words';

const trouble = signal('');
const said = signal('');

function take(text: string): void {
  try {
    const value: unknown = JSON.parse(text);
    trouble.value = isObject(value) ? '' : t('json.notObject');
    if (isObject(value) && JSON.stringify(value) !== JSON.stringify(request.peek())) replace(value, 'json');
  } catch (error) {
    trouble.value = error instanceof Error ? error.message : '';
  }
}

function open(host: HTMLElement): () => void {
  let stop = (): void => undefined;
  let closed = false;
  // The editor is a bundle of its own, loaded when the panel opens (lazy loading).
  void import('./editor').then(({ openEditor }) => {
    if (closed) return;
    let typed = '';
    const editor = openEditor(host, requestText.peek(), t('json.label'), (text) => { typed = text; take(text); });
    const stopText = effect(() => {
      const text = requestText.value;
      let same = false;
      try { same = JSON.stringify(JSON.parse(typed)) === JSON.stringify(request.value); } catch { /* The typed text is no valid JSON yet. */ }
      if (!same) { editor.show(text); trouble.value = ''; }
    });
    const stopMarks = effect(() => editor.mark(report.value.state === 'asking' ? [] : problems.value));
    stop = () => { stopText(); stopMarks(); editor.close(); };
  }).catch((error: Error) => { trouble.value = error.message; });
  return () => { closed = true; stop(); };
}

async function copyAs(how: 'curl' | 'python' | 'cli' | 'link'): Promise<void> {
  const text = requestText.value;
  const film = isFilm(request.value);
  // Copied text never has a key in it: the commands take the key from the environment.
  const service = { origin: location.origin, keyed: hasKey.value };
  const format = get(request.value, '/output/format');
  const made = how === 'curl' ? asCurl(text, service, film)
    : how === 'python' ? asPython(text, service, film)
    : how === 'cli' ? asCli(text, typeof format === 'string' ? format : film ? 'mp4' : 'png')
    : await linkTo(location.origin, request.value);
  said.value = await copy(made, t('copied'));
}

export function JsonPanel() {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => (host.current ? open(host.current) : undefined), []);
  return (
    <section class="json-panel" aria-label={t('json')}>
      <div class="actions">
        <Button icon="copy" label="curl" onClick={() => void copyAs('curl')} />
        <Button icon="copy" label="Python" onClick={() => void copyAs('python')} />
        <Button icon="copy" label={t('copy.cli')} onClick={() => void copyAs('cli')} />
        <Button icon="link" label={t('share')} onClick={() => void copyAs('link')} />
      </div>
      <div ref={host} class="editor" />
      <p role="status" class="problems">{trouble.value}</p>
      {problems.value.length > 0 && <ul class="problems">{problems.value.map(({ pointer, detail }) => <li key={pointer + detail}><code>{pointer || '/'}</code> {detail}</li>)}</ul>}
      <p role="status" class="hint wrap">{said.value}</p>
    </section>
  );
}
