// Grids: what frames.json says about the pictures of a run, and where they lie. Pure functions of `frames`, a list of
// {caption, coordinates, settings}; each of the three may be missing (older runs). Nothing here touches the page, so node
// tests it.

// How the frames are shown together, as their plan said it: {axes, rows, curve}, see Shown in space/plans.py, and the
// `names` of settings in the visitor's language; `rows` is a Map. Runs of commit 5487c25 and before did not keep it:
// there, and only here, it is found in the settings of the frames.
export function shownOf({ frames = [], shown } = {}) {
  if (shown) return { ...shown, rows: new Map(shown.rows) };
  const settings = frames.map((frame) => frame.settings ?? {});
  const names = Object.keys(settings[0] ?? {});
  const stands = (name, k) => frames.every(({ coordinates }, i) => settings[i][name] === coordinates?.[k]);
  const column = names.find((name) => stands(name, 0)) ?? '';
  const row = names.find((name) => name !== column && stands(name, 1)) ?? '';
  const rows = new Map(frames.flatMap(({ coordinates, settings: own }) => (own?.row ? [[coordinates?.[1], own.row]] : [])));
  const numbers = names.filter((name) => name !== 'seed' && settings.every((own) => Number.isFinite(own[name])));
  return { axes: [column, row], rows, curve: numbers.includes('sigma') ? 'sigma' : (numbers[0] ?? null) };
}

// The set bits of a hexadecimal number, lowest first: which frames are ready, as `mask` of views.py writes it.
export function bitsOf(hex) {
  const bits = [];
  for (let k = 0; k < hex.length; k++) {
    const digit = parseInt(hex[hex.length - 1 - k], 16);
    for (let b = 0; b < 4; b++) if (digit & (1 << b)) bits.push(4 * k + b);
  }
  return bits;
}

// The values that a coordinate takes, ascending.
const stopsOf = (places, k) => [...new Set(places.map((place) => place?.[k] ?? 0))].sort((a, b) => a - b);

// A number as people write it, to so many digits.
export const rounded = (x, digits = 3) => String(Number(Number(x).toPrecision(digits)));

export const rough = (x) => rounded(x, x >= 10 ? 3 : 2);

// What a setting is called: by `names` of `shownOf`, in the visitor's language.
export const called = (name, { names = {} }) => names[name] ?? name.replaceAll('_', ' ');

const places = (x) => String(Number(Number(x).toFixed(3)));

/* ---- a film: one coordinate ------------------------------------------------------------------------------- */

// What a frame is called: its caption, or else where it is.
export function captionOf(frames, i) {
  const { caption, coordinates } = frames[i] ?? {};
  return caption || (coordinates?.length ? 't = ' + coordinates.map(places).join(', ') : '');
}

// The setting that is drawn along the film, as [name, numbers]; null if it is not a number in every frame.
export function seriesOf(frames, count, { curve }) {
  const numbers = Array.from({ length: count }, (_, i) => frames[i]?.settings?.[curve]);
  return count && numbers.every(Number.isFinite) ? [curve, numbers] : null;
}

/* ---- a sweep: rows of pictures, (column, row) ------------------------------------------------------------- */

const SHORT = 8; // characters that fit under a thumbnail

// The frames' indices row by row: those of one second coordinate are a row, the first coordinate orders it.
export function rowsOf(frames, count) {
  const rows = new Map();
  for (let i = 0; i < count; i++) {
    const row = frames[i]?.coordinates?.[1];
    if (!rows.has(row)) rows.set(row, []);
    rows.get(row).push(i);
  }
  const column = (i) => frames[i]?.coordinates?.[0] ?? i;
  return [...rows.values()].map((row) => row.sort((i, j) => column(i) - column(j)));
}

// What is written under a thumbnail: its caption if that is short, else its place in the row.
export function labelOf(frames, i) {
  const { caption = '', coordinates = [] } = frames[i] ?? {};
  if (caption && [...caption].length <= SHORT) return caption;
  return coordinates.length ? places(coordinates[0]) : String(i + 1);
}

// What is written over a row: its title if it has one, else "seed 193".
export function rowLabelOf(frames, i, shown) {
  const row = frames[i]?.coordinates?.[1], { axes, rows } = shown;
  if (rows.has(row)) return String(rows.get(row));
  return row === undefined ? '' : `${called(axes[1] ?? '', shown)} ${places(row)}`.trim();
}

