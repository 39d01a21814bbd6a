// Courier: hands each new value on to the view props.to, as an event "visited". See visits.py.

import { Widget } from './widget.js';

export default class Courier extends Widget {
  update() {
    const view = document.getElementById(this.props.to)?.querySelector('[data-film]');
    if (this.value) view?.dispatchEvent(new CustomEvent('visited', { detail: this.value }));
  }

  connectedCallback() {} // what was told before it is no news
}

customElements.define('visit-courier', Courier);
