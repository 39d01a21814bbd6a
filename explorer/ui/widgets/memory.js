// Memory: keeps each new value {tab, query, without} in this browser, the latest last, and which tab is open when the
// page is left. See memory.py. Where a browser keeps nothing, nothing is kept.

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

// A link in the address would win over what is kept: it goes as soon as it no longer says what the form shows. Which
// model it was made with, older links do not say.
function unlink({ tab, query }) {
  const settings = ([name]) => name !== 'model' && name !== 'weights';
  const sorted = (text) => [...new URLSearchParams(text)].filter(settings).map(String).sort().join('\n');
  const linked = new URLSearchParams(location.search).get('tab');
  if (linked === tab && sorted(location.search) !== sorted(query)) history.replaceState(history.state, '', location.pathname);
}

export default class Memory extends Widget {
  begin(props) {
    super.begin(props);
    // While the page fills its forms it prices them, perhaps still with other settings than the visitor's: what is told
    // before the visitor has touched anything is nothing to keep.
    this.touched = false;
    for (const kind of ['input', 'pointerdown', 'keydown', 'drop']) {
      addEventListener(kind, () => { this.touched = true; }, { capture: true, once: true });
    }
  }

  update() {
    if (!this.value || !this.touched) return;
    keep(this.value);
    unlink(this.value);
  }

  connectedCallback() {
    addEventListener('pagehide', left);
  }

  disconnectedCallback() {
    removeEventListener('pagehide', left);
  }
}

function left() {
  const open = [...document.querySelectorAll('[role=tabpanel][id^=tab-]')].find((panel) => panel.offsetParent);
  if (open) change(() => ({ selected: open.id.slice('tab-'.length) }));
}

customElements.define('form-memory', Memory);
