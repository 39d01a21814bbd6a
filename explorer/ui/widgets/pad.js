// PadView: a run as a square: one picture, a pad to move it with, and the sheet of all rendered cells. Coordinates are
// (x, y) in [0, 1]. Moving blends the cells around; letting go off them fires `visit`, and what comes back, as an event
// `visited` on this element (see visits.py), is shown if the handle is still there.

import { Handle } from './handle.js';
import { Lattice, weightsAt } from './grids.js';
import { Pane } from './pane.js';
import { Thumbs } from './thumbs.js';
import { RunView, plain } from './view.js';
import { html, make, write } from './widget.js';

const CORNERS = [[0, 0], [1, 0], [0, 1], [1, 1]];
const STEP = 0.02; // of an arrow key
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, -1], ArrowDown: [1, 1] }; // [axis, direction]

export default class PadView extends RunView {
  static look = 'pad';
  static styles = ['view', 'pad'];
  static events = ['look', 'visit'];
  static template = html`
<div class="pad-table">
  <div class="pad-view">
    <div class="pad-frame">
      <canvas class="view-picture pad-picture" data-part="picture" role="img" width="1" height="1"></canvas>
      <p class="view-note" role="status" hidden></p>
    </div>
    <div class="view-desk pad-line"><p class="pad-where" data-part="where"></p><a class="view-save" download></a></div>
    <ul class="pad-weights" data-part="weights" data-name="weights">
      <li><i></i><b></b><span></span></li>
      <li><i></i><b></b><span></span></li>
      <li><i></i><b></b><span></span></li>
      <li><i></i><b></b><span></span></li>
    </ul>
  </div>
  <div class="view-desk pad-desk">
    <div class="pad-board">
      <p class="pad-words" aria-hidden="true"><span></span><span></span></p>
      <div class="pad-square" data-part="square" data-name="pad" role="slider" tabindex="0" aria-valuemin="0" aria-valuemax="100" aria-valuenow="0">
        <canvas class="pad-ground" data-part="ground" aria-hidden="true" width="480" height="480"></canvas>
        <svg class="pad-dots" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true"><path class="pad-empties" data-part="empties"></path><path class="pad-ready" data-part="dots"></path></svg>
        <i class="pad-handle" data-part="mark"></i>
      </div>
      <p class="pad-words" aria-hidden="true"><span></span><span></span></p>
      <p class="view-keys" data-part="keys"></p>
    </div>
    <div class="pad-sheet" data-part="cells" data-name="sheet" role="group"></div>
  </div>
</div>
<div class="view-empty">
  <svg viewBox="0 0 64 64" width="64" height="64" aria-hidden="true">
    <rect x="6" y="6" width="52" height="52" rx="6"></rect>
    <path d="M6 32h52M32 6v52" opacity=".35"></path>
    <circle cx="40" cy="24" r="6"></circle>
  </svg>
</div>`;

  begin(props) {
    super.begin(props);
    this.corners = [...this.querySelectorAll('.pad-words span')];
    this.lines = [...this.weights.children];
    this.lattice = new Lattice([], 0);
    this.corner = ['', '', '', '']; // the words of the corners
    [this.x, this.y] = [0, 0]; // where the handle is
    this.point = null; // what is known of the point here, when it is no cell: {} is asked for; see visits.py
    this.sketch = null; // {bitmap, kind}: what was drawn last between the cells while the handle moved; see live.js
    this.offline = Boolean(props.offline); // nobody there to ask
    this.canvas = new Pane(this.picture, this.reel, (ratio) => this.shape(ratio), () => this.refresh());
    this.sheet = new Thumbs(this.cells, this.reel, 480);
    this.sheet.filled = (i, small) => this.paintGround(i, small);
    this.handle = new Handle(this.square, {
      moveTo: (x, y) => this.moveTo(x, y),
      step: (axis, direction, large) => this.step(axis, direction, large),
      letGo: (near) => this.letGo(near),
    });
    this.square.setAttribute('aria-roledescription', this.say('role'));
    write(this.keys, this.offline ? '' : this.say('keys'));
    this.cells.addEventListener('click', (event) => this.sheet.at(event) >= 0 && this.pin(this.sheet.at(event)));
    this.cells.addEventListener('keydown', (event) => this.walk(event));
    this.addEventListener('visited', ({ detail }) => this.visited(detail));
  }

  get cell() { return this.lattice.at(this.x, this.y); }
  get index() { return Math.max(0, this.lattice.nearest(this.x, this.y)); }
  get state() { return { ...super.state, x: this.x, y: this.y }; }

  get sighted() { return this.cell >= 0 ? [this.cell] : []; }
  get whole() { return !this.visits; } // a run has its cells
  get visits() { return this.reel.blobs.size > 0 && this.left === null; }

  follows(said) {
    return this.begun || said !== this.said || !this.reel.exact(this.cell);
  }

  sight(exact) {
    return { ...super.sight(exact), point: [this.x, this.y] };
  }

