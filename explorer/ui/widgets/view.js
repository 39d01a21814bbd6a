// RunView: what all views of a run share. Its value is {manifest, count, ready, preview, notes, fps, loop}, see views.py, or
// of a shipped run {captions, sheet, count, ready, drawn_by, fps, loop}, see shipped.py; what the visitor looks at stands in
// its attribute data-film. A kind of view says
//
//   begin(props)          as every widget; then its parts are there
//   clear()               a new run begins: forget what was of the last one
//   arrange()             and lay out what is known of it; again when frames.json is here
//   draw()                show the frames that are wanted, or those that stand in for them
//   tell()                say where things stand; begins with super.tell()
//   index                 the frame the visitor is at, here or not; and `saved`, the address of what is saved
//   remark()              what is to be said of the picture that is seen, '' for nothing
//   mark()                what kind of picture it is, in a word on it; '' for a frame like any other
//   pane(index)           where a picture of frame `index` goes that is no frame yet
//   stop(), resized()     the view leaves the page, or has another width
//   sighted               the frames that are looked at; `whole` whether all others shall follow when settings change
//   stand(sight)          look at these frames; `between` draws what lies between frames, where that can be looked at
//
// and fires `look` when the visitor looks at another place. Where pictures follow the hand (live.js) it is asked what is
// looked at (`sight`), and told of pictures, drafts among them, of settings that are no run's (`turn`, `drew`). It calls `refresh` after whatever the visitor does. No listener outlives the element: all are on its own nodes.

import { bitsOf, shownOf } from './grids.js';
import { Reel } from './reel.js';
import { Sheet } from './sheet.js';
import { Widget, html, make, write } from './widget.js';

const SAVE = html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M11 4h2v8.2l2.8-2.8 1.4 1.4L12 16l-5.2-5.2 1.4-1.4 2.8 2.8zM5 18h14v2H5z"></path></svg><span data-say="save"></span>`;

const EMPTY = html`<p class="view-empty-title" data-say="empty"></p><p class="view-empty-hint" data-say="hint"></p>`;

const PLAY = html`<svg viewBox="0 0 24 24" aria-hidden="true"><path class="view-icon-play" d="M8 5v14l11-7z"></path><path class="view-icon-pause" d="M7 5h3.5v14H7zM13.5 5H17v14h-3.5z"></path></svg>`;

// Whether a key is one that a view may take for itself.
export const plain = (event) => !(event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey);

const LONGEST_NAME = 80; // characters of a file's name

// A name for a picture's file.
const fileName = (words) => ([...words.replace(/[^\p{L}\p{N}%+.,]+/gu, ' ')].slice(0, LONGEST_NAME).join('').trim() || 'picture') + '.png';

const KINDS = { draft: 'kind draft', exact: 'kind exact', stale: 'kind stale' }; // of pictures that are no frame of the run

export class RunView extends Widget {
  static events = ['look'];

  begin(props) {
    super.begin(props);
    this.className = `view view-blank ${this.constructor.look}`;
    Object.assign(this, { of: '', said: '', places: '', late: false, outdated: false, left: null, fresh: false });
    this.dataset.state = 'empty';
    this.reel = new (props.Reel ?? Reel)((i) => this.arrived(i));
    Object.assign(this, { frames: [], shown: shownOf(), notes: {}, given: {}, touched: false, current: '' });
    [this.note, this.save, this.range] = ['note', 'save', 'range'].map((name) => this.find('.view-' + name));
    if (!props.offline) this.save.addEventListener('click', (event) => event.isTrusted && this.keepPicture(event));
    this.sizes = new ResizeObserver(() => this.resized());
  }

  build() {
    super.build();
    this.badge = make('p', 'view-kind', '', { hidden: true });
    this.find('.view-stage, .pad-frame').append(this.badge);
    for (const [name, content] of Object.entries({ save: SAVE, empty: EMPTY, play: PLAY })) this.find('.view-' + name)?.append(content.cloneNode(true));
  }

  connectedCallback() {
    this.sizes.observe(this);
    super.connectedCallback();
    setTimeout(() => this.closest('[role=tabpanel]')?.querySelector('status-view')?.tellView?.());
  }

  disconnectedCallback() {
    this.sizes.disconnect();
    this.stop();
    this.reel.open('', 0);
  }

  stop() {}

  clear() {}

  /* ---- what comes from Python and from the network -------------------------------------------------------- */

