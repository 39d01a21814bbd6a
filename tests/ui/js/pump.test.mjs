// The pump: one question under way, the newest waits, what follows when the hand rests, and how an answer is read.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pump, REST, partsOf } from '../../../explorer/ui/widgets/pump.js';

// setTimeout by hand: the versions of node, from 18 on, do not agree on how theirs is mocked.
const timers = {
  enable() {
    Object.assign(this, { now: 0, due: [], own: [globalThis.setTimeout, globalThis.clearTimeout] });
    globalThis.setTimeout = (call, after = 0) => (this.due.push({ call, at: this.now + after }), this.due.at(-1));
    globalThis.clearTimeout = (one) => (this.due = this.due.filter((other) => other !== one));
  },
  tick(ms) {
    this.now += ms;
    for (const one of this.due.filter(({ at }) => at <= this.now)) {
      this.due = this.due.filter((other) => other !== one);
      one.call();
    }
  },
  reset() {
    [globalThis.setTimeout, globalThis.clearTimeout] = this.own;
  },
};

const settle = () => new Promise((done) => setImmediate(done));

// A pump whose answers come when they are let: each flight is {question, signal, picture(n), end(), fail(error)}.
function stage(rests = (question) => [{ ...question, exact: true }]) {
  const flights = [];
  const shown = [];
  const failures = [];
  async function* send(question, signal) {
    const parts = [];
    let wake = () => {};
    const tell = (part) => (parts.push(part), wake());
    const flight = { question, signal, picture: (n) => tell({ blob: n }), end: () => tell(null), fail: (error) => tell({ error }) };
    signal.addEventListener('abort', () => tell({ error: new Error('aborted') }));
    flights.push(flight);
    for (;;) {
      while (!parts.length) await new Promise((done) => (wake = done));
      const part = parts.shift();
      if (part === null) return;
      if (part.error) throw part.error;
      yield part;
    }
  }
  const pump = new Pump({
    send,
    rests,
    show: ({ blob }, { value }, newest) => shown.push([value, blob, newest]),
    answered: () => {},
    failed: (error) => failures.push(error.message),
  });
  return { pump, flights, shown, failures };
}

const ask = (pump, value, more = {}) => pump.ask({ value, view: 'v', ...more });

test('one question is under way, and of those that wait only the newest is sent', async () => {
  timers.enable();
  const { pump, flights, shown } = stage();
  for (const value of [1, 2, 3, 4]) ask(pump, value);
  assert.deepEqual(flights.map(({ question }) => question.value), [1]);
  flights[0].picture('a');
  flights[0].end();
  await settle();
  assert.deepEqual(flights.map(({ question }) => question.value), [1, 4]);
  assert.deepEqual(shown, [[1, 'a', false]], 'an answer that is out of date is drawn, as what it is');
  flights[1].picture('d');
  await settle();
  assert.deepEqual(shown.at(-1), [4, 'd', true]);
  timers.reset();
});

test('a newer question ends what is still to come of the older one, but not its first picture', async () => {
  timers.enable();
  const { pump, flights } = stage();
  ask(pump, 1);
  ask(pump, 2);
  assert.equal(flights[0].signal.aborted, false);
  flights[0].picture('a');
  await settle();
  assert.equal(flights[0].signal.aborted, true);
  assert.equal(flights[1].question.value, 2);
  timers.reset();
});

test('the next question is under way while a picture is drawn, and its own is drawn after that', async () => {
  timers.enable();
  const { pump, flights } = stage();
  const [drawn, ends] = [[], []];
  pump.show = ({ blob }) => new Promise((end) => ends.push(() => (drawn.push(blob), end())));
  ask(pump, 1);
  ask(pump, 2);
  flights[0].picture('a');
  await settle();
  assert.equal(flights.length, 2);
  flights[1].picture('b');
  await settle();
  assert.equal(ends.length, 1);
  ends[0]();
  await settle();
  ends[1]();
  assert.deepEqual(drawn, ['a', 'b']);
  timers.reset();
});

test('a picture that cannot be drawn is told once, and the next is drawn', async () => {
  timers.enable();
  const { pump, flights, shown, failures } = stage();
  const { show } = pump;
  pump.show = async () => { throw new Error('no room'); };
  ask(pump, 1);
  ask(pump, 2);
  flights[0].picture('a'); // the second is under way while it fails
  await settle();
  pump.show = show;
  flights[1].picture('b');
  await settle();
  ask(pump, 3);
  await settle();
  flights.at(-1).picture('c');
  await settle();
  assert.deepEqual(failures, ['no room']);
  assert.deepEqual(shown.map(([value]) => value), [2, 3]);
  timers.reset();
});

test('another view ends it at once, and so does a hand that moves on from exact pictures', async () => {
  timers.enable();
  const { pump, flights } = stage();
  ask(pump, 1);
  ask(pump, 2, { view: 'other' });
  assert.equal(flights[0].signal.aborted, true);
  await settle();
  flights[1].picture('b');
  flights[1].end();
  await settle();
  timers.tick(REST);
  await settle();
  assert.equal(flights[2].question.exact, true);
  ask(pump, 3, { view: 'other' });
  assert.equal(flights[2].signal.aborted, true);
  timers.reset();
});

test('once an exact picture has been quick, drafts give way to it when the hand rests', async () => {
  timers.enable();
  const { pump, flights } = stage();
  ask(pump, 1);
  flights[0].end();
  await settle();
  timers.tick(REST);
  flights[1].picture('exact');
  flights[1].end();
  await settle();
  ask(pump, 2);
  ask(pump, 3);
  timers.tick(REST);
  await settle();
  assert.equal(flights[2].signal.aborted, true);
  assert.deepEqual([flights[3].question.value, flights[3].question.exact], [3, true]);
  assert.equal(flights.length, 4);
  timers.reset();
});

