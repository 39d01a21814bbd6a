// Shelf: the visitor's list of runs, kept by this browser, the newest first. It knows nothing about the page.
// Where a browser keeps nothing, the list lives as long as the page.

import { bitsOf } from './grids.js';

export class Shelf {
  static KEY = 'latent-explorer.runs';
  static MOST = 60;

  constructor() {
    this.list = [];
    this.refused = false;
  }

  // Another window of this browser may have changed it meanwhile, so it is read every time.
  read() {
    if (this.refused) return this.list;
    try {
      const kept = JSON.parse(localStorage.getItem(Shelf.KEY));
      if (Array.isArray(kept)) this.list = kept.filter(Shelf.sound);
    } catch (error) {
      this.refused = !(error instanceof SyntaxError);
    }
    return this.list;
  }

  static sound(entry) {
    const texts = ['base', 'tab', 'words', 'created', 'ready', 'link'].every((key) => typeof entry?.[key] === 'string');
    return texts && /^[\w-]{22}$/.test(entry.run) && /^\/[^/]/.test(entry.base) && Number.isInteger(entry.count);
  }

  write(list) {
    this.list = list.slice(0, Shelf.MOST);
    try {
      localStorage.setItem(Shelf.KEY, JSON.stringify(this.list));
    } catch (error) {
      this.refused = true;
    }
  }

  // A run that is there already keeps its place.
  put(entry) {
    const list = this.read();
    const known = list.some(({ run }) => run === entry.run);
    this.write(known ? list.map((old) => (old.run === entry.run ? entry : old)) : [entry, ...list]);
  }

  change(run, changes) {
    this.write(this.read().map((entry) => (entry.run === run ? { ...entry, ...changes } : entry)));
  }

  drop(run) {
    this.write(this.read().filter((entry) => entry.run !== run));
  }
}

// The address of frame i of a run, as the page shows it.
export const frameUrl = (entry, i) => `${entry.base}view/${String(i).padStart(4, '0')}.jpg`;

// The frames to look for: those that are known to be there, or those that are rendered first.
export function framesOf({ ready, count }) {
  const there = bitsOf(ready).filter((i) => i < count);
  return there.length ? there : [...new Set([0, Math.floor((count - 1) / 2), count - 1])];
}
