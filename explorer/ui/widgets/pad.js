// PadView: shows props.value = {manifest, count, ready, preview, fps, loop}, see views.py and pad.py. Needs reel.js,
// lattice.js, blend.js, handle.js and sheet.js before it. Captions and prompts are the visitor's: all text goes through
// textContent, title and aria attributes, never HTML. No listener outlives the element.

const root = element.querySelector('.pad');
const find = (name) => root.querySelector('.pad-' + name);
const [picture, note, where, saveLink, weightList, square, mark, keys] = [
  'picture', 'note', 'where', 'save', 'weights', 'square', 'handle', 'keys',
].map(find);
const corners = [...root.querySelectorAll('.pad-words span')];
const lines = [...weightList.children];
const spoken = [navigator.language, navigator.language.slice(0, 2)].find((l) => props.texts[l]);
const words = { ...props.texts.en, ...props.texts[spoken] };
const say = (key, holes = {}) => words[key].replace(/\{(\w+)\}/g, (_, hole) => holes[hole]);
const CORNERS = [[0, 0], [1, 0], [0, 1], [1, 1]];
const STEP = 0.02; // of an arrow key

const reel = new Reel(arrived);
const blend = new Blend(picture, reel, shape, refresh);
const sheet = new Sheet(find('sheet'), find('ground'), reel, pin);
const handle = new Handle(square, { moveTo, step, letGo });
let frames = []; // from the manifest
let lattice = new Lattice([], 0);
let names = ['', '', '', '']; // the words of the corners
let given = {}; // fps and loop as Python gave them: carried along for the exports
let [x, y] = [0, 0]; // where the handle is
let visit = null; // what is known of the point here, when it is no cell: {} is asked for; see visits.py

const cell = () => lattice.at(x, y);
const here = (i) => (reel.blobs.has(i) ? i : standIn(...lattice.cells[i]));
// For a cell that is not here the nearest that is; of several equally near, the one towards the handle.
const standIn = (cx, cy) => lattice.nearest(cx + 0.01 * (x - cx), cy + 0.01 * (y - cy), reel.blobs);

/* ---- words ------------------------------------------------------------------------------------------------ */

function cellName(i) {
  const [column, row] = [lattice.xs.indexOf(lattice.cells[i][0]), lattice.ys.indexOf(lattice.cells[i][1])];
  const seed = frames[i]?.settings?.seed;
  const name = say('cell', { row: row + 1, column: column + 1 });
  return seed === undefined ? name : say('tagged', { name, seed });
}

function sheetName(i) {
  const name = frames[i]?.caption ? `${cellName(i)}: ${frames[i].caption}` : cellName(i);
  return reel.blobs.has(i) ? name : say('missing', { name });
}

function remark() {
  const i = cell();
  if (i >= 0 && reel.blobs.has(i)) return '';
  if (visit?.bitmap) return '';
  if (!handle.held && visit) {
    if (visit.error) return say('error', visit);
    if (visit.gone) return say('gone');
    return visit.stopped ? say('stopped') : visit.step ? say('step', visit) : say('asked');
  }
  if (i >= 0) return say('absent');
  const coming = lattice.around(x, y).some(([k]) => !reel.blobs.has(k)) ? '\n' + say('coming') : '';
  return say(handle.held ? 'blend' : 'between') + coming;
}

function noteNow() {
  if (reel.blobs.size) return remark();
  if (reel.ready.size && [...reel.ready].every((i) => reel.lost(i))) return say('gone');
  return reel.previewing ? say('preview', reel.previewing) : say('waiting');
}

function placeNow() {
  const i = cell();
  if (i >= 0 && (reel.blobs.has(i) || !visit?.bitmap)) return cellName(i);
  if (visit?.bitmap) return say(Number.isInteger(visit.seed) ? 'seeded' : 'exact', visit);
  return `x ${x.toFixed(2)}, y ${y.toFixed(2)}`;
}

function tellWeights() {
  const parts = weightsAt(x, y).map((weight) => Math.round(100 * weight));
  lines.forEach((line, k) => {
    line.style.setProperty('--part', parts[k] + '%');
    line.children[1].textContent = parts[k] + ' %';
    line.children[2].textContent = line.title = names[k];
  });
  const spokenParts = parts.map((part, k) => part && say('part', { part, name: names[k] })).filter(Boolean);
  const text = [spokenParts.join(', '), placeNow()].join('. ');
  square.setAttribute('aria-valuenow', Math.round(100 * x));
  square.setAttribute('aria-valuetext', text);
  picture.setAttribute('aria-label', text);
}

function tellCells() {
  const path = (cells) => cells.map(([cx, cy]) => `M${cx} ${cy}h0`).join('');
  find('empties').setAttribute('d', path(lattice.cells.filter((_, i) => !reel.blobs.has(i))));
  find('ready').setAttribute('d', path(lattice.cells.filter((_, i) => reel.blobs.has(i))));
  sheet.mark(cell(), lattice.nearest(x, y), sheetName);
}

function saveable() {
  const i = cell();
  if (i >= 0 && reel.blobs.has(i)) return reel.url(i, 'frames', '.png');
  return visit?.bitmap ? visit.file.url : null;
}

