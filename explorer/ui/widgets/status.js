// StatusView: the value is {state, text, detail, notes, progress, undo}, see views.py. Notes quote the visitor's own words.

import { Widget, html, make, write } from './widget.js';

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
    this.undo.addEventListener('click', () => this.fire('undo', {}));
  }

  update() {
    this.hidden = !this.value;
    this.style.animation = 'none'; // a toast that has faded comes back with what is new
    requestAnimationFrame(() => (this.style.animation = ''));
    this.tellField();
    if (!this.value) return;
    const { state, text, detail, notes, progress, free, undo } = this.value;
    if (free) this.fire('show', {}); // the pictures are there: nobody has to press anything
    this.dataset.state = state;
    write(this.text, text);
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

  // What is wrong with one field stands under it, too, until something else is said.
  tellField() {
    const { at, text } = this.value ?? {};
    const field = at ? document.getElementById(at) : null;
    this.wrong ??= make('p', 'field-error', '', { id: `${this.closest('.block')?.id}-wrong` });
    for (const input of document.querySelectorAll(`[aria-errormessage="${this.wrong.id}"]`)) {
      input.removeAttribute('aria-errormessage');
      input.removeAttribute('aria-invalid');
    }
    if (!field) return this.wrong.remove();
    const input = field.querySelector('textarea, input');
    input?.setAttribute('aria-invalid', true);
    input?.setAttribute('aria-errormessage', this.wrong.id);
    write(this.wrong, text);
    if (this.wrong.parentNode !== field) field.append(this.wrong);
  }
}

customElements.define('status-view', StatusView);
