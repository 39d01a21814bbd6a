// StatusView: the value is {state, text, detail, notes, progress, undo, of}, see views.py. Notes quote the visitor's own words.

import { Widget, html, make, write } from './widget.js';

const LATE = 60; // seconds: what is older comes from a server that has another clock
const WIDE = matchMedia('(min-width: 1181px)');

export default class StatusView extends Widget {
  static styles = ['status'];
  static events = ['show', 'undo'];
  static template = html`
<div class="status-head"><i class="status-dot" aria-hidden="true"></i><p class="status-text" data-part="text" role="status" aria-live="polite"></p><button type="button" class="status-undo" data-part="undo" data-say="undo" hidden></button><p class="status-detail" data-part="detail"></p></div>
<div class="status-bar" data-part="bar" role="progressbar" aria-valuemin="0" aria-valuemax="100"><i></i></div>
<ul class="status-notes" data-part="notes"></ul>`;

  begin(props) {
    super.begin(props);
    this.className = 'status';
    this.dataset.state = 'ready';
    this.since = 0;
    this.undo.addEventListener('click', () => this.fire('undo', {}));
  }

  // In the bar it ends where the shared line begins: that lies over it, where the window is wide enough for one row.
  connectedCallback() {
    super.connectedCallback();
    const line = document.getElementById('shared');
    if (!line || !this.closest('.bar')) return;
    this.eyes = new ResizeObserver(() => {
      const [from, to] = [this.getBoundingClientRect().left, line.getBoundingClientRect().left - 12];
      this.style.maxWidth = WIDE.matches && from ? `${Math.max(0, to - from)}px` : '';
    });
    for (const node of [line, this.closest('.bar > *')]) this.eyes.observe(node);
  }

  disconnectedCallback() {
    this.eyes?.disconnect();
  }

  get view() {
    return this.closest('[role=tabpanel]')?.querySelector('[data-film]');
  }

  // What a view that is there sooner or later is to know of what is set.
  tellView() {
    const { state, text, paced = [] } = this.value ?? {};
    this.view?.refused?.(state === 'error' ? text : '');
    if (paced.length) this.view?.pacedBy?.(paced);
  }

  // Tells the view what is set. A view whose own news come later asks for it then.
  compare() {
    const { of, free } = this.value ?? {};
    if (of && !free) this.view?.compared(of);
  }

  update() {
    const { since = this.since } = this.value ?? {};
    if (since < this.since && this.since - since < LATE) return; // a price that was asked before a render has told its end
    this.since = since;
    this.hidden = !this.value;
    this.style.animation = 'none'; // a toast that has faded comes back with what is new
    requestAnimationFrame(() => (this.style.animation = ''));
    this.tellFields();
    if (!this.value) return;
    const { state, text, detail, notes, progress, free, undo } = this.value;
    this.tellView();
    setTimeout(() => this.compare()); // when the view has its own news, which may come along
    if (free) this.fire('show', {}); // the pictures are there: nobody has to press anything
    this.dataset.state = state;
    write(this.text, text);
    this.text.title = text; // in the bar it has two lines
    write(this.detail, detail);
    this.undo.hidden = !undo;
    this.notes.replaceChildren(...notes.map((note) => make('li', '', note)));
    this.notes.hidden = !notes.length;
    this.bar.hidden = typeof progress !== 'number';
    if (this.bar.hidden) return;
    this.bar.setAttribute('aria-valuenow', Math.round(progress * 100));
    this.bar.setAttribute('aria-label', text);
    this.bar.firstElementChild.style.width = progress * 100 + '%';
  }

  // What is wrong with a field stands under it, too, until something else is said.
  tellFields() {
    for (const { input, said } of this.wrong ?? []) {
      input?.removeAttribute('aria-errormessage');
      input?.removeAttribute('aria-invalid');
      said.remove();
    }
    const { at: told = [] } = this.value || {};
    this.wrong = told.map(([at, text]) => {
      const field = document.getElementById(at);
      const said = make('p', 'field-error', text, { id: `${at}-wrong` });
      const input = field?.querySelector('textarea, input');
      input?.setAttribute('aria-invalid', true);
      input?.setAttribute('aria-errormessage', said.id);
      field?.append(said);
      return { input, said };
    });
  }
}

customElements.define('status-view', StatusView);
