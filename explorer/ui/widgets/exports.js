// Exports: the buttons of the formats and, once one is made, a link to the file, whose download begins by itself; and how files
// shall look, with their size as it is chosen. The value is {off, file}. See exporting.py.

import Buttons from './buttons.js';
import { make, write } from './widget.js';

export default class Exports extends Buttons {
  begin(props) {
    super.begin(props);
    this.started = ''; // the file whose download has begun
    this.link = make('a');
    this.file = make('p', 'exports-file', '', { hidden: true });
    this.file.append(make('span', 'buttons-before', this.say('file')), this.link);
    this.boxes = ['large', 'captions'].map((name) => this.box(name, this.say(name, props)));
    this.size = make('p', 'exports-size', '', { hidden: true });
    this.append(...this.boxes.map((box) => box.parentNode), this.size, this.file);
  }

  box(name, text) {
    const label = make('label', 'exports-look', text);
    const box = make('input', '', '', { type: 'checkbox', name, id: `${this.props.id}-${name}` });
    box.addEventListener('change', () => {
      explorer.files = { ...explorer.files, [name]: box.checked };
      this.measure();
    });
    label.prepend(box);
    return box;
  }

  connectedCallback() {
    super.connectedCallback();
    this.ends = new AbortController();
    const opened = ({ target }) => this.contains(target) || this.measure();
    this.closest('.menu')?.addEventListener('click', opened, { signal: this.ends.signal });
    this.measure();
  }

  disconnectedCallback() {
    this.ends.abort();
  }

  // What is chosen, perhaps in another tab, and how large that is of the picture in sight.
  measure() {
    const { files } = explorer;
    for (const box of this.boxes) box.checked = files[box.name];
    const view = this.closest('[role=tabpanel]')?.querySelector('[data-film]');
    const [picture] = view?.reel.bitmaps.values() ?? [];
    const { width: w, height: h } = picture ?? {};
    const scale = files.large ? Math.max(1, this.props.side / Math.max(w, h)) : 1;
    const holes = { w, h, width: Math.round(w * scale), height: Math.round(h * scale) };
    write(this.size, picture ? this.say(scale > 1 ? 'enlarged' : 'drawn', holes) : '');
  }

  press(key) {
    return { ...super.press(key), ...explorer.files };
  }

  update() {
    super.update();
    const { file, stamp } = this.value ?? {};
    this.file.hidden = !file;
    if (!file) return;
    Object.assign(this.link, { href: file.url, download: file.orig_name, textContent: file.orig_name });
    if (this.started !== stamp) this.link.click();
    this.started = stamp;
  }
}

customElements.define('export-buttons', Exports);
