// Zoom: the point under the hand stays under it, and the picture always fills its frame.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MOST, WHOLE, moved, within, zoomed } from '../../../explorer/ui/widgets/zoom.js';

let state = 7;
const random = () => (state = (state * 16807) % 2147483647) / 2147483647;
const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);
const anywhere = () => within({ zoom: 1 + random() * (MOST - 1), x: random(), y: random() });

function fills({ zoom, x, y }) {
  assert.ok(zoom >= 1 && zoom <= MOST);
  for (const corner of [x, y]) assert.ok(corner >= 0 && corner + 1 / zoom <= 1 + 1e-9);
}

test('what is under the hand stays there, as long as the picture fills its frame', () => {
  for (let i = 0; i < 500; i++) {
    const [seen, at] = [anywhere(), [random(), random()]];
    const next = zoomed(seen, 1 + 3 * random(), at); // inwards there is always enough of it
    fills(next);
    near(seen.x + at[0] / seen.zoom, next.x + at[0] / next.zoom);
    near(seen.y + at[1] / seen.zoom, next.y + at[1] / next.zoom);
  }
});

test('outwards it ends at the whole picture, wherever the hand is', () => {
  for (let i = 0; i < 100; i++) {
    let seen = anywhere();
    for (let k = 0; k < 20; k++) fills((seen = zoomed(seen, 0.7, [random(), random()])));
    assert.deepEqual(seen, WHOLE);
  }
});

test('a drag moves what is seen along with the hand, up to the edge', () => {
  const seen = { zoom: 4, x: 0.5, y: 0.25 };
  assert.deepEqual(moved(seen, 0.4, -0.2), { zoom: 4, x: 0.4, y: 0.3 });
  assert.deepEqual(moved(seen, 99, -99), { zoom: 4, x: 0, y: 0.75 });
  assert.deepEqual(moved(WHOLE, 0.5, 0.5), WHOLE);
});
