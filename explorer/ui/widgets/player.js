// Player: a film that plays. It keeps the time and says which frame to show, `show(i)`; `over()` when a film that is
// played once has ended; `soon(i)` names a frame that will be needed. `film` gives { count, fps, loop, here }: once it is
// no longer here, on the page, it stands still.

import { frameAt } from './reel.js';

export class Player {
  constructor(film, show, over, soon) {
    Object.assign(this, { film, show, over, soon });
    this.clock = null; // time of the last step while playing, null while paused
    this.position = 0; // only ever counts up, see frameAt
  }

  get playing() {
    return this.clock !== null;
  }

  frame(ahead = 0) {
    return frameAt(this.position + ahead, this.film.count, this.film.loop);
  }

  play(from) {
    const { count, loop } = this.film;
    if (count < 2) return;
    this.position = loop === 'open' && from === count - 1 ? 0 : from;
    this.clock = performance.now();
    this.show(this.frame());
    requestAnimationFrame((now) => this.tick(now));
  }

  pause() {
    this.clock = null;
  }

  tick(now) {
    if (!this.film.here) this.pause(); // it has left the page
    if (!this.playing) return;
    const { fps } = this.film;
    const steps = Math.floor(((now - this.clock) * fps) / 1000);
    if (steps > 0) {
      this.clock = steps > 4 ? now : this.clock + (steps * 1000) / fps; // back from a hidden tab: go on, do not leap
      this.position += Math.min(steps, 4);
      const i = this.frame();
      if (i === null) return this.over();
      this.show(i);
      if (this.frame(2) !== null) this.soon(this.frame(2));
    }
    requestAnimationFrame((next) => this.tick(next));
  }
}
