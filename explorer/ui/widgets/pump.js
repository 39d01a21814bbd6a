// Pump: the way from a hand to a picture. One question is under way, one waits: the newest. It knows no page.
//
//   send(question, signal)         asks; gives the parts of the answer as they come, pictures with a `blob`
//   show(part, question, newest)   draws a part; `newest` says whether nothing else has been set since
//   rests(question)                the questions that follow one after the other when the hand rests: the exact pictures
//   answered(question, newest)     all of the answer was drawn
//   failed(error, question)        it was refused, or nobody answers
//
// A question has a `view`, and may have what it is `about`. A newer one ends the one under way as soon as its first picture is
// here, which is drawn while the newer one is under way; so something is always drawn, however fast the hand. With `then` it is
// asked again, changed by that, when all of it was drawn and nothing else was asked. Such a second question, and one that is
// `exact`, is ended at once. When the hand rests, drafts give way to the exact picture where that has been QUICK.

export const REST = 400; // milliseconds without a key after which the hand rests
export const QUICK = 1500; // milliseconds of an exact picture

export class Pump {
  constructor(ways) {
    Object.assign(this, ways);
    this.waiting = null; // the newest question that was not sent
    this.following = []; // what is asked after it
    this.flying = null; // {question, aborter, drawn}
    this.newest = null; // the question asked last
    this.held = this.composing = this.rested = false;
    this.timer = 0;
    this.moment = 0;
    this.exactly = Infinity; // milliseconds that the last exact picture took
    this.drawing = null; // the part that is being shown
  }

  // Whether this is what was asked last, and what follows is still to come.
  asked(view, about) {
    const { newest, rested, flying, waiting, following } = this;
    const coming = !rested || flying || waiting || following.length > 0;
    return Boolean(newest && newest.view === view && newest.about === about && coming);
  }

  // The hand has moved.
  ask(question) {
    this.newest = this.waiting = { ...question, moment: ++this.moment };
    this.following = [];
    this.rested = false;
    this.count();
    this.go();
  }

  count() {
    clearTimeout(this.timer);
    if (!this.held && !this.composing) this.timer = setTimeout(() => this.rest(), REST);
  }

  // A pointer is down: it rests when it is let go, however long it stands still.
  hold() {
    this.held = true;
    clearTimeout(this.timer);
  }

  // What was moved last may be told a moment after the pointer is up.
  release(soon = 30) {
    if (!this.held) return;
    this.held = false;
    clearTimeout(this.timer);
    if (this.newest && !this.rested) this.timer = setTimeout(() => this.rest(), soon);
  }

  // An input method is at work: what it shows meanwhile is not what is meant.
  compose(on) {
    this.composing = on;
    if (this.newest && !this.rested) this.count();
    this.go();
  }

  rest() {
    if (this.rested || !this.newest) return;
    this.rested = true;
    this.following = this.rests(this.newest);
    if (this.following[0]?.exact && this.exactly < QUICK) {
      this.waiting = null;
      this.flying?.aborter.abort();
    }
    this.follow();
  }

  follow() {
    this.waiting ??= this.following.shift() ?? null;
    this.go();
  }

  // Nothing more is asked for, and what is under way ends.
  stop() {
    clearTimeout(this.timer);
    this.newest = this.waiting = null;
    this.following = [];
    this.flying?.aborter.abort();
  }

  go() {
    if (!this.waiting || this.composing) return;
    const { flying, waiting } = this;
    if (!flying) this.fly();
    else if (flying.drawn || flying.question.exact || flying.question.second || waiting.view !== flying.question.view) flying.aborter.abort();
  }

  async fly() {
    const flight = { question: this.waiting, aborter: new AbortController(), drawn: false };
    [this.flying, this.waiting] = [flight, null];
    const { question, aborter: { signal } } = flight;
    const isNewest = () => question.moment === this.newest?.moment;
    const start = performance.now();
    try {
      for await (const part of this.send(question, signal)) {
        await this.drawing; // of the question before
        if (signal.aborted) break;
        this.drawing = this.draw(part, flight, isNewest());
        const first = part.blob && !flight.drawn;
        flight.drawn ||= Boolean(part.blob);
        this.go();
        if (signal.aborted) break; // the next is under way while this one's picture comes onto the page
        await this.drawing;
        if (first && question.exact) this.exactly = performance.now() - start;
      }
      if (!signal.aborted) {
        this.answered(question, isNewest());
        if (question.then && isNewest() && !this.rested) this.waiting ??= { ...question, ...question.then, then: null, second: true };
      }
    } catch (error) {
      if (!signal.aborted) {
        this.following = [];
        this.failed(error, question);
      }
    }
    this.flying = null;
    this.follow();
  }

  // Shows a part. One that cannot be ends its answer, though the next may be under way by then.
  async draw(part, { question, aborter }, newest) {
    try {
      await this.show(part, question, newest);
    } catch (error) {
      aborter.abort();
      this.following = [];
      this.failed(error, question);
    }
  }
}

// The parts of a multipart/mixed answer with lengths, {type, what, body} each, as they come.
export async function* partsOf(stream) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let held = new Uint8Array();
  async function more() {
    const { done, value } = await reader.read();
    if (done) return false;
    const joined = new Uint8Array(held.length + value.length);
    joined.set(held);
    joined.set(value, held.length);
    held = joined;
    return true;
  }
  try {
    for (;;) {
      let end;
      while ((end = endOfHead(held)) < 0) if (!(await more())) return;
      const lines = decoder.decode(held.subarray(0, end)).split('\r\n').slice(1);
      const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
      const length = Number(headers['content-length']);
      const whole = end + 4 + length + 2; // the empty line, the body, the line's end
      while (held.length < whole) if (!(await more())) return;
      const body = held.slice(end + 4, end + 4 + length);
      held = held.slice(whole);
      yield { type: headers['content-type'], what: headers['x-picture'] && JSON.parse(headers['x-picture']), body };
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function endOfHead(bytes) {
  for (let i = 0; i + 3 < bytes.length; i++) if (bytes[i] === 13 && bytes[i + 1] === 10 && bytes[i + 2] === 13 && bytes[i + 3] === 10) return i;
  return -1;
}
