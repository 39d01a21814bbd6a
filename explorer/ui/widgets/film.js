// FilmView: a run as a film: stage, caption, scrubber, strip, playing and saving of single frames. The curve
// under the scrubber is the setting that the plan named, or of a film whose frames can be placed (`paced`) what changes
// along it: then it fires `even`, with the place between two frames where more are wanted.

import { Curve } from './curve.js';
import { called, captionOf, rounded, seriesOf } from './grids.js';
import { Pace, unevenness } from './pace.js';
import { Pane } from './pane.js';
import { PlayedView } from './player.js';
import { Strip } from './thumbs.js';
import { calm, html } from './widget.js';

const DWELL = 600; // milliseconds a newly arrived frame stays before the next one may replace it

export default class FilmView extends PlayedView {
  static look = 'film';
  static events = ['look', 'even', 'outdated'];
  static styles = ['view', 'film'];
  static template = html`
<div class="view-stage" tabindex="-1">
  <canvas class="view-picture film-picture" data-part="picture" role="img" width="1" height="1"></canvas>
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
  <div class="film-words"><p class="film-caption" data-part="caption"></p><span class="film-count" data-part="counter"></span></div>
  <div class="film-track">
    <svg class="film-marks" aria-hidden="true" preserveAspectRatio="none"><path class="film-rail" data-part="rail"></path><path class="film-drafts" data-part="drafts"></path><path class="film-ready" data-part="ready"></path></svg>
    <input class="view-range film-range" data-title="scrub" type="range" min="0" max="0" step="1" value="0">
  </div>
  <div class="film-curve" data-part="plot" hidden>
    <svg class="curve" data-part="svg" aria-hidden="true" preserveAspectRatio="none"></svg>
    <p class="film-measure"><span data-part="measure"></span><span data-part="spanned"></span></p>
  </div>
  <div class="film-pace" data-part="pacing" hidden>
    <svg class="curve pace" data-part="paces" aria-hidden="true" preserveAspectRatio="none"></svg>
    <p class="film-measure"><span data-part="uneven"></span><button type="button" data-part="finer" data-say="finer" disabled></button><button type="button" data-part="even" data-say="even" disabled></button></p>
  </div>
  <div class="film-strip" data-part="thumbs" aria-hidden="true"></div>
  <div class="film-controls">
    <div class="film-transport">
      <button type="button" class="film-prev" data-part="back" data-title="previous"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M18 6v12l-9-6zM6 6h2v12H6z"></path></svg></button>
      <button type="button" class="view-play film-play"></button>
      <button type="button" class="film-next" data-part="onward" data-title="next"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 6v12l9-6zM16 6h2v12h-2z"></path></svg></button>
    </div>
    <select class="film-loop" data-part="loopSelect" data-title="loop"><option value="open" data-say="open"></option><option value="back-and-forth" data-say="back-and-forth"></option><option value="closed" data-say="closed"></option></select>
    <label class="film-speed"><input class="film-fps" data-part="fpsInput" data-title="fps" value="10" type="number" min="1" max="50" step="1" inputmode="decimal"><span data-say="per second"></span></label>
    <a class="view-save" download></a>
  </div>
</div>`;

  begin(props) {
    super.begin(props);
    this.followed = 0;
    this.series = null; // the setting that the curve shows: [name, numbers]
    this.canvas = new Pane(this.picture, this.reel, (ratio) => this.shape(ratio), () => { this.markRail(); this.refresh(); });
    this.strip = new Strip(this.thumbs, this.reel, (i) => this.visit(i));
    this.curve = new Curve(this.svg);
    this.pacing.hidden = !props.paced;
    this.classList.toggle('film-paced', Boolean(props.paced));
    if (props.paced) this.pace = new Pace(this.paces, this.reel, (i) => this.more(i), () => this.tellPace());
    this.uneven.title = this.say('uneven hint');
    this.finer.title = this.say('finer hint');
    this.even.title = this.say('even hint');
    this.even.addEventListener('click', () => this.fire('even', {}));
    this.finer.addEventListener('click', () => this.more(Math.min(this.at, this.count - 2)));
    this.back.addEventListener('click', () => this.step(-1));
    this.onward.addEventListener('click', () => this.step(1));
    this.fpsInput.addEventListener('input', () => this.tell());
    this.fpsInput.addEventListener('change', () => {
      this.fpsInput.value = this.fps;
      this.tell();
    });
    this.loopSelect.addEventListener('change', () => {
      this.position = this.at;
      this.tell();
    });
  }

  get count() { return this.reel.count; }
  get fps() { return Math.min(50, Math.max(1, Number(this.fpsInput.value) || 10)); }
  get loop() { return this.loopSelect.value; }
  get index() { return this.at; }
  stand([i]) { this.go(i); }
  get state() { return { index: this.at, fps: this.fps, loop: this.loop }; }

