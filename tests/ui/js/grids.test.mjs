// What frames.json says, read by the pure functions of grids.js.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as grids from '../../../explorer/ui/widgets/grids.js';

const { Lattice } = grids;

// What was found in frames.json of commit 5487c25 there: the axes, how many rows have titles, and the curve.
const OLD = {
  interpolation: [['', ''], 0, null],
  'prompt-grid': [['', ''], 0, null],
  'guidance-sweep': [['guidance_scale', 'seed'], 0, 'guidance_scale'],
  'negative-prompts': [['amount', 'seed'], 0, 'amount'],
  'image-variations': [['strength', 'seed'], 0, 'strength'],
  'noise-loop': [['', ''], 0, null],
  'prompt-walk': [['', ''], 0, 'distance'],
  'denoising-trajectory': [['', 'step'], 0, 'sigma'],
  'inside-the-autoencoder': [['', ''], 3, null],
};

const frame = (scale, seed) => ({ caption: `guidance ${scale}`, coordinates: [scale, seed], settings: { guidance_scale: scale, seed } });
const close = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

test('a mask is read as Python writes it', () => {
  const indices = [0, 3, 4, 63, 64, 299];
  const mask = indices.reduce((sum, i) => sum | (1n << BigInt(i)), 0n).toString(16);
  assert.deepEqual(grids.bitsOf(mask), indices);
  assert.deepEqual(grids.bitsOf('0'), []);
  assert.deepEqual(grids.bitsOf(''), []);
});

test('frames of one second coordinate are a row, ordered by the first', () => {
  const shuffled = [[8, 2], [1, 2], [4, 1], [1, 1], [4, 2], [8, 1]].map((coordinates) => ({ coordinates }));
  assert.deepEqual(grids.rowsOf(shuffled, 6), [[1, 4, 0], [3, 2, 5]]);
  assert.deepEqual(grids.rowsOf([3, 1, 2].map((c) => ({ coordinates: [c] })), 3), [[1, 2, 0]]);
  assert.deepEqual(grids.rowsOf([], 3), [[0, 1, 2]]); // before frames.json is here
});

test('a plan says how its frames are shown', () => {
  const shown = { axes: ['amount', 'row'], rows: [[0, 'There'], [2, 'Back']], curve: null, playback: { fps: 10, loop: 'open' } };
  const read = grids.shownOf({ frames: [frame(1, 193)], shown });
  assert.deepEqual(read, { ...shown, rows: new Map(shown.rows) });
});

test('where it is not said, the axes are the settings that equal the coordinates', () => {
  const axesOf = (frames) => grids.shownOf({ frames }).axes;
  assert.deepEqual(axesOf([frame(1, 193), frame(4, 193), frame(1, 7)]), ['guidance_scale', 'seed']);
  assert.deepEqual(axesOf([frame(7, 7)]), ['guidance_scale', 'seed']);
  assert.deepEqual(axesOf([{ coordinates: [0.5] }, { coordinates: [1] }]), ['', '']);
  assert.deepEqual(axesOf([]), ['', '']);
});

test('runs of old are shown as they were', () => {
  const folder = new URL('../../kept/runs/', import.meta.url);
  const experiments = JSON.parse(readFileSync(new URL('../runs.json', folder)));
  const shown = experiments.map(({ folder: name, experiment }) => {
    const { axes, rows, curve } = grids.shownOf(JSON.parse(readFileSync(new URL(`${name}/frames.json`, folder))));
    return [experiment, [axes, rows.size, curve]];
  });
  assert.deepEqual(Object.fromEntries(shown), OLD);
});

test('a thumbnail is labelled by a short caption or its place', () => {
  const frames = [{ caption: 'guidance 0.25', coordinates: [0.25] }, { caption: 'without', coordinates: [0] }, { caption: '', coordinates: [] }];
  assert.deepEqual([0, 1, 2].map((i) => grids.labelOf(frames, i)), ['0.25', 'without', '3']);
  assert.equal(grids.labelOf([{ coordinates: [0.1 + 0.2] }], 0), '0.3');
});