  stand([i]) {
    if (this.lattice.cells[i]) this.go(...this.lattice.cells[i]);
  }

  async between(coordinates, kind, blob) {
    const bitmap = await createImageBitmap(blob).catch(() => null);
    if (!bitmap) return;
    this.sketch = { bitmap, kind };
    this.refresh();
  }

  unfollowed() {
    this.sketch = null;
    super.unfollowed();
    this.refresh();
  }

  get kind() {
    if (this.cell >= 0 && this.reel.blobs.has(this.cell)) return this.reel.kinds.get(this.cell) ?? '';
    return this.point?.bitmap ? '' : (this.sketch?.kind ?? '');
  }

  // Is the very picture of this place to be seen?
  get exact() {
    return this.reel.exact(this.cell) || Boolean(this.point?.bitmap);
  }

  get saved() {
    return this.reel.blobs.has(this.cell) ? this.frame(this.cell) : (this.point?.file?.url ?? null);
  }

  // For a cell that is not here the nearest that is; of several equally near, the one towards the handle.
  standIn(i) {
    if (this.reel.blobs.has(i)) return i;
    const [cx, cy] = this.lattice.cells[i];
    return this.lattice.nearest(cx + 0.01 * (this.x - cx), cy + 0.01 * (this.y - cy), this.reel.blobs);
  }

  /* ---- words ---------------------------------------------------------------------------------------------- */

  cellName(i) {
    const { cells, xs, ys } = this.lattice;
    const name = this.say('cell', { row: ys.indexOf(cells[i][1]) + 1, column: xs.indexOf(cells[i][0]) + 1 });
    const seed = this.frames[i]?.settings?.seed;
    return seed === undefined ? name : this.say('tagged', { name, seed });
  }

  sheetName(i) {
    const name = [this.cellName(i), this.frames[i]?.caption].filter(Boolean).join(': ');
    return this.reel.blobs.has(i) ? name : this.say('missing', { name });
  }

  remark() {
    const { point, handle, cell } = this;
    if (this.exact || (this.kind && (handle.held || !this.visits))) return '';
    if (!handle.held && point) {
      if (point.error) return this.say('error', point);
      if (point.gone) return this.say('gone');
      return point.stopped ? this.say('stopped') : point.step ? this.say('step', point) : this.say('asked');
    }
    if (cell >= 0) return this.say('absent');
    const coming = this.lattice.around(this.x, this.y).some(([i]) => !this.reel.blobs.has(i)) ? '\n' + this.say('coming') : '';
    return this.say(this.offline ? 'offline' : handle.held ? 'blend' : 'between') + coming;
  }

  placeNow() {
    const { cell, point, x, y } = this;
    if (cell >= 0 && (this.reel.blobs.has(cell) || !point?.bitmap)) return this.cellName(cell);
    if (point?.bitmap) return this.say(Number.isInteger(point.seed) ? 'seeded' : 'exact', point);
    return `x ${x.toFixed(2)}, y ${y.toFixed(2)}`;
  }

  tellWeights() {
    const parts = weightsAt(this.x, this.y).map((weight) => Math.round(100 * weight));
    this.lines.forEach((line, k) => {
      line.style.setProperty('--part', parts[k] + '%');
      line.children[1].textContent = parts[k] + ' %';
      line.children[2].textContent = line.title = this.corner[k];
    });
    const said = parts.map((part, k) => part && this.say('part', { part, name: this.corner[k] })).filter(Boolean);
    const text = [said.join(', '), this.placeNow()].join('. ');
    this.square.setAttribute('aria-valuenow', Math.round(100 * this.x));
    this.square.setAttribute('aria-valuetext', text);
    this.picture.setAttribute('aria-label', text);
  }

  tellCells() {
    const path = (here) => this.lattice.cells.map(([x, y], i) => (this.reel.blobs.has(i) === here ? `M${x} ${y}h0` : '')).join('');
    this.empties.setAttribute('d', path(false));
    this.dots.setAttribute('d', path(true));
    for (const [i, cell] of this.sheet.cells) cell.setAttribute('aria-pressed', i === this.cell);
    this.sheet.mark(this.index, (i) => this.sheetName(i));
  }

  tell() {
    super.tell();
    this.dataset.exact = Boolean(this.saved);
    this.where.textContent = this.placeNow();
    this.mark.style.left = 100 * this.x + '%';
    this.mark.style.top = 100 * this.y + '%';
    this.tellWeights();
  }

  /* ---- the picture ---------------------------------------------------------------------------------------- */

  pane() {
    return this.canvas;
  }

  draw() {
    const { cell, point } = this;
    const drawn = point?.bitmap ? point : this.sketch;
    if (drawn && !this.reel.blobs.has(cell)) return this.show(drawn.bitmap, point?.bitmap ? 'exact' : drawn.kind);
    const parts = cell >= 0 ? [[cell, 1]] : this.lattice.around(this.x, this.y);
    this.canvas.show(parts.map(([i, weight]) => [this.standIn(i), weight]));
  }

