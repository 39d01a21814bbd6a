// Reel: the frames of one run, in the browser. Every ready frame is fetched once, as a blob; decoded pictures
// live in a bounded cache. It knows nothing about the page: `changed(i)` is called when frame i came or failed.
//
// Beside the frames of the run, or without a run, it holds pictures that were laid down (see live.js): `kinds` has them, as
// "draft", "exact", or "stale" when they are of other settings than the page has now; `singles` what an exact one of them is
// called on the server (see singles.py).

const MAX_FETCHES = 6; // what browsers open to one host anyway
const MAX_TRIES = 2;
export const MAX_PIXELS = 40e6; // decoded RGBA, 160 MB: about 150 frames of 512 px

// Which frame a film shows at a position that only ever counts up; null when a film played once is over.
export function frameAt(position, count, loop) {
  if (count < 2) return loop === 'open' && position > 0 ? null : 0;
  if (loop === 'open') return position < count ? position : null;
  if (loop === 'closed') return position % count;
  const period = 2 * count - 2; // frames + frames[-2:0:-1]: neither end is shown twice
  const p = position % period;
  return p < count ? p : period - p;
}

export class Reel {
  constructor(changed) {
    this.changed = changed;
    this.open('', 0);
  }

  // Start on another run: whatever the last one held is aborted, closed and dropped.
  open(base, count, sheet = null) {
    this.aborter?.abort();
    this.bitmaps?.forEach((bitmap) => bitmap.close());
    this.aborter = new AbortController();
    this.base = base;
    this.count = count;
    this.sheet = sheet; // where the frames of a shipped run are; null for a run of one's own
    this.ready = new Set(); // finished on the server
    this.blobs = new Map(); // here
    this.kinds = new Map(); // of those here that are no frames of the run
    this.singles = new Map();
    this.bitmaps = new Map(); // decoded, least recently used first
    this.pixels = 0;
    this.busy = new Set();
    this.tries = new Map();
    this.focus = 0;
    this.previewing = null; // the preview that was loaded last
  }

  // The page has other settings than the run: what is here stays until something else is laid down.
  loosen() {
    this.base = '';
    this.ready.clear();
    this.busy.clear();
    this.tries.clear();
    this.singles.clear();
    for (const i of this.blobs.keys()) this.kinds.set(i, 'stale');
  }

  // A picture for the place of frame i. A draft never covers what is exact.
  async lay(i, blob, kind, single) {
    if (i >= this.count || (kind === 'draft' && this.exact(i))) return;
    this.put(i, blob);
    this.kinds.set(i, kind);
    if (single) this.singles.set(i, single);
    await this.decode(i);
    this.changed(i);
  }

  exact(i) {
    return this.blobs.has(i) && (this.kinds.get(i) ?? 'exact') === 'exact';
  }

  put(i, blob) {
    const old = this.bitmaps.get(i);
    if (old) {
      this.bitmaps.delete(i);
      this.pixels -= old.width * old.height;
      setTimeout(() => old.close(), 1000); // it may be on its way to a canvas
    }
    this.blobs.set(i, blob);
    this.kinds.delete(i);
    this.singles.delete(i);
  }

  // What `read` makes of the answer; null if there is none, it cannot be read, or the run has changed meanwhile.
  async load(url, read) {
    const { signal } = this.aborter;
    const answer = await fetch(url, { signal }).catch(() => null);
    const found = answer?.ok ? await read(answer).catch(() => null) : null;
    return signal.aborted ? null : found;
  }

  picture(url) {
    return this.load(url, async (answer) => createImageBitmap(await answer.blob()));
  }

  json(url) {
    return this.load(url, (answer) => answer.json());
  }

  // The picture of a preview {step, file}; null if a frame or a later preview is here.
  async preview(news) {
    const late = () => this.blobs.size || this.previewing?.step >= news.step;
    if (!news || late()) return null;
    const url = news.file.url + '?step=' + news.step; // never a picture that the browser kept from an earlier step
    const bitmap = await this.picture(url);
    if (!bitmap || late()) return null;
    this.previewing = news;
    return bitmap;
  }