  update() {
    const { manifest, captions, count = 0, ready = '', preview = null, notes = {}, of = '', sheet, drawn_by: shipped = '', ...given } = this.value ?? {};
    const url = manifest?.url ?? captions?.[this.language] ?? captions?.en ?? '';
    if (url && url === this.left) return; // it goes on, while the visitor is elsewhere
    const late = !this.of && of && shipped; // what was set may have been told before it came
    Object.assign(this, { of, shipped, left: null }); // `shipped`: the model that drew it before anybody came
    if (!sheet) this.notes = notes;
    const another = url !== this.current || count !== this.reel.count;
    this.outdated &&= !another;
    if (another) this.reset(url, count, manifest ?? {}, sheet && new Sheet(sheet));
    this.fresh = another && !sheet && count > 0 && !bitsOf(ready).length;
    this.give(given);
    this.reel.setReady(bitsOf(ready));
    this.preview(preview);
    this.refresh();
    if (this.fresh) this.looked();
    if (late) setTimeout(() => this.closest('[role=tabpanel]')?.querySelector('status-view')?.compare());
  }

  // fps and loop as Python has them: carried along for the exports.
  give(given) {
    this.given = given;
  }

  reset(url, count, manifest, sheet) {
    this.current = url;
    this.reel.open(url.replace(/[\w.-]*\.json$/, ''), count, sheet);
    this.touched = false;
    this.places = '';
    this.learn(manifest);
    this.stop();
    this.clear();
    this.arrange();
    if (url && !this.frames.length) this.readManifest(url);
  }

  async readManifest(url) {
    const manifest = await this.reel.json(url);
    if (!manifest) return;
    this.learn(manifest);
    this.arrange();
    this.preview(this.value?.preview); // it may have been here first, and had no place
    this.refresh();
  }

  // What frames.json says.
  learn(manifest) {
    this.frames = manifest.frames ?? [];
    if (manifest.notes) this.notes = manifest.notes;
    this.shown = shownOf(manifest);
  }

  /* ---- pictures that follow the hand ---------------------------------------------------------------------- */

  // It looks elsewhere.
  looked() {
    if (window.explorer?.looks) window.explorer.looks(this);
    else this.fire('look', {});
  }

  get sighted() { return [this.index]; }
  get whole() { return false; }
  get visits() { return false; } // whether it sees itself to the exact picture, when the hand rests

  // Whether there is something to draw, when the page's widgets say `said`.
  follows(said) {
    return this.fresh || said !== this.said || !this.sighted.every((i) => this.reel.exact(i));
  }

  // What is looked at, for live.py.
  sight(exact) {
    const { reel, frames, of, places } = this;
    const have = exact ? [...reel.blobs.keys()].filter((i) => reel.exact(i)) : [...reel.blobs.keys()].filter((i) => reel.kinds.get(i) !== 'stale');
    const sight = reel.count ? this.sighted.map((i) => frames[i]?.coordinates).filter(Boolean) : [];
    return { sight, of, places, have: [...new Set([...have, ...reel.ready])] };
  }

  // Pictures of settings `of` follow. Those of other settings stay until they come, and are marked.
  turn({ of, places, sight, moved, frames, shown }, said) {
    this.said = said;
    this.outdated = false;
    if (this.left && of === this.value.of) this.reopen();
    else if (of !== this.of) this.leave(of, frames && { frames, shown });
    this.places = places;
    if (moved) this.stand(sight);
    this.refresh();
  }

  // The settings are again those of the run.
  reopen() {
    const { at } = this;
    this.left = null;
    this.update();
    if (at !== undefined) this.go(at);
  }

  leave(of, manifest) {
    const { reel } = this;
    this.left ??= this.current;
    this.current = '';
    const count = manifest?.frames.length ?? reel.count;
    if (count !== reel.count) {
      reel.open('', count);
      this.touched = false;
      this.clear();
    }
    reel.loosen();
    this.stop();
    [this.of, this.notes, this.shipped] = [of, {}, ''];
    if (manifest) {
      this.learn(manifest);
      this.arrange();
    }
    this.touched = true;
  }

  async drew({ index, coordinates, kind, single }, blob) {
    if (index === null) await this.between(coordinates, kind, blob, single);
    else await this.reel.lay(index, blob, kind, single);
  }

  // Whether what is shown is not yet what is set.
  waits(late) {
    this.late = late;
    this.tellKind();
  }

  // The form has settings `of` now, what is shown may be of others: it follows, if pictures follow the hand, or is marked.
  compared(of) {
    const other = Boolean(this.of) && of !== this.of;
    const follows = window.explorer?.following?.();
    this.outdated = other && !follows;
    this.tellKind();
    if (other && follows) window.explorer.wanted();
  }

  // Why what is set cannot be drawn, where nothing else is to be seen; "" if it can.
  refused(why) {
    const hint = this.find('.view-empty-hint');
    if (hint) hint.textContent = why || this.say('hint');
  }

