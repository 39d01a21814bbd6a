// Dial: a number in a line of text that is dragged, typed over or moved by the arrow keys. `set(value, rest)` is called
// for each new value; `rest` says that the hand is off. It knows nothing of what the number is.

import { tellBounds } from './bounds.js';

const STRIDE = 5; // a drag of so many CSS pixels is one step
const decimals = (step) => (String(step).split('.')[1] ?? '').length;

export class Dial {
  constructor({ name, low = 0, high = 100, step = 1, set }) {
    Object.assign(this, { low, high, step, set, value: low, dragging: null });
    this.node = Object.assign(document.createElement('input'), { className: 'dial', type: 'text', inputMode: 'decimal', autocomplete: 'off' });
    this.node.setAttribute('role', 'spinbutton');
    this.node.setAttribute('aria-label', (this.node.title = name));
    for (const [end, number] of [['min', low], ['max', high]]) this.node.setAttribute(`aria-value${end}`, number);
    const on = (kind, does) => this.node.addEventListener(kind, does);
    on('pointerdown', (event) => event.button || this.grab(event));
    on('pointermove', (event) => this.dragging && this.drag(event));
    on('pointerup', (event) => this.dragging && this.release(event));
    on('pointercancel', () => (this.dragging = null));
    on('keydown', (event) => this.key(event));
    on('change', () => this.type());
    on('blur', () => this.write());
  }

  // What the form says; left alone while the visitor is at it.
  show(value) {
    const number = Number(value);
    if (this.dragging || !Number.isFinite(number) || (number === this.value && this.node.value)) return;
    this.value = number;
    if (document.activeElement !== this.node || !this.node.dataset.typing) this.write();
  }

  write() {
    delete this.node.dataset.typing;
    this.node.value = this.value.toFixed(Math.max(decimals(this.step), Math.min(3, decimals(this.value))));
    this.node.style.width = `calc(${Math.max(1, this.node.value.length)}ch + 2px)`;
    this.node.setAttribute('aria-valuenow', this.value);
  }

  move(value, rest) {
    const stepped = Math.round(value / this.step) * this.step;
    const next = Number(Math.min(this.high, Math.max(this.low, stepped)).toFixed(decimals(this.step)));
    const same = next === this.value;
    this.value = next;
    this.write();
    if (!same || rest) this.set(next, rest);
  }

  grab(event) {
    if (document.activeElement === this.node) return; // it is being typed into
    event.preventDefault();
    this.node.setPointerCapture(event.pointerId);
    this.dragging = { x: event.clientX, from: this.value, moved: false };
  }

  drag({ clientX }) {
    const steps = Math.round((clientX - this.dragging.x) / STRIDE);
    if (!steps && !this.dragging.moved) return;
    this.dragging.moved = true;
    const value = this.dragging.from + steps * this.step;
    this.move(value, false);
  }

  // A click without a drag is there to type.
  release() {
    const { moved } = this.dragging;
    this.dragging = null;
    if (moved) return this.move(this.value, true);
    this.node.focus();
    this.node.select();
  }

  key(event) {
    const by = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    if (by) {
      event.preventDefault();
      this.move(this.value + by * this.step, true);
    } else if (event.key === 'Enter') {
      this.node.blur();
    } else if (event.key === 'Escape') {
      this.write();
      this.node.blur();
    } else if (event.key.length === 1) this.node.dataset.typing = 'yes';
  }

  type() {
    const text = this.node.value.replace(',', '.').trim();
    const number = text ? Number(text) : NaN;
    delete this.node.dataset.typing;
    const taken = Number.isNaN(number) ? this.value : Math.min(this.high, Math.max(this.low, number));
    if (taken !== number) tellBounds(this.node, this.node.title, this.low, this.high);
    if (!Number.isNaN(number)) this.set((this.value = taken), true);
    this.write();
  }
}
