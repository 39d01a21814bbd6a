// Wander: takes a place for a slow walk over a square until somebody else takes it. `seen()` says whether anybody could be
// looking, `go(x, y)` moves, `told()` is called when it begins or ends. `ready` says that it may wander, `on` that it does.

const SPEED = [0.00031, 0.00047]; // radians a millisecond, along and down: some 20 and 13 seconds a turn
const REACH = 0.46; // of the square, from its middle

export class Wander {
  constructor(seen, go, told) {
    Object.assign(this, { seen, go, told, ready: false, on: false, phase: [0, 0] });
  }

  // From a place on; who wants no motion starts it with the button.
  start(x, y, still) {
    this.phase = [x, y].map((t) => Math.asin(Math.min(1, Math.max(-1, (t - 0.5) / REACH))));
    this.ready = true;
    if (still) return this.told();
    this.run();
  }

  run() {
    this.on = true;
    this.told();
    let before = performance.now();
    const tick = (now) => {
      if (!this.on) return;
      if (this.seen()) {
        this.phase = this.phase.map((phase, axis) => phase + Math.min(50, now - before) * SPEED[axis]);
        this.go(...this.phase.map((phase) => 0.5 + REACH * Math.sin(phase)));
      }
      before = now;
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
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
