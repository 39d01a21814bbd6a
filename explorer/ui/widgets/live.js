// LiveSwitch: pictures that follow the hand. Its value is {here, key}, see live_switch.py. Whatever a hand does on the page
// makes the view in sight fire `look`, which brings the present values of the tab's widgets to `explorer.live`. It asks for
// what the view looks at, and the view draws what comes (`turn`, `drew`). At each `look` Gradio walks the whole page for every
// value: so there is none where only the view has changed, and what a hand drags or types is read of its field (`reads`).
// On is kept by the browser, once it was chosen.

import { Pump, partsOf } from './pump.js';
import { Widget, html, write } from './widget.js';

const ROUTE = new URL('../../live', import.meta.url);
const KEY = 'latent-explorer.live';
const VIEW = '[data-film]';
const PAUSE = 80; // milliseconds between two looks while a hand moves

// What is in a field; undefined where Gradio makes something else of it.
function valueOf(field) {
  if (field.matches('textarea')) return field.value;
  return field.matches('input[type=range], input[type=number]:valid') && field.value ? field.valueAsNumber : undefined;
}

const fieldOf = (node) => node.closest('.block[id]')?.id;

class Refusal extends Error {
  constructor(status, { error }) {
    super(error);
    this.status = status;
  }
}

export default class LiveSwitch extends Widget {
  static styles = ['live'];
  static events = ['enter'];
  static template = html`
<button type="button" class="live-switch" data-part="button" role="switch" aria-checked="false"><i aria-hidden="true"></i><span data-say="live"></span></button>
<p class="live-said" data-part="said" role="status"></p>`;

  begin(props) {
    super.begin(props);
    this.className = 'live';
    this.button.title = this.say('hint');
    write(this.said, '');
    this.chosen = null; // on or off, if the visitor said so
    this.soon = this.later = this.lookedAt = 0;
    this.last = null; // what was heard last, until a widget may say something else
    this.known = null; // a view, its tab and the values there, as far as all that has changed since could be read
    this.changed = new Map(); // what was read since the hand's last rest, by the field's id; null if something could not be
    this.told = {}; // of each tab, the settings whose price was told last
    this.touched = false; // what the page fills in itself is nobody's wish; but a link is, and what this browser remembers (`wanted`)
    this.edited = false; // nor has a hand that only pressed something set anything
    this.refusedAt = 0; // when the server last knew this page no more
    this.button.addEventListener('click', () => this.choose(!this.on));
    this.pump = new Pump({
      send: (question, signal) => this.send(question, signal),
      show: (part, question, newest) => this.show(part, question, newest),
      rests: (question) => this.rests(question),
      answered: ({ view }, newest) => view.waits(!newest),
      failed: (error, question) => this.failed(error, question),
    });
    this.eyes = new ResizeObserver(([{ contentRect }]) => contentRect.width || this.pump.stop());
  }

  connectedCallback() {
    const { signal } = (this.ends = new AbortController());
    const on = (name, does) => document.addEventListener(name, does, { signal, capture: true });
    try {
      this.chosen = JSON.parse(localStorage.getItem(KEY));
    } catch {
      this.chosen = null; // this browser keeps nothing
    }
    for (const name of ['input', 'keydown', 'pointerdown']) on(name, () => { this.touched = true; });
    for (const name of ['input', 'change']) on(name, () => { this.edited = true; });
    on('input', ({ target }) => {
      if (target.closest?.(VIEW)) return;
      this.reads(target);
      this.moved(PAUSE);
    });
    on('change', ({ target }) => target.closest?.(VIEW) || this.has(target) || this.moved());
    on('click', ({ target }) => target.closest?.(VIEW) || this.moved());
    on('pointerdown', () => this.pump.hold());
    for (const name of ['pointerup', 'pointercancel', 'lostpointercapture']) on(name, () => this.pump.release());
    on('compositionstart', () => this.pump.compose(true));
    on('compositionend', () => this.pump.compose(false));
    on('visibilitychange', () => document.hidden && this.pump.stop());
    // What Gradio changes while a hand's own values are known is looked at when the hand rests.
    Object.assign(window.explorer, { live: (tab, values) => this.heard(tab, values), moved: () => (this.later && this.known) || this.moved(), wanted: () => this.wanted(), looks: (view) => this.looks(view), following: () => this.on });
    super.connectedCallback();
    this.fire('enter', { chosen: this.chosen });
  }

