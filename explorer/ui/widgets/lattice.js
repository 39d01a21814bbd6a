// Lattice: where the cells of a square run lie, in [0, 1] x [0, 1], and what they weigh at a place between them.
// `frames` is what frames.json says, a list of {coordinates: [x, y]}; before it is here, a square sheet is assumed.

const SAME = 0.002; // a place this near to a cell on both axes is the cell

class Lattice {
  constructor(frames, count) {
    const side = Math.max(1, Math.ceil(Math.sqrt(count)));
    const guess = (i) => [i % side, Math.floor(i / side)].map((k) => (side > 1 ? k / (side - 1) : 0));
    this.cells = Array.from({ length: count }, (_, i) => frames[i]?.coordinates ?? guess(i));
    const axis = (k) => [...new Set(this.cells.map((cell) => cell[k]))].sort((a, b) => a - b);
    this.xs = axis(0);
    this.ys = axis(1);
    this.places = new Map(this.cells.map(([x, y], i) => [x + ' ' + y, i]));
  }

  // The cell that lies there, or -1.
  at(x, y) {
    return this.cells.findIndex(([cx, cy]) => Math.abs(cx - x) < SAME && Math.abs(cy - y) < SAME);
  }

  // The nearest cell of those in `among` (anything with `has`), or -1.
  nearest(x, y, among) {
    let [best, found] = [Infinity, -1];
    this.cells.forEach(([cx, cy], i) => {
      const distance = (cx - x) ** 2 + (cy - y) ** 2;
      if (distance < best && (!among || among.has(i))) [best, found] = [distance, i];
    });
    return found;
  }

  // [cell, weight] of the up to four cells around a place; the weights are positive and sum to 1.
  around(x, y) {
    const [[left, right, u], [top, bottom, v]] = [this.between(this.xs, x), this.between(this.ys, y)];
    const parts = [[left, top, (1 - u) * (1 - v)], [right, top, u * (1 - v)], [left, bottom, (1 - u) * v], [right, bottom, u * v]];
    return parts.filter(([, , weight]) => weight > 0).map(([cx, cy, weight]) => [this.places.get(cx + ' ' + cy) ?? this.nearest(cx, cy), weight]);
  }

  // The two neighbours of t among ascending `stops`, and how far it is from the one to the other.
  between(stops, t) {
    const high = stops.findIndex((stop) => stop >= t);
    if (high <= 0) return high === 0 ? [stops[0], stops[0], 0] : [stops.at(-1), stops.at(-1), 0];
    const [a, b] = [stops[high - 1], stops[high]];
    return [a, b, (t - a) / (b - a)];
  }

  // The next stop on an axis in a direction (-1 or 1); the last one stays.
  next(axis, t, direction) {
    const stops = axis ? this.ys : this.xs;
    const ahead = stops.filter((stop) => (stop - t) * direction > SAME);
    return (direction > 0 ? ahead[0] : ahead.at(-1)) ?? (direction > 0 ? stops.at(-1) : stops[0]);
  }
}

// What the corners top left, top right, bottom left and bottom right contribute at a place.
const weightsAt = (x, y) => [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y];