test('a row has a title or is called by its coordinate', () => {
  const shown = { axes: ['amount', 'a_seed'], rows: new Map([[2, 'There']]) };
  assert.equal(grids.rowLabelOf([{ coordinates: [1, 2] }], 0, shown), 'There');
  assert.equal(grids.rowLabelOf([frame(1, 193)], 0, shown), 'a seed 193');
  assert.equal(grids.rowLabelOf([{ coordinates: [1] }], 0, shown), '');
  const old = [{ coordinates: [1, 2], settings: { row: 'There' } }];
  assert.equal(grids.rowLabelOf(old, 0, grids.shownOf({ frames: old })), 'There');
});

test('the settings that differ are those of either frame', () => {
  const frames = [{ settings: { a: 1, b: [1, 2] } }, { settings: { b: [1, 2], c: '' } }, {}];
  assert.deepEqual(grids.differing(frames, 0, 1), [['a', 1, undefined], ['c', undefined, '']]);
  assert.deepEqual(grids.differing(frames, 0, 0), []);
  assert.equal(grids.differing(frames, 2, 2), null);
});

test('values are written as people write them', () => {
  const given = [0.1 + 0.2, 193, 10 ** 15, '', null, 'a cat', [1, 2], true, 0];
  assert.deepEqual(given.map((v) => grids.written(v, 'none')), ['0.3', '193', String(10 ** 15), 'none', 'none', 'a cat', '[1,2]', 'true', '0']);
});

test('a film has the curve that its plan names, of old the first number in every frame, but of no seed', () => {
  const frames = [{ settings: { seed: 1, way: 'shell', distance: 0.5 } }, { settings: { seed: 2, distance: 1 } }];
  const old = grids.shownOf({ frames });
  assert.deepEqual(grids.seriesOf(frames, 2, old), ['distance', [0.5, 1]]);
  assert.deepEqual(grids.seriesOf(frames, 2, { curve: 'seed' }), ['seed', [1, 2]]);
  assert.equal(grids.seriesOf(frames, 2, { curve: null }), null);
  assert.equal(grids.seriesOf(frames, 3, old), null);
  assert.equal(grids.seriesOf([], 0, grids.shownOf()), null);
});

test('a frame is called by its caption or its place', () => {
  assert.equal(grids.captionOf([{ caption: 'a cat', coordinates: [1] }], 0), 'a cat');
  assert.equal(grids.captionOf([{ coordinates: [0.3333333, 1] }], 0), 't = 0.333, 1');
  assert.equal(grids.captionOf([], 0), '');
});

test('the cells around any place weigh one together and lie around it', () => {
  const lattice = new Lattice([], 9);
  for (let k = 0; k <= 400; k++) {
    const [x, y] = [(k % 21) / 20, Math.floor(k / 21) / 19.05];
    const parts = lattice.around(x, y);
    close(parts.reduce((sum, [, weight]) => sum + weight, 0), 1);
    assert.ok(parts.length <= 4 && parts.every(([, weight]) => weight > 0));
    close(parts.reduce((sum, [i, weight]) => sum + weight * lattice.cells[i][0], 0), x);
    close(parts.reduce((sum, [i, weight]) => sum + weight * lattice.cells[i][1], 0), y);
  }
  assert.deepEqual(lattice.around(0, 0), [[0, 1]]);
  assert.deepEqual(lattice.around(1, 1), [[8, 1]]);
  assert.deepEqual(lattice.around(0.25, 0), [[0, 0.5], [1, 0.5]]);
  assert.deepEqual(lattice.around(0.25, 0.25), [[0, 0.25], [1, 0.25], [3, 0.25], [4, 0.25]]);
});

test('the corners weigh one together, too', () => {
  assert.deepEqual(grids.weightsAt(0, 0), [1, 0, 0, 0]);
  assert.deepEqual(grids.weightsAt(0.5, 1), [0, 0, 0.5, 0.5]);
});

