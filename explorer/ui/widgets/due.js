// Due: fires the event of the tab that is due. See due.py. A form that is filled or opened is due at once; what a hand changes
// is due when it rests: on the way nobody reads a price, and each of Gradio's events costs the page some milliseconds.

import { Widget } from './widget.js';

const REST = 150; // milliseconds without a change, and no pointer down, after which a hand rests

export default class Due extends Widget {
  get fires() {
    return this.props.tabs;
  }

  begin(props) {
    super.begin(props);
    Object.assign(this, { held: false, late: '', timer: 0 }); // `late`: the tab that waits for the hand to rest
  }

  connectedCallback() {
    const { signal } = (this.ends = new AbortController());
    const on = (name, does) => document.addEventListener(name, does, { signal, capture: true });
    on('pointerdown', () => { this.held = true; });
    for (const name of ['pointerup', 'pointercancel', 'lostpointercapture']) on(name, () => this.release());
    window.explorer.due = () => this.wait();
    super.connectedCallback();
  }

  disconnectedCallback() {
    this.ends.abort();
    clearTimeout(this.timer);
    delete window.explorer.due;
  }

  release() {
    this.held = false;
    if (this.late) this.wait();
  }

  // Something has changed; before the page has been filled for the first time no tab is due.
  wait() {
    if (!this.value) return;
    this.late = this.value.tab;
    clearTimeout(this.timer);
    if (!this.held) this.timer = setTimeout(() => this.tell(), REST);
  }

  tell(tab = this.late) {
    clearTimeout(this.timer);
    this.late = '';
    this.fire(tab, {});
    document.dispatchEvent(new CustomEvent('due', { bubbles: true })); // forms may have other words now: see words.js
  }

  update() {
    if (!this.value || this.value.stamp === this.told) return; // the same again is nothing new
    if (!this.told && window.explorer.early) this.value.tab = window.explorer.early; // a visitor was faster than the page
    this.told = this.value.stamp;
    if (this.late && this.late !== this.value.tab) this.tell(); // what was set there is kept, however fast one leaves
    this.tell(this.value.tab);
  }
}

customElements.define('price-due', Due);
