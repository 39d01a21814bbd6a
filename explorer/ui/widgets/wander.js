// Wander: takes a place for a slow walk over a square until somebody else takes it: at random, or along a `way`. `seen()`
// says whether anybody could be looking, `go(x, y)` moves, `told()` is called when it begins or ends. `ready` says that it
// may wander, `on` that it does.

import { frameAt } from './reel.js';
import { UNSEEN } from './widget.js';

const SPEED = [0.00031, 0.00047]; // radians a millisecond, along and down: some 20 and 13 seconds a turn
const REACH = 0.46; // of the square, from its middle

export class Wander {
  constructor(seen, go, told) {
    Object.assign(this, { seen, go, told, ready: false, on: false, phase: [0, 0], way: null, passed: 0 });
  }

  // From a place on, or through the places of a way {places, fps, loop}; who wants no motion starts it with the button.
  start(x, y, still, way = null) {
    this.phase = [x, y].map((t) => Math.asin(Math.min(1, Math.max(-1, (t - 0.5) / REACH))));
    [this.way, this.passed] = [way, 0];
    this.ready = true;
    if (still) return this.told();
    this.run();
  }

  run() {
    this.on = true;
    this.told();
    let before = performance.now();
    const tick = (now) => {
      if (!this.on || this.tick !== tick) return;
      if (!this.seen()) return setTimeout(() => requestAnimationFrame(tick), UNSEEN);
      this.move(Math.min(50, Math.max(0, now - before))); // a frame may have begun before it was asked for
      before = now;
      requestAnimationFrame(tick);
    };
    this.tick = tick;
    requestAnimationFrame(tick);
  }

  move(time) {
    if (this.way) return this.follow(time);
    this.phase = this.phase.map((phase, axis) => phase + time * SPEED[axis]);
    this.go(...this.phase.map((phase) => 0.5 + REACH * Math.sin(phase)));
  }

  follow(time) {
    const { places, fps, loop } = this.way;
    this.passed += (time * fps) / 1000;
    this.go(...places[frameAt(Math.floor(this.passed), places.length, loop) ?? 0]);
  }

  stop() {
    if (!this.on) return;
    this.on = false;
    this.told();
  }

  toggle() {
    if (this.on) this.stop();
    else this.run();
  }
}
