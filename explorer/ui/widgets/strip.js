// Strip: the thumbnails under the scrubber and the marks on its rail. Shows an evenly spaced choice of frames that fits
// the width; a frame still to come is an empty cell. `pick(i)` is called with the frame the visitor points at.

const THUMB = 56; // height of a cell in CSS pixels, as in film.css
const GAP = 4;

class Strip {
  constructor(node, marks, reel, pick) {
    Object.assign(this, { node, marks, reel, pick });
    node.addEventListener('pointerdown', (event) => {
      node.setPointerCapture(event.pointerId);
      this.point(event.clientX);
    });
    node.addEventListener('pointermove', (event) => {
      if (node.hasPointerCapture(event.pointerId)) this.point(event.clientX);
    });
  }

  get cells() {
    return [...this.node.children];
  }

  clear() {
    this.node.replaceChildren();
  }

  // Choose the cells for the width there is; those already there are kept, pictures and all.
  lay(ratio) {
    const { count } = this.reel;
    const width = Math.max(36, THUMB * ratio);
    const room = Math.max(2, Math.floor((this.node.clientWidth + GAP) / (width + GAP)));
    const n = Math.min(count, room);
    const picks = Array.from({ length: n }, (_, k) => (n > 1 ? Math.round((k * (count - 1)) / (n - 1)) : 0));
    this.node.style.setProperty('--cell', width + 'px');
    const old = new Map(this.cells.map((cell) => [Number(cell.dataset.index), cell]));
    if (picks.join() === [...old.keys()].join()) return;
    this.node.replaceChildren(...picks.map((i) => old.get(i) ?? this.newCell(i)));
    picks.forEach((i) => this.fill(i));
  }

  newCell(i) {
    const cell = document.createElement('span');
    cell.className = 'film-cell';
    cell.dataset.index = i;
    return cell;
  }

  // Draw frame i into its cell, if it has one and the frame is here.
  async fill(i) {
    const cell = this.cells.find((c) => Number(c.dataset.index) === i);
    if (!cell || cell.firstChild) return;
    const { aborter } = this.reel;
    const small = await this.reel.thumbnail(i, Math.round(THUMB * Math.min(2, devicePixelRatio || 1)));
    if (small && aborter === this.reel.aborter && !cell.firstChild) {
      const canvas = Object.assign(document.createElement('canvas'), { width: small.width, height: small.height });
      canvas.getContext('2d').drawImage(small, 0, 0);
      cell.append(canvas);
    }
    small?.close();
  }

  // Light the cell that is nearest to frame `at`.
  light(at) {
    const gap = (cell) => Math.abs(Number(cell.dataset.index) - at);
    const nearest = this.cells.reduce((best, cell) => (best && gap(best) <= gap(cell) ? best : cell), null);
    this.cells.forEach((cell) => cell.classList.toggle('film-on', cell === nearest));
  }

  point(x) {
    const cell = this.cells.find((c) => x <= c.getBoundingClientRect().right + GAP / 2) ?? this.cells.at(-1);
    if (cell) this.pick(Number(cell.dataset.index));
  }

  // Frame i owns the stretch of the rail around the place where the scrubber's thumb stands for it.
  mark() {
    const last = Math.max(1, this.reel.count - 1);
    const stretch = (i) => `M${Math.max(0, i - 0.5)} .5H${Math.min(last, i + 0.5)}`;
    this.marks.setAttribute('viewBox', `0 0 ${last} 1`);
    this.marks.firstElementChild.setAttribute('d', `M0 .5H${last}`);
    this.marks.lastElementChild.setAttribute('d', [...this.reel.blobs.keys()].map(stretch).join(''));
  }
}