  disconnectedCallback() {
    this.ends.abort();
    this.eyes.disconnect();
    this.pump.stop();
    delete window.explorer.live;
    delete window.explorer.moved;
    delete window.explorer.wanted;
    delete window.explorer.looks;
    delete window.explorer.following;
  }

  get possible() {
    return Boolean(this.value) && this.value.here !== 'none';
  }

  get on() {
    return this.possible && (this.chosen ?? this.value.here === 'here');
  }

  choose(on) {
    this.chosen = on;
    try {
      localStorage.setItem(KEY, JSON.stringify(on));
    } catch (error) {
      console.info('the choice is not kept by this browser:', error.message);
    }
    if (!on) this.rest();
    this.fire('enter', { chosen: on });
    this.update();
  }

  rest() {
    this.pump.stop();
    for (const view of document.querySelectorAll(VIEW)) view.unfollowed();
  }

  update() {
    if (!this.value) return;
    this.button.setAttribute('aria-checked', this.on);
    this.button.disabled = !this.possible;
    const why = { none: 'none', slow: 'slow', space: 'space' }[this.value.here];
    write(this.said, why && !this.on ? this.say(why) : '');
  }

  /* ---- asking --------------------------------------------------------------------------------------------- */

  // A widget may have another value: Gradio knows by the next frame, of what it does itself a little later.
  moved(pause = 0) {
    this.last = null;
    if (!pause) this.known = this.changed = null;
    if (!this.on || !this.touched) return;
    const wait = this.lookedAt + pause - performance.now();
    if (!pause) cancelAnimationFrame(this.frame);
    if (!pause || !this.soon) {
      clearTimeout(this.soon);
      this.soon = setTimeout(() => { this.frame = requestAnimationFrame(() => this.look()); }, Math.max(0, wait));
    }
    clearTimeout(this.later);
    this.later = setTimeout(() => {
      this.later = 0;
      this.known = this.changed = null;
      this.look();
    }, 120);
  }

  // What is set is not what is shown, though no hand has been here.
  wanted() {
    this.touched = true;
    this.moved();
  }

  // The value of a slider, a number or a text is that of its field, before Gradio has it.
  reads(target) {
    const value = valueOf(target);
    if (value === undefined) this.known = this.changed = null;
    this.changed?.set(fieldOf(target), value);
    if (this.known) this.known = this.brought(this.known);
  }

  // Whether what is in a field has been read.
  has(field) {
    const value = valueOf(field);
    return value !== undefined && this.changed?.get(fieldOf(field)) === value;
  }

  // Values of a tab with what was read since; null if that was of a field that is none of its own.
  brought({ view, tab, values }) {
    const at = [...this.changed.keys()].map((id) => this.value.fields[tab]?.[id]);
    if (at.includes(undefined)) return null;
    values = [...values];
    [...this.changed.values()].forEach((value, k) => { values[at[k]] = value; });
    return { view, tab, values };
  }

  look() {
    clearTimeout(this.soon);
    this.soon = 0;
    this.lookedAt = performance.now();
    const view = [...document.querySelectorAll(VIEW)].find((view) => view.offsetParent);
    if (view && this.known?.view === view) return this.heard(this.known.tab, this.known.values);
    this.changed ??= new Map();
    view?.fire('look', {});
  }

