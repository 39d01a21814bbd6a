// Buttons: a row of buttons; each fires "press" with its `key`. The value {off} says whether none may be pressed. See
// buttons.py.

import { Widget, make } from './widget.js';

export default class Buttons extends Widget {
  static styles = ['buttons'];
  static events = ['press'];

  begin(props) {
    super.begin(props);
    this.className = 'buttons';
    if (props.before) this.append(make('span', 'buttons-before', this.say(props.before)));
    this.buttons = Object.entries(props.names).map(([key, name]) => this.button(key, name));
    this.append(...this.buttons);
  }

  button(key, name) {
    const { id, icons } = this.props;
    const button = make('button', 'button', '', { type: 'button', id: `${id}-${key}` });
    if (icons[key]) button.append(make('img', '', '', { src: icons[key].url, alt: '' }));
    button.append(this.say(name));
    button.addEventListener('click', () => this.fire('press', { key }));
    return button;
  }

  update() {
    for (const button of this.buttons) button.disabled = Boolean(this.value?.off);
  }
}

customElements.define('button-row', Buttons);
