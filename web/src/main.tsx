// The entry point: sets the language and the view, reads a request from the link, and then renders the page.
import { render } from 'preact';
import { App } from './app';
import { isObject } from './request/json';
import { unpack } from './request/share';
import { begin, open } from './state/composition';
import { keepDraft, readDraft } from './state/draft';
import { readPlace } from './state/place';
import { speakAsUsual } from './state/words';
import './style/page.css';

async function readLink(): Promise<boolean> {
  const packed = /^#r=([\w-]+)$/.exec(location.hash)?.[1];
  if (!packed) return false;
  try {
    const shared: unknown = JSON.parse(await unpack(packed));
    if (isObject(shared)) open(shared);
    return isObject(shared);
  } catch {
    // A link that was cut off opens the page without its request.
    return false;
  }
}

const arrive = async (): Promise<boolean> => {
  readPlace();
  return readLink();
};

window.addEventListener('popstate', () => void arrive());
window.addEventListener('hashchange', () => void arrive());
const [linked] = await Promise.all([arrive(), speakAsUsual()]);
const draft = linked ? null : readDraft();
if (draft) begin(draft);
keepDraft();
const element = document.getElementById('page');
if (element) render(<App />, element);
