// Drop area: a file dropped anywhere on the page, but on a field that takes files itself, goes to the upload button
// props.to. See opening.py. The listeners are the document's, and go with the element.

import { Widget } from './widget.js';

const brings = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files');
const mark = (on) => document.body.classList.toggle('dropping', on);

function over(event) {
  if (!brings(event) || event.defaultPrevented) return;
  event.preventDefault(); // or else the browser opens the file itself
  event.dataTransfer.dropEffect = 'copy';
  mark(true);
}

export default class DropArea extends Widget {
  connectedCallback() {
    this.ends = new AbortController();
    const listens = (kind, does) => document.addEventListener(kind, does, { signal: this.ends.signal });
    listens('dragover', over);
    listens('drop', (event) => this.drop(event));
    listens('dragleave', (event) => event.relatedTarget ?? mark(false));
  }

  disconnectedCallback() {
    this.ends.abort();
  }

  drop(event) {
    mark(false);
    if (!brings(event) || event.defaultPrevented) return;
    event.preventDefault();
    const input = document.getElementById(this.props.to)?.previousElementSibling; // Gradio's own, of the button
    if (!input?.matches('input[type=file]') || !event.dataTransfer.files.length) return;
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    input.files = one.files;
    input.dispatchEvent(new Event('change', { bubbles: true }));
  }
}

customElements.define('drop-area', DropArea);
