// HistoryView: the visitor's runs; see history.py. Prompts and settings are the visitor's: all text goes through
// textContent.

import { Card } from './cards.js';
import { Pair } from './differences.js';
import { Shelf } from './shelf.js';
import { Widget, calm, html, write } from './widget.js';

const FEW = 8; // cards that are shown at first

export default class HistoryView extends Widget {
  static styles = ['history', 'view', 'compare']; // the last two for what compares
  static events = ['reopen', 'remove'];
  static template = html`
<details class="history" data-part="root" hidden>
  <summary data-title="title"><span class="history-title" data-say="title"></span><span class="history-number" data-part="number"></span></summary>
  <div class="history-body">
  <p class="history-where" data-say="where"></p>
  <p class="history-said" data-part="said" role="status" aria-live="polite"></p>
  <section class="history-pair" data-part="compared" tabindex="-1" hidden></section>
  <ul class="history-cards" data-part="cards" data-name="list"></ul>
  <button type="button" class="history-more" data-part="more"></button>
  </div>
</details>`;

  begin(props) {
    super.begin(props);
    const named = (names) => Object.fromEntries(Object.entries(names).map(([key, name]) => [key, this.words[name] ?? name]));
    const say = (key, holes) => this.say(key, holes);
    this.titles = named(props.titles);
    this.shelf = new Shelf();
    this.pair = new Pair(this.compared, { say, titles: this.titles, labels: named(props.labels) });
    this.picked = []; // entries to compare, at most two
    this.current = ''; // the run that was opened last
    this.begun = new Set(); // runs that are being rendered, as far as this page was told: they may have no picture yet
    this.all = false;
    const acts = {
      reopen: ({ run }) => {
        explorer.stepping = true;
        this.ask('reopen', run);
      },
      remove: ({ run }) => this.ask('remove', run),
      forget: ({ run }) => this.forget(run),
      pick: (entry, chosen) => this.pick(entry, chosen),
      lost: (entry) => this.lost(entry),
    };
    this.card = (entry) => new Card(entry, { say, titles: this.titles, acts, open: entry.run === this.current, begun: this.begun.has(entry.run) }).node;

    this.more.addEventListener('click', () => {
      this.all = !this.all;
      this.draw();
    });
    this.root.addEventListener('toggle', () => this.root.open && this.draw());
    write(this.said, '');
    this.draw();
  }

  /* ---- drawing -------------------------------------------------------------------------------------------- */

  draw() {
    const list = this.shelf.read();
    this.root.hidden = !list.length;
    this.number.textContent = list.length;
    this.cards.replaceChildren(...(this.all ? list : list.slice(0, FEW)).map(this.card));
    this.more.hidden = list.length <= FEW;
    this.more.textContent = this.say(this.all ? 'less' : 'more', { count: list.length });
    this.check();
  }

  check() {
    for (const card of this.cards.children) {
      const box = card.querySelector('input');
      if (box) box.checked = this.picked.some(({ run }) => run === card.dataset.run);
    }
  }

  // The focus does not fall off the page when the card that had it goes.
  drawAfter(run) {
    const { children } = this.cards;
    const at = [...children].findIndex((card) => card.dataset.run === run);
    const had = this.cards.contains(document.activeElement);
    this.draw();
    if (had) (children[Math.min(at, children.length - 1)]?.querySelector('button') ?? this.find('summary')).focus();
  }

  /* ---- what the visitor does ------------------------------------------------------------------------------ */

  ask(what, run) {
    write(this.said, '');
    this.fire(what, { run });
  }

  forget(run) {
    this.shelf.drop(run);
    this.drawAfter(run);
  }

  pick(entry, chosen) {
    this.picked = this.picked.filter(({ run }) => run !== entry.run);
    if (chosen) this.picked = [...this.picked, entry].slice(-2); // a third takes the place of the first
    this.check();
    this.compare();
  }

  async compare() {
    const { picked, pair } = this;
    write(this.said, picked.length === 1 ? this.say('one') : '');
    if (picked.length < 2) return pair.hide();
    if (await pair.show(picked)) return;
    this.picked.forEach((entry) => this.lost(entry));
    this.picked = [];
    pair.hide();
    this.check();
    write(this.said, this.say('lost'));
  }

  // Is the run gone, or has it only no picture yet? A server that does not answer at all says neither.
  async lost({ run, base }) {
    const answer = await fetch(base + 'run.json', { method: 'HEAD', cache: 'no-store' }).catch(() => null);
    if (answer && [403, 404].includes(answer.status)) this.gone(run);
  }

  /* ---- what the server says ------------------------------------------------------------------------------- */

  gone(run) {
    this.picked = this.picked.filter((entry) => entry.run !== run);
    this.shelf.change(run, { gone: true });
    this.drawAfter(run);
  }

  enter({ manifest, ...entry }, begun) {
    this.current = entry.run;
    this.begun[begun ? 'add' : 'delete'](entry.run);
    this.shelf.put({ ...entry, base: new URL(manifest.url, location).pathname.replace(/frames\.json$/, '') });
    this.drawAfter(entry.run);
  }

  opened(run) {
    this.current = run;
    this.draw();
    this.root.open = false;
    scrollTo({ top: 0, behavior: calm() ? 'auto' : 'smooth' });
  }

  update() {
    const { entry, begun, gone, removed, opened, interrupted, said } = this.value ?? {};
    if (entry) this.enter(entry, begun);
    if (gone) this.gone(gone);
    if (removed) this.forget(removed);
    if (opened) this.opened(opened);
    if (interrupted) this.fire('reopen', { run: interrupted, interrupted: true });
    if (said) write(this.said, said);
  }
}

customElements.define('history-view', HistoryView);
