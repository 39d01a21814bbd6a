// Buttons: a row of buttons; each fires "press" with its `key`. The value {off} says whether none may be pressed; {icons}
// has a picture a key. See buttons.py.

import { Widget, make } from './widget.js';

export default class Buttons extends Widget {
  static styles = ['buttons'];
  static events = ['press'];

  begin(props) {
    super.begin(props);
    this.className = 'buttons';
    if (props.before) this.append(make('span', 'buttons-before', this.say(props.before)));
    this.buttons = new Map(Object.entries(props.names).map(([key, name]) => [key, this.button(key, name)]));
    this.append(...this.buttons.values());
  }

  button(key, name) {
    const button = make('button', 'button', this.say(name), { type: 'button', id: `${this.props.id}-${key}` });
    button.addEventListener('click', () => {
      if (this.props.step) explorer.stepping = true;
      this.fire('press', this.press(key));
    });
    return button;
  }

  // What a press says.
  press(key) {
    return { key };
  }

  update() {
    const { off, icons = {} } = this.value ?? {};
    for (const [key, button] of this.buttons) {
      button.disabled = Boolean(off);
      if (icons[key] && !button.querySelector('img')) button.prepend(make('img', '', '', { src: icons[key].url, alt: '' }));
    }
  }
}

customElements.define('button-row', Buttons);