function tell() {
  const text = noteNow();
  if (note.textContent !== text) note.textContent = text;
  note.hidden = !text;
  const waiting = reel.previewing ? 'preview' : 'waiting';
  root.dataset.state = !reel.count ? 'empty' : reel.blobs.size ? 'pad' : waiting;
  root.dataset.exact = Boolean(saveable());
  const state = { index: Math.max(0, lattice.nearest(x, y)), fps: given.fps, loop: given.loop, x, y };
  root.dataset.film = reel.count ? JSON.stringify(state) : 'null';
  for (const part of ['desk', 'line']) find(part).toggleAttribute('inert', !reel.blobs.size);
  where.textContent = placeNow();
  mark.style.left = 100 * x + '%';
  mark.style.top = 100 * y + '%';
  if (saveable()) saveLink.href = saveable();
  else saveLink.removeAttribute('href');
  tellWeights();
}

/* ---- the picture ------------------------------------------------------------------------------------------ */

function shape(ratio) {
  root.classList.remove('pad-blank');
  root.style.setProperty('--ratio', ratio);
}

function show() {
  const i = cell();
  if (visit?.bitmap && !reel.blobs.has(i)) blend.put(visit.bitmap);
  else if (i >= 0) blend.show([[here(i), 1]]);
  else blend.show(lattice.around(x, y).map(([k, weight]) => [here(k), weight]));
}

function refresh() {
  reel.focus = Math.max(0, lattice.nearest(x, y));
  tell();
  if (reel.blobs.size) show();
}

function resized() {
  if (element.isConnected) return blend.redraw();
  observer.disconnect();
  reel.open('', 0);
}

/* ---- moving ----------------------------------------------------------------------------------------------- */

function go(nx, ny) {
  const snapped = lattice.at(nx, ny);
  const place = snapped >= 0 ? lattice.cells[snapped] : [nx, ny].map((t) => Math.round(1000 * Math.min(1, Math.max(0, t))) / 1000);
  if (place[0] !== x || place[1] !== y) visit = null;
  const was = cell();
  [x, y] = place;
  refresh();
  if (was !== cell()) tellCells();
}

function moveTo(nx, ny) {
  if (reel.blobs.size) go(nx, ny);
}

function step(axis, direction, large) {
  const place = [x, y];
  place[axis] = large ? lattice.next(axis, place[axis], direction) : place[axis] + direction * STEP;
  moveTo(...place);
}

// The hand is off: on a cell there is its picture, anywhere else the picture of this very point is asked for.
function letGo(near) {
  if (!reel.blobs.size) return;
  const i = lattice.nearest(x, y);
  const [cx, cy] = lattice.cells[i];
  if (Math.max(Math.abs(cx - x), Math.abs(cy - y)) <= near) go(cx, cy);
  const asked = visit && !(visit.stopped || visit.error || visit.gone);
  if (!reel.blobs.has(cell()) && !asked) {
    visit = {};
    trigger('visit', { coordinates: [x, y] });
  }
  refresh();
  tellCells();
}

function pin(i) {
  go(...lattice.cells[i]);
  letGo(0);
}

/* ---- what comes from Python and from the network ---------------------------------------------------------- */

function arrived(i) {
  sheet.fill(i);
  refresh();
  tellCells();
}

async function preview(news) {
  const bitmap = await reel.preview(news);
  if (!bitmap) return;
  tell(); // first: the canvas takes its size from the state
  blend.put(bitmap);
}

async function visited({ detail: news }) {
  const isHere = () => !news.coordinates || (news.coordinates[0] === x && news.coordinates[1] === y);
  const still = () => visit && reel.base.endsWith(`/${news.run}/`) && isHere();
  if (!still()) return; // the handle has moved on, or to another run
  const bitmap = news.picture ? await reel.picture(news.picture.url) : null;
  if (!still() || visit.bitmap) return;
  visit = bitmap ? { ...news, bitmap } : news.picture ? { gone: true } : news;
  refresh();
}

function arrange() {
  lattice = new Lattice(frames, reel.count);
  names = CORNERS.map(([cx, cy]) => frames[lattice.at(cx, cy)]).map((f) => f?.settings?.prompt ?? f?.caption ?? '');
  corners.forEach((span, k) => (span.textContent = span.title = names[k]));
  sheet.lay(lattice);
  refresh();
  tellCells();
}

async function readManifest(url) {
  const manifest = await reel.json(url);
  if (!manifest) return;
  frames = manifest.frames;
  arrange();
}

function reset(url, count) {
  reel.open(url.replace(/frames[\w.-]*\.json$/, ''), count);
  [frames, x, y, visit] = [[], 0, 0, null];
  blend.clear();
  arrange();
  if (url) readManifest(url);
}

let current = '';
function update() {
  const { manifest, count = 0, ready = '', preview: news = null, ...settings } = props.value || {};
  const url = manifest?.url ?? '';
  given = settings;
  if (url !== current || count !== reel.count) reset((current = url), count);
  reel.setReady(bitsOf(ready));
  preview(news);
  refresh();
}

/* ---- what stays as it is ---------------------------------------------------------------------------------- */

for (const [key, node] of Object.entries({ pad: square, sheet: find('sheet'), weights: weightList })) node.setAttribute('aria-label', say(key));
square.setAttribute('aria-roledescription', say('role'));
keys.textContent = say('keys');
find('empty-title').textContent = say('empty');
find('empty-hint').textContent = say('hint');
saveLink.lastElementChild.textContent = saveLink.title = say('save');
root.addEventListener('visited', visited);

const observer = new ResizeObserver(resized);
observer.observe(root);
watch('value', update);
update();
