// Sheet: the frames of a shipped run, side by side in one picture that is fetched and decoded once; see shipped.py.

export class Sheet {
  constructor({ url, columns, width, height }) {
    Object.assign(this, { url, columns, width, height, whole: null });
  }

  async load() {
    const answer = await fetch(this.url);
    if (!answer.ok) throw new Error(answer.status);
    return createImageBitmap(await answer.blob());
  }

  // The picture of frame i.
  async cut(i) {
    this.whole ??= this.load();
    const { columns, width, height } = this;
    return createImageBitmap(await this.whole, (i % columns) * width, Math.floor(i / columns) * height, width, height);
  }
}
