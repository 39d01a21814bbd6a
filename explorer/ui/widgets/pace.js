// Pace: what changes from frame to frame of a film, measured of the pictures that are here, and drawn as a curve over its
// time: how much of all the change one has seen. A straight line is a film of even steps. Beside it, dashed, what it would be
// with frames at even places of its way. The gap between two frames can be pointed at: `pick(i)` is the gap after frame i.

import { Curve } from './curve.js';

const SIDE = 32; // pixels of the small pictures that are compared

// The root mean square of what differs between two equally long lists of numbers.
export function apart(a, b) {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k] - b[k]) ** 2;
  return Math.sqrt(sum / a.length);
}

// How much of the whole change lies behind each frame, 0 to 1, from the steps between them; null where nothing changes.
export function behindOf(steps) {
  const sums = steps.reduce((sums, step) => [...sums, sums.at(-1) + step], [0]);
  return sums.at(-1) > 0 ? sums.map((sum) => sum / sums.at(-1)) : null;
}

// The largest step in parts of the mean one.
export const unevenness = (steps) => (Math.max(...steps) * steps.length) / steps.reduce((a, b) => a + b);

// Where the frames stand on their way, 0 to 1; null if that is as even as their numbers, or not known.
export function placesOf(frames) {
  const places = frames.map(({ coordinates }) => coordinates?.[0]);
  const [first, last] = [places[0], places.at(-1)];
  if (!places.every(Number.isFinite) || !(last > first)) return null;
  const parts = places.map((place) => (place - first) / (last - first));
  return parts.every((part, i) => Math.abs(part - i / (parts.length - 1)) < 1e-3) ? null : parts;
}

export class Pace {
  constructor(svg, reel, pick, measured) {
    Object.assign(this, { svg, reel, pick, measured, small: new Map(), steps: null, lit: -1, waits: false });
    this.before = this.path('pace-before');
    this.band = this.path('pace-band');
    this.curve = new Curve(svg);
    svg.addEventListener('pointermove', (event) => this.light(this.gapAt(event)));
    svg.addEventListener('pointerleave', () => this.light(-1));
    svg.addEventListener('click', (event) => this.steps && this.pick(this.gapAt(event)));
  }

  path(name) {
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('class', name);
    path.setAttribute('vector-effect', 'non-scaling-stroke');
    this.svg.append(path);
    return path;
  }

  clear() {
    this.small.clear();
    this.show(null, []);
  }

  gapAt({ clientX }) {
    const { left, width } = this.svg.getBoundingClientRect();
    const gaps = this.steps?.length ?? 0;
    return Math.min(gaps - 1, Math.max(0, Math.floor((gaps * (clientX - left)) / width)));
  }

  light(gap) {
    this.lit = this.steps ? gap : -1;
    this.band.setAttribute('d', this.lit < 0 ? '' : `M${this.lit} 0H${this.lit + 1}V1H${this.lit}Z`);
  }

  // Frames came, or others: measured once, when no more of them come for a moment.
  soon(frames) {
    this.frames = frames;
    if (this.waits) return;
    this.waits = true;
    setTimeout(() => {
      this.waits = false;
      this.measure();
    }, 60);
  }

  async measure() {
    const { reel, frames } = this;
    const { aborter, count } = reel;
    const old = [...reel.kinds.values()].filter((kind) => kind === 'stale').length; // of two films nothing is to be said
    if (count < 3 || reel.blobs.size < count || (old && old < count)) return this.show(null, frames);
    for (const [i, blob] of reel.blobs) {
      if (this.small.get(i)?.blob === blob) continue;
      const pixels = await this.pixels(blob);
      if (aborter !== reel.aborter) return;
      this.small.set(i, { blob, pixels });
    }
    const pictures = Array.from({ length: count }, (_, i) => this.small.get(i)?.pixels);
    this.show(pictures.every(Boolean) ? pictures.slice(1).map((pixels, i) => apart(pixels, pictures[i])) : null, frames);
  }

  async pixels(blob) {
    const small = await createImageBitmap(blob, { resizeWidth: SIDE, resizeHeight: SIDE, resizeQuality: 'medium' }).catch(() => null);
    if (!small) return null;
    const context = Object.assign(document.createElement('canvas'), { width: SIDE, height: SIDE }).getContext('2d', { willReadFrequently: true });
    context.drawImage(small, 0, 0);
    small.close();
    return context.getImageData(0, 0, SIDE, SIDE).data;
  }

  show(steps, frames) {
    const behind = steps && behindOf(steps);
    this.steps = behind && steps;
    const [places, last] = [behind && placesOf(frames), (behind?.length ?? 2) - 1];
    this.curve.draw(behind ?? [], this.at ?? 0);
    this.before.setAttribute('d', places ? `M${places.map((place, i) => `${place * last} ${1 - behind[i]}`).join('L')}` : '');
    this.light(-1);
    this.measured();
  }

  stand(i) {
    this.at = i;
    this.curve.at(i);
  }
}
