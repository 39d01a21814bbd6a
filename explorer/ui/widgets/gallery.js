// GalleryView: props.value = [{name, tab, title, film, still}] as a strip of buttons; see gallery.py.
// Which example was chosen last stands in data-gallery, for what comes after the click. No listener outlives the
// element: all are on its own nodes.

const root = element.querySelector('.gallery');
const [fold, hint, list] = ['fold', 'hint', 'list'].map((name) => root.querySelector('.gallery-' + name));
const spoken = [navigator.language, navigator.language.slice(0, 2)].find((l) => props.texts[l]);
const words = { ...props.texts.en, ...props.texts[spoken] };
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

function open(is) {
  fold.setAttribute('aria-expanded', is);
  list.hidden = hint.hidden = !is;
}

// A film, and where the visitor wants no motion its still: the browser loads the one it shows.
function pictureOf({ film, still }) {
  const picture = document.createElement('picture');
  const calm = Object.assign(document.createElement('source'), { media: '(prefers-reduced-motion: reduce)' });
  calm.srcset = still.url;
  const image = Object.assign(document.createElement('img'), { loading: 'lazy', decoding: 'async', alt: '' });
  [image.width, image.height, image.src] = [128, 128, film.url];
  picture.append(calm, image);
  return picture;
}

function itemOf(example, index) {
  const make = (name, textContent) =>
    Object.assign(document.createElement('span'), { className: 'gallery-' + name, textContent });
  const button = Object.assign(document.createElement('button'), { type: 'button', className: 'gallery-item' });
  const title = words[example.title];
  button.append(pictureOf(example), make('tab', words[example.tab]), make('title', title));
  button.title = title;
  button.addEventListener('click', () => {
    root.dataset.gallery = example.name;
    trigger('choose', { index });
  });
  const item = document.createElement('li');
  item.append(button);
  return item;
}

fold.lastElementChild.textContent = words.title;
hint.textContent = props.foreign ? words.foreign : words.hint;
root.setAttribute('aria-label', words.title);
list.setAttribute('aria-label', words.list);
list.append(...(props.value ?? []).map(itemOf));
root.hidden = !list.children.length;
fold.addEventListener('click', () => {
  open(list.hidden);
  remembered(list.hidden ? 'folded' : 'open');
});
open(remembered() !== 'folded' && !new URLSearchParams(location.search).has('tab'));
