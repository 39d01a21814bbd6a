// Thumbs: small pictures of the frames of a reel, each in a node of its own; a frame still to come is an empty node.
// Buttons among them have one tab stop between them.

export class Thumbs {
  // `height` of a picture in CSS pixels.
  constructor(node, reel, height) {
    Object.assign(this, { node, reel, height, least: 0, cells: new Map(), holder: (cell) => cell });
  }

  // These are the nodes from now on, by the index of their frame; `holder(cell)` is where a picture goes.
  lay(cells, holder = (cell) => cell) {
    const before = new Map([...this.cells].map(([i, cell]) => [i, this.holder(cell).querySelector('canvas')]));
    Object.assign(this, { cells, holder });
    for (const [i, cell] of cells) if (before.get(i) && this.reel.blobs.get(i) === before.get(i).blob) holder(cell).append(before.get(i));
    for (const i of this.reel.blobs.keys()) this.fill(i);
  }

  // Draw frame i into its node, if it has one and the frame is here.
  async fill(i) {
    const place = this.cells.has(i) && this.holder(this.cells.get(i));
    const blob = this.reel.blobs.get(i);
    if (!place || !blob || (place.firstChild?.blob === blob && place.firstChild.height >= this.least)) return;
    const { aborter } = this.reel;
    const small = await this.reel.thumbnail(i, Math.max(this.least, Math.round(this.height * Math.min(2, devicePixelRatio || 1))));
    if (small && aborter === this.reel.aborter && place.isConnected && this.reel.blobs.get(i) === blob) {
      const canvas = Object.assign(document.createElement('canvas'), { width: small.width, height: small.height, blob });
      canvas.getContext('2d').drawImage(small, 0, 0);
      place.replaceChildren(canvas);
      this.filled(i, canvas);
    }
    small?.close();
  }

  filled() {}

  // From now on each has at least so many pixels in height.
  sharpen(least) {
    if (least <= this.least) return;
    this.least = least;
    for (const i of this.cells.keys()) this.fill(i);
  }

  // The frame of the node that an event is about; -1 for none.
  at(event) {
    for (const [i, cell] of this.cells) if (cell.contains(event.target)) return i;
    return -1;
  }

  // Which node is the tab stop, and what each is called: `name(i)`.
  mark(stop, name) {
    for (const [i, cell] of this.cells) {
      cell.tabIndex = i === stop ? 0 : -1;
      cell.setAttribute('aria-label', (cell.title = name(i)));
    }
  }
}

const GAP = 4; // CSS pixels between two of a strip

// Strip: an evenly spaced choice of frames that fits the width. `pick(i)` is called with the frame pointed at.
export class Strip extends Thumbs {
  constructor(node, reel, pick) {
    super(node, reel, 56); // as in film.css
    this.pick = pick;
    node.addEventListener('pointerdown', (event) => {
      node.setPointerCapture(event.pointerId);
      this.point(event.clientX);
    });
    node.addEventListener('pointermove', (event) => node.hasPointerCapture(event.pointerId) && this.point(event.clientX));
  }

  clear() {
    this.node.replaceChildren();
    this.cells = new Map();
  }

  // Choose the frames for the width there is; those already there are kept, pictures and all.
  fit(ratio) {
    const { count } = this.reel;
    const width = Math.max(36, this.height * ratio);
    const room = Math.max(2, Math.floor((this.node.clientWidth + GAP) / (width + GAP)));
    const n = Math.min(count, room);
    const picks = Array.from({ length: n }, (_, k) => (n > 1 ? Math.round((k * (count - 1)) / (n - 1)) : 0));
    this.node.style.setProperty('--cell', width + 'px');
    if (picks.join() === [...this.cells.keys()].join()) return;
    const cells = new Map(picks.map((i) => [i, this.cells.get(i) ?? this.cell(i)]));
    this.node.replaceChildren(...cells.values());
    this.lay(cells);
  }

  cell(i) {
    const cell = Object.assign(document.createElement('span'), { className: 'film-cell' });
    cell.dataset.index = i;
    return cell;
  }

  // Light the node that is nearest to frame `at`.
  light(at) {
    const nearest = [...this.cells.keys()].reduce((best, i) => (Math.abs(best - at) <= Math.abs(i - at) ? best : i), Infinity);
    for (const [i, cell] of this.cells) cell.classList.toggle('film-on', i === nearest);
  }

  point(x) {
    const last = [...this.cells].at(-1);
    const found = [...this.cells].find(([, cell]) => x <= cell.getBoundingClientRect().right + GAP / 2) ?? last;
    if (found) this.pick(found[0]);
  }
}
