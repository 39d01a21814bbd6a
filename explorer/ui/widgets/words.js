// ModelWords: what the model knows by name, see model_words.py. A line that opens a drawer of its words, whose prompts go
// into the prompt that was written last; a dice at every prompt; and under it what the model makes of what is written there:
// the English it is drawn as, and words that it never met, with the nearest it knows. Asked when the hand rests, never
// while an input method composes, about what is in sight. A widget that brings prompts of its own tells it: `prompts`.

import { found, phrase, throwDice } from './phrases.js';
import { Widget, html, make, titled, write } from './widget.js';

const PROMPT = '.prompt textarea, .prompt input, .pad-corners input';
const TAUGHT = /<[a-z0-9](?:[a-z0-9_-]{0,30}[a-z0-9])?>/g; // as in chinese.py
const REST = 350; // milliseconds without a key
const KEPT = 200; // readings
const BAR = 90; // pixels of the window that the bar takes, at most
const ROWS = ['places', 'styles', 'colours'];
const ONE_OF = { places: 'place', styles: 'style', colours: 'colour', subjects: 'subject' };

const seen = (field) => field.isConnected && field.offsetParent !== null;
const link = (className, text) => make('button', className, text, { type: 'button' });

export default class ModelWords extends Widget {
  static styles = ['words'];
  static template = html`
<button type="button" class="words-line" data-part="line" aria-expanded="false" aria-controls="words-drawer"></button>
<div class="words-drawer" id="words-drawer" data-part="drawer" data-name="drawer" role="dialog" hidden>
  <div class="words-head"><p class="words-into" data-part="into"></p><button type="button" class="words-roll" data-part="roll" data-title="roll">⚄</button><button type="button" class="words-close" data-part="close" data-title="close">✕</button></div>
  <p class="words-made" data-part="made" aria-live="polite"></p>
  <input type="search" class="words-search" data-part="search" data-name="search" autocomplete="off">
  <div class="words-list" data-part="list"></div>
</div>`;

  begin(props) {
    super.begin(props);
    this.className = 'words';
    Object.assign(this, { known: null, picked: {}, last: null, readings: new Map(), composing: false, timer: 0 });
    const lines = props.line;
    this.line.textContent = lines[this.language] ?? lines.en;
    this.search.placeholder = this.say('search');
    this.line.addEventListener('click', () => this.open(this.drawer.hidden));
    this.close.addEventListener('click', () => this.open(false));
    this.roll.addEventListener('click', () => this.throw(this.target));
    this.search.addEventListener('input', () => this.show());
    this.list.addEventListener('click', (event) => this.pick(event.target.closest('.words-chip')));
    this.balloon = make('div', 'words-note words-balloon', '', { hidden: true });
    this.balloon.addEventListener('pointerdown', (event) => event.preventDefault()); // the prompt stays the one that is written
  }

  connectedCallback() {
    const { signal } = (this.ends = new AbortController());
    const on = (name, does) => document.addEventListener(name, does, { signal, capture: true });
    on('focusin', ({ target }) => this.entered(target));
    on('focusout', () => setTimeout(() => this.tell()));
    on('compositionstart', () => { this.composing = true; });
    on('compositionend', () => { this.composing = false; this.later(); });
    on('input', ({ target }) => target.matches?.(PROMPT) && this.later());
    on('click', () => this.later());
    on('due', () => this.later());
    on('prompts', () => this.later());
    on('keydown', ({ key }) => key === 'Escape' && !this.drawer.hidden && this.open(false));
    for (const kind of ['resize', 'scroll']) addEventListener(kind, () => this.place(), { signal, capture: true });
    document.body.append(this.balloon);
    this.later();
    super.connectedCallback();
  }

  disconnectedCallback() {
    this.ends.abort();
    clearTimeout(this.timer);
    this.balloon.remove();
  }

  /* ---- what the model makes of the prompts ---------------------------------------------------------------- */

  get fields() {
    return [...document.querySelectorAll(PROMPT)].filter(seen);
  }

