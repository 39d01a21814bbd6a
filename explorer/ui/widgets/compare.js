// CompareView: shows props.value = {manifest, count, ready, preview, notes, fps, loop}, see views.py and compare.py.
// Needs reel.js, sweep.js, pane.js, wipe.js and cells.js before it. Captions and settings quote the visitor: all text
// goes through textContent, title and aria attributes, never HTML. No listener outlives the element.

const root = element.querySelector('.compare');
const find = (name) => root.querySelector('.compare-' + name);
const [stage, pair, divider, note, range, table, others, saveLink] = [
  'stage', 'pair', 'divider', 'note', 'range', 'table', 'others', 'save',
].map(find);
const [modes, [slotA, slotB, swapButton]] = ['modes', 'slots'].map((name) => [...find(name).querySelectorAll('button')]);
const pictures = [...pair.querySelectorAll('canvas')];
const tags = [...pair.querySelectorAll('.compare-tag span')];
const heads = [...table.querySelectorAll('thead span')]; // of the settings, of A, of B
const spoken = [navigator.language, navigator.language.slice(0, 2)].find((l) => props.texts[l]);
const words = { ...props.texts.en, ...props.texts[spoken] };
const say = (key, holes = {}) => words[key].replace(/\{(\w+)\}/g, (_, hole) => holes[hole]);
const SLOTS = ['A', 'B'];

const reel = new Reel(arrived);
const panes = pictures.map((canvas) => new Pane(canvas, reel, shape, refresh));
const [paneA, paneB] = panes;
const wipe = new Wipe(pair, divider, tellWipe);
const cells = new Cells(find('cells'), reel, (i, second) => pick(i, second ? 1 : slot));
let frames = []; // from the manifest
let rows = [[]];
let axes = ['', ''];
let notes = {}; // words measured while drawing, by frame, for those that have any
let given = {}; // fps and loop as Python gave them: carried along for the exports
let slot = 0; // what a pick fills: 0 is A, 1 is B
let touched = false; // has the visitor chosen? then A and B are no longer the ends of the first row

const mode = () => root.dataset.mode;
const seen = () => (mode() === 'flip' ? [0] : [0, 1]);

/* ---- words ------------------------------------------------------------------------------------------------ */

function nameOf(i) {
  const label = labelOf(frames, i);
  const row = rows.length > 1 ? rowLabelOf(frames, i, axes[1]) : '';
  return row ? `${label}, ${row}` : label;
}

function remark(k) {
  const i = panes[k].at;
  if (reel.blobs.has(i)) return '';
  const holes = { slot: SLOTS[k], name: nameOf(i), other: nameOf(reel.nearest(i)) };
  if (reel.lost(i)) return say('lost', holes);
  if (reel.ready.has(i)) return touched ? say('loading', holes) : '';
  return say('coming', holes);
}

function noteNow() {
  if (reel.blobs.size) return seen().map(remark).filter(Boolean).join('\n');
  if (reel.ready.size && [...reel.ready].every((i) => reel.lost(i))) return say('gone');
  return reel.previewing ? say('preview', reel.previewing) : say('waiting');
}

function cellName(i) {
  const marks = SLOTS.filter((_, k) => panes[k].at === i).map((s) => say('marked', { slot: s }));
  const missing = reel.blobs.has(i) ? '' : say('missing');
  return [frames[i]?.caption || nameOf(i), notes[i], ...marks, missing].filter(Boolean).join(', ');
}

function tellWipe() {
  const part = Math.round(wipe.percent);
  const holes = { part, rest: 100 - part, a: nameOf(paneA.at), b: nameOf(paneB.at) };
  divider.setAttribute('aria-valuetext', say('wiped', holes));
}

function tellPair() {
  panes.forEach(({ at }, k) => {
    tags[k].textContent = nameOf(at);
    heads[k + 1].textContent = heads[k + 1].title = frames[at]?.caption || nameOf(at);
    pictures[k].setAttribute('aria-label', say('picture', { slot: SLOTS[k], name: heads[k + 1].textContent }));
  });
  tellWipe();
}

function valueCell(value) {
  const textContent = written(value, say('nothing'));
  const cell = Object.assign(document.createElement('td'), { title: textContent });
  cell.append(Object.assign(document.createElement('span'), { textContent }));
  return cell;
}

function tellSettings() {
  const same = paneA.at === paneB.at;
  const differ = differing(frames, paneA.at, paneB.at);
  const [a, b] = panes.map(({ at }) => notes[at] ?? '');
  const measured = a || b ? [[say('measured'), a, b]] : [];
  const lines = [...measured, ...(differ ?? [])].map(([name, ...values]) => {
    const line = document.createElement('tr');
    const title = Object.assign(document.createElement('th'), { scope: 'row', textContent: spaced(name) });
    line.append(title, ...values.map(valueCell));
    return line;
  });
  table.tBodies[0].replaceChildren(...lines);
  others.textContent = say(same ? 'same' : !differ ? 'unknown' : differ.length ? 'others' : 'alike');
}

function tellRow() {
  const { at } = panes[slot];
  const [row, place] = whereIs(at);
  range.max = Math.max(0, row.length - 1);
  range.value = place;
  range.setAttribute('aria-valuetext', say('place', { name: nameOf(at), n: place + 1, count: row.length }));
  cells.mark(panes.map((pane) => pane.at), at, cellName);
}

