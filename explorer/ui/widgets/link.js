// LinkView: makes the whole link of its value {query}, puts it into the address bar, copies it, and hands it to the
// system's share sheet where there is one. See sharing.py.

import { Widget, html, write } from './widget.js';

// The clipboard is there on https and on one's own machine only. Elsewhere (http://192.168...), and where a page in a
// frame may not use it, browsers still copy what is selected.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return document.execCommand('copy');
  }
}

export default class LinkView extends Widget {
  static styles = ['link'];
  static template = html`
<input class="link-field" data-part="field" data-name="link" type="text" readonly>
<button class="link-copy" data-part="button" data-say="copy" type="button"></button>
<button class="link-copy" data-part="sheet" data-say="send" type="button" hidden></button>
<span class="link-said" data-part="said" role="status"></span>`;

  begin(props) {
    super.begin(props);
    this.className = 'link';
    this.button.addEventListener('click', () => this.copy());
    this.sheet.hidden = !navigator.share;
    this.sheet.addEventListener('click', () => this.send());
  }

  // It stands over what it is about: it goes when the hand goes elsewhere, and before it says another link than is set.
  opened() {
    const { signal } = (this.ends = new AbortController());
    const on = (name, does) => document.addEventListener(name, does, { signal, capture: true });
    const row = () => this.closest('.share') ?? this;
    for (const name of ['pointerdown', 'input', 'change']) on(name, ({ target }) => row().contains(target) || this.close());
    on('keydown', ({ key }) => {
      if (key !== 'Escape') return;
      if (this.contains(document.activeElement)) row().querySelector('button')?.focus();
      this.close();
    });
  }

  close() {
    this.ends?.abort();
    this.hidden = true;
  }

  disconnectedCallback() {
    this.ends?.abort();
  }

  async send() {
    try {
      await navigator.share({ url: this.field.value });
    } catch (error) {
      if (error.name !== 'AbortError') this.copy(); // who puts the sheet away wanted no link; a page in a frame may not
    }
  }

  async copy() {
    write(this.said, ''); // so that a second time is said, too
    this.field.select();
    const done = await copied(this.field.value);
    write(this.said, this.say(done ? 'copied' : 'selected'));
    if (done) this.button.focus();
  }

  update() {
    const { query } = this.value ?? {};
    this.close();
    write(this.said, '');
    if (!query) return;
    this.hidden = false;
    this.opened();
    history.replaceState(history.state, '', '?' + query);
    this.field.value = (this.props.home ?? location.origin + location.pathname) + '?' + query;
  }
}

customElements.define('link-view', LinkView);
