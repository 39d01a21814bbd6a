// Cells: a mask as a grid of strengths, {width, height, levels}, each level in 0..15; pure functions of it. Its text is that
// of masks.py: "16x12:" and runs of equal cells, a length (left out for 1) and a letter from a (0) to p (15).

export const MOST = 15;
const TEXT = /^(\d{1,4})x(\d{1,4}):((?:\d{0,7}[a-p])+)$/;

export const blank = (width, height) => ({ width, height, levels: new Uint8Array(width * height) });

// The mask that a text says; null for "" and for what is none.
export function read(text) {
  const found = TEXT.exec(text ?? '');
  if (!found) return null;
  const mask = blank(Number(found[1]), Number(found[2]));
  let at = 0;
  for (const [, count, letter] of found[3].matchAll(/(\d*)([a-p])/g)) {
    const end = at + Number(count || 1);
    mask.levels.fill(letter.charCodeAt(0) - 97, at, end);
    at = end;
  }
  return at === mask.levels.length && at > 0 ? mask : null;
}

// Its text; "" where nothing is painted.
export function write({ width, height, levels }) {
  if (!levels.some(Boolean)) return '';
  let runs = '';
  for (let at = 0; at < levels.length;) {
    let end = at + 1;
    while (end < levels.length && levels[end] === levels[at]) end++;
    runs += `${end - at > 1 ? end - at : ''}${String.fromCharCode(97 + levels[at])}`;
    at = end;
  }
  return `${width}x${height}:${runs}`;
}

// The same mask on another grid, cut to its shape: each cell is the largest of those that it touches.
export function regrid({ width, height, levels }, columns, rows) {
  const mask = blank(columns, rows);
  const wide = width * rows >= columns * height;
  const inner = wide ? [(columns * height) / rows, height] : [width, (rows * width) / columns];
  const spans = (count, length, most) => Array.from({ length: count }, (_, i) => {
    const [from, each] = [(most - length) / 2, length / count];
    const low = Math.max(0, Math.min(most - 1, Math.floor(from + i * each + 1e-6)));
    return [low, Math.max(low + 1, Math.min(most, Math.ceil(from + (i + 1) * each - 1e-6)))];
  });
  const across = spans(columns, inner[0], width);
  spans(rows, inner[1], height).forEach(([top, bottom], row) => across.forEach(([left, right], column) => {
    let most = 0;
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) most = Math.max(most, levels[y * width + x]);
    mask.levels[row * columns + column] = most;
  }));
  return mask;
}

// Puts a round brush of `size` cells down at (x, y), in cells. A brush of one cell paints the cell that it is in.
export function stamp(mask, x, y, size, level) {
  const reach = size / 2;
  const [left, top] = [x, y].map((at) => Math.max(0, Math.floor(at - reach)));
  for (let row = top; row <= Math.min(mask.height - 1, Math.floor(y + reach)); row++) {
    for (let column = left; column <= Math.min(mask.width - 1, Math.floor(x + reach)); column++) {
      const under = row === Math.floor(y) && column === Math.floor(x);
      if (under || Math.hypot(column + 0.5 - x, row + 0.5 - y) <= reach - 0.1) mask.levels[row * mask.width + column] = level;
    }
  }
}

// The places on the way from one point to another, the last one included, at most half a cell apart.
export function between([x, y], [toX, toY]) {
  const count = Math.max(1, Math.ceil(Math.hypot(toX - x, toY - y) * 2));
  return Array.from({ length: count }, (_, i) => [x + ((toX - x) * (i + 1)) / count, y + ((toY - y) * (i + 1)) / count]);
}

// Gives all cells that hang together with the one at (x, y) and are as strong that `level`.
export function fill(mask, x, y, level) {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  if (column < 0 || row < 0 || column >= mask.width || row >= mask.height) return;
  const before = mask.levels[row * mask.width + column];
  const open = before === level ? [] : [[column, row]];
  while (open.length) {
    const [c, r] = open.pop();
    if (c < 0 || r < 0 || c >= mask.width || r >= mask.height || mask.levels[r * mask.width + c] !== before) continue;
    mask.levels[r * mask.width + c] = level;
    open.push([c + 1, r], [c - 1, r], [c, r + 1], [c, r - 1]);
  }
}

// What has been undone to: at most `most` states, the oldest forgotten first.
export class History {
  constructor(most = 40) {
    Object.assign(this, { most, states: [] });
  }

  keep(state) {
    this.states.push(state);
    if (this.states.length > this.most) this.states.shift();
  }

  back() {
    return this.states.pop() ?? null;
  }
}
