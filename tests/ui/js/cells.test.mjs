// Masks as the canvas keeps them: their text, brushes, fills.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { History, MOST, between, blank, fill, read, regrid, stamp, write } from '../../../explorer/ui/widgets/cells.js';

const rowsOf = ({ width, levels }) => Array.from({ length: levels.length / width }, (_, row) => [...levels.subarray(row * width, (row + 1) * width)]);

function random(seed) {
  let state = seed;
  return () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
}

test('a mask comes back from its text, whatever it is', () => {
  for (let seed = 1; seed < 50; seed++) {
    const next = random(seed);
    const mask = blank(1 + Math.floor(next() * 20), 1 + Math.floor(next() * 20));
    mask.levels.forEach((_, i) => (mask.levels[i] = next() < 0.6 ? 0 : Math.floor(next() * 16)));
    mask.levels[0] = MOST;
    assert.deepEqual(read(write(mask)), mask);
  }
});

test('a painted mask has a short text, an empty one none', () => {
  const mask = blank(4, 2);
  assert.equal(write(mask), '');
  stamp(mask, 3.5, 0.5, 1, MOST);
  stamp(mask, 0.5, 1.5, 1, 3);
  assert.equal(write(mask), '4x2:3apd3a');
});

test('what is no mask is none', () => {
  for (const text of ['', null, undefined, '4x2:8', '4x2:7a', '4x2:9a', '0x0:a', '4x2', '4x2:8q', 'x', '99999x1:a']) assert.equal(read(text), null);
});

test('a brush is as wide as it says, and stays on the grid', () => {
  const widths = [1, 2, 3, 4, 6, 8].map((size) => {
    const mask = blank(17, 17);
    stamp(mask, 8.5, 8.5, size, MOST);
    return rowsOf(mask)[8].filter(Boolean).length;
  });
  assert.deepEqual(widths, [1, 1, 3, 3, 5, 7]);
  const at = blank(17, 17);
  stamp(at, 8, 8, 2, MOST); // on the lines between four cells
  assert.equal(at.levels.filter(Boolean).length, 4);
  for (const [x, y] of [[-3, -3], [17, 17], [-0.1, 5], [40, 5]]) stamp(blank(17, 17), x, y, 5, MOST);
});

test('a stroke leaves no gap', () => {
  const mask = blank(20, 20);
  for (const [x, y] of between([0.5, 0.5], [19.5, 7.5])) stamp(mask, x, y, 1, MOST);
  for (let column = 1; column < 20; column++) assert.ok(rowsOf(mask).some((row) => row[column] === MOST), `column ${column}`);
  assert.deepEqual(between([1, 1], [1, 1]), [[1, 1]]);
});

test('a fill stops where another strength begins', () => {
  const mask = blank(5, 5);
  for (let row = 0; row < 5; row++) stamp(mask, 2.5, row + 0.5, 1, MOST);
  fill(mask, 0.5, 3, 7);
  assert.deepEqual(rowsOf(mask)[4], [7, 7, 15, 0, 0]);
  fill(mask, 0.5, 3, 7); // again: nothing to do, and it ends
  fill(mask, -1, 9, 7);
  assert.deepEqual(rowsOf(mask)[0], [7, 7, 15, 0, 0]);
});

test('on a coarser grid no cell is lost, on a finer one they are as large as before, and another shape is cut', () => {
  const mask = blank(8, 8);
  stamp(mask, 5.5, 2.5, 1, 9);
  assert.deepEqual(rowsOf(regrid(mask, 2, 2)), [[0, 9], [0, 0]]);
  assert.equal(regrid(mask, 16, 16).levels.filter((level) => level === 9).length, 4);
  assert.deepEqual(regrid(mask, 8, 8), mask);
  const wide = blank(8, 4);
  stamp(wide, 0.5, 0.5, 1, MOST); // stands over a square, on the left
  stamp(wide, 7.5, 0.5, 1, MOST);
  stamp(wide, 4.5, 3.5, 1, 5);
  assert.deepEqual(rowsOf(regrid(wide, 4, 4)), [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 5, 0]]);
});

test('undo goes back step by step, and forgets the oldest', () => {
  const history = new History(3);
  for (const state of [1, 2, 3, 4]) history.keep(state);
  assert.deepEqual([history.back(), history.back(), history.back(), history.back()], [4, 3, 2, null]);
});