function tell() {
  const text = noteNow();
  note.textContent = text;
  note.hidden = !text;
  const waiting = reel.previewing ? 'preview' : 'waiting';
  root.dataset.state = !reel.count ? 'empty' : reel.blobs.size ? 'pair' : waiting;
  root.dataset.slot = SLOTS[slot];
  root.dataset.film = reel.count ? JSON.stringify({ index: paneA.at, fps: given.fps, loop: given.loop }) : 'null';
  for (const part of ['desk', 'bar']) find(part).toggleAttribute('inert', !reel.blobs.size);
  modes.forEach((button) => button.setAttribute('aria-pressed', button.dataset.mode === mode()));
  [slotA, slotB].forEach((button, k) => button.setAttribute('aria-pressed', k === slot));
  tellPair();
  tellSettings();
  tellRow();
  const here = reel.nearest(paneA.at);
  if (here < 0) saveLink.removeAttribute('href');
  else saveLink.href = reel.url(here, 'frames', '.png');
}

/* ---- stage ------------------------------------------------------------------------------------------------ */

function shape(ratio) {
  root.classList.remove('compare-blank');
  root.style.setProperty('--ratio', ratio);
}

function refresh() {
  reel.focus = panes[slot].at;
  tell();
  panes.forEach((pane) => pane.repaint());
}

function resized() {
  if (element.isConnected) return panes.forEach((pane) => pane.redraw());
  observer.disconnect();
  reel.open('', 0);
}

function setMode(name) {
  root.dataset.mode = name;
  wipe.on = name === 'wipe';
  if (name === 'flip') slot = 0; // only A is seen
  refresh();
  resized();
}

/* ---- choosing --------------------------------------------------------------------------------------------- */

function whereIs(i) {
  const row = rows.find((r) => r.includes(i)) ?? rows[0];
  return [row, Math.max(0, row.indexOf(i))];
}

function pick(i, into = slot) {
  touched = true;
  panes[into].at = i;
  if (into === 1 && mode() === 'flip') setMode('wipe'); // to choose B is to want to see it
  refresh();
}

function fill(into) {
  slot = into;
  if (into === 1 && mode() === 'flip') setMode('wipe');
  refresh();
}

function flip(by) {
  const [row, place] = whereIs(panes[slot].at);
  pick(row[Math.min(row.length - 1, Math.max(0, place + by))]);
}

function climb(by) {
  const [row, place] = whereIs(panes[slot].at);
  const next = rows[rows.indexOf(row) + by];
  if (next) pick(next[Math.min(place, next.length - 1)]);
}

function swap() {
  touched = true;
  [paneA.at, paneB.at] = [paneB.at, paneA.at];
  refresh();
}

/* ---- what comes from Python and from the network ---------------------------------------------------------- */

function arrived(i) {
  cells.fill(i);
  refresh();
}

async function preview(news) {
  const bitmap = await reel.preview(news);
  if (!bitmap) return;
  tell(); // first: the canvas takes its size from the state
  paneA.put(bitmap);
}

function arrange() {
  rows = reel.count ? rowsOf(frames, reel.count) : [[]];
  axes = axesOf(frames);
  if (!touched) [paneA.at, paneB.at] = [rows[0][0] ?? 0, rows[0].at(-1) ?? 0];
  find('axis').textContent = spaced(axes[0]);
  cells.lay(rows, (i) => labelOf(frames, i), (i) => rowLabelOf(frames, i, axes[1]));
  refresh();
}

async function readManifest(url) {
  const manifest = await reel.json(url);
  if (!manifest) return;
  frames = manifest.frames;
  arrange();
}

function reset(url, count) {
  reel.open(url.replace(/frames[\w.-]*\.json$/, ''), count);
  [frames, slot, touched] = [[], 0, false];
  panes.forEach((pane) => pane.clear());
  arrange();
  if (url) readManifest(url);
}

let current = '';
function update() {
  const { manifest, count = 0, ready = '', preview: news = null, notes: told = {}, ...settings } = props.value || {};
  const url = manifest?.url ?? '';
  [given, notes] = [settings, told];
  if (url !== current || count !== reel.count) reset((current = url), count);
  reel.setReady(bitsOf(ready));
  preview(news);
  refresh();
}

/* ---- the visitor's hands ---------------------------------------------------------------------------------- */

const labels = { modes: find('modes'), slots: find('slots'), scrub: range, divider, strip: find('cells'), swap: swapButton };
for (const [key, node] of Object.entries(labels)) node.setAttribute('aria-label', say(key));
[slotA, slotB].forEach((button, k) => {
  button.title = say('slot', { slot: SLOTS[k] });
  button.setAttribute('aria-label', button.title);
  button.addEventListener('click', () => fill(k));
});
modes.forEach((button) => {
  button.textContent = say(button.dataset.mode);
  button.addEventListener('click', () => setMode(button.dataset.mode));
});
swapButton.title = say('swap');
find('empty-title').textContent = say('empty');
find('empty-hint').textContent = say('hint');
find('slots').firstElementChild.textContent = say('slots');
heads[0].textContent = say('setting');
find('keys').textContent = say('keys');
saveLink.lastElementChild.textContent = saveLink.title = say('save');

swapButton.addEventListener('click', swap);
range.addEventListener('input', () => pick(whereIs(panes[slot].at)[0][Number(range.value)]));
root.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !reel.blobs.size) return;
  const along = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
  const across = { ArrowUp: -1, ArrowDown: 1 };
  if (event.key.toLowerCase() === 'x') swap();
  else if (event.key in across && rows.length > 1) climb(across[event.key]);
  else if (event.key in along && event.target !== range) flip(along[event.key]);
  else return;
  event.preventDefault();
  cells.follow(panes[slot].at);
});

const observer = new ResizeObserver(resized);
observer.observe(root);
watch('value', update);
update();
