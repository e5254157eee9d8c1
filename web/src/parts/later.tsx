// A part of the page that is loaded when it is first shown (lazy loading).
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Said } from './said';

export function Later({ load }: { load: () => Promise<ComponentType> }) {
  const [Part, show] = useState<ComponentType | null>(null);
  const [trouble, say] = useState('');
  useEffect(() => void load().then((part) => show(() => part)).catch((error: Error) => say(error.message)), []);
  if (trouble) return <p role="alert" class="notice bad"><Said text={trouble} /></p>;
  return Part ? <Part /> : null;
}
