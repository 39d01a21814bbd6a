// Pane: one place on the stage that shows the frame nearest to `at`, or a preview. `shaped(ratio)` is called before a
// picture is drawn, `broken()` when one could not be decoded. It knows nothing of the pane beside it.

class Pane {
  constructor(canvas, reel, shaped, broken) {
    Object.assign(this, { canvas, reel, shaped, broken, painting: false, stale: 0 });
    this.brush = canvas.getContext('2d');
    this.clear();
  }

  clear() {
    this.at = 0; // the frame the visitor wants here, ready or not
    this.shown = -1; // the frame that is drawn; -1: none, or a preview
    this.drawn = null;
  }

  put(bitmap) {
    this.drawn = bitmap;
    this.shaped(bitmap.width / bitmap.height);
    const { canvas, brush } = this;
    const scale = Math.min(2, devicePixelRatio || 1);
    const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((s) => Math.max(1, Math.round(s * scale)));
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    brush.imageSmoothingQuality = 'high'; // bundled models draw 128 px: they are shown several times their size
    brush.drawImage(bitmap, 0, 0, width, height);
  }

  // One decode at a time and always for the newest wish, so flipping fast never queues up work.
  async paint() {
    if (this.painting) return;
    this.painting = true;
    const { reel } = this;
    for (let i = reel.nearest(this.at); i >= 0 && i !== this.shown; i = reel.nearest(this.at)) {
      const { aborter } = reel;
      const bitmap = reel.bitmap(i) ?? (await reel.decode(i));
      if (aborter !== reel.aborter) continue; // a new run began meanwhile
      if (bitmap) {
        this.put(bitmap);
        this.shown = i;
      } else this.broken();
    }
    this.painting = false;
  }

  repaint() {
    if (this.stale) return;
    this.stale = requestAnimationFrame(() => {
      this.stale = 0;
      this.paint();
    });
  }

  // The canvas has another size now: draw again what is on it.
  redraw() {
    const frame = this.shown;
    this.shown = -1;
    if (frame >= 0) this.repaint();
    else if (this.drawn) this.put(this.drawn);
  }
}
