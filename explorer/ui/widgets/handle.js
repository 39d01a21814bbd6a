// Handle: what hands do on a pad: on `square`, whose places they are, and by pointer on all of `ground` around it. `hands` are told: moveTo(x, y) while dragged, in [0, 1]; step(axis, direction, large)
// for an arrow key; letGo(near) when the pointer or the keys have come to rest, with how near counts as there.
// `held` says whether a hand is on it.

const REST = 450; // milliseconds without a key after which the visitor has come to rest
const NEAR = 4; // CSS pixels

export class Handle {
  constructor(square, ground, hands) {
    Object.assign(this, { square, ground, hands, held: false, timer: 0 });
    const over = (name, does) => ground.addEventListener(name, does);
    const on = (name, does) => square.addEventListener(name, does);
    over('pointerdown', (event) => event.button || event.target.closest('input, .pad-pause') || this.grab(event));
    over('pointermove', (event) => ground.hasPointerCapture(event.pointerId) && this.point(event));
    over('pointerup', (event) => ground.hasPointerCapture(event.pointerId) && this.release(NEAR / square.clientWidth));
    over('pointercancel', () => this.held && this.release(NEAR / square.clientWidth));
    on('keydown', (event) => this.key(event));
    on('keyup', (event) => this.held && event.key.startsWith('Arrow') && this.rest());
    on('blur', () => this.timer && this.release(0));
  }

  grab(event) {
    event.preventDefault(); // the focus goes to the square, whatever lies under the pointer
    this.square.focus({ preventScroll: true });
    this.ground.setPointerCapture(event.pointerId);
    this.hold();
    this.point(event);
  }

  hold() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.held = true;
  }

  point({ clientX, clientY }) {
    const { left, top, width, height } = this.square.getBoundingClientRect();
    const [x, y] = [(clientX - left) / width, (clientY - top) / height];
    this.hands.moveTo(...[x, y].map((t) => Math.min(1, Math.max(0, t))));
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, -1], ArrowDown: [1, 1] };
    if (event.key in steps) {
      this.hold();
      this.hands.step(...steps[event.key], event.shiftKey);
    } else if (event.key === 'Enter' || event.key === ' ') this.release(0);
    else return;
    event.preventDefault();
  }

  // Keys are let go one after the other: only when none follows is the hand off.
  rest() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.square.isConnected && this.release(0), REST);
  }

  release(near) {
    clearTimeout(this.timer);
    this.timer = 0;
    this.held = false;
    this.hands.letGo(near);
  }
}