  url(i, folder, suffix) {
    return this.base + folder + '/' + String(i).padStart(4, '0') + suffix;
  }

  // The same run gained frames: only those not yet here are fetched.
  setReady(indices) {
    indices.filter((i) => i < this.count).forEach((i) => this.ready.add(i));
    this.pump();
  }

  lost(i) {
    return (this.tries.get(i) ?? 0) >= MAX_TRIES;
  }

  // Whether every frame is here that will ever come. Drafts are none: a film of them that played would take the processor
  // from the frames that are still rendered.
  get complete() {
    return Array.from({ length: this.count }, (_, i) => i).every((i) => this.exact(i) || this.lost(i));
  }

  nearest(i, among = this.blobs) {
    for (let d = 0; d < this.count; d++) {
      if (among.has(i - d)) return i - d;
      if (among.has(i + d)) return i + d;
    }
    return -1;
  }

  pump() {
    while (this.busy.size < MAX_FETCHES) {
      const wanted = [...this.ready].filter((i) => (!this.blobs.has(i) || this.kinds.has(i)) && !this.busy.has(i) && !this.lost(i));
      const next = this.nearest(this.focus, new Set(wanted)); // what the visitor looks at comes first
      if (next < 0) return;
      this.fetch(next);
    }
  }

  // The picture of frame i, as anything that createImageBitmap takes; throws if it cannot be had.
  async read(i, signal) {
    if (this.sheet) return this.sheet.cut(i);
    const answer = await fetch(this.url(i, 'view', '.jpg'), { signal });
    if (!answer.ok) throw new Error(answer.status);
    return answer.blob();
  }

  async fetch(i) {
    const { aborter: { signal }, base } = this;
    const over = () => signal.aborted || base !== this.base; // another run, or none, has its own sets
    this.busy.add(i);
    try {
      const blob = await this.read(i, signal);
      if (!over()) this.put(i, blob);
    } catch (error) {
      if (!over()) this.failed(i);
    }
    if (over()) return;
    this.busy.delete(i);
    this.changed(i);
    this.pump();
  }

  failed(i) {
    this.blobs.delete(i);
    this.tries.set(i, (this.tries.get(i) ?? 0) + 1);
  }

  // The decoded frame if it is at hand, marked as just used.
  bitmap(i) {
    const bitmap = this.bitmaps.get(i);
    if (bitmap) {
      this.bitmaps.delete(i);
      this.bitmaps.set(i, bitmap);
    }
    return bitmap;
  }

  // Decode frame i into the cache. Gives null if it is not here, is broken, or the run has changed meanwhile.
  async decode(i) {
    const { signal } = this.aborter;
    const blob = this.blobs.get(i);
    if (!blob) return null;
    let bitmap;
    try {
      bitmap = await createImageBitmap(blob);
    } catch (error) {
      if (signal.aborted) return null;
      this.failed(i);
      if (this.lost(i)) this.changed(i);
      this.pump();
      return null;
    }
    if (signal.aborted || this.bitmaps.has(i) || this.blobs.get(i) !== blob) {
      bitmap.close();
      return signal.aborted ? null : (this.bitmap(i) ?? this.decode(i));
    }
    this.keep(i, bitmap);
    return bitmap;
  }

  keep(i, bitmap) {
    this.bitmaps.set(i, bitmap);
    this.pixels += bitmap.width * bitmap.height;
    for (const [j, old] of this.bitmaps) {
      if (this.pixels <= MAX_PIXELS || this.bitmaps.size <= 4) break;
      this.bitmaps.delete(j);
      this.pixels -= old.width * old.height;
      old.close();
    }
  }

  // A small picture of frame i for the filmstrip; the caller closes it.
  async thumbnail(i, height) {
    const blob = this.blobs.get(i);
    return blob ? createImageBitmap(blob, { resizeHeight: height, resizeQuality: 'high' }).catch(() => null) : null;
  }
}
