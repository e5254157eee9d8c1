// Adding a layer: a server by its address, one of the catalogue, what is built in, or a file.
import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { Catalogue, Offer, OfferedLayer } from '../api/answers';
import { getJson } from '../api/client';
import { Button } from '../parts/controls';
import { Dialog } from '../parts/dialog';
import { Icon } from '../parts/icons';
import { Said } from '../parts/said';
import { isObject } from '../request/json';
import type { Layer } from '../request/request';
import { replace } from '../state/composition';
import { number, t } from '../state/words';
import { layerOfFile } from './files';
import { addLayer, type Asked, askServer, layerOf, offers, timesOf } from './offers';
import { sayFailed } from './rowProblem';

export const adding = signal(false);
const catalogue = signal<Catalogue | null>(null);
const askedFor = signal('');

async function readCatalogue(): Promise<void> {
  // A service without a catalogue answers that there is no such route.
  catalogue.value ??= await getJson<Catalogue>('/api/catalogue').catch(() => ({}));
}

const done = (layer: Layer, offered?: OfferedLayer): void => {
  addLayer(layer, offered);
  adding.value = false;
};

function Times({ offered }: { offered: OfferedLayer }) {
  const time = timesOf(offered);
  const axis = time?.axis;
  if (axis?.problem) return <span class="tag bad">{axis.problem}</span>;
  if (axis?.first && axis.last) return <span class="tag">{t('offer.times', { count: number(axis.count ?? 0), first: axis.first.slice(0, 10), last: axis.last.slice(0, 10) })}</span>;
  return time?.extent ? <span class="tag">{time.extent.slice(0, 48)}</span> : null;
}

function Offered({ url, offer, offered }: { url: string; offer: Offer; offered: OfferedLayer }) {
  return (
    <li>
      <button type="button" class="offered" onClick={() => done(layerOf(url, offer, offered), offered)}>
        <strong>{offered.title ?? offered.name}</strong>
        <span class="hint">{offered.name}{offered.description ? ` · ${offered.description.slice(0, 140)}` : ''}</span>
        <span class="tags"><Times offered={offered} />{offered.styles && offered.styles.length > 1 ? <span class="tag">{t('offer.styles', { count: offered.styles.length })}</span> : null}</span>
      </button>
    </li>
  );
}

const shownMax = 100;

function OfferList({ url, offer }: { url: string; offer: Offer }) {
  const [wanted, want] = useState('');
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const found = offer.layers.filter((one) => words.every((word) => `${one.name} ${one.title ?? ''} ${one.description ?? ''} ${one.within?.join(' ') ?? ''}`.toLowerCase().includes(word)));
  return (
    <section aria-label={offer.title ?? url}>
      <div class="field wide">
        <label for="offer-search">{t('offer.search', { count: number(offer.layers.length), title: offer.title ?? url })}</label>
        <input id="offer-search" type="search" value={wanted} onInput={({ currentTarget }) => want(currentTarget.value)} />
      </div>
      <p class="hint" role="status">{found.length > shownMax ? t('offer.someFound', { count: number(found.length), shown: shownMax }) : t('offer.found', { count: number(found.length) })}</p>
      <ul class="offers">{found.slice(0, shownMax).map((offered) => <Offered key={offered.name} url={url} offer={offer} offered={offered} />)}</ul>
    </section>
  );
}

const isTemplate = (url: string): boolean => /\{(z|x|y|-y|q|tileMatrix)\}/.test(url);
const plainType = (url: string): string | null => {
  if (isTemplate(url)) return 'xyz';
  if (/\.geojson(\?|$)/i.test(url)) return 'geojson';
  return /tilejson|tiles\.json/i.test(url) ? 'tilejson' : null;
};

