// Peek: on a phone the picture stands above what it is made from. While it is scrolled out of sight a small copy of it, with
// its mark, stays in a corner, so that it is seen to answer; a press leads back to it.

import { calm, make } from './widget.js';

const NARROW = matchMedia('(max-width: 760px), (min-width: 601px) and (max-height: 480px)'); // upright, on its side
const EVERY = 100; // milliseconds between two looks
const TOP = 98; // pixels of the window that the top line and the tabs take, and a little

const peek = make('button', 'peek', '', { type: 'button', hidden: true });
const [copy, mark] = [make('canvas', '', '', { width: 224, height: 224 }), make('span')];
peek.append(copy, mark);

// The canvas in the view that is open: its picture, or of a sheet the first one.
const picture = () => [...document.querySelectorAll('[data-film][data-state="shown"] canvas')].find((canvas) => canvas.offsetParent && canvas.width > 8);

let looking = 0;

// Looks, and again and again while the copy is seen.
function look() {
  clearTimeout(looking);
  const source = NARROW.matches && picture();
  peek.hidden = !source || source.getBoundingClientRect().bottom > TOP;
  if (peek.hidden) return;
  looking = setTimeout(look, EVERY);
  if (!peek.isConnected) {
    peek.setAttribute('aria-label', document.getElementById('to-picture').textContent);
    document.querySelector('.gradio-container').append(peek);
  }
  const badge = source.closest('[data-film]').querySelector('.view-kind');
  mark.textContent = badge.hidden ? '' : badge.textContent;
  copy.height = Math.round((copy.width * source.height) / source.width); // also empties it
  copy.getContext('2d').drawImage(source, 0, 0, copy.width, copy.height);
}

peek.addEventListener('click', () => picture()?.scrollIntoView({ block: 'center', behavior: calm() ? 'auto' : 'smooth' }));
addEventListener('scroll', look, { passive: true });
NARROW.addEventListener('change', look);
