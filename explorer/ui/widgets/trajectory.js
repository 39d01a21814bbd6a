// TrajectoryView: a run as denoisings side by side, up to four in step with each other: one scrubber over the steps, a
// switch of what is drawn, the noise level. Coordinates are (lane, step, layer); `index` of the state is the frame shown in
// the chosen lane. A layer whose name is not among the words is shown under its own name.

import { Curve } from './curve.js';
import { gridOf, laneNames, nearestIn, rough } from './grids.js';
import { Pane } from './pane.js';
import { PlayedView } from './player.js';
import { calm, html, make, write } from './widget.js';

const SHORTEST = 3; // seconds that playing takes at least

export default class TrajectoryView extends PlayedView {
  static look = 'trajectory';
  static styles = ['view', 'trajectory'];
  static template = html`
<div class="view-desk view-bar">
  <div class="view-switch trajectory-layers" data-part="switches" data-name="layers" role="group"></div>
  <a class="view-save" download></a>
</div>
<div class="view-stage" tabindex="-1">
  <div class="trajectory-lanes" data-part="row" data-name="lanes" role="group"></div>
  <p class="view-note" role="status" hidden></p>
</div>
<div class="view-empty">
  <svg viewBox="0 0 96 48" width="96" height="48" aria-hidden="true">
    <rect x="3" y="12" width="24" height="24" rx="4" stroke-dasharray="2 4"></rect>
    <rect x="36" y="12" width="24" height="24" rx="4" stroke-dasharray="5 3"></rect>
    <rect x="69" y="12" width="24" height="24" rx="4"></rect>
    <path d="M69 31l8-9 6 6 4-4 6 6"></path>
    <path d="M29 24h5M62 24h5"></path>
  </svg>
</div>
<div class="view-desk">
  <div class="trajectory-words">
    <button type="button" class="view-play"></button>
    <p class="trajectory-place" data-part="place"><b></b><span></span></p>
  </div>
  <input class="view-range" data-name="scrub" type="range" min="0" max="0" step="1" value="0">
  <div class="trajectory-plot" data-part="plot" aria-hidden="true"><svg class="curve" data-part="svg" preserveAspectRatio="none"></svg></div>
  <p class="trajectory-axis" data-part="axis" aria-hidden="true"><span></span><span data-say="curve"></span><span></span></p>
  <p class="trajectory-about" data-part="about"></p>
  <div class="trajectory-scale" data-part="scale" aria-hidden="true"><i></i><span style="left: 0%">0</span><span style="left: 20.7%">0.1</span><span style="left: 57.4%">1</span><span style="left: 100%">10</span></div>
  <p class="trajectory-honest" data-say="honest"></p>
  <p class="view-keys" data-say="keys"></p>
</div>`;

  begin(props) {
    super.begin(props);
    this.grid = gridOf([]);
    this.lanes = []; // {node, pane, mark, name} each
    this.layer = 0; // the place in grid.layers; kept from run to run
    this.chosen = 0; // the lane that is saved and carried on
    this.curve = new Curve(this.svg);
    this.plot.addEventListener('pointerdown', (event) => {
      if (event.button) return;
      this.plot.setPointerCapture(event.pointerId);
      this.point(event);
    });
    this.plot.addEventListener('pointermove', (event) => this.plot.hasPointerCapture(event.pointerId) && this.point(event));
  }

  get count() { return this.grid.steps.length; } // `at` is the place of all lanes in these
  get fps() { return Math.min(this.given.fps || 10, this.count / SHORTEST); }
  get loop() { return 'open'; }

  /* ---- where things are ----------------------------------------------------------------------------------- */

  // The frame of lane k that belongs at a step; -1 if there is none.
  wanted(k, s = this.at, layer = this.layer) {
    const { lanes, steps, layers, find } = this.grid;
    return find(lanes[k], steps[s], layers[layer]);
  }

