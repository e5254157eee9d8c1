// Adding a layer: from a server of the catalogue, from another server by its address, a built-in layer, or a file.
import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ListedServer, OfferedLayer } from '../api/answers';
import { atOnce } from '../api/thumbs';
import { Button } from '../parts/controls';
import { Dialog } from '../parts/dialog';
import { Icon } from '../parts/icons';
import { Said } from '../parts/said';
import type { Layer } from '../request/request';
import { t } from '../state/words';
import { catalogue } from './catalogue';
import { takeFile } from './files';
import { OfferList } from './offerList';
import { addLayer, type Asked, askServer, offers } from './offers';
import { sayFailed } from './rowProblem';

export const adding = signal(false);
const askedFor = signal('');

export function openAdd(): void {
  askedFor.value = '';
  adding.value = true;
}

const done = (layer: Layer, offered?: OfferedLayer): void => {
  addLayer(layer, offered);
  adding.value = false;
};

// An address of tiles, or of one file, is a layer by itself: there is no list to choose from.
const isTemplate = (url: string): boolean => /\{(z|x|y|-y|q|tileMatrix)\}/.test(url);
function plainType(url: string): string | null {
  if (isTemplate(url)) return 'xyz';
  if (/\.geojson(\?|$)/i.test(url)) return 'geojson';
  return /tilejson|tiles\.json/i.test(url) ? 'tilejson' : null;
}

function take(url: string, title?: string, known?: string): void {
  const type = ['xyz', 'tilejson', 'geojson'].includes(known ?? '') ? known : plainType(url);
  if (type) {
    const name = title ?? (type === 'geojson' ? url.split('/').pop() : undefined);
    done({ type, url, ...(name ? { title: name } : {}) });
  } else {
    askedFor.value = url;
    void askServer(url);
  }
}

const hostOf = (url: string): string => { try { return new URL(url).host; } catch { return url; } };

// The servers of the catalogue, and those that have been asked on this page.
function servers(): ListedServer[] {
  const listed = catalogue.value.servers;
  const asked = Object.entries(offers.value).filter(([url, { offer }]) => offer && !listed.some((one) => one.url === url));
  return [...listed, ...asked.map(([url, { offer }]) => ({ title: offer?.title ?? hostOf(url), url }))];
}

function Servers() {
  const all = servers();
  if (all.length === 0) return null;
  return (
    <section aria-labelledby="servers-title">
      <h3 id="servers-title">{t('add.servers')}</h3>
      <ul class="servers">
        {all.map(({ title, url, type, description }, index) => (
          <li key={url}>
            <button type="button" class="server" data-first={index === 0 || undefined} onClick={() => take(url, title, type)}>
              <Icon name="layers" /><span><strong>{title}</strong><span class="hint">{description ?? hostOf(url)}</span></span><Icon name="more" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ServerForm() {
  const [url, setUrl] = useState('');
  const ask = (event: Event): void => {
    event.preventDefault();
    if (url.trim()) take(url.trim());
  };
  return (
    <form class="row" onSubmit={ask}>
      <div class="field wide">
        <label for="server-url">{t('add.url')}</label>
        <input id="server-url" type="url" required value={url} placeholder="https://…" data-first={servers().length === 0 || undefined} onInput={({ currentTarget }) => setUrl(currentTarget.value)} />
        <p class="hint">{t('add.urlHint')}</p>
      </div>
      <button type="submit" class="button main"><Icon name="search" /><span>{t('add.ask')}</span></button>
    </form>
  );
}

function Answer({ url, asked }: { url: string; asked: Asked | undefined }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.scrollIntoView({ block: 'nearest' }), [asked?.state]);
  if (!asked) return null;
  if (asked.state === 'asking') return <div ref={place} role="status" class="busy">{t('add.asking')}</div>;
  const { what, advice } = sayFailed(asked);
  return <div ref={place} role="alert" class="notice bad"><p><Said text={what} /></p><p class="hint">{advice}</p><Button icon="again" label={t('tryAgain')} onClick={() => void askServer(url, true)} /></div>;
}

function FileChoice() {
  const [trouble, say] = useState('');
  const choose = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    const layer = await takeFile(file);
    if (typeof layer === 'string') say(layer);
    else done(layer);
  };
  return (
    <div class="field">
      <label for="geojson-file">{t('add.file')}</label>
      <input id="geojson-file" type="file" accept=".geojson,.json,application/geo+json" onChange={({ currentTarget }) => void choose(currentTarget.files?.[0])} />
      {trouble && <p role="alert" class="problems">{trouble}</p>}
    </div>
  );
}

function Choices({ url, asked }: { url: string; asked: Asked | undefined }) {
  return (
    <>
      <Servers />
      <section aria-labelledby="server-title">
        <h3 id="server-title">{t('add.server')}</h3>
        <ServerForm />
        <Answer url={url} asked={asked} />
      </section>
      <section aria-labelledby="built-in-title">
        <h3 id="built-in-title">{t('add.builtIn')}</h3>
        <div class="choices">
          <Button icon="map" label={t('layer.naturalEarth')} onClick={() => done({ type: 'natural-earth' })} />
          <Button icon="map" label={t('layer.coastline')} onClick={() => done({ type: 'natural-earth', show: ['coastline', 'borders'] })} />
          <Button icon="map" label={t('layer.graticule')} onClick={() => done({ type: 'graticule' })} />
        </div>
        <FileChoice />
      </section>
    </>
  );
}

export function AddDialog() {
  useEffect(() => {
    atOnce.value = 2;
    return () => { atOnce.value = 1; };
  }, []);
  const url = askedFor.value;
  const asked = offers.value[url];
  return (
    <Dialog title={t('layers.add')} onClose={() => { adding.value = false; }}>
      {asked?.offer && <div><Button kind="bare" icon="back" label={t('add.back')} onClick={() => { askedFor.value = ''; }} /></div>}
      {asked?.offer ? <OfferList key={url} url={url} offer={asked.offer} take={done} /> : <Choices url={url} asked={asked} />}
    </Dialog>
  );
}
