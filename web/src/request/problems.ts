// Which field a problem of the check concerns, by its JSON Pointer.

export interface Problem { pointer: string; code: string; detail: string; hint?: string | null }

const within = (pointer: string, field: string): boolean => pointer === field || pointer.startsWith(`${field}/`);

// Problems of a field: those that point to it or into it, but not into one of the fields that are shown by themselves.
export const problemsOf = (problems: Problem[], field: string, shownElsewhere: string[] = []): Problem[] =>
  problems.filter(({ pointer }) => within(pointer, field) && !shownElsewhere.some((other) => other !== field && within(pointer, other)));

// The page's field for a pointer, where a click on a problem goes: the innermost field around the pointer's place, else the outermost field within it.
export function fieldOf(pointer: string, fields: string[]): string | null {
  const around = fields.filter((field) => within(pointer, field) || within(field, pointer));
  const inside = around.filter((field) => within(pointer, field)).sort((a, b) => b.length - a.length);
  return inside[0] ?? around.sort((a, b) => a.length - b.length)[0] ?? null;
}

export const fieldId = (pointer: string): string => `field${pointer.replaceAll('/', '-')}`;
