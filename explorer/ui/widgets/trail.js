// Trail: where a hand has been on a square, as places [x, y] in [0, 1], at most 300. It knows nothing of the page.

const MOST_PLACES = 300;
const APART = 0.01; // of the square: nearer places are one
const SHORTEST = 0.15; // of its side: a shorter way is no film

export class Trail {
  constructor() {
    this.clear();
  }

  clear() {
    Object.assign(this, { places: [], gap: APART, over: false });
  }

  // The hand is here; after the end of a way a new one begins.
  add(x, y) {
    if (this.over) this.clear();
    if (this.places.length && this.far(x, y) < this.gap) return;
    this.places.push([x, y]);
    while (this.places.length > MOST_PLACES) this.thin();
  }

  // Every second place goes, but for the last.
  thin() {
    const last = this.places.length - 1;
    this.places = this.places.filter((_, i) => i % 2 === 0 || i === last);
    this.gap *= 2;
  }

  // The hand is off, and was here last.
  end(x, y) {
    if (!this.places.length || this.over) return;
    if (this.far(x, y)) this.places.push([x, y]);
    while (this.places.length > MOST_PLACES) this.thin();
    this.over = true;
  }

  far(x, y) {
    const [px, py] = this.places.at(-1);
    return Math.hypot(px - x, py - y);
  }

  get worth() {
    const { places } = this;
    return places.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - places[i][0], y - places[i][1]), 0) >= SHORTEST;
  }

  // As the form has it: x, y of each place in turn.
  get text() {
    return this.places.flat().map((t) => Number(t.toFixed(3))).join(', ');
  }
}
