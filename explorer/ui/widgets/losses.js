// LossCurve: the loss of a teaching so far: {losses, step, steps}. The line grows to the right as far as the steps have come.

import { Curve } from './curve.js';
import { Widget, html, write } from './widget.js';

export default class LossCurve extends Widget {
  static styles = ['losses'];
  static template = html`
<svg class="curve losses-curve" data-part="svg" aria-hidden="true" preserveAspectRatio="none"></svg>
<p class="losses-said" data-part="said"></p>`;

  begin(props) {
    super.begin(props);
    this.className = 'losses';
    this.curve = new Curve(this.svg);
  }

  update() {
    const { losses = [], step = 0, steps = 1 } = this.value ?? {};
    this.hidden = losses.length < 2;
    if (this.hidden) return;
    const whole = Math.max(losses.length, Math.round((losses.length * steps) / Math.max(1, step)));
    this.curve.draw([...losses, ...Array(whole - losses.length).fill(null)], losses.length - 1);
    write(this.said, this.say('loss', { loss: losses.at(-1).toFixed(3), step, steps }));
  }
}

customElements.define('loss-curve', LossCurve);
