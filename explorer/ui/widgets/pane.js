// Pane: a canvas that shows frames of a reel laid over each other, or one picture that is no frame. It is the one place
// where a picture is put on the page. `shaped(ratio)` is called before anything is drawn, `broken()` when a frame could
// not be decoded. It knows nothing of the pane beside it.

export class Pane {
  constructor(canvas, reel, shaped, broken) {
    Object.assign(this, { canvas, reel, shaped, broken, painting: false, stale: 0, sharp: false });
    this.brush = canvas.getContext('2d');
    this.clear();
  }

  clear() {
    this.wanted = null; // [frame, weight] of each part
    this.done = null; // what is on the canvas: the list of parts it was drawn from, or a bitmap
  }

  // Show these parts, [frame, weight] each, whose frames are all here; with none, what is there stays. The newest wish wins.
  show(parts) {
    const sum = new Map();
    for (const [i, weight] of parts) sum.set(i, (sum.get(i) ?? 0) + weight);
    const wanted = [...sum].sort((a, b) => b[1] - a[1]);
    if (!wanted.length || this.same(wanted)) return;
    this.wanted = wanted;
    this.blobs = wanted.map(([i]) => this.reel.blobs.get(i));
    this.repaint();
  }

  // The same parts, and none of their pictures has become another.
  same(wanted) {
    return JSON.stringify(wanted) === JSON.stringify(this.wanted) && wanted.every(([i], k) => this.blobs[k] === this.reel.blobs.get(i));
  }

  // Show a picture that is no frame.
  put(bitmap) {
    this.wanted = null;
    this.done = bitmap;
    this.draw([[bitmap, 1]]);
  }

  repaint() {
    if (this.stale) return;
    this.stale = requestAnimationFrame(() => {
      this.stale = 0;
      this.paint();
    });
  }

  // One at a time and always the newest wish, so a fast drag never queues up work.
  async paint() {
    if (this.painting) return;
    this.painting = true;
    const { reel } = this;
    while (this.wanted && this.wanted !== this.done) {
      const [{ aborter }, wanted] = [reel, this.wanted];
      const find = async ([i, weight]) => [reel.bitmap(i) ?? (await reel.decode(i)), weight];
      const layers = await Promise.all(wanted.map(find));
      if (aborter !== reel.aborter || !this.wanted) continue; // another run, or a picture of its own came first
      this.done = wanted;
      const whole = layers.filter(([bitmap]) => bitmap);
      if (whole.length) this.draw(whole);
      if (whole.length === layers.length) continue;
      if (this.wanted === wanted) this.wanted = null; // the same wish may come again, when the frame has
      this.broken();
    }
    this.painting = false;
  }

  // Laid over each other so that each counts as much as its weight says, the heaviest first.
  draw(layers) {
    const { canvas, brush } = this;
    this.shaped(layers[0][0].width / layers[0][0].height);
    const own = this.sharp ? layers[0][0].width / canvas.clientWidth : 0; // all that there is of it, to be looked at closely
    const scale = Math.max(own, Math.min(2, devicePixelRatio || 1));
    const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((s) => Math.max(1, Math.round(s * scale)));
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    brush.imageSmoothingQuality = 'high'; // bundled models draw 128 px: they are shown several times their size
    let sum = 0;
    for (const [bitmap, weight] of layers) {
      sum += weight;
      brush.globalAlpha = weight / sum;
      brush.drawImage(bitmap, 0, 0, width, height);
    }
    brush.globalAlpha = 1;
  }

  // The canvas has another size now: draw again what is on it.
  redraw() {
    if (this.done instanceof ImageBitmap) this.draw([[this.done, 1]]);
    else if (this.wanted) {
      this.done = null;
      this.repaint();
    }
  }
}
