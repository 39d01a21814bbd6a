// FilmView: a run as a film: stage, caption, scrubber, strip, playing and saving of single frames. Where frames.json gives
// every frame a setting that is a number, the first of them is a curve under the scrubber.

import { Curve } from './curve.js';
import { captionOf, rounded, seriesOf, spaced } from './grids.js';
import { Pane } from './pane.js';
import { Player } from './player.js';
import { Strip } from './thumbs.js';
import { PLAY, RunView, plain } from './view.js';
import { calm, html, titled } from './widget.js';

const DWELL = 600; // milliseconds a newly arrived frame stays before the next one may replace it

export default class FilmView extends RunView {
  static look = 'film';
  static styles = ['view', 'film'];
  static template = html`
<div class="view-stage" tabindex="-1">
  <canvas class="view-picture film-picture" role="img" width="1" height="1"></canvas>
  <p class="view-note" hidden></p>
</div>
<div class="view-empty">
  <svg viewBox="0 0 96 48" width="96" height="48" aria-hidden="true">
    <rect x="3" y="11" width="26" height="26" rx="4" opacity=".35"></rect>
    <rect x="67" y="11" width="26" height="26" rx="4" opacity=".35"></rect>
    <rect x="29" y="5" width="38" height="38" rx="6"></rect>
    <path d="M44 17.5v13l10-6.5z"></path>
  </svg>
</div>
<div class="view-desk film-desk">
  <div class="film-words"><p class="film-caption"></p><span class="film-count"></span></div>
  <div class="film-track">
    <svg class="film-marks" aria-hidden="true" preserveAspectRatio="none"><path class="film-rail"></path><path class="film-ready"></path></svg>
    <input class="view-range film-range" type="range" min="0" max="0" step="1" value="0">
  </div>
  <div class="film-curve" hidden>
    <svg class="curve" aria-hidden="true" preserveAspectRatio="none"></svg>
    <p class="film-measure"><span></span><span></span></p>
  </div>
  <div class="film-strip" aria-hidden="true"></div>
  <div class="film-controls">
    <div class="film-transport">
      <button type="button" class="film-prev"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M18 6v12l-9-6zM6 6h2v12H6z"></path></svg></button>
      <button type="button" class="view-play film-play"></button>
      <button type="button" class="film-next"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 6v12l9-6zM16 6h2v12h-2z"></path></svg></button>
    </div>
    <select class="film-loop"><option value="open"></option><option value="back-and-forth"></option><option value="closed"></option></select>
    <label class="film-speed"><input class="film-fps" type="number" min="1" max="50" step="1" inputmode="decimal"><span></span></label>
    <a class="view-save" download></a>
  </div>
</div>`;

  begin(props) {
    super.begin(props);
    const part = (name) => this.find('.film-' + name);
    const [picture, caption, counter, range, loop, fps, measure] = ['picture', 'caption', 'count', 'range', 'loop', 'fps', 'measure'].map(part);
    const [rail, ready] = part('marks').children;
    Object.assign(this, { picture, caption, counter, range, measure, rail, ready, plot: part('curve'), playButton: part('play') });
    Object.assign(this, { loopSelect: loop, fpsInput: fps });
    this.stage = this.find('.view-stage');
    this.at = this.followed = 0;
    this.series = null; // the setting that the curve shows: [name, numbers]
    this.canvas = new Pane(picture, this.reel, (ratio) => this.shape(ratio), () => { this.mark(); this.refresh(); });
    this.strip = new Strip(part('strip'), this.reel, (i) => this.visit(i));
    this.curve = new Curve(this.plot.querySelector('svg'));
    this.player = new Player(this, (i) => this.go(i), () => this.visit(this.count - 1), (i) => this.reel.bitmap(i) ?? this.reel.decode(i));

    const controls = { scrub: range, loop, fps, previous: part('prev'), next: part('next') };
    for (const [key, node] of Object.entries(controls)) titled(node, this.say(key));
    for (const option of loop.options) option.textContent = this.say(option.value);
    part('speed').lastElementChild.textContent = this.say('per second');
    this.playButton.append(PLAY.cloneNode(true));
    [loop.value, fps.value] = ['open', 10];
    range.addEventListener('input', () => this.visit(Number(range.value)));
    this.playButton.addEventListener('click', () => this.toggle());
    part('prev').addEventListener('click', () => this.step(-1));
    part('next').addEventListener('click', () => this.step(1));
    fps.addEventListener('input', () => this.tell());
    fps.addEventListener('change', () => {
      fps.value = this.fps;
      this.tell();
    });
    loop.addEventListener('change', () => {
      this.player.position = this.at;
      this.tell();
    });
    this.addEventListener('keydown', (event) => this.key(event));
  }

