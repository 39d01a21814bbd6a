// SharedLine: what all tabs share, each edited where it stands; see shared_line.py. The value is {values}, in the order of
// props.fields. `explorer.shared` gives the same to whatever on the page shows them: {values, usual, fields, write}, and a
// `shared` event of the document says that they have changed. The form tells it what changes there by `gather`.

import { Dial } from './dial.js';
import { Widget, html, make } from './widget.js';

export default class SharedLine extends Widget {
  static styles = ['line'];
  static events = ['put'];
  static template = html`<div class="line-fields" data-part="list" data-name="line" role="group"></div><button type="button" class="line-reset" data-part="reset" data-say="reset" data-title="resets"></button>`;

  begin(props) {
    super.begin(props);
    this.className = 'line';
    this.fields = Object.fromEntries(props.fields.map((field, place) => [field.name, { ...field, place, label: this.words[field.label] ?? field.label }]));
    this.values = { ...props.usual };
    this.pending = {}; // by place: what was edited since the last frame of the screen
    this.items = new Map();
    const { seed, guidance_scale: guidance, num_inference_steps: steps, width, height, scheduler, negative_prompt: negative } = this.fields;
    this.list.append(
      this.item([this.say('seed'), seed], this.dice(seed)),
      this.item([this.say('guidance'), { ...guidance, step: 0.1 }]),
      this.item([steps, this.say('steps')]),
      this.item([width, '×', height, this.say('pixels')]),
      this.item([scheduler]),
      this.item([this.say('away'), negative], null, 'line-away'),
    );
    this.reset.addEventListener('click', () => this.write(props.usual));
    explorer.shared = this;
  }

  item(parts, after, className = '') {
    const item = make('span', `line-item ${className}`);
    item.append(...parts.flatMap((part) => [part.name ? this.editor(part) : part, ' ']), ...(after ? [after] : []));
    return item;
  }

  editor(field) {
    const editor = field.options ? this.choice(field) : field.low === undefined ? this.text(field) : this.dial(field);
    this.items.set(field.name, editor);
    return editor.node;
  }

  dial(field) {
    return new Dial({ ...field, name: field.label, set: (value) => this.write({ [field.name]: value }) });
  }

  choice(field) {
    const node = make('select', 'line-choice', '', { title: field.label });
    node.setAttribute('aria-label', field.label);
    node.append(...field.options.map((option) => make('option', '', option, { value: option })));
    node.addEventListener('change', () => this.write({ [field.name]: node.value }));
    return { node, show: (value) => (node.value = value) };
  }

  text(field) {
    const node = make('input', 'line-text', '', { type: 'text', title: field.label });
    node.setAttribute('aria-label', field.label);
    node.addEventListener('change', () => this.write({ [field.name]: node.value }));
    return { node, show: (value) => document.activeElement === node || (node.value = value ?? '') };
  }

  dice(field) {
    const dice = make('button', 'line-dice', '⚄', { type: 'button', title: this.say('dice') });
    dice.setAttribute('aria-label', this.say('dice'));
    dice.addEventListener('click', () => this.write({ [field.name]: Math.floor(Math.random() * (field.high + 1)) }));
    return dice;
  }

  // Puts values into the form, once a frame of the screen.
  write(values) {
    for (const [name, value] of Object.entries(values)) this.pending[this.fields[name].place] = value;
    this.tell({ ...this.values, ...values });
    if (this.soon) return;
    this.soon = requestAnimationFrame(() => {
      this.soon = 0;
      this.dataset.put = JSON.stringify({ texts: this.pending });
      this.pending = {};
      this.fire('put', {});
    });
  }

  update() {
    if (!this.value || this.soon) return;
    this.tell(Object.fromEntries(this.props.fields.map(({ name }, place) => [name, this.value.values[place]])));
  }

  // A widget of the form has another value; all that do by the next frame are told together.
  gather(place, value) {
    if (place in this.pending) return;
    this.values = { ...this.values, [this.props.fields[place].name]: value };
    this.due ||= requestAnimationFrame(() => this.tell(this.values));
  }

  tell(values) {
    this.values = values;
    this.due = 0;
    let changed = false;
    for (const [name, editor] of this.items) {
      const usual = String(values[name] ?? '') === String(this.props.usual[name] ?? '');
      editor.show(values[name]);
      editor.node.classList.toggle('line-changed', !usual);
      changed ||= !usual;
    }
    this.find('.line-away').hidden = !values.negative_prompt;
    this.reset.hidden = !changed;
    document.dispatchEvent(new CustomEvent('shared'));
  }
}

customElements.define('shared-line', SharedLine);