  /* ---- words ---------------------------------------------------------------------------------------------- */

  remark() {
    const holes = { n: this.at + 1, m: this.reel.nearest(this.at) + 1 };
    return this.playing ? '' : this.missing(this.at, holes);
  }

  tell() {
    super.tell();
    const { at, count, series } = this;
    const text = captionOf(this.frames, at);
    const place = this.say('frame', { n: at + 1, count });
    const measure = series ? `${called(series[0], this.shown)} ${rounded(series[1][at])}` : ''; // "distance 0.34"
    this.caption.textContent = this.caption.title = text;
    this.counter.textContent = count ? `${at + 1} / ${count}` : '';
    const said = [text ? `${place}: ${text}` : place, measure, this.note.textContent];
    this.range.setAttribute('aria-valuetext', said.filter(Boolean).join('. '));
    this.picture.setAttribute('aria-label', text || place);
    this.measure.textContent = measure;
    this.curve.at(at);
    this.pace?.stand(at);
    this.strip.light(at);
  }

  // What is set, by `Status.paced`: numbers that came with other settings are another film's.
  pacedBy([way, numbers]) {
    const [before, same] = this.told ?? [];
    this.told = [way, numbers];
    const other = way !== before, old = other && Boolean(numbers) && numbers === same;
    this.gone = old || (this.gone && !other && !numbers); // said until something else is set
    if (old) this.fire('outdated', {});
    this.tellPace();
  }

  tellPace() {
    const { reel, pace } = this, steps = pace?.steps;
    this.finer.disabled = !steps;
    this.even.disabled = reel.count === 2 || (Boolean(reel.base) && !reel.sheet && reel.ready.size < reel.count);
    this.uneven.textContent = this.gone ? this.say('outdated') : steps ? this.say('uneven', { times: unevenness(steps).toFixed(1) }) : '';
    this.paces.classList.toggle('pace-known', Boolean(steps));
  }

  // More frames between frame i and the next one.
  more(i) {
    const [here, there] = [i, i + 1].map((k) => this.frames[k]?.coordinates?.[0]);
    if (Number.isFinite(here + there)) this.fire('even', { place: (here + there) / 2 });
  }

  // Frame i owns the stretch of the rail around the place where the scrubber's thumb stands for it.
  markRail() {
    const last = Math.max(1, this.count - 1);
    const stretch = (i) => `M${Math.max(0, i - 0.5)} .5H${Math.min(last, i + 0.5)}`;
    this.rail.parentNode.setAttribute('viewBox', `0 0 ${last} 1`);
    this.rail.setAttribute('d', `M0 .5H${last}`);
    const marks = (path, kinds) => path.setAttribute('d', [...this.reel.blobs.keys()].filter((i) => kinds.includes(this.reel.kinds.get(i))).map(stretch).join(''));
    marks(this.ready, [undefined, 'exact']);
    marks(this.drafts, ['draft']);
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

  clear() {
    [this.at, this.followed] = [0, 0];
    this.canvas.clear();
    this.strip.clear();
    this.pace?.clear();
  }

  arrange() {
    this.series = seriesOf(this.frames, this.count, this.shown);
    this.curve.draw(this.series?.[1] ?? [], this.at);
    this.plot.hidden = !this.series || this.count < 2;
    const holes = { low: rounded(this.curve.low), high: rounded(this.curve.high) };
    this.spanned.textContent = this.say('range', holes);
    this.pace?.soon(this.frames);
    this.mark();
    this.layStrip();
  }

  /* ---- moving --------------------------------------------------------------------------------------------- */

  step(by) {
    const { at, count } = this;
    this.visit(this.loop === 'closed' ? (at + by + count) % count : at + by);
  }

  soon(i) {
    if (!this.reel.bitmap(i)) this.reel.decode(i);
  }

  /* ---- what comes from Python and from the network -------------------------------------------------------- */

  // What the visitor chose wins until Python says something new.
  give(given) {
    if (given.fps && given.fps !== this.given.fps) this.fpsInput.value = given.fps;
    if (given.loop && given.loop !== this.given.loop) this.loopSelect.value = given.loop;
    if (this.count) this.given = given;
    this.markRail();
    this.layStrip();
  }

  arrived(i) {
    this.markRail();
    this.strip.fill(i);
    this.pace?.soon(this.frames);
    const { blobs, ready } = this.reel;
    const now = performance.now();
    if (!this.touched && this.reel.complete) return this.begun(); // the whole film is here
    const follow = blobs.size === 1 || (!calm() && ready.size < this.count && now - this.followed > DWELL);
    if (this.touched || !blobs.has(i) || !follow) return this.refresh();
    this.followed = now;
    this.go(i);
  }
}

customElements.define('film-view', FilmView);
