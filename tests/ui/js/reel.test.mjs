// The order of playing, what is kept in memory, the heights of a curve.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Curve } from '../../../explorer/ui/widgets/curve.js';
import { MAX_PIXELS, Reel, frameAt } from '../../../explorer/ui/widgets/reel.js';

const ORDERS = {
  open: [0, 1, 2, 3, null, null, null, null],
  closed: [0, 1, 2, 3, 0, 1, 2, 3],
  'back-and-forth': [0, 1, 2, 3, 2, 1, 0, 1],
};

for (const [loop, order] of Object.entries(ORDERS)) {
  test(`a film of four frames that is ${loop}`, () => {
    assert.deepEqual([0, 1, 2, 3, 4, 5, 6, 7].map((position) => frameAt(position, 4, loop)), order);
  });
}

test('decoded pictures are bounded, and the oldest are closed', () => {
  const reel = new Reel(() => {});
  let closed = 0;
  for (let i = 0; i < 300; i++) reel.keep(i, { width: 512, height: 512, close: () => closed++ });
  const held = reel.bitmaps.size;
  assert.ok(held > 140 && held < 160);
  assert.equal(held + closed, 300);
  assert.ok(reel.pixels <= MAX_PIXELS);
  reel.bitmap(300 - held); // the oldest is used: now it is the youngest
  assert.equal([...reel.bitmaps.keys()].at(-1), 300 - held);
});

test('the nearest frame is the earlier one of two', () => {
  const reel = new Reel(() => {});
  reel.open('', 9);
  assert.equal(reel.nearest(4, new Set([2, 6])), 2);
  assert.equal(reel.nearest(5, new Set([2, 6])), 6);
  assert.equal(reel.nearest(5, new Set()), -1);
});

const node = () => ({ append() {}, setAttribute() {}, toggleAttribute() {} });
globalThis.document = { createElementNS: node };

for (const [numbers, ends, heights] of [
  [[1, 3, 2], [0, 3], [2 / 3, 0, 1 / 3]],
  [[-1, 1], [-1, 1], [1, 0]],
  [[0, 0], [0, 0], [1, 1]],
  [[-4, -2], [-4, 0], [1, 0.5]],
]) {
  test(`the heights of a curve of ${numbers}`, () => {
    const curve = new Curve(node());
    curve.draw(numbers);
    assert.deepEqual([curve.low, curve.high], ends);
    numbers.forEach((number, k) => assert.ok(Math.abs(curve.height(number) - heights[k]) < 1e-9));
  });
}

/* ---- pictures that are laid down ---------------------------------------------------------------------------- */

async function laid(t) {
  const decoded = [];
  globalThis.createImageBitmap = async (blob) => (decoded.push(blob), { blob, width: 1, height: 1, close() {} });
  t.after(() => delete globalThis.createImageBitmap);
  const changed = [];
  const reel = new Reel((i) => changed.push(i));
  reel.open('/run/', 4);
  return { reel, changed };
}

test('a draft is shown until the frame is there, and never covers it', async (t) => {
  const { reel, changed } = await laid(t);
  await reel.lay(1, 'a draft', 'draft');
  assert.equal(reel.bitmap(1).blob, 'a draft');
  assert.equal(reel.exact(1), false);
  reel.read = async () => 'the frame';
  reel.setReady([1]);
  await new Promise((done) => setTimeout(done));
  assert.equal(reel.blobs.get(1), 'the frame');
  assert.equal((await reel.decode(1)).blob, 'the frame');
  assert.ok(reel.exact(1));
  await reel.lay(1, 'a late draft', 'draft');
  assert.equal(reel.blobs.get(1), 'the frame');
  assert.deepEqual(changed, [1, 1]);
});

test('with other settings what is here stays, marked, and no frame of the run comes any more', async (t) => {
  const { reel } = await laid(t);
  let come;
  reel.read = () => new Promise((done) => (come = done));
  await reel.lay(0, 'exact', 'exact');
  reel.setReady([2]);
  reel.loosen();
  come('of the run');
  await new Promise((done) => setTimeout(done));
  assert.deepEqual([...reel.blobs.keys()], [0]);
  assert.equal(reel.kinds.get(0), 'stale');
  await reel.lay(0, 'a draft', 'draft');
  assert.equal(reel.kinds.get(0), 'draft');
});

test('a run is complete when every frame is here or will never come', async (t) => {
  const { reel } = await laid(t);
  for (const i of [0, 1, 3]) reel.put(i, 'a picture');
  await reel.lay(2, 'a draft', 'draft');
  assert.equal(reel.complete, false);
  reel.failed(2);
  assert.equal(reel.complete, false); // it is tried again
  reel.failed(2);
  assert.ok(reel.complete);
});
