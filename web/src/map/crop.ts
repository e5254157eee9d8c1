// Where the map lies in a still. The service draws a line of one colour round it; the furniture above and below depends on the request.

export interface Corner { left: number; top: number }

type Pixels = { data: Uint8ClampedArray; width: number; height: number };

const colourAt = ({ data, width }: Pixels, x: number, y: number): number => {
  const at = (y * width + x) * 4;
  return ((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0);
};

// The first row that has the line from one side of the map to the other, and ground outside of it.
export function findMap(pixels: Pixels, width: number, height: number): Corner {
  const left = Math.round((pixels.width - width) / 2);
  for (let y = 0; y < pixels.height - height && left > 0; y += 1) {
    const line = colourAt(pixels, left - 1, y);
    if (line === colourAt(pixels, Math.max(0, left - 3), y)) continue;
    let whole = true;
    for (let x = left; x < left + width && whole; x += 1) whole = colourAt(pixels, x, y) === line;
    if (whole) return { left, top: y + 1 };
  }
  return { left: Math.max(0, left), top: Math.max(0, Math.round((pixels.height - height) / 2)) };
}

export function cropMap(image: HTMLImageElement, width: number, height: number): HTMLCanvasElement {
  const whole = document.createElement('canvas');
  whole.width = image.naturalWidth;
  whole.height = image.naturalHeight;
  const pen = whole.getContext('2d', { willReadFrequently: true });
  const map = document.createElement('canvas');
  map.width = Math.min(width, whole.width);
  map.height = Math.min(height, whole.height);
  if (!pen) return map;
  pen.drawImage(image, 0, 0);
  const { left, top } = findMap(pen.getImageData(0, 0, whole.width, whole.height), map.width, map.height);
  map.getContext('2d')?.drawImage(whole, left, top, map.width, map.height, 0, 0, map.width, map.height);
  return map;
}