  // A view looks elsewhere. What it shows of a run that has just begun may be the run's only if Gradio says what is set by now:
  // where Python has written into the fields, no hand told that they changed.
  looks(view) {
    if (this.last?.view === view && !view.fresh) this.heard(this.last.tab, this.last.values);
    else view.fire('look', {});
  }

  heard(tab, values) {
    if (!this.on || !this.touched) return;
    const view = document.getElementById(`${tab}-view`)?.querySelector(VIEW);
    if (!view?.offsetParent) return;
    this.known = this.changed && this.brought({ view, tab, values });
    values = this.known?.values ?? values;
    this.last = this.later ? null : { view, tab, values };
    this.eyes.disconnect();
    this.eyes.observe(view);
    const said = JSON.stringify(values);
    if (!view.follows(said)) return;
    const film = view.fresh; // of a run that has just begun, drafts of all frames
    view.fresh = false;
    const { sight, point } = view.sight(false);
    const about = JSON.stringify([said, sight, point]);
    if (!film && this.pump.asked(view, about)) return;
    const { text, at } = window.explorer.written ?? {}; // by the drawer of words or the dice, a moment ago
    const typed = film ? '' : performance.now() - at < 1000 ? text : document.activeElement?.closest('textarea, .pad-corners input')?.value;
    this.pump.ask({ tab, values, said, about, view, run: view.value?.of, film, typed, whole: film, then: !film && view.whole ? { whole: true } : null });
  }

  // First what is looked at exactly, and of a sheet then the others, as far as they are not drawn. The line of the bar says by then
  // what these settings cost, no longer what was here before.
  rests(question) {
    const { view, tab, said } = question;
    if (!question.film && (view.left !== null || (this.told[tab] ?? said) !== said)) {
      this.told[tab] = said;
      document.querySelector('price-due')?.fire(tab, {});
    }
    if (view.visits || question.film) return [];
    const sight = { ...question, exact: true, whole: false, then: null };
    return view.whole ? [sight, { ...sight, exact: false, whole: true }, { ...sight, whole: true }] : [sight];
  }

  async *send({ tab, values, view, typed, exact = false, whole }, signal) {
    const question = { key: this.value.key, tab, values, exact, whole, ...view.sight(exact), ...(typed ? { typed } : {}) };
    if (!exact && (view.said || this.edited)) view.waits(true);
    const answer = await fetch(ROUTE, { method: 'POST', body: JSON.stringify(question), headers: { 'Content-Type': 'application/json' }, signal });
    if (!answer.ok) throw new Refusal(answer.status, await answer.json());
    for await (const { type, what, body } of partsOf(answer.body)) {
      if (what) yield { ...what, blob: new Blob([body], { type }) };
      else yield this.read(JSON.parse(new TextDecoder().decode(body)));
    }
  }

  read(head) {
    if (head.error) throw new Refusal(500, head);
    if (head.here !== this.value.here) this.value = { ...this.value, here: head.here };
    if (!this.on) this.rest(); // drafts have turned out to be slow
    return head;
  }

  async show({ blob, ...what }, question, newest) {
    const { view, said } = question;
    if (!blob && view.value?.of !== question.run && view.value?.of !== what.of) {
      question.overtaken = true; // a run has come by now, of settings that were not in the fields when this was asked
      view.fire('look', {});
    }
    if (question.overtaken) return;
    if (!blob) view.turn(what, said);
    else await view.drew(what, blob);
    if (blob || !newest) view.waits(!newest);
    write(this.said, '');
  }

  failed(error, { view }) {
    view.waits(false);
    if (error.status === 403 && performance.now() - this.refusedAt > 10_000) {
      this.refusedAt = performance.now(); // the server was started anew, or thought that this page had gone
      return this.fire('enter', { chosen: this.chosen });
    }
    write(this.said, error.status === 403 ? this.say('gone') : error.status ? error.message : this.say('lost'));
  }
}

customElements.define('live-switch', LiveSwitch);