  entered(field) {
    if (!field.matches?.(PROMPT)) return;
    if (this.last !== field) this.picked = {};
    this.last = field;
    this.tellTarget();
    this.later();
    this.tell();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.read(), REST);
  }

  async read() {
    if (this.composing) return;
    document.querySelectorAll(PROMPT).forEach((field) => this.equip(field));
    const texts = [...new Set(this.fields.map(({ value }) => value))].filter((text) => text.trim() && !this.readings.has(text));
    if (texts.length) {
      const answer = await this.ask(texts.slice(0, this.props.most));
      if (!answer) return;
      texts.slice(0, answer.length).forEach((text, i) => this.readings.set(text, answer[i]));
      for (const text of this.readings.keys()) if (this.readings.size > KEPT) this.readings.delete(text);
    }
    this.tell();
  }

  async ask(texts) {
    try {
      const answer = await fetch(new URL(`../../${this.props.ask}`, import.meta.url), {
        method: 'POST', body: JSON.stringify({ texts }), headers: { 'Content-Type': 'application/json' },
      });
      return answer.ok ? await answer.json() : null;
    } catch (error) {
      console.info('prompts are not looked through:', error.message);
      return null;
    }
  }

  // A dice beside a prompt. The map has its own, at its corners.
  equip(field) {
    const block = field.closest('.prompt, .pad-corner');
    if (!block || block.querySelector('.prompt-dice:not([hidden])')) return;
    const dice = block.querySelector('.prompt-dice') ?? link('prompt-dice', '⚄');
    dice.hidden = false;
    titled(dice, this.say('roll'));
    dice.addEventListener('pointerdown', (event) => event.stopPropagation());
    dice.addEventListener('click', () => this.throw(block.querySelector('textarea, input')));
    if (!dice.isConnected) block.append(dice);
  }

  // What is said under each prompt; of those on the map, of the one that is written, beside it.
  tell() {
    for (const field of this.fields) {
      const reading = this.readings.get(field.value);
      const unknown = reading?.unknown.length || this.strangers(field.value).length;
      field.classList.toggle('prompt-unknown', Boolean(unknown));
      const block = field.closest('.prompt');
      if (!block) continue;
      const note = block.querySelector(':scope > .words-note') ?? block.appendChild(make('div', 'words-note'));
      this.note(note, field, reading);
    }
    const written = document.activeElement?.closest?.('.pad-corners input');
    if (written) this.note(this.balloon, written, this.readings.get(written.value));
    else this.balloon.hidden = true;
    this.place(written);
  }

  // Words in brackets that nobody has taught to this visitor.
  strangers(text) {
    return [...new Set(text.match(TAUGHT))].filter((word) => !explorer.taught?.has(word));
  }

  note(note, field, reading) {
    const strangers = this.strangers(field.value);
    const same = note.reading === reading && note.for === field && note.strangers === String(strangers);
    if (same) return void (note.hidden = !note.childNodes.length);
    Object.assign(note, { reading, for: field, strangers: String(strangers) });
    const translated = reading && reading.english !== reading.typed;
    const parts = translated ? [make('span', 'words-english', this.say('read', reading))] : [];
    const unknown = reading?.unknown ?? [];
    for (const each of unknown.filter(({ word }, k) => unknown.findIndex((other) => other.word === word) === k)) { // once each
      const part = make('span', 'words-unknown');
      part.append(`${this.say(translated ? 'left' : 'unknown')} `, make('em', '', each.word));
      if (each.nearest) {
        const nearest = link('words-nearest', each.nearest);
        titled(nearest, this.say('replace', each));
        nearest.addEventListener('click', () => this.replace(field, each));
        part.append(`; ${this.say('nearest')} `, nearest);
      }
      parts.push(part);
    }
    parts.push(...strangers.map((word) => make('span', 'words-unknown', this.say('stranger', { word }))));
    note.replaceChildren(...parts);
    note.hidden = !parts.length;
  }

  replace(field, { word, start, nearest }) {
    const [letters, length] = [[...field.value], [...word].length]; // Python counts an emoji as one
    if (letters.slice(start, start + length).join('') !== word) return;
    letters.splice(start, length, nearest);
    this.put(field, letters.join(''));
    field.focus();
  }

  // The balloon stands under the prompt that is written, or over it where there is no room.
  place(field = this.balloon.for) {
    if (this.balloon.hidden || !field?.isConnected) return;
    const box = field.getBoundingClientRect();
    const covered = document.getElementById('top')?.offsetHeight ?? 0;
    this.balloon.style.visibility = box.top < covered || box.bottom > innerHeight - BAR ? 'hidden' : ''; // it goes with its prompt
    const { offsetWidth: width, offsetHeight: height } = this.balloon;
    const below = box.bottom + 8 + height < innerHeight - BAR;
    Object.assign(this.balloon.style, {
      left: `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`,
      top: `${below ? box.bottom + 8 : box.top - height - 8}px`,
    });
  }

  /* ---- the drawer ----------------------------------------------------------------------------------------- */

  // The prompt that was written last, or else the first in sight.
  get target() {
    return this.last && seen(this.last) ? this.last : this.fields[0];
  }

  async open(is) {
    this.drawer.hidden = !is;
    this.line.setAttribute('aria-expanded', is);
    this.drawer.classList.toggle('words-left', [...document.querySelectorAll('.pad')].some(seen)); // its picture is on the right
    if (!is) return this.line.focus();
    await this.learn();
    this.show();
    this.tellTarget();
    this.search.focus();
  }

  // The words themselves come when they are first wanted.
  async learn() {
    this.known ??= await (await fetch(new URL(`../../${this.props.file}`, import.meta.url))).json();
    return this.known;
  }

  word(entry) {
    return entry[this.language] ?? entry.name;
  }

  show() {
    const { known } = this;
    if (!known) return;
    const text = this.search.value;
    const groups = {};
    for (const entry of found(known.subjects, text)) (groups[entry.group] ??= []).push(entry);
    const parts = [
      ...ROWS.map((kind) => this.section(this.say(kind), kind, found(known[kind], text))),
      ...Object.entries(groups).map(([group, entries]) => this.section(this.words[`group ${group}`] ?? group, 'subjects', entries)),
    ].filter(Boolean);
    this.list.replaceChildren(...(parts.length ? parts : [make('p', 'words-none', this.say('none'))]));
    this.mark();
  }

  section(title, kind, entries) {
    if (!entries.length) return null;
    const part = make('div', `words-section words-${kind}`);
    part.setAttribute('role', 'group');
    part.setAttribute('aria-label', title);
    part.append(make('p', 'words-title', title), ...entries.map((entry) => this.chip(kind, entry)));
    return part;
  }

  chip(kind, entry) {
    const chip = link('words-chip', this.word(entry));
    if (entry.emoji) chip.prepend(Object.assign(make('span', 'words-emoji', entry.emoji), { ariaHidden: 'true' }));
    Object.assign(chip, { kind: ONE_OF[kind], entry });
    return chip;
  }

  mark() {
    for (const chip of this.list.querySelectorAll('.words-chip')) chip.setAttribute('aria-pressed', this.picked[chip.kind] === chip.entry);
    write(this.made, phrase(this.picked, this.language) || (Object.values(this.picked).some(Boolean) ? this.say('thing') : ''));
  }

  // One of each; a place is a background, too.
  pick(chip) {
    if (!chip) return;
    const { kind, entry } = chip;
    const instead = { place: { colour: null }, colour: { place: null } }[kind];
    this.picked = { ...this.picked, ...instead, [kind]: this.picked[kind] === entry ? null : entry };
    this.mark();
    this.put(this.target, phrase(this.picked, this.language));
  }

  async throw(field) {
    this.picked = throwDice(await this.learn(), Math.floor(Math.random() * 2 ** 32));
    if (field) this.last = field;
    this.tellTarget();
    this.mark();
    this.put(field, phrase(this.picked, this.language));
  }

  // Writes into a prompt as a hand would.
  put(field, text) {
    if (!field || !text) return;
    field.value = text;
    explorer.written = { text, at: performance.now() };
    for (const event of [new Event('input', { bubbles: true }), new Event('change', { bubbles: true }), new FocusEvent('blur')]) field.dispatchEvent(event);
    this.later();
  }

  tellTarget() {
    if (this.drawer.hidden) return;
    const field = this.target;
    const name = field?.getAttribute('aria-label') || field?.closest('.prompt')?.querySelector('[data-testid="block-info"]')?.textContent;
    write(this.into, name ? this.say('into', { name: name.trim() }) : this.say('nowhere'));
    this.mark();
  }
}

customElements.define('model-words', ModelWords);
