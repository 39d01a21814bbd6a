// Canvas: paints a mask over a picture, in cells of the latents, and colours into it. See canvas.py. Its value is {mask,
// painted}: the mask's text, and the picture as a data URL once a colour was put into it, else null. The picture under it is
// the one that stands in the drop area `props.image` beside it, cut to the frame as the server cuts it.

import { History, MOST, between, blank, fill, read, regrid, stamp, write } from './cells.js';
import { Widget, html, make, titled } from './widget.js';

const CELL = 8; // pixels of the frame: a cell of the latents
const SMALL = 256 * 256; // pixels up to which a picture is kept without loss
const PAUSE = 80; // milliseconds between two pictures of one stroke
const SWEEP = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const COLOURS = ['#ffffff', '#111827', '#6b7280', '#dc2626', '#f97316', '#facc15', '#16a34a', '#0ea5e9', '#1d4ed8', '#9333ea', '#f9a8d4', '#92400e'];
const TOOLS = {
  brush: 'M4 20c4 0 6-1 6-4l-2-2c-3 0-4 2-4 6zM10 13l8-9 3 3-9 8z',
  eraser: 'M8 20h12v-2h-7l7-7-6-6-11 11zM14 7.5l3.500 3.500-3.500 3.500-3.500-3.500z',
  fill: 'M4 13l8-8 8 8-8 7zM21 15c1.500 2 1.500 4 0 4s-1.500-2 0-4z',
};

export default class Canvas extends Widget {
  static styles = ['canvas'];
  static events = ['painted'];
  static template = html`
<div class="canvas-bar" data-part="bar" role="toolbar" data-name="tools">
  <span class="canvas-group" data-part="layers" role="group" data-name="layers"></span>
  <span class="canvas-group" data-part="tools" role="group" data-name="tools"></span>
  <label class="canvas-range"><span data-say="size"></span><input type="range" data-part="size" min="1" max="8" step="1" value="2"></label>
  <label class="canvas-range" data-part="much"><span data-say="strength"></span><input type="range" data-part="strength" min="1" max="15" step="1" value="15"></label>
  <span class="canvas-colours" data-part="colours" role="group" data-name="colours"></span>
  <span class="canvas-group canvas-end"><button type="button" data-part="undo" data-title="undo">↶</button><button type="button" data-part="clear" data-say="clear"></button></span>
</div>
<div class="canvas-frame"><canvas data-part="sheet" tabindex="0" role="application"></canvas></div>
<p class="canvas-said" data-part="said" role="status"></p>
<p class="canvas-keys" data-say="keys"></p>`;

  begin(props) {
    super.begin(props);
    this.className = 'canvas';
    this.history = new History();
    this.picture = null; // the start picture, an image
    this.paint = null; // a canvas of the frame's size, once a colour was put on it
    this.frame = { width: 512, height: 512 };
    this.mask = blank(64, 64);
    this.cursor = [0, 0];
    this.stroke = null;
    this.setAttribute('data-painting', '');
    this.sheet.setAttribute('aria-label', this.say('sheet'));
    this.makeTools();
    const on = (name, does) => this.sheet.addEventListener(name, does);
    on('pointerdown', (event) => this.down(event));
    on('pointermove', (event) => this.moveTo(event));
    for (const name of ['pointerup', 'pointercancel']) on(name, (event) => this.up(event));
    on('keydown', (event) => this.key(event));
    for (const name of ['focus', 'blur']) on(name, () => this.draw());
    this.undo.addEventListener('click', () => this.goBack());
    this.clear.addEventListener('click', () => this.wipe());
    this.eyes = new ResizeObserver(() => this.draw());
  }

  makeTools() {
    const { layers } = this.props;
    this.layer = layers[0];
    this.layers.append(...layers.map((name) => this.choice('layer', name, make('span', '', this.say(name)))));
    this.layers.hidden = layers.length < 2;
    this.tool = 'brush';
    this.tools.append(...Object.entries(TOOLS).map(([name, path]) => {
      const icon = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      icon.setAttribute('viewBox', '0 0 24 24');
      icon.append(document.createElementNS('http://www.w3.org/2000/svg', 'path'));
      icon.firstChild.setAttribute('d', path);
      return this.choice('tool', name, icon);
    }));
    this.colour = COLOURS[3];
    this.colours.append(...COLOURS.map((colour) => this.choice('colour', colour, make('i'))));
    const own = make('input', '', '', { type: 'color', value: this.colour });
    titled(own, this.say('own'));
    own.addEventListener('input', () => this.choose('colour', own.value));
    this.colours.append(own);
    this.choose('layer', this.layer);
  }

