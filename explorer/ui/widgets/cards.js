// Card: one run of the list, as it is drawn. What is done with a run is told to `acts`: reopen, pick, remove, forget, and
// lost (its pictures do not load).

import { make } from './differences.js';
import { bitsOf } from './grids.js';
import { frameUrl, framesOf } from './shelf.js';

const MOST_THUMBS = 3;

export class Card {
  constructor(entry, { say, titles, acts, open, begun }) {
    Object.assign(this, { entry, say, acts, begun });
    this.name = [titles[entry.tab] ?? entry.tab, entry.words].filter(Boolean).join(': ');
    this.node = make('li', 'card');
    this.node.dataset.run = entry.run;
    this.node.classList.toggle('history-gone', Boolean(entry.gone));
    if (open) this.node.setAttribute('aria-current', 'true');
    this.node.append(this.face(), this.text(titles[entry.tab] ?? entry.tab), entry.gone ? this.remains() : this.feet());
  }

  button(key, act, text = this.say(key)) {
    const button = make('button', key, text, { type: 'button' });
    button.addEventListener('click', act);
    return button;
  }

  face() {
    if (this.entry.gone) return make('p', 'face', this.say('gone'));
    const face = this.button('face', () => this.acts.reopen(this.entry), '');
    face.title = this.say('reopen', this);
    face.setAttribute('aria-label', face.title);
    if (this.begun) {
      face.append(make('span', '', this.say('begun')));
      return face;
    }
    const frames = framesOf(this.entry);
    const last = frames.length - 1;
    const places = frames.length <= MOST_THUMBS ? frames.keys() : [0, Math.round(last / 2), last];
    const thumbs = [...places].map((k) => make('img', '', '', { loading: 'lazy', alt: '', draggable: false, src: frameUrl(this.entry, frames[k]) }));
    for (const thumb of thumbs) thumb.addEventListener('error', () => this.missing(thumb, face));
    face.append(...thumbs);
    return face;
  }

  missing(thumb, face) {
    thumb.remove();
    if (face.querySelector('img')) return;
    face.append(make('span', '', this.say('none')));
    this.acts.lost(this.entry);
  }

  text(title) {
    const { count, ready, created, words } = this.entry;
    const there = bitsOf(ready).length;
    const key = there && there < count ? 'some' : count === 1 ? 'frame' : 'frames';
    const when = make('time', 'when', timeOf(created), { dateTime: created });
    const head = make('p', 'head');
    head.append(make('b', '', title), ' ', make('span', '', this.say(key, { ready: there, count })));
    const text = make('div', 'text');
    text.append(head, make('p', 'words', words, { title: words }), when);
    return text;
  }

  feet() {
    const feet = make('div', 'feet');
    const pick = make('input', '', '', { type: 'checkbox' });
    const label = make('label', 'pick');
    pick.setAttribute('aria-label', this.say('compare-name', this));
    pick.addEventListener('change', () => this.acts.pick(this.entry, pick.checked));
    label.append(pick, this.say('compare'));
    const remove = this.button('delete', () => this.ask(feet));
    remove.setAttribute('aria-label', this.say('delete-name', this));
    feet.append(label, remove);
    return feet;
  }

  // Deleting takes a second press, on another button; Escape and Keep lead back.
  ask(feet) {
    const back = () => {
      const again = this.feet();
      asking.replaceWith(again);
      again.querySelector('button').focus();
    };
    const asking = make('div', 'feet');
    asking.append(make('span', '', this.say('sure')), this.button('delete', () => this.acts.remove(this.entry)), this.button('keep', back));
    asking.addEventListener('keydown', (event) => event.key === 'Escape' && back());
    this.acts.pick(this.entry, false);
    feet.replaceWith(asking);
    asking.querySelector('.history-keep').focus();
  }

  remains() {
    const feet = make('div', 'feet');
    if (this.entry.link) feet.append(make('a', 'settings', this.say('settings'), { href: '?' + this.entry.link }));
    feet.append(this.button('forget', () => this.acts.forget(this.entry)));
    return feet;
  }
}

// "today" and "yesterday" are left to the reader: the visitor's own way of writing a date and a time.
function timeOf(iso) {
  const date = new Date(iso);
  return Number.isNaN(date.valueOf()) ? '' : date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