test('what was asked last is not asked again before its exact picture is there', async () => {
  timers.enable();
  const { pump, flights } = stage();
  ask(pump, 1, { about: 'one' });
  const asked = () => [pump.asked('v', 'one'), pump.asked('v', 'two'), pump.asked('w', 'one')];
  assert.deepEqual(asked(), [true, false, false]);
  flights[0].end();
  await settle();
  assert.deepEqual(asked(), [true, false, false], 'the hand does not rest yet');
  timers.tick(REST);
  await settle();
  assert.deepEqual(asked(), [true, false, false]);
  flights[1].end();
  await settle();
  assert.deepEqual(asked(), [false, false, false]);
  timers.reset();
});

test('what is asked after it comes when all of it is drawn, and ends at once for a newer question', async () => {
  timers.enable();
  const { pump, flights } = stage();
  const then = { whole: true };
  ask(pump, 1, { then });
  flights[0].picture('a');
  await settle();
  ask(pump, 2, { then }); // before all of it was drawn
  await settle();
  flights[1].picture('b');
  flights[1].end();
  await settle();
  assert.deepEqual([flights[2].question.value, flights[2].question.whole], [2, true]);
  ask(pump, 3, { then });
  await settle();
  assert.equal(flights[2].signal.aborted, true, 'with nothing drawn');
  flights[3].end();
  await settle();
  flights[4].end();
  await settle();
  assert.deepEqual(flights.map(({ question }) => [question.value, question.whole ?? false]), [[1, false], [2, false], [2, true], [3, false], [3, true]]);
  timers.reset();
});

test('when the hand rests the exact pictures follow, one question after the other', async () => {
  timers.enable();
  const { pump, flights } = stage((question) => [{ ...question, exact: true }, { ...question, exact: true, whole: true }]);
  ask(pump, 1);
  flights[0].picture('a');
  flights[0].end();
  await settle();
  timers.tick(REST - 1);
  assert.equal(flights.length, 1);
  timers.tick(1);
  assert.equal(flights[1].question.exact, true);
  flights[1].end();
  await settle();
  assert.equal(flights[2].question.whole, true);
  flights[2].end();
  await settle();
  timers.tick(10 * REST);
  assert.equal(flights.length, 3, 'a hand rests once');
  timers.reset();
});

test('a pointer that is down does not rest, however long it stands still', async () => {
  timers.enable();
  const { pump, flights } = stage();
  pump.hold();
  ask(pump, 1);
  flights[0].end();
  await settle();
  timers.tick(10 * REST);
  assert.equal(flights.length, 1);
  pump.release();
  ask(pump, 2); // what was moved last may be told after the pointer is up
  flights[1].end();
  await settle();
  timers.tick(REST);
  assert.deepEqual([flights[2].question.value, flights[2].question.exact], [2, true]);
  timers.reset();
});

test('nothing is sent while an input method composes; then the newest is', async () => {
  timers.enable();
  const { pump, flights } = stage();
  pump.compose(true);
  ask(pump, 'n');
  ask(pump, 'ni');
  timers.tick(10 * REST);
  assert.equal(flights.length, 0);
  pump.compose(false);
  assert.deepEqual(flights.map(({ question }) => question.value), ['ni']);
  timers.reset();
});

test('leaving ends what is under way and forgets what waits', async () => {
  timers.enable();
  const { pump, flights, failures } = stage();
  ask(pump, 1);
  ask(pump, 2);
  pump.stop();
  assert.equal(flights[0].signal.aborted, true);
  await settle();
  timers.tick(10 * REST);
  assert.deepEqual([flights.length, failures], [1, []]);
  ask(pump, 3);
  assert.equal(flights[1].question.value, 3);
  timers.reset();
});

test('a refusal is told, and the next question goes out as always', async () => {
  timers.enable();
  const { pump, flights, failures } = stage();
  ask(pump, 1);
  flights[0].fail(new Error('prompt is empty'));
  await settle();
  assert.deepEqual(failures, ['prompt is empty']);
  ask(pump, 2);
  assert.equal(flights[1].question.value, 2);
  timers.reset();
});

test('however an answer is cut on its way, its parts are the same', async () => {
  const jpeg = new Uint8Array([255, 216, 13, 10, 13, 10, 45, 45, 0, 217]); // with what looks like an end of lines in it
  const text = new TextEncoder();
  const head = text.encode('--b\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}\r\n');
  const picture = text.encode('--b\r\nContent-Type: image/jpeg\r\nX-Picture: {"index": 3, "kind": "draft"}\r\nContent-Length: 10\r\n\r\n');
  const end = text.encode('\r\n--b--\r\n');
  const whole = new Uint8Array([...head, ...picture, ...jpeg, ...end]);
  for (const size of [1, 7, 64, 1000]) {
    const chunks = [];
    for (let i = 0; i < whole.length; i += size) chunks.push(whole.slice(i, i + size));
    const parts = [];
    for await (const part of partsOf(new Blob(chunks).stream())) parts.push(part);
    assert.deepEqual(parts.map(({ type }) => type), ['application/json', 'image/jpeg']);
    assert.deepEqual(parts[1].what, { index: 3, kind: 'draft' });
    assert.deepEqual([...parts[1].body], [...jpeg]);
  }
});
