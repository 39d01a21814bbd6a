// Due: fires the event of the tab that is due. See due.py.

import { Widget } from './widget.js';

export default class Due extends Widget {
  get fires() {
    return this.props.tabs;
  }

  update() {
    if (!this.value || this.value.stamp === this.told) return; // the same again is nothing new
    this.told = this.value.stamp;
    this.fire(this.value.tab, {});
  }
}

customElements.define('price-due', Due);
