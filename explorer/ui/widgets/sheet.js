// Sheet: all cells of a lattice as a contact sheet of buttons, and faintly on the ground of a pad; a cell still to come
// is empty. `pick(i)` is called with the cell that is clicked or entered. One cell at a time is a tab stop.

class Sheet {
  constructor(node, ground, reel, pick) {
    Object.assign(this, { node, ground, reel, pick, cells: [], lattice: null });
    this.brush = ground.getContext('2d');
    node.addEventListener('click', (event) => {
      const cell = event.target.closest('.pad-cell');
      if (cell) pick(this.cells.indexOf(cell));
    });
    node.addEventListener('keydown', (event) => this.key(event));
  }

  lay(lattice) {
    this.lattice = lattice;
    this.cells = lattice.cells.map(() => Object.assign(document.createElement('button'), { type: 'button', className: 'pad-cell' }));
    const rank = ([x, y]) => lattice.ys.indexOf(y) * lattice.xs.length + lattice.xs.indexOf(x);
    const order = this.cells.map((_, i) => i).sort((i, j) => rank(lattice.cells[i]) - rank(lattice.cells[j]));
    this.node.style.setProperty('--columns', lattice.xs.length);
    this.node.replaceChildren(...order.map((i) => this.cells[i]));
    this.brush.clearRect(0, 0, this.ground.width, this.ground.height);
    for (const i of this.reel.blobs.keys()) this.fill(i);
  }

  // Draw frame i into its cell and onto the ground, if it is here.
  async fill(i) {
    const [cell, lattice, { aborter }] = [this.cells[i], this.lattice, this.reel];
    if (!cell || cell.firstChild) return;
    const height = Math.ceil((480 * Math.min(2, devicePixelRatio || 1)) / lattice.ys.length);
    const small = await this.reel.thumbnail(i, height);
    if (small && aborter === this.reel.aborter && lattice === this.lattice && !cell.firstChild) {
      const canvas = Object.assign(document.createElement('canvas'), { width: small.width, height: small.height });
      canvas.getContext('2d').drawImage(small, 0, 0);
      cell.append(canvas);
      this.paint(i, canvas);
    }
    small?.close();
  }

  // On the ground a picture lies around its own place, so those at the rim are cut off there.
  paint(i, canvas) {
    const { width, height } = this.ground;
    const [x, y] = this.lattice.cells[i];
    const [w, h] = [width / Math.max(1, this.lattice.xs.length - 1), height / Math.max(1, this.lattice.ys.length - 1)];
    this.brush.drawImage(canvas, x * width - w / 2, y * height - h / 2, w, h);
  }

  // Which cell is pinned (-1: none), which one is the tab stop, and what each is called: `name(i)`.
  mark(pinned, stop, name) {
    this.cells.forEach((cell, i) => {
      cell.setAttribute('aria-pressed', i === pinned);
      cell.tabIndex = i === stop ? 0 : -1;
      cell.setAttribute('aria-label', (cell.title = name(i)));
    });
  }

  // Arrow keys move the focus; Enter and space are the button's own.
  key(event) {
    const i = this.cells.indexOf(event.target);
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, -1], ArrowDown: [1, 1] };
    if (i < 0 || !(event.key in steps) || event.ctrlKey || event.metaKey || event.altKey) return;
    const [axis, direction] = steps[event.key];
    const place = [...this.lattice.cells[i]];
    place[axis] = this.lattice.next(axis, place[axis], direction);
    event.preventDefault();
    this.cells[this.lattice.at(...place)]?.focus();
  }
}
