// PadView: a run as a map: all cells side by side, a lens to move over them, and the picture under it. Coordinates are
// (x, y) in [0, 1], from the middle of the first cell to that of the last. Moving blends the cells around; letting go off
// them fires `visit`, and what comes back, as an event `visited` on this element (see visits.py), is shown if the lens is
// still there. Until somebody takes it the lens wanders over a whole map. The words at the corners are the form's, which
// tells them by an event `corners`; see tab.py. Where a hand has led the lens is offered as a film (`record`): a run whose
// plan is a `path`. Its pictures lie on the map along the way, the lens plays them, and a hand leads it from one to another.

import { Dial } from './dial.js';
import { Handle } from './handle.js';
import { Lattice, percents, weightsAt } from './grids.js';
import { Pane } from './pane.js';
import { Thumbs } from './thumbs.js';
import { Trail } from './trail.js';
import { RunView, plain } from './view.js';
import { Wander } from './wander.js';
import { calm, html, make, titled, write } from './widget.js';

const CORNERS = [[0, 0], [1, 0], [0, 1], [1, 1]];
const MIDDLE = 0.5;
const BETWEEN = -1; // the number of a point between the cells, see questions.py
const SAID = { guidance_scale: { key: 'pull', step: 0.1 }, seed: { key: 'noise' }, num_inference_steps: { key: 'steps' } };
const MAP_ROWS = 9; // of a map that is not there, under a path
const STEP = 0.02; // of an arrow key
const ARROWS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, -1], ArrowDown: [1, 1] }; // [axis, direction]

const ARTICLE = /^(?:an?|the) /i; // "22 % boat at the beach"

// A dial and what must not be torn from it.
function part(content) {
  const node = make('span', 'pad-part');
  node.append(...content);
  return node;
}

