// Page: what events of the page do in the browser itself (their `js=`), under window.explorer: the page's config carries
// calls, no code. It is there before Gradio is, see `scripts` in widget.py.

import './bounds.js';
import './peek.js';

const KEY = 'latent-explorer.dark';
const FILES = 'latent-explorer.files';

// Opens the menu whose button was pressed, and closes every other one: see `.menu` in page.css.
function menus(event) {
  const button = event.target.closest?.('.menu > button');
  for (const menu of document.querySelectorAll('.menu')) {
    if (button?.parentNode === menu) menu.classList.toggle('open');
    else if (!menu.contains(event.target) || event.target.closest('.buttons .button')) menu.classList.remove('open');
  }
}

// What is stopped ends with the call under way, which may take a while: until the button goes it is seen to be pressed.
function stopping(event) {
  const button = event.target.closest?.('button[id$="-stop"]');
  if (!button || 'pressed' in button.dataset) return;
  button.dataset.pressed = '';
  const observer = new MutationObserver(() => {
    delete button.dataset.pressed;
    observer.disconnect();
  });
  observer.observe(button, { attributeFilter: ['disabled'] });
}

// The runs lie over the stage: a press anywhere else puts them away.
function drawers(event) {
  const open = document.querySelector('#history details[open]');
  if (open && event.target.isConnected && !open.contains(event.target)) open.open = false;
}

function dark(is) {
  document.body.classList.toggle('dark', is);
  try {
    localStorage.setItem(KEY, is ? 'dark' : 'light');
  } catch (error) {
    console.info('light or dark is not kept by this browser:', error.message);
  }
}

// How files shall look, {large, captions}, as this browser has kept it.
let files = { large: true, captions: false };
try {
  const kept = JSON.parse(localStorage.getItem(FILES));
  for (const name of Object.keys(files)) if (typeof kept?.[name] === 'boolean') files[name] = kept[name];
} catch (error) {
  console.info('how files shall look is not kept by this browser:', error.message);
}

function chosenDark() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

const seen = (selector) => [...document.querySelectorAll(selector)].find((node) => node.offsetParent);

// Where the keys go on from: the first thing that can be done with the picture, the tab that is open.
const STARTS = {
  'to-picture': () => [...(seen('[data-film]')?.querySelectorAll('[tabindex="0"], button, input') ?? [])].find((node) => node.offsetParent && !node.disabled),
  'to-tabs': () => document.querySelector('#tabs [role="tab"][aria-selected="true"]'),
};

// Arrow keys go from tab to tab, those that do not fit into the line left out; Ctrl and Enter render from anywhere.
function keys(event) {
  const { key, target } = event;
  if (key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.isComposing) {
    const render = seen('.bar [id$="-render"]');
    if (!render || render.disabled) return;
    event.preventDefault();
    event.stopPropagation(); // a prompt's own Enter does the same
    target.blur?.(); // what was typed there is taken
    render.click();
    target.focus?.();
  }
  const step = { ArrowLeft: -1, ArrowRight: 1 }[key];
  if (step && target.matches?.('#tabs [role="tab"]')) {
    const tabs = [...document.querySelectorAll('#tabs [role="tab"]')].filter((tab) => tab.offsetParent && tab.closest('.tab-container'));
    const next = tabs[(tabs.indexOf(target) + step + tabs.length) % tabs.length];
    next?.click();
    next?.focus();
    event.preventDefault();
  }
}

// The tab that was opened is seen among the others, and begins at its top, unless the visitor has gone back to it.
let open = null;
addEventListener('DOMContentLoaded', () => {
  new MutationObserver(() => {
    const tab = STARTS['to-tabs']();
    if (!tab || tab.dataset.tabId === open) return;
    open = tab.dataset.tabId;
    tab.scrollIntoView({ block: 'nearest', inline: 'center' });
    if (explorer.clicked && !explorer.back) scrollTo(0, 0);
    explorer.back = false;
  }).observe(document.body, { attributeFilter: ['aria-selected'], subtree: true });
});
for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, () => { explorer.back = false; }, { capture: true });

// A tab's explanation is folded to two lines; a press on it shows the rest.
function fold() {
  for (const help of document.querySelectorAll('.inputs > .help:not(.called, .opened)')) {
    const text = help.querySelector('.md');
    if (!text?.offsetParent) continue;
    const folds = help.classList.toggle('folds', text.children.length > 1 || text.scrollHeight > text.clientHeight + 2);
    help.title = folds ? text.textContent.trim() : '';
    if (help.querySelector('.help-more')) continue;
    const more = Object.assign(document.createElement('button'), { type: 'button', className: 'help-more' });
    more.setAttribute('aria-label', HELP);
    more.setAttribute('aria-expanded', false);
    help.addEventListener('click', () => {
      if (help.matches('.folds') && getSelection().isCollapsed) more.setAttribute('aria-expanded', help.classList.toggle('opened'));
    });
    help.append(more);
  }
}

// What a field is for stands behind a "?" beside its name.
const HELP = /^zh/.test(navigator.language) ? '说明' : 'Help';
let helps = 0;

