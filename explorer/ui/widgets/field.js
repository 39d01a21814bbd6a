// Field: the hidden setting of which taught words prompts may have: {texts}. Whoever fills the form writes it, and the
// list of words makes it whole again: see taught.js. What it says by then is priced, and drawn live.

import { Widget } from './widget.js';

export default class Field extends Widget {
  update() {
    const texts = this.value?.texts ?? [];
    const other = JSON.stringify(texts) !== JSON.stringify(explorer.field ?? []);
    explorer.field = texts;
    explorer.taught?.told(texts);
    if (!other) return;
    explorer.due?.();
    explorer.moved?.();
  }
}

customElements.define('taught-field', Field);