test('percents are a hundred together', () => {
  assert.deepEqual(grids.percents([1, 0, 0, 0]), [1, 0, 0, 0].map((part) => 100 * part));
  assert.deepEqual(grids.percents([0.765625, 0.109375, 0.109375, 0.015625]), [77, 11, 11, 1]);
  for (let x = 0; x <= 1; x += 0.013) {
    for (let y = 0; y <= 1; y += 0.017) {
      const weights = grids.weightsAt(x, y);
      const parts = grids.percents(weights);
      assert.equal(parts.reduce((sum, part) => sum + part), 100);
      weights.forEach((weight, k) => assert.ok(Math.abs(100 * weight - parts[k]) < 1));
    }
  }
});

test('a lattice is read from the coordinates in any order', () => {
  const frames = [[1, 1], [0, 1], [0.5, 0], [0, 0], [1, 0], [0.5, 1]].map((coordinates) => ({ coordinates }));
  const l = new Lattice(frames, 6);
  assert.deepEqual([l.xs, l.ys, l.at(0.5, 1), l.at(0.501, 1), l.at(0.6, 1)], [[0, 0.5, 1], [0, 1], 5, 5, -1]);
  assert.deepEqual([l.nearest(0.8, 0.1), l.nearest(0.8, 0.1, new Set([0, 3]))], [4, 3]);
  assert.deepEqual([l.next(0, 0.3, 1), l.next(0, 0.5, 1), l.next(0, 1, 1), l.next(0, 0.3, -1), l.next(1, 1, -1)], [0.5, 1, 1, 0, 0]);
});

// lane by lane, step by step, layer by layer
function denoisings(scales, prompts = ['a']) {
  const frames = [];
  for (const [layer, name] of ['predicted', 'noisy', 'alone', 'guidance'].entries())
    for (const [lane, scale] of scales.entries())
      for (const step of [1, 8, 16, 20])
        frames.push({ coordinates: [lane, step, layer], settings: { prompt: prompts[lane % prompts.length], guidance_scale: scale, layer: name } });
  return frames;
}

test('coordinates of denoisings are lane, step and layer', () => {
  const { lanes, steps, layers, find } = grids.gridOf(denoisings([4, 9]));
  assert.deepEqual([lanes, steps, layers, find(1, 16, 2), find(2, 1, 0)], [[0, 1], [1, 8, 16, 20], [0, 1, 2, 3], 22, -1]);
  const none = grids.gridOf([]);
  assert.deepEqual([none.lanes, none.steps, none.layers, none.find(1, 16, 2)], [[], [], [], -1]);
});

test('a lane is named by what tells it from the others', () => {
  const named = (scales, prompts) => {
    const frames = denoisings(scales, prompts);
    return grids.laneNames(frames, grids.gridOf(frames));
  };
  assert.deepEqual(named([4, 9]), ['guidance 4', 'guidance 9']);
  assert.deepEqual(named([4, 4], ['a', 'b']), ['a', 'b']);
  assert.deepEqual(named([4, 0.5], ['a', 'b']), ['a, guidance 4', 'b, guidance 0.5']);
  assert.deepEqual(named([4]), ['']);
});

test('numbers are written roughly', () => {
  assert.deepEqual([14.615, 3.4321, 0.6249, 0.0292, 1, 120.4].map(grids.rough), ['14.6', '3.4', '0.62', '0.029', '1', '120']);
});

test('the nearest frame is of the same row', () => {
  const here = new Set([1, 4, 6, 8]);
  assert.deepEqual([4, 5, 6, 7].map((i) => grids.nearestIn([4, 5, 6, 7], i, here)), [4, 4, 6, 6]);
  assert.equal(grids.nearestIn([4, 5], 4, new Set([1])), -1);
});

test('a row is broken into the lines in which its pictures are largest', () => {
  assert.deepEqual(grids.broken(8, 720, 520), [4, 2]);
  assert.deepEqual(grids.broken(8, 370, 560), [3, 3]);
  assert.deepEqual(grids.broken(3, 900, 300), [3, 1]);
  assert.deepEqual(grids.broken(1, 100, 100), [1, 1]);
  assert.deepEqual(grids.broken(0, 0, 0), [1, 1]);
});
