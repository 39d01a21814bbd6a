// PlayedView: a view that goes along a line of stops, by hand or by itself. A kind of it gives `count`, the number of stops,
// and the `fps` and `loop` to play with; `at` is the stop where it stands, and in its template are a .view-range and a
// .view-play. It never leaps over what it missed in a hidden tab, and stands still once it has left the page.

import { frameAt } from './reel.js';
import { RunView, plain } from './view.js';
import { UNSEEN, calm, titled } from './widget.js';

export class PlayedView extends RunView {
  begin(props) {
    super.begin(props);
    this.at = 0;
    this.clock = null; // time of the last step while playing, null while paused
    this.position = 0; // only ever counts up, see frameAt
    this.button = this.find('.view-play');
    this.range.addEventListener('input', () => this.visit(Number(this.range.value)));
    this.button.addEventListener('click', () => this.toggle());
    this.addEventListener('keydown', (event) => this.key(event));
  }

  get playing() {
    return this.clock !== null;
  }

  tell() {
    super.tell();
    this.range.max = Math.max(0, this.count - 1);
    this.range.value = this.at;
    titled(this.button, this.say(this.playing ? 'pause' : 'play'));
    this.button.classList.toggle('view-on', this.playing);
  }

  go(i) {
    this.at = Math.min(Math.max(0, i), Math.max(0, this.count - 1));
    this.refresh();
  }

  // The visitor goes there: what arrives is no longer followed, and nothing plays.
  visit(i) {
    this.touched = true;
    this.stop();
    this.go(i);
    this.looked();
  }

  stop() {
    this.clock = null;
  }

  toggle() {
    if (this.playing) return this.visit(this.at);
    if (this.count < 2) return;
    this.touched = true;
    this.position = this.loop === 'open' && this.at === this.count - 1 ? 0 : this.at;
    this.go(this.stopAfter(0));
    this.run();
  }

  // All of it is here, and nobody has touched it: it plays from its beginning, or stands there for who wants no motion.
  begun() {
    this.go(0);
    if (calm() || this.playing || this.count < 2) return;
    this.position = 0;
    this.run();
  }

  run() {
    this.clock = performance.now();
    this.tell();
    requestAnimationFrame((now) => this.tick(now));
  }

  stopAfter(steps) {
    return frameAt(this.position + steps, this.count, this.loop);
  }

  tick(now) {
    if (!this.playing || !this.isConnected) return;
    if (!this.offsetParent) { // in a tab that is not in sight it waits
      this.clock = now + UNSEEN;
      return setTimeout(() => requestAnimationFrame((next) => this.tick(next)), UNSEEN);
    }
    const steps = Math.floor(((now - this.clock) * this.fps) / 1000);
    if (steps > 0) {
      this.clock = steps > 4 ? now : this.clock + (steps * 1000) / this.fps; // back from a hidden tab: go on, do not leap
      this.position += Math.min(steps, 4);
      const i = this.stopAfter(0);
      if (i === null) return this.over();
      this.go(i);
      if (this.stopAfter(2) !== null) this.soon(this.stopAfter(2));
    }
    requestAnimationFrame((next) => this.tick(next));
  }

  // A film that plays once is at its end.
  over() {
    this.stop();
    this.go(this.count - 1);
  }

  // This stop will be needed.
  soon() {}

  key(event) {
    if (!plain(event) || !this.reel.blobs.size) return;
    const moves = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
    if (event.key === ' ' && !event.target.matches('button, a, select, input[type=number]')) this.toggle();
    else if (event.key in moves && !event.target.matches('input, select')) this.visit(this.at + moves[event.key]);
    else return;
    event.preventDefault();
  }
}
