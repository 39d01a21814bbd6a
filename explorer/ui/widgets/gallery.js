// GalleryView: the value is [{name, tab, title, film, still}], a strip of buttons; see gallery.py. Which example was chosen
// last stands in data-gallery, for what comes after the click.

import { Widget, html, make } from './widget.js';

const KEY = 'latent-explorer.examples';

// A browser may forbid to remember anything: then it is as on a first visit, and a click still folds.
function remembered(state) {
  try {
    if (state) localStorage.setItem(KEY, state);
    return localStorage.getItem(KEY);
  } catch (error) {
    return null;
  }
}

// A film, and where the visitor wants no motion its still: the browser loads the one it shows.
function pictureOf({ film, still }) {
  const picture = make('picture');
  const image = make('img', '', '', { loading: 'lazy', decoding: 'async', alt: '', width: 128, height: 128, src: film.url });
  picture.append(make('source', '', '', { media: '(prefers-reduced-motion: reduce)', srcset: still.url }), image);
  return picture;
}

export default class GalleryView extends Widget {
  static styles = ['gallery'];
  static events = ['choose'];
  static template = html`
<div class="gallery-head">
  <button type="button" class="gallery-fold" data-part="fold" aria-expanded="true"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 9l6 6 6-6"></path></svg><span data-say="title"></span></button>
  <p class="gallery-hint" data-part="hint"></p>
</div>
<ul class="gallery-list" data-part="list" data-name="list"></ul>`;

  begin(props) {
    super.begin(props);
    this.className = 'gallery';
    this.dataset.gallery = '';
    this.setAttribute('role', 'region');
    this.hint.textContent = props.foreign ? this.words.foreign : this.words.hint;
    this.setAttribute('aria-label', this.words.title);
    this.fold.addEventListener('click', () => {
      this.open(this.list.hidden);
      remembered(this.list.hidden ? 'folded' : 'open');
    });
    this.open(remembered() !== 'folded' && !new URLSearchParams(location.search).has('tab'));
  }

  update() {
    this.list.replaceChildren(...(this.value ?? []).map((example, index) => this.item(example, index)));
    this.hidden = !this.list.children.length;
  }

  open(is) {
    this.fold.setAttribute('aria-expanded', is);
    this.list.hidden = this.hint.hidden = !is;
  }

  item(example, index) {
    const title = this.words[example.title];
    const button = make('button', 'gallery-item', '', { type: 'button', title });
    button.append(pictureOf(example), make('span', 'gallery-tab', this.words[example.tab]), make('span', 'gallery-title', title));
    button.addEventListener('click', () => {
      this.dataset.gallery = example.name;
      this.fire('choose', { index });
    });
    const item = make('li');
    item.append(button);
    return item;
  }
}

customElements.define('gallery-view', GalleryView);
