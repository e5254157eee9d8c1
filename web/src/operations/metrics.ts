// Reads the text of `/metrics`, and sums up what an operator wants to know first.

export interface Sample { name: string; labels: Record<string, string>; value: number }

export function parseMetrics(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const found = /^([a-z_:][\w:]*)(?:\{(.*)\})? (\S+)/i.exec(line);
    if (!found) return [];
    const labels = Object.fromEntries([...(found[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = '', value = '']) => [name, value.replaceAll('\\"', '"').replaceAll('\\\\', '\\')]));
    const value = Number(found[3]);
    return Number.isNaN(value) ? [] : [{ name: found[1] ?? '', labels, value }];
  });
}

export const sum = (samples: Sample[], name: string, labels: Record<string, string> = {}): number =>
  samples.filter((one) => one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value)).reduce((total, { value }) => total + value, 0);

export const named = (samples: Sample[], name: string): Sample[] => samples.filter((one) => one.name === name);
