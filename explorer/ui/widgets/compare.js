// CompareView: a run as a sweep: all pictures as large as they fit, or two of them behind a wipe, in place, side by side, or
// what is different in them, all of them zoomed into alike. `index` of its state is picture A.

import { broken, called, differing, labelOf, rowLabelOf, rowsOf, written } from './grids.js';
import { Pane } from './pane.js';
import { MAX_PIXELS } from './reel.js';
import { Thumbs } from './thumbs.js';
import { RunView, plain } from './view.js';
import { html, make, titled } from './widget.js';
import { Wipe } from './wipe.js';
import { WHOLE, Zoom } from './zoom.js';

const SLOTS = ['A', 'B'];
const HOLD = 250; // milliseconds after which a press is no click
const BESIDE = 280; // pixels of the window's height that are not for pictures
const SHEET = 480; // pixels of the height of all, where they are large

export default class CompareView extends RunView {
  static look = 'compare';
  static styles = ['view', 'compare'];
  static template = html`
<div class="view-desk view-bar">
  <div class="view-switch compare-modes" data-part="switches" data-name="modes" role="group">
    <button type="button" data-mode="all" data-say="all"></button>
    <button type="button" data-mode="flip" data-say="flip"></button>
    <button type="button" data-mode="wipe" data-say="wipe"></button>
    <button type="button" data-mode="side" data-say="side"></button>
    <button type="button" data-mode="difference" data-say="difference"></button>
  </div>
  <button type="button" class="compare-whole" data-part="wholly" hidden></button>
  <a class="view-save" download></a>
</div>
<div class="view-stage" tabindex="-1">
  <div class="compare-pair" data-part="pair">
    <div class="compare-pane compare-pane-a">
      <canvas class="view-picture" role="img" width="1" height="1"></canvas>
      <p class="compare-tag" aria-hidden="true"><b class="compare-a">A</b><span></span></p>
    </div>
    <div class="compare-pane compare-pane-b">
      <canvas class="view-picture" role="img" width="1" height="1"></canvas>
      <p class="compare-tag" aria-hidden="true"><b class="compare-b">B</b><span></span></p>
    </div>
    <div class="compare-divider" data-part="divider" data-name="divider" role="slider" tabindex="0" aria-orientation="horizontal" aria-valuemin="0" aria-valuemax="100" aria-valuenow="50">
      <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M9 6v12l-6-6zM15 6v12l6-6z"></path></svg>
    </div>
  </div>
  <p class="view-note" hidden></p>
</div>
<div class="view-empty">
  <svg viewBox="0 0 96 48" width="96" height="48" aria-hidden="true">
    <rect x="20" y="5" width="56" height="38" rx="6"></rect>
    <path d="M48 1v46"></path>
    <path d="M42 19l-5 5 5 5M54 19l5 5-5 5"></path>
    <rect x="3" y="12" width="10" height="24" rx="3" opacity=".35"></rect>
    <rect x="83" y="12" width="10" height="24" rx="3" opacity=".35"></rect>
  </svg>
</div>
<div class="view-desk">
  <input class="view-range" data-name="scrub" type="range" min="0" max="0" step="1" value="0">
  <table class="compare-table" data-part="table">
    <thead><tr>
      <th scope="col"><span class="view-hidden" data-say="setting"></span></th>
      <th scope="col"><b class="compare-a">A</b><span></span></th>
      <th scope="col"><b class="compare-b">B</b><span></span></th>
    </tr></thead>
    <tbody></tbody>
  </table>
  <p class="compare-others" data-part="others"></p>
  <div class="compare-head">
    <p class="compare-axis" data-part="axis"></p>
    <div class="compare-slots" data-name="slots" role="group">
      <span data-say="slots" aria-hidden="true"></span>
      <button type="button" data-part="slotA"><b class="compare-a">A</b></button>
      <button type="button" data-part="slotB"><b class="compare-b">B</b></button>
      <button type="button" class="compare-swap" data-part="swapper" data-title="swap"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M8 5v3h11v2H8v3L3 9zM16 11v3H5v2h11v3l5-4z"></path></svg></button>
    </div>
  </div>
  <div class="compare-cells" data-part="strip" data-name="strip" role="group"></div>
  <p class="view-keys" data-say="keys"></p>
</div>`;

