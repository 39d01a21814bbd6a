// What differs between two runs: their pictures in the view that compares, and a table of their settings. Settings are the
// visitor's own words: all of it goes through textContent.

import CompareView from './compare.js';
import { frameUrl, framesOf } from './shelf.js';
import { spoken } from './spoken.js';
import { make as plainly } from './widget.js';

// A picture of each of two runs. They are no frames of one, so none is saved from here, and no hand draws them anew.
class RunsView extends CompareView {
  get saved() { return null; }
  get kind() { return ''; }

  looked() {}

  nameOf(i) {
    return this.frames[i]?.caption ?? '';
  }

  tell() {
    super.tell();
    delete this.dataset.film; // nor is it the view that the page looks for
  }

  // Shows frame `indices[k]` of each run k; the newest wish wins.
  async put(entries, records, indices) {
    const wish = (this.wish = {});
    this.learn({ frames: records.map(({ frames }, k) => ({ caption: frames?.[indices[k]]?.caption })) });
    this.arrange();
    this.refresh();
    await Promise.all(entries.map(async (entry, k) => {
      const answer = await fetch(frameUrl(entry, indices[k])).catch(() => null);
      const blob = answer?.ok && (await answer.blob().catch(() => null));
      if (blob && wish === this.wish) await this.reel.lay(k, blob, 'exact');
    }));
  }
}
customElements.define('runs-view', RunsView);

export const make = (tag, name, text, more) => plainly(tag, name && 'history-' + name, text, more);

// Every setting in which two records differ: [name, value, value]; undefined where a run has no such setting.
export function differences(a, b) {
  const [left, right] = [a, b].map((record) => record.settings ?? {});
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  return names.filter((name) => JSON.stringify(left[name]) !== JSON.stringify(right[name])).map((name) => [name, left[name], right[name]]);
}

// The models of two records: by name, and where the names agree by the mark of their weights, too.
function modelsOf(records) {
  const names = records.map(({ model }) => model?.name);
  const marks = records.map(({ model }) => String(model?.signature ?? '?').split('|')[0].slice(0, 8));
  return names[0] === names[1] && marks[0] !== marks[1] ? names.map((name, k) => `${name} (${marks[k]})`) : names;
}

export class Pair {
  constructor(root, { say, titles, labels }) {
    Object.assign(this, { root, say, titles, labels });
  }

  async read(entry) {
    const answer = await fetch(entry.base + 'run.json', { cache: 'no-store' });
    return answer.ok ? answer.json() : null;
  }

  // Shows two entries; gives false when the record of one cannot be had.
  async show(entries) {
    const turn = (this.turn = {});
    const records = await Promise.all(entries.map((entry) => this.read(entry).catch(() => null)));
    if (turn !== this.turn) return true;
    if (records.some((record) => !record)) return false;
    this.root.setAttribute('aria-label', this.say('difference'));
    const { parts, go } = this.pictures(entries, records);
    this.root.replaceChildren(...parts, this.table(entries, records));
    this.root.hidden = false;
    go(); // now: a view forgets what it had when it comes onto the page
    this.root.scrollIntoView({ block: 'nearest' });
    return true;
  }

  hide() {
    this.turn = {};
    this.root.hidden = true;
    this.root.replaceChildren();
  }

  // A picture of each, and a slider along both.
  pictures(entries, records) {
    const view = new RunsView();
    view.begin({ texts: spoken({ phrases: ['compare'] }), offline: true });
    view.value = { count: 2 };
    view.setMode('wipe');
    const range = make('input', 'range', '', { type: 'range', min: 0, max: 1000, value: 0, title: this.say('place') });
    range.setAttribute('aria-label', this.say('place'));
    range.hidden = entries.every(({ count }) => count < 2);
    const nearest = (entry, wanted) => framesOf(entry).reduce((best, i) => (Math.abs(i - wanted) < Math.abs(best - wanted) ? i : best));
    const go = () => view.put(entries, records, entries.map((entry) => nearest(entry, (range.value / 1000) * (entry.count - 1))));
    range.addEventListener('input', go);
    return { parts: [view, range], go };
  }

  table(entries, records) {
    const rows = differences(...records).map(([name, ...values]) => [this.labels[name] ?? name, ...values]);
    const about = [
      ['tab', records.map(({ experiment }) => this.titles[experiment] ?? experiment)],
      ['model', modelsOf(records)],
    ].filter(([, [left, right]]) => left !== right);
    const all = [...about.map(([key, values]) => [this.say(key), ...values]), ...rows];
    if (!all.length) return make('p', 'same', this.say('same'));
    const table = make('table', '');
    table.append(make('caption', '', this.say('difference')));
    const head = table.createTHead().insertRow();
    head.append(plainly('td'), ...['A', 'B'].map((slot) => this.slot(slot)));
    const body = table.createTBody();
    for (const [name, ...values] of all) {
      const row = body.insertRow();
      row.append(make('th', '', name, { scope: 'row' }), ...values.map((value) => this.cell(value)));
    }
    return table;
  }

  // Which of the pictures a column is about.
  slot(name) {
    const cell = plainly('th', '', '', { scope: 'col' });
    cell.append(plainly('b', 'compare-' + name.toLowerCase(), name));
    return cell;
  }

  cell(value) {
    const cell = make('td', '');
    const { say } = this;
    if (typeof value === 'string' && value.startsWith('data:image/webp;base64,')) cell.append(make('img', '', '', { src: value, alt: say('picture') }));
    else if (Array.isArray(value) && value.some((one) => typeof one === 'string')) cell.append(...value.map((one) => make('p', '', one)));
    else if (value === undefined || value === null) cell.append(make('i', '', say('absent')));
    else cell.append(String(Array.isArray(value) ? value.join(', ') : value) || make('i', '', say('empty')));
    return cell;
  }
}