  choice(kind, name, face) {
    const button = make('button', '', '', { type: 'button' });
    Object.assign(button.dataset, { kind, name });
    if (kind === 'colour') face.style.background = name;
    titled(button, kind === 'colour' ? this.say('colour', { name }) : this.say(name));
    button.append(face);
    button.addEventListener('click', () => this.choose(kind, name));
    return button;
  }

  choose(kind, name) {
    this[kind] = name;
    if (kind === 'colour' && this.tool === 'eraser') this.tool = 'brush';
    for (const button of this.bar.querySelectorAll('[data-kind]')) button.setAttribute('aria-pressed', this[button.dataset.kind] === button.dataset.name);
    this.much.hidden = this.layer !== 'mask';
    this.colours.hidden = this.layer !== 'picture';
    this.draw();
  }

  connectedCallback() {
    const { signal } = (this.ends = new AbortController());
    document.addEventListener('shared', () => this.fit(), { signal });
    this.watching = new MutationObserver(() => this.look()); // of both of them: the drop area may not be there yet
    this.watching.observe(this.closest('.painting') ?? this, { subtree: true, childList: true, attributeFilter: ['src'] });
    this.eyes.observe(this);
    this.fit();
    this.look();
    super.connectedCallback();
  }

  disconnectedCallback() {
    this.ends.abort();
    this.eyes.disconnect();
    this.watching.disconnect();
  }

  /* ---- what is under the brush ---------------------------------------------------------------------------- */

  // The frame has the size that all tabs share.
  fit() {
    const { width, height } = explorer.shared?.values ?? this.frame;
    if (!(width > 0 && height > 0)) return;
    this.frame = { width: Number(width), height: Number(height) };
    const [columns, rows] = [Math.ceil(width / CELL), Math.ceil(height / CELL)];
    if (this.mask.width !== columns || this.mask.height !== rows) this.mask = regrid(this.mask, columns, rows);
    this.cursor = [Math.min(this.cursor[0], columns - 1), Math.min(this.cursor[1], rows - 1)];
    this.draw();
  }

  // The start picture may be another one: what was painted on the last one is gone.
  look() {
    const src = document.querySelector(`#${CSS.escape(this.props.image)} img`)?.src ?? '';
    if (src === this.src) return;
    const first = this.src === undefined;
    this.src = src;
    this.picture = null;
    if (this.paint && !first) this.unpaint();
    if (!src) return this.draw();
    const picture = new Image();
    picture.addEventListener('load', () => {
      if (this.src !== src) return;
      this.picture = picture;
      this.draw();
    });
    picture.src = src;
  }

  unpaint() {
    this.paint = null;
    this.history = new History();
    this.tell();
  }

  // A picture fills the frame, what stands over is cut off.
  cover(context, picture, { width, height }) {
    const scale = Math.max(width / picture.width, height / picture.height);
    const [w, h] = [picture.width * scale, picture.height * scale];
    context.imageSmoothingQuality = 'high';
    context.drawImage(picture, (width - w) / 2, (height - h) / 2, w, h);
  }

  surface({ width, height }) {
    const surface = make('canvas', '', '', { width, height });
    const context = surface.getContext('2d');
    context.fillStyle = '#fff';
    context.fillRect(0, 0, width, height);
    const under = this.paint ?? this.picture;
    if (under) this.cover(context, under, { width, height });
    return surface;
  }

  /* ---- the value ------------------------------------------------------------------------------------------ */

  update() {
    const { mask = '', painted = null } = this.value ?? {};
    if (mask === this.given?.mask && painted === this.given?.painted) return; // it is what was painted here
    this.given = { mask, painted };
    const found = read(mask);
    const [columns, rows] = [this.mask.width, this.mask.height];
    this.mask = found ? regrid(found, columns, rows) : blank(columns, rows);
    if (!painted) this.paint = null;
    this.history = new History();
    this.draw();
  }