  begin(props) {
    super.begin(props);
    const { pair, strip } = this;
    this.modes = [...this.switches.children];
    this.slots = [this.slotA, this.slotB];
    this.tags = [...pair.querySelectorAll('.compare-tag span')];
    this.heads = [...this.table.querySelectorAll('thead b + span')]; // of A, of B
    this.pictures = [...pair.querySelectorAll('canvas')];
    this.panes = this.pictures.map((canvas) => new Pane(canvas, this.reel, (ratio) => this.shape(ratio), () => this.refresh()));
    this.ends = [0, 0]; // the frames that are A and B, here or not
    this.next = 0; // what a pick fills: 0 is A, 1 is B
    this.rows = [[]];
    this.wipe = new Wipe(pair, this.divider, () => this.tellWipe());
    this.zoom = new Zoom(this, (event) => this.frameOf(event), () => this.zoomed());
    this.wholly.addEventListener('click', () => this.zoom.set(WHOLE));
    this.thumbs = new Thumbs(strip, this.reel, 64); // as in compare.css
    this.slots.forEach((button, k) => {
      titled(button, this.say('slot', { slot: SLOTS[k] }));
      button.addEventListener('click', () => this.fill(k));
    });
    for (const button of this.modes) button.addEventListener('click', () => this.setMode(button.dataset.mode));
    this.swapper.addEventListener('click', () => this.swap());
    this.range.addEventListener('input', () => this.pick(this.whereIs(this.ends[this.next])[0][Number(this.range.value)]));
    strip.addEventListener('click', (event) => (this.held ? event.preventDefault() : this.point(event, event.shiftKey)));
    strip.addEventListener('pointerdown', (event) => this.hold(event));
    for (const name of ['pointerup', 'pointercancel', 'pointerleave']) strip.addEventListener(name, () => this.release());
    strip.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || !event.shiftKey) return;
      event.preventDefault(); // not every browser says in the click that follows that shift was held
      this.point(event, true);
    });
    this.addEventListener('keydown', (event) => this.key(event));
    this.setMode('all');
  }

  get index() { return this.ends[0]; }
  get sighted() { return this.ends; }
  get whole() { return true; }

  stand(sight) {
    if (sight.length === 2) this.ends = [...sight]; // else it is nobody's choice
    this.refresh();
  }

  // Both are what it says of them.
  get kind() {
    const kinds = this.ends.map((i) => this.reel.kinds.get(this.reel.nearest(i)) ?? '');
    return ['stale', 'draft', 'exact'].find((kind) => kinds.includes(kind)) ?? '';
  }

  /* ---- words ---------------------------------------------------------------------------------------------- */

  nameOf(i) {
    const label = labelOf(this.frames, i);
    const row = this.rows.length > 1 ? rowLabelOf(this.frames, i, this.shown) : '';
    return row ? `${label}, ${row}` : label;
  }

  remark() {
    const all = this.dataset.mode === 'all'; // whose empty places are seen to be still to come
    const seen = all || this.dataset.mode === 'flip' ? this.ends.slice(0, 1) : this.ends;
    if (all && !this.reel.lost(seen[0])) return '';
    const remarks = seen.map((i, k) => this.missing(i, { slot: SLOTS[k], name: this.nameOf(i), other: this.nameOf(this.reel.nearest(i)) }));
    return remarks.filter(Boolean).join('\n');
  }

  cellName(i) {
    const marks = SLOTS.filter((_, k) => this.ends[k] === i).map((slot) => this.say('marked', { slot }));
    const missing = this.reel.blobs.has(i) ? '' : this.say('missing');
    return [this.frames[i]?.caption || this.nameOf(i), this.notes[i], ...marks, missing].filter(Boolean).join(', ');
  }

  tellWipe() {
    const part = Math.round(this.wipe.percent);
    const [a, b] = this.ends.map((i) => this.nameOf(i));
    this.divider.setAttribute('aria-valuetext', this.say('wiped', { part, rest: 100 - part, a, b }));
  }

  tellPair() {
    this.ends.forEach((i, k) => {
      const head = this.heads[k];
      this.tags[k].textContent = this.nameOf(i);
      head.textContent = head.title = this.frames[i]?.caption || this.nameOf(i);
      this.pictures[k].setAttribute('aria-label', this.say('picture', { slot: SLOTS[k], name: head.textContent }));
    });
    this.tellWipe();
  }

  tellSettings() {
    const [a, b] = this.ends;
    const differ = differing(this.frames, a, b);
    const measured = [a, b].map((i) => this.notes[i] ?? '');
    const rows = [...(measured.some(Boolean) ? [[this.say('measured'), ...measured]] : []), ...(differ ?? [])];
    const lines = rows.map(([name, ...values]) => {
      const line = make('tr');
      line.append(make('th', '', called(name, this.shown), { scope: 'row' }), ...values.map((value) => this.valueCell(value)));
      return line;
    });
    this.table.tBodies[0].replaceChildren(...lines);
    this.others.textContent = this.say(a === b ? 'same' : !differ ? 'unknown' : differ.length ? 'others' : 'alike');
  }

  valueCell(value) {
    const text = written(value, this.say('nothing'));
    const cell = make('td', '', '', { title: text });
    cell.append(make('span', '', text));
    return cell;
  }

  tellRow() {
    const at = this.ends[this.next];
    const [row, place] = this.whereIs(at);
    this.range.max = Math.max(0, row.length - 1);
    this.range.value = place;
    this.range.setAttribute('aria-valuetext', this.say('place', { name: this.nameOf(at), n: place + 1, count: row.length }));
    for (const [i, cell] of this.thumbs.cells) SLOTS.forEach((slot, k) => cell.classList.toggle('compare-is-' + slot.toLowerCase(), this.ends[k] === i));
    this.thumbs.mark(at, (i) => this.cellName(i));
  }

  tell() {
    super.tell();
    this.dataset.slot = SLOTS[this.next];
    this.modes.forEach((button) => button.setAttribute('aria-pressed', button.dataset.mode === this.dataset.mode));
    this.slots.forEach((button, k) => button.setAttribute('aria-pressed', k === this.next));
    this.tellPair();
    this.tellSettings();
    this.tellRow();
  }

  /* ---- the picture ---------------------------------------------------------------------------------------- */

  pane() {
    return this.panes[0];
  }

  refresh() {
    super.refresh();
    this.reel.focus = this.ends[this.next];
  }

  draw() {
    this.panes.forEach((pane, k) => pane.show([[this.reel.nearest(this.ends[k]), 1]]));
  }

  resized() {
    this.panes.forEach((pane) => pane.redraw());
    this.fit();
  }

  // The frame of the picture that a hand is at, for zooming: in the sheet a cell, else the pair or one of it; a small
  // picture to pick from is none.
  frameOf({ target }) {
    if (!this.reel.blobs.size) return null;
    if (this.dataset.mode === 'all') return target.closest('.compare-thumb');
    return this.dataset.mode === 'side' ? target.closest('.compare-pane') : this.pair.contains(target) ? this.pair : null;
  }

  zoomed() {
    const { seen, on } = this.zoom;
    this.release(); // a hand that moves holds nothing
    this.wipe.parked = on;
    this.toggleAttribute('data-zoomed', on);
    for (const [name, value] of Object.entries({ zoom: seen.zoom, x: `${-100 * seen.x * seen.zoom}%`, y: `${-100 * seen.y * seen.zoom}%` })) this.style.setProperty(`--zoom-${name}`, value);
    this.wholly.hidden = !on;
    this.wholly.textContent = `× ${seen.zoom.toFixed(1)}`;
    titled(this.wholly, this.say('whole'));
    const sharp = this.panes[0].sharp || on;
    if (sharp === this.panes[0].sharp) return;
    for (const pane of this.panes) pane.sharp = true;
    this.panes.forEach((pane) => pane.redraw());
    const [picture] = this.reel.bitmaps.values();
    this.thumbs.sharpen(Math.round(Math.min(picture?.height ?? 0, Math.sqrt(MAX_PIXELS / this.thumbs.cells.size))));
  }

  // Where all are seen, a single row is broken into as many lines as make its pictures largest.
  fit() {
    const widest = Math.max(...this.rows.map((row) => row.length));
    const [columns, lines] = this.rows.length > 1 ? [widest, this.rows.length] : broken(widest, this.strip.clientWidth, innerHeight - BESIDE);
    this.style.setProperty('--columns', columns);
    this.style.setProperty('--lines', lines);
  }

  clear() {
    this.next = 0;
    this.zoom.set(WHOLE);
    this.thumbs.least = 0;
    for (const pane of this.panes) {
      pane.clear();
      pane.sharp = false;
    }
  }

  arrange() {
    const { frames, reel } = this;
    this.rows = reel.count ? rowsOf(frames, reel.count) : [[]];
    if (!this.touched) this.ends = [...(this.shown.pair ?? [this.rows[0][0] ?? 0, this.rows[0].at(-1) ?? 0])];
    this.fit();
    this.thumbs.height = Math.max(64, Math.ceil(SHEET / this.rows.length));
    this.axis.textContent = called(this.shown.axes[0] ?? '', this.shown);
    const cells = new Map();
    this.strip.replaceChildren(...this.rows.map((row) => this.newLine(row, cells)));
    this.thumbs.lay(cells, (cell) => cell.firstElementChild);
  }

  // A row of labelled buttons, with its title where there are several rows.
  newLine(row, cells) {
    const [line, list] = [make('div'), make('div', 'compare-list')];
    for (const i of row) {
      const cell = make('button', 'compare-cell', '', { type: 'button' });
      cell.dataset.index = i;
      cell.append(make('span', 'compare-thumb'), make('span', 'compare-label', labelOf(this.frames, i)));
      cells.set(i, cell);
      list.append(cell);
    }
    const title = this.rows.length > 1 ? rowLabelOf(this.frames, row[0], this.shown) : '';
    if (title) {
      line.setAttribute('role', 'group');
      line.setAttribute('aria-label', title);
      line.append(make('p', 'compare-title', title));
    }
    line.append(list);
    return line;
  }

  arrived(i) {
    this.thumbs.fill(i);
    super.arrived(i);
  }

  /* ---- choosing ------------------------------------------------------------------------------------------- */

  setMode(name) {
    this.dataset.mode = name;
    this.wipe.on = name === 'wipe';
    if (name === 'flip' || name === 'all') this.next = 0; // only A is seen, or chosen
    this.refresh();
    this.resized();
  }

  // To choose B is to want to see it.
  reveal(slot) {
    if (slot === 1 && ['flip', 'all'].includes(this.dataset.mode)) this.setMode('wipe');
  }

  // Among all, a picture that is held down shows A in its place, until it is let go.
  hold(event) {
    this.held = null;
    const i = this.thumbs.at(event);
    const [own, a] = [i, this.ends[0]].map((k) => this.thumbs.cells.get(k)?.querySelector('canvas'));
    if (this.dataset.mode !== 'all' || event.button || !own || !a || own === a) return;
    this.holding = setTimeout(() => {
      this.held = make('canvas', 'compare-held', '', { width: a.width, height: a.height });
      this.held.getContext('2d').drawImage(a, 0, 0);
      own.after(this.held);
    }, HOLD);
  }

  release() {
    clearTimeout(this.holding);
    this.held?.remove();
  }

  whereIs(i) {
    const row = this.rows.find((r) => r.includes(i)) ?? this.rows[0];
    return [row, Math.max(0, row.indexOf(i))];
  }

  pick(i, slot = this.next) {
    this.touched = true;
    this.ends[slot] = i;
    this.reveal(slot);
    this.refresh();
    this.looked();
  }

  point(event, second) {
    const i = this.thumbs.at(event);
    if (i >= 0) this.pick(i, second ? 1 : this.next);
  }

  fill(slot) {
    this.next = slot;
    this.reveal(slot);
    this.refresh();
  }

  flip(by) {
    const [row, place] = this.whereIs(this.ends[this.next]);
    this.pick(row[Math.min(row.length - 1, Math.max(0, place + by))]);
  }

  climb(by) {
    const [row, place] = this.whereIs(this.ends[this.next]);
    const next = this.rows[this.rows.indexOf(row) + by];
    if (next) this.pick(next[Math.min(place, next.length - 1)]);
  }

  swap() {
    this.touched = true;
    this.ends.reverse();
    this.refresh();
  }

  key(event) {
    if (!plain(event) || !this.reel.blobs.size) return;
    const along = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
    const across = { ArrowUp: -1, ArrowDown: 1 };
    if (this.zoom.key(event)) event.preventDefault();
    if (event.defaultPrevented) return;
    if (event.key.toLowerCase() === 'x') this.swap();
    else if (event.key in across && this.rows.length > 1) this.climb(across[event.key]);
    else if (event.key in along && event.target !== this.range) this.flip(along[event.key]);
    else return;
    event.preventDefault();
    // the focus in the strip follows
    if (this.strip.contains(document.activeElement)) this.thumbs.cells.get(this.ends[this.next])?.focus();
  }
}

customElements.define('compare-view', CompareView);
