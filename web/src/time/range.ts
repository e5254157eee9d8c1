// The range of the frames' times, as the request writes it: `from/to/step`.
import type { Json } from '../request/json';
import { edit } from '../state/composition';

export const rangeOf = (times: Json | undefined): [string, string, string] => {
  const [from = '', to = '', step = ''] = typeof times === 'string' ? times.split('/') : [];
  return [from, to, step];
};

export function setRange(from: string, to: string, step: string): void {
  edit('/times', `${from}/${to}/${step}`);
}
