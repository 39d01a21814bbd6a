// Zoom: which part of the pictures is seen, the same part of each, so that they can be compared there. `seen` is {zoom, x, y}:
// how many times enlarged, and the upper left corner of the part, in 0..1 of the picture.
//
// The wheel and two fingers zoom where they are, a drag moves, a double click goes in and back, and so do keys. At the whole
// picture the page scrolls as ever: a plain wheel zooms in only where there is nothing to scroll back to.

export const WHOLE = { zoom: 1, x: 0, y: 0 };
export const MOST = 16;
const INTO = 3; // times enlarged by a double click
const STEP = 1.5; // by a key
const STILL = 4; // pixels that a hand may move in a click
const REST = 400; // milliseconds without scrolling, after which the wheel zooms

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

// Within the picture.
export function within({ zoom, x, y }) {
  const most = clamp(zoom, 1, MOST);
  return { zoom: most, x: clamp(x, 0, 1 - 1 / most), y: clamp(y, 0, 1 - 1 / most) };
}

// Enlarged by `factor`; what is seen at [px, py], in 0..1 of the frame, stays there.
export function zoomed({ zoom, x, y }, factor, [px, py]) {
  const next = clamp(zoom * factor, 1, MOST);
  return within({ zoom: next, x: x + px / zoom - px / next, y: y + py / zoom - py / next });
}

// Moved along with a hand that went dx, dy of the frame.
export const moved = ({ zoom, x, y }, dx, dy) => within({ zoom, x: x - dx / zoom, y: y - dy / zoom });

export class Zoom {
  // `frameOf(event)` is the frame of the picture that an event is about, if any; `changed()` is called after every change.
  constructor(node, frameOf, changed) {
    Object.assign(this, { node, frameOf, changed, seen: WHOLE, hands: new Map(), frame: null, dragged: false, scrolled: 0 });
    node.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    node.addEventListener('pointerdown', (event) => this.down(event));
    node.addEventListener('pointermove', (event) => this.move(event));
    for (const name of ['pointerup', 'pointercancel']) node.addEventListener(name, (event) => this.hands.delete(event.pointerId));
    node.addEventListener('click', (event) => this.dragged && event.detail && (event.stopPropagation(), event.preventDefault()), true);
    node.addEventListener('dblclick', (event) => this.twice(event));
  }

  get on() {
    return this.seen.zoom > 1;
  }

  set(seen) {
    if (JSON.stringify(seen) === JSON.stringify(this.seen)) return;
    this.seen = seen;
    this.changed();
  }

  at({ clientX, clientY }, frame) {
    const { left, top, width, height } = frame.getBoundingClientRect();
    return [(clientX - left) / width, (clientY - top) / height];
  }

  wheel(event) {
    const frame = this.frameOf(event);
    if (!frame || !event.deltaY) return;
    const into = event.deltaY < 0;
    const free = event.ctrlKey || this.on || (into && scrollY <= 0 && event.timeStamp - this.scrolled > REST);
    if (!free || (!into && !this.on && !event.ctrlKey)) {
      this.scrolled = event.timeStamp;
      return;
    }
    event.preventDefault();
    if (!into && !this.on) return; // two fingers that ask for less than the whole
    const lines = event.deltaMode === 1 ? 16 : 1;
    this.set(zoomed(this.seen, Math.exp(-clamp(event.deltaY * lines, -200, 200) / (event.ctrlKey ? 100 : 400)), this.at(event, frame)));
    if (!this.on) this.scrolled = event.timeStamp; // the wheel goes on turning, the page stays
  }

  down(event) {
    const frame = this.frameOf(event);
    if (!this.hands.size) this.dragged = false;
    if (!frame || event.button) return;
    this.frame = frame;
    this.hands.set(event.pointerId, event);
  }

  move(event) {
    const before = this.hands.get(event.pointerId);
    if (!before) return;
    const far = Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY);
    if (!this.dragged && (far < STILL || (!this.on && this.hands.size < 2))) return;
    this.dragged = true;
    if (event.pointerType === 'mouse') this.node.setPointerCapture(event.pointerId);
    const { width, height } = this.frame.getBoundingClientRect();
    const others = [...this.hands.values()].filter((hand) => hand.pointerId !== event.pointerId);
    const share = 1 / this.hands.size;
    let seen = moved(this.seen, (share * (event.clientX - before.clientX)) / width, (share * (event.clientY - before.clientY)) / height);
    if (others.length) {
      const [other] = others;
      const span = (hand) => Math.max(20, Math.hypot(hand.clientX - other.clientX, hand.clientY - other.clientY));
      const middle = { clientX: (event.clientX + other.clientX) / 2, clientY: (event.clientY + other.clientY) / 2 };
      seen = zoomed(seen, span(event) / span(before), this.at(middle, this.frame));
    }
    this.hands.set(event.pointerId, event);
    this.set(seen);
  }

  twice(event) {
    const frame = this.frameOf(event);
    if (!frame) return;
    event.preventDefault();
    this.set(this.on ? WHOLE : zoomed(WHOLE, INTO, this.at(event, frame)));
  }

  // Whether a key was one of its own.
  key({ key, shiftKey }) {
    const ways = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (key === '+' || key === '=') this.set(zoomed(this.seen, STEP, [0.5, 0.5]));
    else if (!this.on) return false;
    else if (key === '-' || key === '_') this.set(zoomed(this.seen, 1 / STEP, [0.5, 0.5]));
    else if (key === '0' || key === 'Escape') this.set(WHOLE);
    else if (shiftKey && key in ways) this.set(moved(this.seen, ...ways[key].map((way) => way / 8)));
    else return false;
    return true;
  }
}
