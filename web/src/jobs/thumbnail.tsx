// A picture of a job, where the service has one: fetched with the key, and given back when it is not seen any more.
import { useEffect, useState } from 'preact/hooks';
import { call } from '../api/client';

export function Thumbnail({ path, title }: { path: string; title: string }) {
  const [url, setUrl] = useState('');
  useEffect(() => {
    const stop = new AbortController();
    let made = '';
    call(path, { signal: stop.signal }).then(async (answer) => {
      made = URL.createObjectURL(await answer.blob());
      if (!stop.signal.aborted) setUrl(made);
    }).catch(() => undefined);
    return () => { stop.abort(); if (made) URL.revokeObjectURL(made); };
  }, [path]);
  return url ? <img class="thumbnail" src={url} alt={title} loading="lazy" /> : <div class="thumbnail" aria-hidden="true" />;
}
