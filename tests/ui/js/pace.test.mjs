// What changes along a film: how much lies behind each frame, the largest step, and where frames stand on their way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apart, behindOf, placesOf, unevenness } from '../../../explorer/ui/widgets/pace.js';

const at = (...places) => places.map((place) => ({ coordinates: [place] }));

test('two pictures are as far apart as their pixels are', () => {
  assert.equal(apart([0, 0, 255], [0, 0, 255]), 0);
  assert.equal(apart([0, 3], [4, 0]), Math.sqrt(12.5));
});

test('how much lies behind each frame goes from nothing to all, and is a straight line for even steps', () => {
  assert.deepEqual(behindOf([1, 1, 2]), [0, 0.25, 0.5, 1]);
  assert.deepEqual(behindOf([3, 3]), [0, 0.5, 1]);
  assert.equal(behindOf([0, 0]), null);
});

test('the largest step is told in parts of the mean one', () => {
  assert.equal(unevenness([2, 2, 2]), 1);
  assert.equal(unevenness([0, 0, 9]), 3);
});

test('frames at even places have no other curve before, nor have those whose places are not known', () => {
  assert.equal(placesOf(at(0, 0.5, 1)), null);
  assert.deepEqual(placesOf(at(0, 0.5, 2)), [0, 0.25, 1]);
  assert.equal(placesOf([{}, {}, {}]), null);
  assert.equal(placesOf(at(1, 1, 1)), null);
});