  get count() { return this.reel.count; }
  get fps() { return Math.min(50, Math.max(1, Number(this.fpsInput.value) || 10)); }
  get loop() { return this.loopSelect.value; }
  get here() { return this.isConnected; }
  get index() { return this.at; }
  get state() { return { index: this.at, fps: this.fps, loop: this.loop }; }

  /* ---- words ---------------------------------------------------------------------------------------------- */

  remark() {
    const holes = { n: this.at + 1, m: this.reel.nearest(this.at) + 1 };
    return this.player.playing ? '' : this.missing(this.at, holes);
  }

  tell() {
    super.tell();
    const { at, count, series } = this;
    const text = captionOf(this.frames, at);
    const place = this.say('frame', { n: at + 1, count });
    const measure = series ? `${spaced(series[0])} ${rounded(series[1][at])}` : ''; // "distance 0.34"
    this.caption.textContent = this.caption.title = text;
    this.counter.textContent = count ? `${at + 1} / ${count}` : '';
    this.range.max = Math.max(0, count - 1);
    this.range.value = at;
    const said = [text ? `${place}: ${text}` : place, measure, this.note.textContent];
    this.range.setAttribute('aria-valuetext', said.filter(Boolean).join('. '));
    this.picture.setAttribute('aria-label', text || place);
    this.measure.firstElementChild.textContent = measure;
    this.playing(this.playButton, this.player.playing);
    this.curve.at(at);
    this.strip.light(at);
  }

  // Frame i owns the stretch of the rail around the place where the scrubber's thumb stands for it.
  mark() {
    const last = Math.max(1, this.count - 1);
    const stretch = (i) => `M${Math.max(0, i - 0.5)} .5H${Math.min(last, i + 0.5)}`;
    this.rail.parentNode.setAttribute('viewBox', `0 0 ${last} 1`);
    this.rail.setAttribute('d', `M0 .5H${last}`);
    this.ready.setAttribute('d', [...this.reel.blobs.keys()].map(stretch).join(''));
  }

  /* ---- the picture ---------------------------------------------------------------------------------------- */

  pane() {
    return this.canvas;
  }

  draw() {
    this.canvas.show([[this.reel.nearest(this.at), 1]]);
  }

  layStrip() {
    this.strip.fit(Number(this.style.getPropertyValue('--ratio')) || 1);
    this.strip.light(this.at);
  }

  shape(ratio) {
    const same = this.style.getPropertyValue('--ratio') === String(ratio);
    super.shape(ratio);
    if (!same) this.layStrip();
  }

  resized() {
    this.canvas.redraw();
    this.layStrip();
  }

  stop() {
    this.player.pause();
  }

  clear() {
    [this.at, this.followed] = [0, 0];
    this.canvas.clear();
    this.strip.clear();
  }

  arrange() {
    this.series = seriesOf(this.frames, this.count);
    this.curve.draw(this.series?.[1] ?? [], this.at);
    this.plot.hidden = !this.series || this.count < 2;
    const holes = { low: rounded(this.curve.low), high: rounded(this.curve.high) };
    this.measure.lastElementChild.textContent = this.say('range', holes);
  }

  /* ---- moving --------------------------------------------------------------------------------------------- */

  go(i) {
    this.at = Math.min(Math.max(0, i), Math.max(0, this.count - 1));
    this.refresh();
  }

  visit(i) {
    this.touched = true;
    this.player.pause();
    this.go(i);
  }

  step(by) {
    const { at, count } = this;
    this.visit(this.loop === 'closed' ? (at + by + count) % count : at + by);
  }

  toggle() {
    if (this.player.playing) return this.visit(this.at);
    this.touched = true;
    this.player.play(this.at);
  }

  key(event) {
    if (event.target.matches('button, select, a, input[type=number]') || !plain(event) || !this.reel.blobs.size) return;
    const moves = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
    if (event.key === ' ') this.toggle();
    else if (event.target === this.stage && event.key in moves) this.visit(this.at + moves[event.key]);
    else return;
    event.preventDefault();
  }

  /* ---- what comes from Python and from the network -------------------------------------------------------- */

  // What the visitor chose wins until Python says something new.
  give(given) {
    if (given.fps && given.fps !== this.given.fps) this.fpsInput.value = given.fps;
    if (given.loop && given.loop !== this.given.loop) this.loopSelect.value = given.loop;
    if (this.count) this.given = given;
    this.mark();
    this.layStrip();
  }

  arrived(i) {
    this.mark();
    this.strip.fill(i);
    const { blobs, ready } = this.reel;
    const now = performance.now();
    if (!this.touched && blobs.size === this.count) return this.go(0); // the whole film is here: stand at its beginning
    const follow = blobs.size === 1 || (!calm() && ready.size < this.count && now - this.followed > DWELL);
    if (this.touched || !blobs.has(i) || !follow) return this.refresh();
    this.followed = now;
    this.go(i);
  }
}

customElements.define('film-view', FilmView);
