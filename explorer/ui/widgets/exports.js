// Exports: the buttons of the formats and, once one is made, a link to the file, whose download begins by itself. The value
// is {off, file}. See exporting.py.

import Buttons from './buttons.js';
import { make } from './widget.js';

export default class Exports extends Buttons {
  begin(props) {
    super.begin(props);
    this.started = ''; // the file whose download has begun
    this.link = make('a');
    this.file = make('p', 'exports-file', '', { hidden: true });
    this.file.append(make('span', 'buttons-before', this.say(props.also)), this.link);
    this.append(this.file);
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
