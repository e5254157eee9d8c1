// A small picture of what a request shows. It is fetched when it scrolls into view; the fetch is aborted when it scrolls out again before it is there.
import { useEffect, useRef, useState } from 'preact/hooks';
import { wantThumb } from '../api/thumbs';
import type { JsonObject } from '../request/json';
import { Icon } from './icons';

export function Thumb({ request }: { request: JsonObject }) {
  const place = useRef<HTMLSpanElement>(null);
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!place.current || url !== null) return;
    let stop: AbortController | null = null;
    const watch = new IntersectionObserver(([entry]) => {
      stop?.abort();
      stop = null;
      if (!entry?.isIntersecting) return;
      stop = new AbortController();
      wantThumb(request, stop.signal, setUrl);
    });
    watch.observe(place.current);
    return () => { watch.disconnect(); stop?.abort(); };
  }, [url]);
  return <span ref={place} class={url === null ? 'thumb waits' : 'thumb'}>{url ? <img src={url} alt="" /> : <Icon name="map" />}</span>;
}
