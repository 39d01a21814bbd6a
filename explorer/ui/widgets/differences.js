// What differs between two runs: a table of their settings, and their pictures side by side. Settings are the visitor's own
// words: all of it goes through textContent.

import { frameUrl, framesOf } from './shelf.js';
import { make as plainly } from './widget.js';

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
    this.root.replaceChildren(this.pictures(entries, records), this.table(entries, records));
    this.root.hidden = false;
    return true;
  }

  hide() {
    this.turn = {};
    this.root.hidden = true;
    this.root.replaceChildren();
  }

  pictures(entries, records) {
    const box = make('div', 'looks');
    const looks = entries.map((entry, k) => this.look(entry, records[k]));
    const range = make('input', 'range', '', { type: 'range', min: 0, max: 1000, value: 0, title: this.say('place') });
    range.setAttribute('aria-label', this.say('place'));
    range.hidden = entries.every(({ count }) => count < 2);
    range.addEventListener('input', () => looks.forEach(({ go }) => go(range.value / 1000)));
    box.append(...looks.map(({ figure }) => figure), range);
    return box;
  }

  look(entry, record) {
    const [figure, picture, caption] = [make('figure', 'look'), make('img', ''), make('figcaption', '')];
    const frames = framesOf(entry);
    const go = (place) => {
      const wanted = place * (entry.count - 1);
      const i = frames.reduce((best, k) => (Math.abs(k - wanted) < Math.abs(best - wanted) ? k : best));
      caption.textContent = picture.alt = record.frames?.[i]?.caption ?? '';
      picture.src = frameUrl(entry, i);
    };
    figure.append(picture, caption);
    go(0);
    return { figure, go };
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
    for (const [name, ...values] of all) {
      const row = table.insertRow();
      row.append(make('th', '', name, { scope: 'row' }), ...values.map((value) => this.cell(value)));
    }
    return table;
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
