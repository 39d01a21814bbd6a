// Cells: all pictures of a sweep as labelled buttons, row by row; a picture still to come is an empty cell.
// `pick(i, second)` is called with the frame that is clicked or entered; `second` says that shift was held.
// One cell at a time is a tab stop; which one, `mark` says.

const THUMB = 64; // height of a cell's picture in CSS pixels, as in compare.css

class Cells {
  constructor(node, reel, pick) {
    Object.assign(this, { node, reel, cells: new Map() });
    const at = (event) => event.target.closest('.compare-cell')?.dataset.index;
    node.addEventListener('click', (event) => at(event) && pick(Number(at(event)), event.shiftKey));
    node.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || !event.shiftKey || !at(event)) return;
      event.preventDefault(); // not every browser says in the click that follows that shift was held
      pick(Number(at(event)), true);
    });
  }

  clear() {
    this.cells.clear();
    this.node.replaceChildren();
  }

  // `rows` as of rowsOf; `label(i)` stands under a picture, `title(i)` over the row that begins with it.
  lay(rows, label, title) {
    this.clear();
    const make = (name, tag = 'span') => Object.assign(document.createElement(tag), { className: 'compare-' + name });
    for (const row of rows) {
      const [line, heading, list] = [make('row', 'div'), make('title', 'p'), make('list', 'div')];
      for (const i of row) {
        const cell = Object.assign(make('cell', 'button'), { type: 'button' });
        cell.dataset.index = i;
        cell.append(make('thumb'), Object.assign(make('label'), { textContent: label(i) }));
        this.cells.set(i, cell);
        list.append(cell);
      }
      if (rows.length > 1 && title(row[0])) {
        heading.textContent = title(row[0]);
        line.setAttribute('role', 'group');
        line.setAttribute('aria-label', heading.textContent);
        line.append(heading);
      }
      line.append(list);
      this.node.append(line);
    }
    for (const i of this.reel.blobs.keys()) this.fill(i);
  }

  // Draw frame i into its cell, if it is here.
  async fill(i) {
    const place = this.cells.get(i)?.firstElementChild;
    if (!place || place.firstChild) return;
    const { aborter } = this.reel;
    const small = await this.reel.thumbnail(i, Math.round(THUMB * Math.min(2, devicePixelRatio || 1)));
    if (small && aborter === this.reel.aborter && !place.firstChild) {
      const canvas = Object.assign(document.createElement('canvas'), { width: small.width, height: small.height });
      canvas.getContext('2d').drawImage(small, 0, 0);
      place.append(canvas);
    }
    small?.close();
  }

  // Which cells are A and B, which of the two is the tab stop, and what each cell is called: `name(i)`.
  mark([a, b], stop, name) {
    for (const [i, cell] of this.cells) {
      cell.classList.toggle('compare-is-a', i === a);
      cell.classList.toggle('compare-is-b', i === b);
      cell.tabIndex = i === stop ? 0 : -1;
      cell.setAttribute('aria-label', (cell.title = name(i)));
    }
  }

  // Follow with the focus, if it is here.
  follow(i) {
    if (this.node.contains(document.activeElement)) this.cells.get(i)?.focus();
  }
}
