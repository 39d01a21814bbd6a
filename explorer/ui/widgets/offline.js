// Offline: the view of a run inside a ZIP, beside its PNGs. It is the page's own, over an Album instead of a Reel: from a
// file neither modules nor pictures can be fetched. `play` is called by view.html, see offline.py.

import { Reel } from './reel.js';

class Album extends Reel {
  url(i) {
    return `frame-${String(i).padStart(4, '0')}.png`;
  }

  async read(i) {
    const image = new Image();
    image.src = this.url(i);
    await image.decode();
    return image;
  }
}

export function play(Kind, { texts, value }) {
  const view = new Kind();
  view.begin({ texts, Reel: Album, offline: true });
  view.value = value;
  document.querySelector('main').append(view);
}
