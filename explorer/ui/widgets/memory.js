// Memory: keeps each new value {tab, query, without} in this browser, the latest last, and which tab is open and which
// run is being rendered when the page is left. See memory.py. Where a browser keeps nothing, nothing is kept.

import { Widget } from './widget.js';

const KEY = 'latent-explorer.form';

function change(how) {
  try {
    const before = JSON.parse(localStorage.getItem(KEY)) ?? {};
    localStorage.setItem(KEY, JSON.stringify({ tabs: [], ...before, ...how(before.tabs ?? []) }));
  } catch (error) {
    console.info('settings are not kept by this browser:', error.message);
  }
}

const keep = (entry) => change((tabs) => ({ tabs: [...tabs.filter(({ tab }) => tab !== entry.tab), entry] }));

// Which model it was made with, older links do not say, and a card is only for who announces one: these alone make no
// other address.
function same(query) {
  const settings = ([name]) => !['model', 'weights', 'card'].includes(name);
  const sorted = (text) => [...new URLSearchParams(text)].filter(settings).map(String).sort().join('\n');
  return sorted(location.search) === sorted(query);
}

export default class Memory extends Widget {
  static events = ['back'];

  begin(props) {
    super.begin(props);
    // While the page fills its forms it prices them, perhaps still with other settings than the visitor's: what is told
    // before the visitor has touched anything is nothing to keep.
    this.touched = false;
    this.tab = new URLSearchParams(location.search).get('tab'); // what the address says is open
    this.runs = {}; // the run that was begun or opened last in each tab
    for (const kind of ['input', 'pointerdown', 'keydown', 'drop']) {
      addEventListener(kind, () => { this.touched = true; }, { capture: true, once: true });
    }
  }

  update() {
    const { run, ...entry } = this.value ?? {};
    if (run) this.runs[entry.tab] = run;
    if (!this.touched) this.tab ??= entry.tab;
    if (!this.touched || entry.query === undefined) return;
    keep(entry);
    this.address(entry);
  }

  // The address is what the tab in sight says, when the hand rests; another tab, a preset and a run are a step of their own.
  // What it could not hold stays with the step: see `back` in sharing.py. What is told late of a tab that the visitor has
  // left, or where a render goes on, is no step.
  address({ tab, query, without = [] }) {
    if (tab !== (inSight() ?? tab)) return;
    const step = explorer.stepping || tab !== this.tab;
    explorer.stepping = false;
    this.tab = tab;
    if (this.arriving) {
      this.arriving = !same(query); // what is told on the way there is of where the visitor was
      return;
    }
    const other = !same(query);
    if (other || String(without) !== String(history.state?.without ?? [])) {
      history[step && other ? 'pushState' : 'replaceState']({ ...history.state, without }, '', other ? '?' + query : location.href);
    }
  }

  connectedCallback() {
    this.ends = new AbortController();
    addEventListener('pagehide', () => left(this.runs), { signal: this.ends.signal });
    for (const kind of ['input', 'pointerdown', 'keydown']) {
      addEventListener(kind, () => { this.arriving = false; }, { signal: this.ends.signal, capture: true });
    }
    addEventListener('popstate', () => this.back(), { signal: this.ends.signal });
  }

  disconnectedCallback() {
    this.ends.abort();
  }

  back() {
    this.tab = new URLSearchParams(location.search).get('tab') ?? this.props.first;
    explorer.stepping = false;
    this.arriving = explorer.back = true;
    const place = { query: location.search.slice(1), without: history.state?.without ?? [] };
    clearTimeout(this.soon); // who goes back twice wants the second place alone
    this.soon = setTimeout(() => this.fire('back', place), 120);
  }
}

const inSight = () => [...document.querySelectorAll('[role=tabpanel][id^=tab-]')].find((panel) => panel.offsetParent)?.id.slice('tab-'.length);

// A render ends with the page that it was begun on: the next page in this window is told which one it was.
function markInterrupted(runs) {
  const rendering = Object.keys(runs).find((tab) => document.querySelector(`#${tab}-stop:enabled`));
  try {
    if (rendering) sessionStorage.setItem('latent-explorer.interrupted', runs[rendering]);
  } catch (error) {
    console.info('an interrupted render is not kept by this browser:', error.message);
  }
}

function left(runs) {
  const selected = inSight();
  if (selected) change(() => ({ selected }));
  markInterrupted(runs);
}

customElements.define('form-memory', Memory);
