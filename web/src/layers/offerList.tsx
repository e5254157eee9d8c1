// What a server offers: to be searched, with a small picture, times and styles of each layer.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Offer, OfferedLayer } from '../api/answers';
import { Thumb } from '../parts/thumb';
import { thumbOf } from '../request/preview';
import type { Layer } from '../request/request';
import { number, t } from '../state/words';
import { layerOf, timesOf } from './offers';

function Times({ offered }: { offered: OfferedLayer }) {
  const time = timesOf(offered);
  const axis = time?.axis;
  if (axis?.problem) return <span class="tag bad">{axis.problem}</span>;
  if (axis?.first && axis.last) return <span class="tag">{t('offer.times', { count: number(axis.count ?? 0), first: axis.first.slice(0, 10), last: axis.last.slice(0, 10) })}</span>;
  return time?.extent ? <span class="tag">{time.extent.slice(0, 48)}</span> : null;
}

// The CRS for the thumbnail: one that the layer's server offers, or EPSG:3857 where the server names none.
const crsOf = ({ crs }: OfferedLayer): string => (!crs || crs.includes('EPSG:3857') || !crs.some((one) => /4326|CRS:?84/.test(one)) ? 'EPSG:3857' : 'EPSG:4326');

type Take = (layer: Layer, offered: OfferedLayer) => void;

function Offered({ url, offer, offered, take }: { url: string; offer: Offer; offered: OfferedLayer; take: Take }) {
  const layer = layerOf(url, offer, offered);
  return (
    <li>
      <button type="button" class="offered" onClick={() => take(layer, offered)}>
        <Thumb request={thumbOf(layer, offered.degrees, crsOf(offered), { width: 144, height: 96 })} />
        <span class="offered-words">
          <strong>{offered.title ?? offered.name}</strong>
          <span class="hint">{offered.name}{offered.description ? ` · ${offered.description.slice(0, 140)}` : ''}</span>
          <span class="tags"><Times offered={offered} />{offered.styles && offered.styles.length > 1 ? <span class="tag">{t('offer.styles', { count: offered.styles.length })}</span> : null}</span>
        </span>
      </button>
    </li>
  );
}

const shownMax = 100;

export function OfferList({ url, offer, take }: { url: string; offer: Offer; take: Take }) {
  const [wanted, want] = useState('');
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => search.current?.focus(), []);
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  const found = offer.layers.filter((one) => words.every((word) => `${one.name} ${one.title ?? ''} ${one.description ?? ''} ${one.within?.join(' ') ?? ''}`.toLowerCase().includes(word)));
  return (
    <section aria-label={offer.title ?? url}>
      <div class="field wide">
        <label for="offer-search">{t('offer.search', { count: number(offer.layers.length), title: offer.title ?? url })}</label>
        <input id="offer-search" ref={search} type="search" value={wanted} onInput={({ currentTarget }) => want(currentTarget.value)} />
      </div>
      <p class="hint" role="status">{found.length > shownMax ? t('offer.someFound', { count: number(found.length), shown: shownMax }) : t('offer.found', { count: number(found.length) })}</p>
      <ul class="offers">{found.slice(0, shownMax).map((offered) => <Offered key={offered.name} url={url} offer={offer} offered={offered} take={take} />)}</ul>
    </section>
  );
}