  resized() {
    this.canvas.redraw();
  }

  clear() {
    [this.x, this.y, this.point, this.sketch] = [0, 0, null, null];
    this.canvas.clear();
  }

  arrange() {
    const { frames, ground } = this;
    this.lattice = new Lattice(frames, this.reel.count);
    const { cells, xs, ys } = this.lattice;
    this.corner = CORNERS.map(([x, y]) => frames[this.lattice.at(x, y)]).map((frame) => frame?.settings?.prompt ?? frame?.caption ?? '');
    this.corners.forEach((span, k) => (span.textContent = span.title = this.corner[k]));
    ground.getContext('2d').clearRect(0, 0, ground.width, ground.height);
    const rank = (i) => ys.indexOf(cells[i][1]) * xs.length + xs.indexOf(cells[i][0]);
    const order = [...cells.keys()].sort((i, j) => rank(i) - rank(j));
    const buttons = new Map(order.map((i) => [i, make('button', 'pad-cell', '', { type: 'button' })]));
    this.cells.style.setProperty('--columns', xs.length);
    this.cells.replaceChildren(...buttons.values());
    this.sheet.height = Math.ceil(480 / Math.max(1, ys.length));
    this.sheet.lay(buttons);
    this.tellCells();
  }

  // On the ground of the pad a picture lies around its own place, so those at the rim are cut off there.
  paintGround(i, small) {
    const { width, height } = this.ground;
    const { cells, xs, ys } = this.lattice;
    const [w, h] = [width / Math.max(1, xs.length - 1), height / Math.max(1, ys.length - 1)];
    this.ground.getContext('2d').drawImage(small, cells[i][0] * width - w / 2, cells[i][1] * height - h / 2, w, h);
  }

  /* ---- moving --------------------------------------------------------------------------------------------- */

  go(x, y) {
    const snapped = this.lattice.at(x, y);
    const place = snapped >= 0 ? this.lattice.cells[snapped] : [x, y].map((t) => Math.round(1000 * Math.min(1, Math.max(0, t))) / 1000);
    if (place[0] !== this.x || place[1] !== this.y) this.point = null;
    const was = this.cell;
    [this.x, this.y] = place;
    this.refresh();
    if (was !== this.cell) this.tellCells();
  }

  moveTo(x, y) {
    if (!this.reel.blobs.size) return;
    const was = [this.x, this.y].join();
    this.go(x, y);
    if (was !== [this.x, this.y].join()) this.fire('look', {});
  }

  step(axis, direction, large) {
    const place = [this.x, this.y];
    place[axis] = large ? this.lattice.next(axis, place[axis], direction) : place[axis] + direction * STEP;
    this.moveTo(...place);
  }

  // The hand is off: on a cell there is its picture, anywhere else the picture of this very point is asked for.
  letGo(near) {
    if (!this.reel.blobs.size) return;
    const [x, y] = this.lattice.cells[this.index];
    if (Math.max(Math.abs(x - this.x), Math.abs(y - this.y)) <= near) this.go(x, y);
    const { point } = this;
    const asked = point && !(point.stopped || point.error || point.gone);
    if (this.visits && !this.reel.blobs.has(this.cell) && !asked && !this.offline) {
      this.point = {};
      this.fire('visit', { coordinates: [this.x, this.y] });
    }
    this.refresh();
    this.tellCells();
  }

  pin(i) {
    this.pinned = i;
    this.go(...this.lattice.cells[i]);
    this.letGo(0);
  }

  // Arrow keys move the focus on the sheet; Enter and space are the button's own.
  walk(event) {
    const i = this.sheet.at(event);
    if (i < 0 || !(event.key in ARROWS) || !plain(event)) return;
    const [axis, direction] = ARROWS[event.key];
    const place = [...this.lattice.cells[i]];
    place[axis] = this.lattice.next(axis, place[axis], direction);
    event.preventDefault();
    this.sheet.cells.get(this.lattice.at(...place))?.focus();
  }

  /* ---- what comes from Python and from the network -------------------------------------------------------- */

  arrived(i) {
    this.sheet.fill(i);
    super.arrived(i);
    this.tellCells();
    if (i === this.pinned && i === this.cell && this.reel.lost(i)) this.letGo(0); // broken: the point itself is asked for
  }

  async visited(news) {
    const isHere = () => !news.coordinates || (news.coordinates[0] === this.x && news.coordinates[1] === this.y);
    const still = () => this.point && this.reel.base.endsWith(`/${news.run}/`) && isHere();
    if (!still()) return; // the handle has moved on, or to another run
    const bitmap = news.picture ? await this.reel.picture(news.picture.url) : null;
    if (!still() || this.point.bitmap) return;
    this.point = bitmap ? { ...news, bitmap } : news.picture ? { gone: true } : news;
    this.refresh();
  }
}

customElements.define('pad-view', PadView);