export default class PadView extends RunView {
  static look = 'pad';
  static styles = ['view', 'pad'];
  static events = ['look', 'visit', 'typed', 'enter', 'record'];
  static template = html`
<div class="pad-table">
  <div class="pad-map" data-part="map">
    <div class="pad-sheet" data-part="cells" data-name="sheet" role="group"></div>
    <canvas class="pad-ground" data-part="ground" width="640" height="640" hidden></canvas>
    <div class="pad-square" data-part="square" data-name="pad" role="slider" tabindex="0" aria-valuemin="0" aria-valuemax="100" aria-valuenow="0"><svg class="pad-way" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true"><polyline data-part="way"></polyline></svg><i class="pad-handle" data-part="lens"></i></div>
    <div class="pad-corners" data-part="corners" data-name="corners" role="group">
      <span class="pad-corner"><input type="text" spellcheck="false" autocomplete="off"><button type="button" class="prompt-dice" hidden>⚄</button></span>
      <span class="pad-corner"><input type="text" spellcheck="false" autocomplete="off"><button type="button" class="prompt-dice" hidden>⚄</button></span>
      <span class="pad-corner"><input type="text" spellcheck="false" autocomplete="off"><button type="button" class="prompt-dice" hidden>⚄</button></span>
      <span class="pad-corner"><input type="text" spellcheck="false" autocomplete="off"><button type="button" class="prompt-dice" hidden>⚄</button></span>
    </div>
    <button type="button" class="pad-pause" data-part="pause" hidden><svg viewBox="0 0 24 24" aria-hidden="true"><path class="view-icon-play" d="M8 5v14l11-7z"></path><path class="view-icon-pause" d="M7 5h3.5v14H7zM13.5 5H17v14h-3.5z"></path></svg></button>
  </div>
  <div class="pad-side">
    <div class="pad-frame">
      <canvas class="view-picture pad-picture" data-part="picture" role="img" width="1" height="1"></canvas>
      <p class="view-note" role="status" hidden></p>
    </div>
    <p class="pad-sentence" data-part="sentence"></p>
    <div class="view-desk pad-line"><p class="pad-where" data-part="where"></p><button type="button" class="pad-record" data-part="record" hidden></button><a class="view-save" download></a></div>
    <p class="view-keys" data-part="keys"></p>
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
    this.chips = [...this.corners.querySelectorAll('input')]; // the dice beside them are the words' (words.js)
    this.lattice = new Lattice([], 0);
    this.corner = ['', '', '', '']; // the words of the corners in what is shown
    [this.x, this.y] = [MIDDLE, MIDDLE]; // where the lens is
    this.point = null; // what is known of the point here, when it is no cell: {} is asked for; see visits.py
    this.trail = new Trail();
    this.below = ''; // the words at the corners of the map that is kept on the ground, under a path
    this.sketch = null; // {bitmap, kind, single, place}: what was drawn last between the cells while the handle moved; see live.js
    this.offline = Boolean(props.offline); // nobody there to ask
    this.canvas = new Pane(this.picture, this.reel, (ratio) => this.shape(ratio), () => this.refresh());
    this.sheet = new Thumbs(this.cells, this.reel, 480);
    this.wander = new Wander(() => this.isConnected && this.offsetParent !== null, (x, y) => this.stroll(x, y), () => this.tellPause());
    this.pause.addEventListener('click', () => this.wander.toggle());
    this.record.addEventListener('click', () => this.put());
    this.chips.forEach((chip, k) => this.listen(chip, k));
    this.dials = this.write();
    this.handle = new Handle(this.square, this.map, {
      moveTo: (x, y) => this.moveTo(x, y),
      step: (axis, direction, large) => this.step(axis, direction, large),
      letGo: (near) => this.letGo(near),
    });
    this.square.setAttribute('aria-roledescription', this.say('role'));
    write(this.keys, this.offline ? '' : this.say('keys'));
    this.cells.addEventListener('click', (event) => !event.detail && this.pin(this.sheet.at(event))); // by a key: a pointer has moved the lens
    this.addEventListener('corners', ({ detail }) => this.tellCorners(detail));
    this.cells.addEventListener('keydown', (event) => this.walk(event));
    this.addEventListener('visited', ({ detail }) => this.visited(detail));
  }

  connectedCallback() {
    super.connectedCallback();
    this.ends = new AbortController();
    document.addEventListener('shared', () => this.tellShared(), { signal: this.ends.signal });
    this.tellShared();
  }

  disconnectedCallback() {
    this.ends.abort();
    super.disconnectedCallback();
  }

  stop() {
    this.wander.stop();
  }

  // Nobody is there to ask for a point between the cells of what is shown.
  get alone() { return this.offline || Boolean(this.shipped && !this.of); }
  get path() { return this.shown.path; }
  get drawn() { return this.sketch?.place === [this.x, this.y].join() ? this.sketch : null; }
  get cell() { return this.lattice.at(this.x, this.y); }
  get index() { return Math.max(0, this.lattice.nearest(this.x, this.y)); }
  get state() { return { ...super.state, x: this.x, y: this.y }; }

  get sighted() { return this.cell >= 0 ? [this.cell] : []; }
  get whole() { return !this.visits; } // a run has its cells
  get asks() { return this.visits || Boolean(this.shipped && this.of && !window.explorer?.following?.()); } // what live.js does not
  get visits() { return this.reel.blobs.size > 0 && this.left === null && !this.shipped; }

  follows(said) {
    return this.fresh || said !== this.said || !(this.reel.exact(this.cell) || this.drawn?.kind === 'exact');
  }

  sight(exact) {
    const asked = super.sight(exact);
    const kind = this.drawn?.kind;
    const has = exact ? kind === 'exact' : kind && kind !== 'stale';
    return { ...asked, point: [this.x, this.y], have: has ? [...asked.have, BETWEEN] : asked.have };
  }

  stand([i]) {
    if (this.lattice.cells[i]) this.go(...this.lattice.cells[i]);
  }

  async between(coordinates, kind, blob, single) {
    const bitmap = await createImageBitmap(blob).catch(() => null);
    if (!bitmap || this.wander.on) return;
    this.sketch = { bitmap, kind, single, place: coordinates.join() };
    this.refresh();
  }

  // What was drawn for this very point stays.
  unfollowed() {
    this.sketch = this.drawn?.kind === 'stale' ? null : this.drawn;
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
    if (this.reel.blobs.has(this.cell)) return this.frame(this.cell);
    return this.point?.file?.url ?? (this.single ? `./single/${this.single}.png` : null);
  }

  get single() {
    if (this.reel.blobs.has(this.cell)) return this.singleOf(this.cell);
    return this.point?.single ?? (this.point?.bitmap ? undefined : this.drawn?.single);
  }

  get called() {
    const parts = percents(weightsAt(this.x, this.y)).map((part, k) => [part, this.corner[k]]);
    return this.frames[this.cell]?.caption ?? parts.flatMap(([part, name]) => (part ? [`${part}% ${name}`] : [])).join(' + ');
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
    const name = this.path ? this.say('on the way', { n: i + 1, count: cells.length }) : this.say('cell', { row: ys.indexOf(cells[i][1]) + 1, column: xs.indexOf(cells[i][0]) + 1 });
    const seed = this.frames[i]?.settings?.seed;
    return seed === undefined ? name : this.say('tagged', { name, seed });
  }

  sheetName(i) {
    const name = [this.cellName(i), this.frames[i]?.caption].filter(Boolean).join(': ');
    return this.reel.blobs.has(i) ? name : this.say('missing', { name });
  }

  mark() {
    if (this.point?.bitmap) return this.say('is exact'); // no cell, whoever drew those
    const kind = this.exact ? '' : this.say('is blend');
    return [kind, super.mark()].filter(Boolean).join(' · ') || this.say('is exact');
  }

  remark() {
    const { point, handle, cell } = this;
    if (this.exact || this.kind === 'exact' || this.wander.on || (this.kind && (handle.held || !this.asks))) return '';
    if (!handle.held && point) {
      if (point.error) return this.say('error', point);
      if (point.gone) return this.say('gone');
      return point.stopped ? this.say('stopped') : point.step ? this.say('step', point) : this.say('asked');
    }
    if (cell >= 0) return this.say('absent');
    if (this.kind === 'draft') return this.say('drafted');
    const coming = this.lattice.around(this.x, this.y).some(([i]) => !this.reel.blobs.has(i)) ? '\n' + this.say('coming') : '';
    return this.say(this.alone ? 'offline' : handle.held ? 'blend' : 'between') + coming;
  }

  placeNow() {
    const { cell, point, x, y } = this;
    if (cell >= 0 && (this.reel.blobs.has(cell) || !point?.bitmap)) return this.cellName(cell);
    if (point?.bitmap) return this.say(Number.isInteger(point.seed) ? 'seeded' : 'exact', point);
    return `x ${x.toFixed(2)}, y ${y.toFixed(2)}`;
  }

  // The sentence under the picture: what the corners and the form have in it, each number a dial.
  write() {
    const dials = CORNERS.map((_, k) => new Dial({ name: this.say('part of', { n: k + 1 }), set: (part, rest) => this.weigh(k, part / 100, rest) }));
    this.sentence.append(...dials.flatMap(({ node }, k) => [part([node, ' %']), ' ', make('span', 'pad-word'), k < 3 ? ', ' : '. ']));
    this.parts = [...this.sentence.querySelectorAll('.pad-word')];
    return dials;
  }

  // What all tabs share, once the line of that is on the page: a file of its own has none.
  tellShared() {
    const line = window.explorer?.shared;
    if (!line) return;
    this.shared ??= Object.entries(SAID).map(([name, { key, step }]) => {
      const field = line.fields[name];
      const dial = new Dial({ ...field, step: step ?? field.step, name: field.label, set: (value) => line.write({ [name]: value }) });
      const [before, after] = this.say(key).split('#');
      this.sentence.append(before, part([dial.node, after]), ' ');
      return [name, dial];
    });
    for (const [name, dial] of this.shared) dial.show(line.values[name]);
  }

  tellWeights() {
    const parts = percents(weightsAt(this.x, this.y));
    this.dials.forEach((dial, k) => {
      dial.show(parts[k]);
      this.parts[k].textContent = this.corner[k].replace(ARTICLE, '');
      this.parts[k].title = this.corner[k];
    });
    const said = parts.map((part, k) => part && this.say('part', { part, name: this.corner[k] })).filter(Boolean);
    const text = [said.join(', '), this.placeNow()].join('. ');
    this.square.setAttribute('aria-valuenow', Math.round(100 * this.x));
    this.square.setAttribute('aria-valuetext', text);
    this.picture.setAttribute('aria-label', text);
  }

  tellPause() {
    if (this.wander.on) this.trail.clear();
    this.pause.hidden = !this.wander.ready;
    this.pause.classList.toggle('view-on', this.wander.on);
    titled(this.pause, this.say(this.wander.on ? 'pause' : 'wander'));
  }

  // What can be done with where the lens has been; in a path, what leads back.
  tellTrail() {
    const places = this.path ? this.lattice.cells : this.trail.places;
    this.way.setAttribute('points', places.map((place) => place.join()).join(' '));
    const known = !this.offline && this.reel.blobs.size > 0;
    this.record.hidden = !(known && (this.path || (this.trail.over && this.trail.worth)));
    write(this.record, this.record.hidden ? '' : this.say(this.path ? 'back' : 'record'));
  }

  // The form's words of the corners; what is being written there stays.
  tellCorners(texts) {
    this.chips.forEach((chip, k) => document.activeElement === chip || this.fill(chip, texts[k]));
    document.dispatchEvent(new CustomEvent('prompts'));
  }

  fill(chip, text) {
    chip.value = chip.title = text ?? '';
    chip.style.setProperty('--letters', Math.max(6, chip.value.length));
  }

  tellCells() {
    for (const [i, cell] of this.sheet.cells) cell.setAttribute('aria-pressed', i === this.cell);
    this.sheet.mark(this.index, (i) => this.sheetName(i));
  }

  tell() {
    super.tell();
    this.dataset.exact = Boolean(this.saved);
    this.where.textContent = this.placeNow();
    this.tellTrail();
    this.lens.style.left = 100 * this.x + '%';
    this.lens.style.top = 100 * this.y + '%';
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
    [this.x, this.y, this.point, this.sketch] = [MIDDLE, MIDDLE, null, null];
    this.wander.ready = false;
    this.tellPause();
    this.trail.clear();
    this.canvas.clear();
  }

  arrange() {
    const { frames, path } = this;
    this.lattice = new Lattice(frames, this.reel.count);
    const { cells, xs, ys } = this.lattice;
    this.corner = this.shown.corners ?? CORNERS.map(([x, y]) => frames[this.lattice.at(x, y)]).map((frame) => frame?.settings?.prompt ?? frame?.caption ?? '');
    this.tellCorners(window.explorer?.corners[this.closest('.block')?.id] ?? this.corner);
    if (path && this.cell < 0) [this.x, this.y] = cells[0];
    const rank = (i) => ys.indexOf(cells[i][1]) * xs.length + xs.indexOf(cells[i][0]);
    const order = path ? [...cells.keys()] : [...cells.keys()].sort((i, j) => rank(i) - rank(j));
    const buttons = new Map(order.map((i) => [i, make('button', 'pad-cell', '', { type: 'button' })]));
    if (path) for (const [i, { style }] of buttons) [style.left, style.top] = cells[i].map((t) => 100 * t + '%');
    this.map.classList.toggle('pad-path', Boolean(path));
    this.ground.hidden = !path || this.below !== this.corner.join('\n');
    if (!this.ground.hidden) return this.spread(buttons, 64); // as many columns and rows as the map below
    this.map.style.setProperty('--columns', path ? MAP_ROWS : Math.max(1, xs.length));
    this.map.style.setProperty('--rows', path ? MAP_ROWS : Math.max(1, ys.length));
    this.spread(buttons, path ? 64 : Math.ceil(480 / Math.max(1, ys.length)));
  }

  spread(buttons, height) {
    this.cells.style.backgroundImage = this.reel.sheet ? `url("${this.reel.sheet.url}")` : '';
    this.cells.replaceChildren(...buttons.values());
    this.sheet.height = height;
    this.sheet.lay(buttons);
    this.tellCells();
  }

  /* ---- moving --------------------------------------------------------------------------------------------- */

  go(x, y) {
    const snapped = this.lattice.at(x, y);
    const place = snapped >= 0 ? this.lattice.cells[snapped] : [x, y].map((t) => Math.round(1000 * Math.min(1, Math.max(0, t))) / 1000);
    if (place[0] !== this.x || place[1] !== this.y) {
      this.point = null;
      if (!window.explorer?.following?.()) this.sketch = null; // no other will follow
    }
    const was = this.cell;
    [this.x, this.y] = place;
    this.refresh();
    if (was !== this.cell) this.tellCells();
  }

  // What was drawn for a hand is not what is passed now.
  stroll(x, y) {
    this.sketch = null;
    this.go(x, y);
  }

  // A hand is on the lens: it wanders no more.
  moveTo(x, y) {
    this.touched = true;
    this.wander.stop();
    if (!this.reel.blobs.size) return;
    const was = [this.x, this.y].join();
    if (this.path) [x, y] = this.lattice.cells[this.lattice.nearest(x, y)];
    else this.trail.add(x, y);
    this.go(x, y);
    if (was !== [this.x, this.y].join()) this.looked();
  }

  // The lens goes straight towards corner k, or away from it, to where that has this part.
  weigh(k, part, rest) {
    const [cx, cy] = CORNERS[k];
    const at = (t) => [cx + (this.x - cx) * t, cy + (this.y - cy) * t].map((c) => Math.min(1, Math.max(0, c)));
    if (this.x === cx && this.y === cy) [this.x, this.y] = [cx + (MIDDLE - cx) * 0.02, cy + (MIDDLE - cy) * 0.02]; // any way out
    let [near, far] = [0, 100];
    for (let n = 0; n < 40; n++) {
      const t = (near + far) / 2;
      if (weightsAt(...at(t))[k] > part) near = t;
      else far = t;
    }
    this.moveTo(...at(far));
    if (rest) this.letGo(0);
  }

  // Words at a corner go into the form as they are written; nothing is sent while an input method composes.
  listen(chip, k) {
    const send = (rest) => {
      this.dataset.put = JSON.stringify({ texts: { [k]: chip.value }, rest });
      this.fill(chip, chip.value);
      this.fire('typed', {});
    };
    chip.addEventListener('focus', () => this.wander.stop());
    chip.addEventListener('input', (event) => event.isComposing || send(false));
    chip.addEventListener('compositionend', () => send(false));
    chip.addEventListener('change', () => send(true));
    chip.addEventListener('keydown', (event) => event.key === 'Enter' && !event.isComposing && this.fire('enter', {}));
    chip.addEventListener('pointerdown', (event) => event.stopPropagation());
    chip.setAttribute('aria-label', this.say('corner', { n: k + 1 }));
    chip.disabled = this.offline;
  }

  step(axis, direction, large) {
    if (this.path) return this.moveTo(...(this.lattice.cells[this.index + direction] ?? [this.x, this.y]));
    const place = [this.x, this.y];
    place[axis] = large ? this.lattice.next(axis, place[axis], direction) : place[axis] + direction * STEP;
    this.moveTo(...place);
  }

  // The hand is off: on a cell there is its picture, anywhere else the picture of this very point is asked for.
  letGo(near) {
    if (!this.reel.blobs.size) return;
    const [x, y] = this.lattice.cells[this.index];
    if (Math.max(Math.abs(x - this.x), Math.abs(y - this.y)) <= near) this.go(x, y);
    this.trail.end(this.x, this.y);
    const { point } = this;
    const asked = point && !(point.stopped || point.error || point.gone);
    if (this.asks && !this.reel.blobs.has(this.cell) && !asked && !this.alone) {
      this.point = {};
      this.fire('visit', { coordinates: [this.x, this.y], ...(this.shipped ? { shipped: this.value.name } : {}) });
    }
    this.refresh();
    this.tellCells();
  }

  // The form is told of the trail, which is rendered; or, in a path, of none: the whole map is shown again.
  put() {
    if (!this.path) this.keep();
    this.dataset.put = JSON.stringify({ texts: { [this.chips.length]: this.path ? '' : this.trail.text } });
    this.fire(this.path ? 'typed' : 'record', {});
  }

  // The map as it is stays on the ground, for the path that will lie over it.
  keep() {
    const { ground, lattice: { cells, xs, ys } } = this;
    const [width, height, brush] = [ground.width / xs.length, ground.height / ys.length, ground.getContext('2d')];
    brush.clearRect(0, 0, ground.width, ground.height);
    for (const [i, button] of this.sheet.cells) {
      const [picture, [x, y]] = [button.querySelector('canvas'), cells[i]];
      if (picture) brush.drawImage(picture, xs.indexOf(x) * width, ys.indexOf(y) * height, width, height);
    }
    this.below = this.corner.join('\n');
  }

  leave(of, manifest) {
    if (this.path) this.below = ''; // of other settings it would be another
    if (this.sketch) Object.assign(this.sketch, { kind: 'stale', single: undefined });
    super.leave(of, manifest);
  }

  pin(i) {
    this.touched = true;
    this.wander.stop();
    this.go(...this.lattice.cells[i]);
    this.letGo(0);
  }

  // Arrow keys move the focus on the sheet; Enter and space are the button's own.
  walk(event) {
    const i = this.sheet.at(event);
    if (i < 0 || !(event.key in ARROWS) || !plain(event)) return;
    const [axis, direction] = ARROWS[event.key];
    if (this.path) return this.sheet.cells.get(i + direction)?.focus();
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
    if (this.reel.complete && !this.touched) this.wander.start(this.x, this.y, calm(), this.path ? { places: this.lattice.cells, ...this.given } : null);
    if (this.touched && !this.handle.held && i === this.cell && this.reel.lost(i)) this.letGo(0); // broken: the point itself is asked for
  }

  async visited(news) {
    const isHere = () => !news.coordinates || (news.coordinates[0] === this.x && news.coordinates[1] === this.y);
    const shown = () => (this.shipped ? this.value.name === news.run : this.reel.base.endsWith(`/${news.run}/`));
    const still = () => this.point && shown() && isHere();
    if (!still()) return; // the handle has moved on, or to another run
    const bitmap = news.picture ? await this.reel.picture(news.picture.url) : null;
    if (!still() || this.point.bitmap) return;
    this.point = bitmap ? { ...news, bitmap } : news.picture ? { gone: true } : news;
    this.refresh();
  }
}

customElements.define('pad-view', PadView);