// [name, value of a, value of b] of each setting in which two frames differ; null if the run did not keep settings.
export function differing(frames, a, b) {
  const [first, second] = [a, b].map((i) => frames[i]?.settings ?? {});
  const names = [...new Set([...Object.keys(first), ...Object.keys(second)])];
  if (!names.length) return null;
  const differs = (name) => JSON.stringify(first[name]) !== JSON.stringify(second[name]);
  return names.filter(differs).map((name) => [name, first[name], second[name]]);
}

// A setting's value as people write it; `nothing` stands for an empty or missing one.
export function written(value, nothing) {
  if (value === undefined || value === null || value === '') return nothing;
  if (typeof value === 'number') return rounded(value, 12);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/* ---- a square: cells in [0, 1] x [0, 1], (x, y) ----------------------------------------------------------- */

const SAME = 0.002; // a place this near to a cell on both axes is the cell

// Where the cells lie, and what they weigh at a place between them. Before frames.json is here, a square is assumed.
export class Lattice {
  constructor(frames, count) {
    const side = Math.max(1, Math.ceil(Math.sqrt(count)));
    const guess = (i) => [i % side, Math.floor(i / side)].map((k) => (side > 1 ? k / (side - 1) : 0));
    this.cells = Array.from({ length: count }, (_, i) => frames[i]?.coordinates ?? guess(i));
    [this.xs, this.ys] = [0, 1].map((k) => stopsOf(this.cells, k));
    this.places = new Map(this.cells.map((cell, i) => [cell.join(), i]));
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
    return parts.filter(([, , weight]) => weight > 0).map(([cx, cy, weight]) => [this.places.get([cx, cy].join()) ?? this.nearest(cx, cy), weight]);
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
export const weightsAt = (x, y) => [(1 - x) * (1 - y), x * (1 - y), (1 - x) * y, x * y];

// Weights that are 1 together in whole percents that are 100 together: what is cut off most is rounded up.
export function percents(weights) {
  const parts = weights.map((weight) => Math.floor(100 * weight + 1e-9));
  const cut = [...weights.keys()].sort((j, k) => 100 * weights[k] - parts[k] - (100 * weights[j] - parts[j]));
  for (const k of cut.slice(0, 100 - parts.reduce((sum, part) => sum + part, 0))) parts[k] += 1;
  return parts;
}

/* ---- denoisings side by side, (lane, step, layer) --------------------------------------------------------- */

// {lanes, steps, layers}: the values that each coordinate takes, and `find(lane, step, layer)`, the index of the frame
// there, -1 where there is none.
export function gridOf(frames) {
  const [lanes, steps, layers] = [0, 1, 2].map((k) => stopsOf(frames.map(({ coordinates }) => coordinates), k));
  const found = new Map(frames.map(({ coordinates }, i) => [(coordinates ?? []).join(), i]));
  return { lanes, steps, layers, find: (...place) => found.get(place.join()) ?? -1 };
}

// What tells each lane from the others: its prompt, its guidance, or both; '' for a lane that is alone. `guided` says a
// scale in words.
export function laneNames(frames, { lanes, steps, layers, find }, guided = (scale) => 'guidance ' + scale) {
  const all = lanes.map((lane) => frames[find(lane, steps[0], layers[0])]?.settings ?? {});
  const differs = (key) => new Set(all.map((settings) => settings[key])).size > 1;
  const [prompts, scales] = [differs('prompt'), differs('guidance_scale')];
  return all.map(({ prompt = '', guidance_scale: scale }) => [prompts && prompt, scales && guided(Number(scale))].filter(Boolean).join(', '));
}

// The frame among `here` that lies nearest to `wanted` in the list `row`, the earlier one of two; -1 if none is here.
export function nearestIn(row, wanted, here) {
  const place = row.indexOf(wanted);
  const far = (i) => Math.abs(row.indexOf(i) - place);
  return row.filter((i) => here.has(i)).reduce((best, i) => (best < 0 || far(i) < far(best) ? i : best), -1);
}

// Columns and lines in which `count` equal squares are largest, each with so many pixels of `words` under it, in a room.
export function broken(count, width, height, words = 30) {
  const choices = Array.from({ length: Math.max(1, count) }, (_, k) => [k + 1, Math.ceil(count / (k + 1)) || 1]);
  const side = ([columns, lines]) => Math.min(width / columns, height / lines - words);
  return choices.reduce((best, choice) => (side(choice) > side(best) ? choice : best));
}
