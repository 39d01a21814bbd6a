// The trail of a lens: what it keeps of a hand's way, how much of it, and when a new one begins.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Trail } from '../../../explorer/ui/widgets/trail.js';

// A hand on a spiral, told so many times.
function spiral(times) {
  const trail = new Trail();
  const at = (i) => [0.5 + (0.4 * i * Math.cos(i / 9)) / times, 0.5 + (0.4 * i * Math.sin(i / 9)) / times];
  for (let i = 0; i < times; i++) trail.add(...at(i));
  trail.end(...at(times));
  return { trail, last: at(times) };
}

test('it keeps at most 300 places, however long the hand goes on, and both ends', () => {
  for (const times of [3, 299, 300, 301, 5000]) {
    const { trail, last } = spiral(times);
    assert.ok(trail.places.length <= 300);
    assert.deepEqual([trail.places[0], trail.places.at(-1)], [[0.5, 0.5], last]);
  }
  assert.ok(spiral(5000).trail.places.length > 100);
});

test('a hand that trembles has gone nowhere', () => {
  const trail = new Trail();
  for (let i = 0; i < 1000; i++) trail.add(0.5 + 0.004 * (i % 2), 0.5);
  trail.end(0.5, 0.5);
  assert.equal(trail.places.length, 1);
  assert.equal(trail.worth, false);
});

test('after its end a new one begins', () => {
  const trail = new Trail();
  trail.add(0, 0);
  trail.add(1, 0.5);
  trail.end(1, 0.5);
  assert.equal(trail.worth, true);
  assert.equal(trail.text, '0, 0, 1, 0.5');
  trail.add(0.3, 0.3);
  assert.equal(trail.text, '0.3, 0.3');
  assert.equal(trail.over, false);
});
