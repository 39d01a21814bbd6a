// Field: the hidden setting of which taught words prompts may have: {texts}. Whoever fills the form writes it, and the
// list of words makes it whole again: see taught.js.

import { Widget } from './widget.js';

export default class Field extends Widget {
  update() {
    explorer.field = this.value?.texts ?? [];
    explorer.taught?.told(explorer.field);
  }
}

customElements.define('taught-field', Field);
