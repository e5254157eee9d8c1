// The map of the page: OpenLayers pans and zooms, and pictures from the service are drawn at their boxes.
import OlMap from 'ol/Map.js';
import View from 'ol/View.js';
import { defaults as interactions } from 'ol/interaction/defaults.js';
import OlLayer from 'ol/layer/Layer.js';
import type { FrameState } from 'ol/Map.js';
import type { Box } from '../request/request';
import type { Projection } from './projections';

export interface Picture { image: HTMLImageElement; box: Box; crs: string }

export class Chart {
  readonly #map: OlMap;
  readonly #canvas = document.createElement('canvas');
  #pictures: { ground: Picture | null; layers: Picture | null } = { ground: null, layers: null };
  #projection: Projection | null = null;
  #shown: { box: Box; resolution: number; center: string } | null = null;

  constructor(target: HTMLElement, onMoved: () => void, onDrawn: () => void) {
    this.#canvas.className = 'chart-canvas';
    const layer = new OlLayer({ render: (state: FrameState | null) => this.#draw(state) });
    this.#map = new OlMap({ target, layers: [layer], controls: [], interactions: interactions({ altShiftDragRotate: false, pinchRotate: false }) });
    this.#map.on('moveend', onMoved);
    this.#map.on('postrender', onDrawn);
    this.#map.on('change:size', () => this.#showAgain());
  }

  close(): void {
    this.#map.setTarget(undefined);
    this.#map.dispose();
  }

  setProjection(projection: Projection, show: Box | null): void {
    if (this.#projection?.code === projection.code) return;
    this.#projection = projection;
    const [left, bottom, right, top] = projection.extent;
    const world = right - left;
    this.#map.setView(new View({
      projection: projection.code,
      center: [(left + right) / 2, (bottom + top) / 2],
      extent: projection.cylindrical ? [left - 2 * world, bottom, right + 2 * world, top] : projection.extent,
      constrainOnlyCenter: true,
      multiWorld: true,
      smoothExtentConstraint: false,
      maxResolution: world / 300,
      minResolution: world / 4e7,
      resolution: world / 1000,
    }));
    this.show(show ?? projection.home);
  }

  show(box: Box, gentle = false): void {
    // A hidden map has no size yet; it shows the box again when it gets its size.
    const size = this.size.every((side) => side > 0) ? this.size : [600, 400];
    const [width = 600, height = 400] = size;
    const margin = Math.min(width, height) * 0.09;
    // The map's buttons are at its top, on a phone at its bottom; the frame keeps clear of them.
    const buttons = 60;
    const [above, below] = width < 480 ? [margin, buttons] : [buttons, margin];
    const view = this.#map.getView();
    const remember = (): void => { this.#shown = { box, resolution: this.resolution, center: String(view.getCenter()) }; };
    view.fit(box, { size, padding: [above, margin, below, margin], duration: gentle ? 250 : 0, callback: remember });
    if (!gentle) remember();
  }

  // A map that gets another size shows the same box again, unless the user has moved the map meanwhile.
  #showAgain(): void {
    const shown = this.#shown;
    const still = shown && shown.resolution === this.resolution && shown.center === String(this.#map.getView().getCenter());
    if (still && (this.size[0] > 0)) this.show(shown.box);
  }

  zoom(by: number): void {
    const view = this.#map.getView();
    view.animate({ zoom: (view.getZoom() ?? 0) + by, duration: 150 });
  }

  get size(): [number, number] {
    const [width = 0, height = 0] = this.#map.getSize() ?? [];
    return [width, height];
  }

  get visible(): Box { return this.#map.getView().calculateExtent(this.#map.getSize()) as Box; }
  get resolution(): number { return this.#map.getView().getResolution() ?? 1; }

  // The pixels of a box, in the copy of the world that is nearest to the middle of what is visible.
  pixels(box: Box): { left: number; top: number; width: number; height: number } {
    const projection = this.#projection;
    const view = this.visible;
    const shift = projection ? this.#shift((box[0] + box[2]) / 2, (view[0] + view[2]) / 2) : 0;
    const { resolution } = this;
    return { left: (box[0] + shift - view[0]) / resolution, top: (view[3] - box[3]) / resolution, width: (box[2] - box[0]) / resolution, height: (box[3] - box[1]) / resolution };
  }

  lay(which: 'ground' | 'layers', picture: Picture | null): void {
    this.#pictures[which] = picture;
    this.#map.render();
  }

  #shift(middle: number, around: number): number {
    if (!this.#projection?.cylindrical) return 0;
    const world = this.#projection.extent[2] - this.#projection.extent[0];
    return Math.round((around - middle) / world) * world;
  }

  #draw(state: FrameState | null): HTMLElement {
    const pen = this.#canvas.getContext('2d');
    if (!pen || !state) return this.#canvas;
    const [width = 0, height = 0] = state.size;
    const ratio = state.pixelRatio;
    if (this.#canvas.width !== Math.round(width * ratio) || this.#canvas.height !== Math.round(height * ratio)) {
      this.#canvas.width = Math.round(width * ratio);
      this.#canvas.height = Math.round(height * ratio);
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    for (const picture of [this.#pictures.ground, this.#pictures.layers]) {
      if (!picture || picture.crs !== this.#projection?.code) continue;
      const { left, top, width: wide, height: high } = this.pixels(picture.box);
      pen.drawImage(picture.image, left, top, wide, high);
    }
    return this.#canvas;
  }
}
