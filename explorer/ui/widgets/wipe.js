// Wipe: the divider over the pair. It stands `percent` of the way from the left: A is seen left of it, B right of it.
// Dragged anywhere on the pair while `on` (by the divider alone while `parked`), moved by keys when it has the focus; `moved()` is called after each move.

export class Wipe {
  constructor(pair, divider, moved) {
    Object.assign(this, { pair, divider, moved, on: true, parked: false, percent: 50 });
    pair.addEventListener('pointerdown', (event) => {
      if (!this.on || event.button || (this.parked && !divider.contains(event.target))) return;
      pair.setPointerCapture(event.pointerId);
      this.point(event.clientX);
    });
    pair.addEventListener('pointermove', (event) => {
      if (this.on && pair.hasPointerCapture(event.pointerId)) this.point(event.clientX);
    });
    divider.addEventListener('keydown', (event) => this.key(event));
  }

  point(x) {
    const { left, width } = this.pair.getBoundingClientRect();
    this.place((100 * (x - left)) / width);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = event.shiftKey ? 10 : 2;
    const moves = { ArrowLeft: -by, ArrowRight: by, PageDown: -10, PageUp: 10, Home: -100, End: 100 };
    if (!(event.key in moves)) return;
    event.preventDefault();
    this.place(this.percent + moves[event.key]);
  }

  place(percent) {
    this.percent = Math.min(100, Math.max(0, percent));
    this.pair.style.setProperty('--wipe', this.percent + '%');
    this.divider.setAttribute('aria-valuenow', Math.round(this.percent));
    this.moved();
  }
}
