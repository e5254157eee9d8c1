// A picture of a job: fetched with the key, and its blob URL revoked when the picture leaves the page.
import { useEffect, useState } from 'preact/hooks';
import { call } from '../api/client';

// The `version` changes when the service has another picture at the same path.
export function Thumbnail({ path, version, title }: { path: string; version: string; title: string }) {
  const [url, setUrl] = useState('');
  useEffect(() => {
    const stop = new AbortController();
    let made = '';
    call(path, { signal: stop.signal }).then(async (answer) => {
      const blob = await answer.blob();
      if (stop.signal.aborted) return;
      made = URL.createObjectURL(blob);
      setUrl(made);
    }).catch(() => undefined);
    return () => { stop.abort(); if (made) URL.revokeObjectURL(made); };
  }, [path, version]);
  return url ? <img class="thumbnail" src={url} alt={title} /> : <div class="thumbnail" aria-hidden="true" />;
}