  // The frame that stands in for i: never one of another lane or layer.
  nearest(i) {
    const [lane, , layer] = this.frames[i]?.coordinates ?? [];
    const row = this.grid.steps.map((step) => this.grid.find(lane, step, layer)).filter((j) => j >= 0);
    return nearestIn(row, i, this.reel.blobs);
  }

  get here() { return this.wanted(this.chosen); }
  get settings() { return this.frames[this.wanted(this.chosen, this.at, 0)]?.settings ?? {}; }
  get layerName() { return this.nameOfLayer(this.layer); }
  get seen() { return this.nearest(this.here); }

  get index() {
    return Math.max(0, this.here < 0 ? this.wanted(this.chosen, this.at, 0) : this.here);
  }

  get sighted() {
    const wanted = this.lanes.map((_, k) => this.wanted(k)).filter((i) => i >= 0);
    return wanted.length ? wanted : [this.index];
  }

  stand([i]) {
    const [, step, layer] = this.frames[i]?.coordinates ?? [];
    this.layer = Math.max(0, this.grid.layers.indexOf(layer));
    this.go(Math.max(0, this.grid.steps.indexOf(step)));
  }

  nameOfLayer(k) {
    return this.frames.find(({ coordinates }) => coordinates?.[2] === this.grid.layers[k])?.settings?.layer ?? '';
  }

  /* ---- words ---------------------------------------------------------------------------------------------- */

  // Each lane has its own.
  remark() {
    return '';
  }

  remarkOf(i) {
    const step = (j) => this.frames[j]?.coordinates[1];
    if (i < 0) return this.say('nothing');
    const holes = { step: step(i), other: step(this.nearest(i)) };
    if (holes.other === undefined) return this.say('coming', holes);
    return this.missing(i, holes, 'showing');
  }

  noiseNow() {
    const sigma = this.settings[this.shown.curve];
    if (!Number.isFinite(sigma)) return '';
    const times = rough(sigma);
    const strength = sigma >= 1 ? this.say('louder', { times }) : this.say('softer', { percent: Number((100 * sigma).toPrecision(2)) });
    return `${this.say('sigma', { sigma: times })}: ${strength}`;
  }

  tellLanes() {
    const { frames, reel } = this;
    this.lanes.forEach(({ node, mark, pane, name }, k) => {
      const i = this.wanted(k);
      const remark = reel.blobs.size ? this.remarkOf(i) : '';
      const caption = [frames[i]?.caption ?? this.words[this.layerName] ?? '', remark].filter(Boolean).join('. ');
      node.setAttribute('aria-label', this.say('lane', { name: name || this.say('untitled'), caption }));
      node.title = frames[i]?.settings?.prompt ?? '';
      if (this.lanes.length > 1) node.setAttribute('aria-pressed', k === this.chosen);
      node.classList.toggle('trajectory-blank', reel.blobs.size ? this.nearest(i) < 0 : !reel.previewing || !pane.done);
      write(mark, remark);
    });
  }

  tellPlace() {
    const { steps } = this.grid;
    const step = this.frames[this.here]?.caption || (steps.length && this.say('place', { step: steps[this.at], steps: this.settings.steps }));
    const said = [step || '', this.noiseNow()];
    said.forEach((text, k) => (this.place.children[k].textContent = text));
    this.range.setAttribute('aria-valuetext', said.filter(Boolean).join(', '));
    this.curve.at(this.at);
  }

  tellLayer() {
    [...this.switches.children].forEach((button, k) => button.setAttribute('aria-pressed', k === this.layer));
    const measured = this.notes[this.here];
    const hint = this.words[this.layerName + ' hint'] ?? '';
    this.about.textContent = [hint, measured && this.say('measured', { measured })].filter(Boolean).join(' ');
    this.scale.hidden = this.layerName !== 'guidance';
  }

  tell() {
    super.tell();
    this.tellLanes();
    this.tellPlace();
    this.tellLayer();
  }

  /* ---- the picture ---------------------------------------------------------------------------------------- */