function help() {
  fold();
  for (const name of document.querySelectorAll('[data-testid="block-info"].has-info:not(.has-mark)')) {
    const text = name.parentNode.querySelector('.info-text');
    if (!text) continue;
    name.classList.add('has-mark');
    text.id ||= `help-${(helps += 1)}`;
    const mark = Object.assign(document.createElement('button'), { type: 'button', className: 'help-mark', textContent: '?' });
    mark.setAttribute('aria-label', `${HELP}: ${name.textContent.trim()}`);
    mark.setAttribute('aria-controls', text.id);
    mark.setAttribute('aria-expanded', false);
    mark.addEventListener('click', (event) => {
      event.preventDefault(); // it stands in a label
      mark.setAttribute('aria-expanded', mark.closest('.block').classList.toggle('helped'));
    });
    name.after(mark);
  }
}

// Gradio draws a tab when it is opened, and fields when they are wanted.
addEventListener('due', help);
addEventListener('resize', fold);
addEventListener('click', () => { explorer.clicked = true; }, { capture: true, once: true });
addEventListener('click', () => setTimeout(help, 100));
addEventListener('keydown', keys, { capture: true });
addEventListener('click', (event) => {
  menus(event);
  stopping(event);
  const start = STARTS[event.target.closest?.('.skip')?.id];
  if (start) start()?.focus();
  drawers(event);
  if (event.target.closest?.('#dark')) dark(!document.body.classList.contains('dark'));
  if (event.target.closest?.('#notice .status')) event.target.closest('.status').hidden = true;
});
addEventListener('keydown', (event) => {
  if (event.key === 'Escape') for (const menu of document.querySelectorAll('.menu.open')) menu.classList.remove('open');
});
// Gradio sets the class when it is mounted, as the system is; what the visitor chose comes after that.
addEventListener('DOMContentLoaded', () => {
  const chosen = chosenDark();
  if (!chosen) return;
  const set = () => document.body.classList.toggle('dark', chosen === 'dark');
  const observer = new MutationObserver(() => document.body.classList.contains('dark') !== (chosen === 'dark') && set());
  observer.observe(document.body, { attributeFilter: ['class'] });
  set();
  setTimeout(() => observer.disconnect(), 3000);
});

window.explorer = {
  // The module that draws widgets.
  mount: new URL('mount.js', import.meta.url).href,

  // The form's shared values as the line has them, and how to write one: see line.js.
  shared: null,

  // A tab was opened: what Due has from now on. Before the page is filled no tab is due, and the first one opens by itself;
  // what a hand opens then is due as soon as it is filled.
  opened(due, tab) {
    if (due) return { tab, stamp: Math.random() };
    this.early = this.clicked && tab;
    return due;
  },

  clicked: false, // whether a hand was here
  early: false,

  back: false, // whether the browser's Back or Forward has been used, and nothing since: see memory.js

  // Whether what comes next is a step back to which the browser's Back leads: see memory.js.
  stepping: false,

  // An event's inputs with the state of the view `id` at `place`.
  seen(id, place, inputs) {
    const view = document.getElementById(id)?.querySelector('[data-film]');
    return inputs.map((input, i) => (i === place ? JSON.parse(view?.dataset.film ?? 'null') : input));
  },

  // The values of form controls with those in place that the widget `id` is about to write. With a `tab`, the last one is
  // Due's: its price is due, if the hand is off.
  put(id, values, tab) {
    const { texts = {}, rest = true } = JSON.parse(document.getElementById(id)?.querySelector('[data-put]')?.dataset.put ?? '{}');
    const put = values.map((value, i) => (i in texts ? texts[i] : value));
    if (tab && rest) put[put.length - 1] = { tab, stamp: Math.random() };
    explorer.moved?.();
    return put;
  },

  // What the form says of the corners of a view, by its id; a view that is drawn later finds it there.
  corners: {},

  // Tells the view `id` what the form says of its corners.
  told(id, texts) {
    this.corners[id] = texts;
    document.getElementById(id)?.querySelector('[data-film]')?.dispatchEvent(new CustomEvent('corners', { detail: texts }));
    return [];
  },

  get files() {
    return files;
  },

  set files(chosen) {
    files = chosen;
    try {
      localStorage.setItem(FILES, JSON.stringify(files));
    } catch (error) {
      console.info('how files shall look is not kept by this browser:', error.message);
    }
  },

  // Where the picture of a lossless file is, as files shall look: see saving.py.
  saved(address) {
    const [, place] = address.match(/([\w-]+\/[\w-]+\/[\w-]+)\.png$/) ?? [];
    if (!place || !(files.large || files.captions)) return address;
    return `./saved/${place}.png?large=${Number(files.large)}&captions=${Number(files.captions)}`;
  },

  // What this browser has kept of the forms, once the run that was interrupted with the last page, and whether this page
  // is the last one loaded again: see memory.js.
  remembered() {
    try {
      const interrupted = sessionStorage.getItem('latent-explorer.interrupted');
      sessionStorage.removeItem('latent-explorer.interrupted');
      const reloaded = performance.getEntriesByType('navigation')[0]?.type === 'reload';
      return [{ ...JSON.parse(localStorage.getItem('latent-explorer.form')), interrupted, reloaded }];
    } catch {
      return [null];
    }
  },
};
