// Where the value of a JSON Pointer stands in a JSON text. Written by hand, so that a text that is being typed can be searched up to its first mistake.

export interface Span { from: number; to: number }

export function findPointer(text: string, path: string[]): Span | null {
  let at = 0;
  let found: Span | null = null;
  const space = (): void => { while (/\s/.test(text[at] ?? '')) at += 1; };
  const string = (): string => {
    const from = at;
    for (at += 1; at < text.length && text[at] !== '"'; at += 1) if (text[at] === '\\') at += 1;
    at += 1;
    try { return JSON.parse(text.slice(from, at)) as string; } catch { return ''; }
  };
  const items = (depth: number, matches: boolean, close: string): void => {
    at += 1;
    for (let index = 0; at < text.length; index += 1) {
      space();
      if (text[at] === close) break;
      let name = String(index);
      if (close === '}') {
        if (text[at] !== '"') return;
        name = string();
        space();
        if (text[at] !== ':') return;
        at += 1;
      }
      value(depth + 1, matches && path[depth] === name);
      space();
      if (text[at] === ',') at += 1;
      else if (text[at] !== close) return;
    }
    at += 1;
  };
  const value = (depth: number, matches: boolean): void => {
    space();
    const from = at;
    if (text[at] === '{') items(depth, matches, '}');
    else if (text[at] === '[') items(depth, matches, ']');
    else if (text[at] === '"') string();
    else while (at < text.length && !/[\s,\]}]/.test(text[at] ?? '')) at += 1;
    if (matches && depth === path.length) found = { from, to: at };
  };
  value(0, true);
  return found;
}

// The place of a pointer's value, or of the innermost value around it that the text has.
export function nearestPlace(text: string, path: string[]): Span {
  for (let length = path.length; length >= 0; length -= 1) {
    const found = findPointer(text, path.slice(0, length));
    if (found && (length > 0 || path.length === 0)) return found;
  }
  return { from: 0, to: Math.min(1, text.length) };
}