  // Pictures follow the hand no more.
  unfollowed() {
    this.waits(false);
  }

  get kind() {
    return this.reel.kinds.get(this.reel.nearest(this.index)) ?? '';
  }

  tellKind() {
    const { late, badge } = this;
    const kind = this.outdated ? 'stale' : this.kind;
    badge.dataset.kind = kind;
    badge.dataset.late = late;
    const said = kind ? this.say(KINDS[kind]) : late ? this.say('late') : this.mark();
    write(badge, this.reel.blobs.size ? said : '');
  }

  async preview(news) {
    const bitmap = await this.reel.preview(news);
    if (!bitmap) return;
    this.tell(); // first: the canvas takes its size from the state
    this.show(bitmap, 'preview', news.index);
  }

  // Puts a picture that is no frame on the page, where frame `index` would be: a "preview" or an "exact" point.
  show(bitmap, kind, index) {
    this.dataset.shows = kind;
    this.pane(index).put(bitmap);
  }

  // Frame i is here, or has failed to come.
  arrived() {
    this.refresh();
  }

  /* ---- words ---------------------------------------------------------------------------------------------- */

  get broken() {
    return this.reel.ready.size > 0 && [...this.reel.ready].every((i) => this.reel.lost(i));
  }

  noteNow() {
    if (this.reel.blobs.size) return this.remark();
    if (this.broken) return this.say('gone');
    return this.reel.previewing ? this.say('preview', this.reel.previewing) : this.say('waiting');
  }

  // Why another one is seen instead of frame i; '' if it is not so, or will not be for long.
  missing(i, holes, coming = 'coming') {
    if (this.reel.blobs.has(i)) return '';
    if (this.reel.lost(i)) return this.say('lost', holes);
    if (this.reel.ready.has(i)) return this.touched ? this.say('loading', holes) : '';
    return this.say(coming, holes);
  }

  mark() {
    return this.shipped && this.say('shipped', { model: this.shipped });
  }

  tell() {
    const { reel } = this;
    write(this.note, this.noteNow());
    const waiting = reel.previewing ? 'preview' : 'waiting';
    this.dataset.state = !reel.count ? 'empty' : reel.blobs.size ? 'shown' : waiting;
    this.dataset.film = reel.count ? JSON.stringify({ ...(this.left === null ? this.state : { live: true }), single: this.single, shipped: this.shipped ? this.value.name : undefined }) : 'null';
    for (const desk of this.querySelectorAll('.view-desk')) desk.toggleAttribute('inert', !reel.blobs.size);
    const { saved } = this;
    if (saved) Object.assign(this.save, { href: saved, download: fileName(this.called) });
    else this.save.removeAttribute('href');
    this.save.title = this.say(saved ? 'save' : 'unsaved');
    this.tellKind();
  }

  get state() {
    return { index: this.index, fps: this.given.fps, loop: this.given.loop };
  }

  get saved() {
    return this.frame(this.seen);
  }

  // The frame in sight, here or the one that stands in for it.
  get seen() {
    return this.reel.nearest(this.index);
  }

  // What the picture that is saved is called after.
  get called() {
    return this.frames[this.seen]?.caption ?? '';
  }

  // What the picture in sight is called on the server, if it is no frame of a run of one's own; see singles.py.
  get single() {
    return this.singleOf(this.seen);
  }

  singleOf(i) {
    if (!this.reel.blobs.has(i)) return undefined;
    return this.shipped ? `${this.value.name}/${i}` : this.reel.singles.get(i);
  }

  // The address of the lossless frame i; null of what is a draft.
  frame(i) {
    const single = this.singleOf(i);
    if (single) return `./single/${single}.png`;
    return i < 0 || this.reel.kinds.has(i) ? null : this.reel.url(i, 'frames', '.png');
  }

  /* ---- the picture ---------------------------------------------------------------------------------------- */

  refresh() {
    this.reel.focus = Math.max(0, this.index);
    this.tell();
    if (!this.reel.blobs.size) return;
    this.dataset.shows = 'frame';
    this.draw();
  }

  // A server may say what its file is called, and a browser believes it more than the link: so it is fetched first.
  async keepPicture(event) {
    event.preventDefault();
    const { href, download } = this.save;
    const answer = await fetch(explorer.saved(href)).catch(() => null);
    const url = answer?.ok ? URL.createObjectURL(await answer.blob()) : href;
    make('a', '', '', { href: url, download }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }

  shape(ratio) {
    this.classList.remove('view-blank');
    this.style.setProperty('--ratio', ratio);
  }
}