  // Tells the form what is painted by now.
  tell() {
    const painted = this.paint && this.paint.toDataURL(...(this.paint.width * this.paint.height <= SMALL ? ['image/png'] : ['image/webp', 0.95]));
    this.given = { mask: this.props.layers.includes('mask') ? write(this.mask) : '', painted };
    this.toldAt = performance.now();
    this.toForm(this.given);
    this.fire('painted', {});
    explorer.moved?.();
  }

  // A stroke is told as often as its pictures can be made, the mask with every frame of the screen.
  soon() {
    if (this.waiting) return;
    const wait = this.layer === 'picture' ? Math.max(0, (this.toldAt ?? 0) + PAUSE - performance.now()) : 0;
    this.waiting = setTimeout(() => requestAnimationFrame(() => {
      this.waiting = 0;
      this.tell();
    }), wait);
  }

  state() {
    return { mask: { ...this.mask, levels: this.mask.levels.slice() }, paint: this.paint && this.copy(this.paint) };
  }

  copy(canvas) {
    const copy = make('canvas', '', '', { width: canvas.width, height: canvas.height });
    copy.getContext('2d').drawImage(canvas, 0, 0);
    return copy;
  }

  goBack() {
    const state = this.history.back();
    if (!state) return;
    this.mask = regrid(state.mask, this.mask.width, this.mask.height);
    this.paint = state.paint;
    this.changed();
  }

  wipe() {
    this.history.keep(this.state());
    if (this.layer === 'mask') this.mask = blank(this.mask.width, this.mask.height);
    else this.paint = null;
    this.changed();
  }

  changed() {
    this.draw();
    this.soon();
  }

  /* ---- painting ------------------------------------------------------------------------------------------- */

  // Where an event is, in cells.
  place({ clientX, clientY }) {
    const { left, top, width, height } = this.sheet.getBoundingClientRect();
    return [((clientX - left) / width) * this.mask.width, ((clientY - top) / height) * this.mask.height];
  }

  down(event) {
    if (this.stroke || event.button > 0 || !event.isPrimary) return;
    event.preventDefault();
    this.sheet.focus({ preventScroll: true });
    this.sheet.setPointerCapture(event.pointerId);
    this.history.keep(this.state());
    const at = this.place(event);
    this.cursor = at.map(Math.floor);
    this.stroke = { id: event.pointerId, at };
    if (this.tool === 'fill') this.flood(at);
    else this.dab([at]);
    this.changed();
  }

  moveTo(event) {
    if (!this.stroke || event.pointerId !== this.stroke.id || this.tool === 'fill') return;
    for (const each of event.getCoalescedEvents?.() ?? []) this.along(each);
    this.along(event);
    this.changed();
  }

  along(event) {
    const at = this.place(event);
    this.dab(between(this.stroke.at, at));
    this.stroke.at = at;
    this.cursor = [Math.min(this.mask.width - 1, Math.max(0, Math.floor(at[0]))), Math.min(this.mask.height - 1, Math.max(0, Math.floor(at[1])))];
  }

  up(event) {
    if (!this.stroke || event.pointerId !== this.stroke.id) return;
    this.stroke = null;
    this.changed();
  }

  dab(places) {
    const size = Number(this.size.value);
    if (this.layer === 'mask') {
      const level = this.tool === 'eraser' ? 0 : Number(this.strength.value);
      for (const [x, y] of places) stamp(this.mask, x, y, size, level);
      return;
    }
    const context = this.onPaint();
    for (const [x, y] of places) {
      context.save();
      context.beginPath();
      context.arc(x * CELL, y * CELL, (size * CELL) / 2, 0, 2 * Math.PI);
      if (this.tool === 'eraser') {
        context.clip();
        context.fillStyle = '#fff';
        context.fillRect(0, 0, this.paint.width, this.paint.height);
        if (this.picture) this.cover(context, this.picture, this.paint);
      } else {
        context.fillStyle = this.colour;
        context.fill();
      }
      context.restore();
    }
  }

  onPaint() {
    const { width, height } = this.frame;
    if (this.paint?.width !== width || this.paint?.height !== height) this.paint = this.surface(this.frame);
    return this.paint.getContext('2d');
  }