function ServerForm() {
  const [url, setUrl] = useState(askedFor.value);
  const ask = (event: Event): void => {
    event.preventDefault();
    const address = url.trim();
    if (!address) return;
    const type = plainType(address);
    if (type) {
      done({ type, url: address, ...(type === 'geojson' ? { title: address.split('/').pop() ?? '' } : {}) });
      return;
    }
    askedFor.value = address;
    void askServer(address);
  };
  return (
    <form class="row" onSubmit={ask}>
      <div class="field wide">
        <label for="server-url">{t('add.url')}</label>
        <input id="server-url" type="url" required value={url} placeholder="https://…" onInput={({ currentTarget }) => setUrl(currentTarget.value)} />
        <p class="hint">{t('add.urlHint')}</p>
      </div>
      <button type="submit" class="button main"><Icon name="search" /><span>{t('add.ask')}</span></button>
    </form>
  );
}

function Answer({ url, asked }: { url: string; asked: Asked | undefined }) {
  if (!asked) return null;
  if (asked.state === 'asking') return <p role="status" class="busy">{t('add.asking')}</p>;
  if (asked.offer) return <OfferList url={url} offer={asked.offer} />;
  const { what, advice } = sayFailed(asked);
  return <div role="alert" class="notice bad"><p><Said text={what} /></p><p class="hint">{advice}</p><Button icon="again" label={t('tryAgain')} onClick={() => void askServer(url, true)} /></div>;
}

function FileChoice() {
  const [trouble, say] = useState('');
  const take = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    const layer = await layerOfFile(file);
    if (typeof layer === 'string') say(t(layer === 'too-large' ? 'file.tooLarge' : 'file.notGeojson', { name: file.name }));
    else done(layer);
  };
  return (
    <div class="field">
      <label for="geojson-file">{t('add.file')}</label>
      <input id="geojson-file" type="file" accept=".geojson,.json,application/geo+json" onChange={({ currentTarget }) => void take(currentTarget.files?.[0])} />
      {trouble && <p role="alert" class="problems">{trouble}</p>}
    </div>
  );
}

// A layer that the catalogue names: its server is asked for its times, and if it does not answer, that is said.
async function takeOffered(url: string, name: string): Promise<void> {
  askedFor.value = url;
  const { offer } = await askServer(url);
  const offered = offer?.layers.find((one) => one.name === name);
  if (offer && offered) done(layerOf(url, offer, offered), offered);
}

function CatalogueChoices() {
  const servers = catalogue.value?.servers ?? [];
  const presets = catalogue.value?.presets ?? [];
  if (servers.length + presets.length === 0) return null;
  const ask = (url: string): void => { askedFor.value = url; void askServer(url); };
  return (
    <section>
      <h3>{t('add.catalogue')}</h3>
      <div class="choices">
        {servers.map(({ title, url, layers }) => (
          <>
            <Button key={url} icon="search" label={title} onClick={() => ask(url)} />
            {layers?.map((layer) => {
              const { name, title: words = name } = typeof layer === 'string' ? { name: layer } : layer;
              return <Button key={`${url} ${name}`} icon="layers" label={words} onClick={() => void takeOffered(url, name)} />;
            })}
          </>
        ))}
        {presets.map(({ title, request }) => <Button key={title} icon="map" label={title} onClick={() => { if (isObject(request)) replace(request); adding.value = false; }} />)}
      </div>
    </section>
  );
}

export function AddDialog() {
  useEffect(() => void readCatalogue(), []);
  return (
    <Dialog title={t('layers.add')} onClose={() => { adding.value = false; }}>
      <CatalogueChoices />
      <ServerForm key={askedFor.value} />
      <Answer url={askedFor.value} asked={offers.value[askedFor.value]} />
      <section>
        <h3>{t('add.builtIn')}</h3>
        <div class="choices">
          <Button icon="map" label={t('layer.naturalEarth')} onClick={() => done({ type: 'natural-earth' })} />
          <Button icon="map" label={t('layer.coastline')} onClick={() => done({ type: 'natural-earth', show: ['coastline', 'borders'] })} />
          <Button icon="map" label={t('layer.graticule')} onClick={() => done({ type: 'graticule' })} />
        </div>
        <FileChoice />
      </section>
    </Dialog>
  );
}