  pane(index) {
    return this.lanes[Math.max(0, this.grid.lanes.indexOf(this.frames[index]?.coordinates?.[0]))].pane;
  }

  draw() {
    this.lanes.forEach(({ pane }, k) => {
      const i = this.nearest(this.wanted(k));
      pane.show(i < 0 ? [] : [[i, 1]]);
    });
  }

  async preview(news) {
    if (this.lanes.length) await super.preview(news);
    this.tellLanes();
  }

  resized() {
    for (const { pane } of this.lanes) pane.redraw();
  }

  clear() {
    [this.at, this.chosen] = [0, 0];
  }

  arrange() {
    const { frames } = this;
    this.grid = gridOf(frames);
    const { lanes, steps, layers } = this.grid;
    const names = laneNames(frames, this.grid, (scale) => this.say('guided', { scale }));
    if (layers.length) this.layer = Math.min(this.layer, layers.length - 1);
    this.lanes = lanes.map((_, k) => this.newLane(k, names[k]));
    this.row.replaceChildren(...this.lanes.map(({ node }) => node));
    this.style.setProperty('--lanes', Math.max(1, lanes.length));
    this.switches.replaceChildren(...layers.map((_, k) => this.newSwitch(k)));
    const sigmas = steps.map((_, s) => frames[this.wanted(0, s, 0)]?.settings?.[this.shown.curve]);
    const least = Math.min(...sigmas.filter((sigma) => sigma > 0));
    this.curve.draw(sigmas.map((sigma) => (sigma > 0 ? Math.log(sigma / least) : null))); // its bottom is the least noise
    this.plot.hidden = this.axis.hidden = this.curve.high === 0;
    const ends = [sigmas[0], sigmas.at(-1)].map((sigma) => (Number.isFinite(sigma) ? 'σ ' + rough(sigma) : ''));
    [this.axis.firstElementChild.textContent, this.axis.lastElementChild.textContent] = ends;
    this.follow();
  }

  // One denoising alone is a picture; several are buttons to choose between.
  newLane(k, name) {
    const alone = this.grid.lanes.length === 1;
    const node = make(alone ? 'div' : 'button', 'trajectory-lane');
    const canvas = make('canvas', 'view-picture', '', { width: 1, height: 1 });
    const [view, mark] = [make('span', 'trajectory-view'), make('span', 'trajectory-mark')];
    if (alone) node.setAttribute('role', 'img');
    else node.type = 'button';
    view.append(canvas, mark);
    node.append(view, ...(name ? [make('span', 'trajectory-name', name)] : []));
    node.addEventListener('click', () => {
      this.chosen = k;
      this.refresh();
    });
    return { node, mark, name, pane: new Pane(canvas, this.reel, (ratio) => this.shape(ratio), () => this.refresh()) };
  }

  newSwitch(k) {
    const name = this.nameOfLayer(k);
    const button = make('button', '', this.words[name] ?? name, { type: 'button' });
    button.addEventListener('click', () => {
      this.layer = k;
      this.refresh();
      this.looked();
    });
    return button;
  }

  /* ---- moving --------------------------------------------------------------------------------------------- */

  point({ clientX }) {
    const { left, width } = this.svg.getBoundingClientRect();
    this.visit(Math.round(((clientX - left) / width) * (this.grid.steps.length - 1)));
  }

  // Until the visitor takes over, stand at the newest step that all lanes have: the picture comes out of its noise.
  follow() {
    if (this.touched || (calm() && this.at > 0 && !this.reel.complete)) return;
    const whole = (s) => this.lanes.every((_, k) => this.wanted(k, s) < 0 || this.reel.blobs.has(this.wanted(k, s)));
    this.at = Math.max(0, this.grid.steps.findLastIndex((_, s) => whole(s)));
  }

  arrived() {
    if (!this.touched && !calm() && this.reel.complete) return this.begun(); // out of the noise
    this.follow();
    this.refresh();
  }
}

customElements.define('trajectory-view', TrajectoryView);