  flood([x, y]) {
    if (this.layer === 'mask') return fill(this.mask, x, y, Number(this.strength.value));
    const context = this.onPaint();
    context.fillStyle = this.colour;
    context.fillRect(0, 0, this.paint.width, this.paint.height);
    return undefined;
  }

  key(event) {
    const { key, ctrlKey, metaKey, altKey } = event;
    if (altKey) return;
    if ((ctrlKey || metaKey) && key.toLowerCase() === 'z') this.goBack();
    else if (ctrlKey || metaKey) return;
    else if (key in SWEEP) this.step(...SWEEP[key]);
    else if (key === ' ') this.press();
    else if (key === '[' || key === ']') this.size.value = Number(this.size.value) + (key === ']' ? 1 : -1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  step(across, down) {
    const { width, height } = this.mask;
    this.cursor = [Math.min(width - 1, Math.max(0, this.cursor[0] + across)), Math.min(height - 1, Math.max(0, this.cursor[1] + down))];
    this.draw();
    this.hear();
  }

  press() {
    this.history.keep(this.state());
    const at = this.cursor.map((cell) => cell + 0.5);
    if (this.tool === 'fill') this.flood(at);
    else this.dab([at]);
    this.changed();
    this.hear();
  }

  hear() {
    const [column, row] = this.cursor;
    const over = this.mask.levels[row * this.mask.width + column] > 0 ? 'over' : 'free';
    this.said.textContent = this.say('cell', { column: column + 1, row: row + 1, what: this.props.layers.includes('mask') ? this.say(over) : '' });
  }

  /* ---- drawing -------------------------------------------------------------------------------------------- */

  draw() {
    if (this.drawing || !this.isConnected) return;
    this.drawing = requestAnimationFrame(() => {
      this.drawing = 0;
      this.paintSheet();
    });
  }

  paintSheet() {
    const { sheet, mask } = this;
    const shown = sheet.clientWidth;
    if (!shown) return;
    const scale = Math.max(1, Math.round((shown * devicePixelRatio) / mask.width)); // pixels of a cell: whole ones
    sheet.style.aspectRatio = `${mask.width} / ${mask.height}`;
    sheet.style.maxWidth = `calc(min(100%, 52vh * ${mask.width / mask.height}))`;
    if (sheet.width !== mask.width * scale || sheet.height !== mask.height * scale) [sheet.width, sheet.height] = [mask.width * scale, mask.height * scale];
    const context = sheet.getContext('2d');
    context.fillStyle = '#fff';
    context.fillRect(0, 0, sheet.width, sheet.height);
    const under = this.paint ?? this.picture;
    if (under) this.cover(context, under, sheet);
    if (this.props.layers.includes('mask')) this.drawMask(context, scale);
    this.drawGrid(context, scale);
    if (document.activeElement === sheet) this.drawCursor(context, scale);
    this.undo.disabled = !this.history.states.length;
  }

  drawMask(context, scale) {
    const { width, levels } = this.mask;
    for (let i = 0; i < levels.length; i++) {
      if (!levels[i]) continue;
      context.fillStyle = `rgb(236 72 153 / ${0.18 + (0.42 * levels[i]) / MOST})`;
      context.fillRect((i % width) * scale, Math.floor(i / width) * scale, scale, scale);
    }
  }

  drawGrid(context, scale) {
    const { width, height } = this.mask;
    if (scale < 5) return;
    context.fillStyle = 'rgb(128 128 128 / .22)';
    for (let column = 1; column < width; column++) context.fillRect(column * scale, 0, 1, height * scale);
    for (let row = 1; row < height; row++) context.fillRect(0, row * scale, width * scale, 1);
  }

  drawCursor(context, scale) {
    const [x, y] = this.cursor.map((cell) => cell * scale);
    context.lineWidth = 2;
    for (const [colour, by] of [['#fff', 0], ['#111827', 2]]) {
      context.strokeStyle = colour;
      context.strokeRect(x - 1 - by / 2, y - 1 - by / 2, scale + 2 + by, scale + 2 + by);
    }
  }
}

customElements.define('painting-canvas', Canvas);
