// YourWords: the visitor's taught words, see taught_words.py. The browser keeps their keys and how strong each is; what
// they are the server says. `explorer.taught` is how the hidden field (field.js) is written and heard.

import { Widget, html, make, write } from './widget.js';

const KEY = 'latent-explorer.taught';
const SOUND = /^[\w-]{22}$/;
const STRONGEST = 1.5;

function kept() {
  try {
    const list = JSON.parse(localStorage.getItem(KEY));
    return Array.isArray(list) ? list.filter((entry) => SOUND.test(entry?.key)) : [];
  } catch {
    return [];
  }
}

export default class YourWords extends Widget {
  static styles = ['taught'];
  static events = ['enter', 'put', 'remove', 'lend', 'recall'];
  static template = html`
<details class="taught" data-part="root" hidden>
  <summary data-title="title"><span class="taught-icon" aria-hidden="true">⟨⟩</span><span class="taught-title" data-say="title"></span></summary>
  <div class="taught-body">
    <p class="taught-hint" data-say="hint"></p>
    <p class="taught-said" data-part="said" role="status" aria-live="polite"></p>
    <ul class="taught-list" data-part="list" data-name="list"></ul>
  </div>
</details>`;

  begin(props) {
    super.begin(props);
    this.known = []; // what the server says of each
    this.strengths = new Map(kept().map(({ key, strength }) => [key, strength ?? 1]));
    write(this.said, '');
    explorer.taught = this;
  }

  connectedCallback() {
    super.connectedCallback();
    const shared = new URLSearchParams(location.search).getAll('word').filter((key) => SOUND.test(key));
    const keys = [...new Set([...kept().map(({ key }) => key), ...shared])];
    this.waiting = keys.length > 0; // until the server has said which words they open
    if (this.waiting) this.fire('enter', { keys });
    this.ends = new AbortController();
    addEventListener('click', ({ target }) => { if (target.isConnected && !this.contains(target)) this.root.open = false; }, { signal: this.ends.signal });
  }

  disconnectedCallback() {
    this.ends.abort();
  }

  /* ---- the hidden field ----------------------------------------------------------------------------------- */

  get texts() {
    return this.known.filter(({ digest }) => digest).map(({ key, word, digest }) => `${word}:${digest}:${this.strength(key)}`);
  }

  // Whether the visitor has a word, as far as is known.
  has(word) {
    return this.waiting || this.known.some((known) => known.word === word);
  }

  strength(key) {
    return this.strengths.get(key) ?? 1;
  }

  put() {
    return { texts: this.texts };
  }

  // A form that was filled by a link, a run or a preset says strengths of its own; what words there are it does not.
  told(texts) {
    for (const text of texts) {
      const [, word, digest, strength] = /^(<.+>):([0-9a-f]{32}):([\d.]+)$/.exec(text) ?? [];
      const mine = this.known.find((known) => known.word === word && known.digest === digest);
      if (mine) this.strengths.set(mine.key, Number(strength));
    }
    this.settle();
  }

  settle() {
    const said = JSON.stringify([...this.texts].sort());
    if (said === JSON.stringify([...(explorer.field ?? [])].sort())) return this.draw();
    this.keep();
    this.draw();
    this.fire('put', {});
  }

  keep() {
    try {
      localStorage.setItem(KEY, JSON.stringify(this.known.map(({ key }) => ({ key, strength: this.strength(key) }))));
    } catch (error) {
      console.info('your words are not kept by this browser:', error.message);
    }
  }

  changed() {
    this.keep();
    this.fire('put', {});
  }

  /* ---- the list ------------------------------------------------------------------------------------------- */

  draw() {
    this.root.hidden = !this.known.length;
    document.body.classList.toggle('has-taught', this.known.length > 0);
    const now = JSON.stringify([this.known, [...this.strengths]]);
    if (now === this.drawn || this.list.contains(document.activeElement)?.type === 'range') return;
    this.drawn = now;
    this.list.replaceChildren(...this.known.map((entry) => this.card(entry)));
  }

  card({ key, word, like, step, steps, face, file, share, borrowed, error, from_file: from }) {
    const card = make('li', 'taught-card');
    card.append(face ? make('img', 'taught-face', '', { src: face, alt: '' }) : make('span', 'taught-face taught-none'));
    const text = make('div', 'taught-text');
    text.append(make('strong', '', word));
    const facts = [like, step ? this.say('steps', { step, steps }) : from, borrowed ? this.say('borrowed') : ''];
    text.append(make('span', 'taught-facts', facts.filter(Boolean).join(' · ')));
    if (error) text.append(make('span', 'taught-error', error));
    else text.append(this.slider(key, word));
    const feet = make('div', 'taught-feet');
    if (file) feet.append(make('a', '', this.say('download'), { href: file, download: '' }));
    if (!borrowed) feet.append(this.button(share ? 'recall' : 'lend', key, word));
    feet.append(this.button('remove', key, word, true));
    if (share) feet.append(this.link(share));
    text.append(feet);
    card.append(text);
    return card;
  }

  slider(key, word) {
    const label = make('label', 'taught-strength');
    const value = make('output', '', this.strength(key).toFixed(2));
    const slider = make('input', '', '', { type: 'range', min: 0, max: STRONGEST, step: 0.05, value: this.strength(key) });
    slider.setAttribute('aria-label', this.say('strength of', { word }));
    slider.addEventListener('input', () => {
      this.strengths.set(key, Number(slider.value));
      value.textContent = Number(slider.value).toFixed(2);
      this.drawn = null;
      this.changed();
    });
    label.append(make('span', '', this.say('strength')), slider, value);
    return label;
  }

  button(what, key, word, asks = false) {
    const button = make('button', `taught-${what}`, this.say(what), { type: 'button' });
    button.setAttribute('aria-label', `${this.say(what)}: ${word}`);
    button.addEventListener('click', () => {
      if (asks && !button.dataset.sure) {
        button.dataset.sure = 'yes';
        button.textContent = this.say('sure');
        return;
      }
      this.fire(what, { key });
    });
    return button;
  }

  link(share) {
    const url = new URL(location.pathname, location.origin);
    url.searchParams.set('word', share);
    const box = make('input', 'taught-link', '', { type: 'text', readOnly: true, value: url.href });
    box.setAttribute('aria-label', this.say('link'));
    box.addEventListener('focus', () => box.select());
    return box;
  }

  update() {
    const { words, said } = this.value ?? {};
    write(this.said, said ?? '');
    if (!words) return;
    Object.assign(this, { known: words, waiting: false });
    document.dispatchEvent(new CustomEvent('prompts')); // what is no word of theirs is told under these: words.js
    this.keep();
    this.settle();
  }
}

customElements.define('your-words', YourWords);
