// TrajectoryView: shows props.value = {manifest, count, ready, preview, notes, fps, loop}, see views.py and trajectory.py.
// Needs reel.js, pane.js, curve.js and lanes.js before it. Captions and prompts are the visitor's: all text goes through
// textContent, title and aria attributes, never HTML. No listener outlives the element.

const root = element.querySelector('.trajectory');
const find = (name) => root.querySelector('.trajectory-' + name);
const [row, switches, note, about, place, playButton, range, plot, axis, saveLink] = [
  'lanes', 'layers', 'note', 'about', 'place', 'play', 'range', 'plot', 'axis', 'save',
].map(find);
const spoken = [navigator.language, navigator.language.slice(0, 2)].find((l) => props.texts[l]);
const words = { ...props.texts.en, ...props.texts[spoken] };
const say = (key, holes = {}) => words[key].replace(/\{(\w+)\}/g, (_, hole) => holes[hole]);
const make = (name, tag) => Object.assign(document.createElement(tag), { className: 'trajectory-' + name });
const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

const WHOLE = 3000; // milliseconds that playing takes at least
const reel = new Reel(arrived);
const curve = new Curve(plot.querySelector('svg'));
let frames = []; // from the manifest
let grid = gridOf(frames);
let names = []; // of the lanes
let notes = {}; // words measured while drawing, by frame, for those that have any
let lanes = []; // {node, pane, mark, name} each
let given = {}; // fps and loop as Python gave them: carried along for the exports
let at = 0; // the place in grid.steps, of all lanes
let layer = 0; // the place in grid.layers; kept from run to run
let chosen = 0; // the lane that is saved and carried on
let touched = false; // has the visitor moved? then the view no longer follows what arrives
let clock = null; // time of the last step while playing, null while paused

/* ---- where things are ------------------------------------------------------------------------------------- */

const wanted = (k, s = at) => grid.find(grid.lanes[k], grid.steps[s], grid.layers[layer]);
const stepOf = (i) => frames[i]?.coordinates[1];

function rowOf(i) {
  const [lane, , drawn] = frames[i]?.coordinates ?? [];
  return grid.steps.map((step) => grid.find(lane, step, drawn)).filter((j) => j >= 0);
}

const nearest = (i) => nearestIn(rowOf(i), i, reel.blobs);

// What a lane's pane sees of the reel: never a frame of another lane or layer.
const ownReel = { nearest, bitmap: (i) => reel.bitmap(i), decode: (i) => reel.decode(i) };
Object.defineProperty(ownReel, 'aborter', { get: () => reel.aborter });

const layerName = (k) => frames.find(({ coordinates }) => coordinates?.[2] === grid.layers[k])?.settings?.layer ?? '';

function settingsNow() {
  const i = grid.find(grid.lanes[chosen], grid.steps[at], grid.layers[0]);
  return frames[i]?.settings ?? {};
}

/* ---- words ------------------------------------------------------------------------------------------------ */

function remark(k) {
  const i = wanted(k);
  if (i < 0) return say('nothing');
  if (reel.blobs.has(i)) return '';
  const holes = { step: stepOf(i), other: stepOf(nearest(i)) };
  if (holes.other === undefined) return say('coming', holes);
  if (reel.lost(i)) return say('lost', holes);
  if (reel.ready.has(i)) return touched ? say('loading', holes) : '';
  return say('showing', holes);
}

function noteNow() {
  if (reel.blobs.size) return '';
  if (reel.ready.size && [...reel.ready].every((i) => reel.lost(i))) return say('gone');
  return reel.previewing ? say('preview', reel.previewing) : say('waiting');
}

function noiseNow() {
  const { sigma } = settingsNow();
  if (!Number.isFinite(sigma)) return '';
  const strength = sigma >= 1 ? say('louder', { times: rough(sigma) }) : say('softer', { percent: Number((100 * sigma).toPrecision(2)) });
  return `${say('sigma', { sigma: rough(sigma) })}: ${strength}`;
}

function tellLanes() {
  lanes.forEach(({ node, mark, pane }, k) => {
    const i = wanted(k);
    const remarked = reel.blobs.size ? remark(k) : '';
    const caption = [frames[i]?.caption ?? words[layerName(layer)] ?? '', remarked].filter(Boolean).join('. ');
    node.setAttribute('aria-label', say('lane', { name: names[k] || say('untitled'), caption }));
    node.title = frames[i]?.settings?.prompt ?? '';
    if (lanes.length > 1) node.setAttribute('aria-pressed', k === chosen);
    node.classList.toggle('trajectory-blank', reel.blobs.size ? nearest(i) < 0 : !reel.previewing || !pane.drawn);
    mark.textContent = remarked;
    mark.hidden = !remarked;
  });
}

function tellPlace() {
  const step = frames[wanted(chosen)]?.caption || say('place', { step: grid.steps[at], steps: settingsNow().steps });
  const noise = noiseNow();
  [place.firstElementChild.textContent, place.lastElementChild.textContent] = [step, noise];
  range.max = Math.max(0, grid.steps.length - 1);
  range.value = at;
  range.setAttribute('aria-valuetext', [step, noise].filter(Boolean).join(', '));
  curve.at(at);
  const label = say(clock === null ? 'play' : 'pause');
  playButton.title = label;
  playButton.setAttribute('aria-label', label);
  playButton.classList.toggle('trajectory-on', clock !== null);
}

function tellLayer() {
  [...switches.children].forEach((button, k) => button.setAttribute('aria-pressed', k === layer));
  const measured = notes[wanted(chosen)];
  const hint = words[layerName(layer) + ' hint'] ?? '';
  about.textContent = [hint, measured && say('measured', { measured })].filter(Boolean).join(' ');
  find('scale').hidden = layerName(layer) !== 'guidance';
}

function tell() {
  const text = noteNow();
  note.textContent = text;
  note.hidden = !text || !reel.count;
  const waiting = reel.previewing ? 'preview' : 'waiting';
  root.dataset.state = !reel.count ? 'empty' : reel.blobs.size ? 'film' : waiting;
  for (const part of ['desk', 'bar']) find(part).toggleAttribute('inert', !reel.blobs.size);
  tellLanes();
  tellPlace();
  tellLayer();
  const here = wanted(chosen);
  const index = Math.max(0, here < 0 ? grid.find(grid.lanes[chosen], grid.steps[at], grid.layers[0]) : here);
  root.dataset.film = reel.count ? JSON.stringify({ index, fps: given.fps, loop: given.loop }) : 'null';
  const saved = nearest(here);
  if (saved < 0) saveLink.removeAttribute('href');
  else saveLink.href = reel.url(saved, 'frames', '.png');
}

/* ---- stage ------------------------------------------------------------------------------------------------ */

function shape(ratio) {
  root.style.setProperty('--ratio', ratio);
}

function refresh() {
  reel.focus = Math.max(0, wanted(chosen));
  lanes.forEach(({ pane }, k) => (pane.at = wanted(k)));
  tell();
  lanes.forEach(({ pane }) => pane.repaint());
}

function resized() {
  if (element.isConnected) return lanes.forEach(({ pane }) => pane.redraw());
  observer.disconnect();
  clock = null;
  reel.open('', 0);
}

function newLane(k) {
  const alone = grid.lanes.length === 1;
  const node = make('lane', alone ? 'div' : 'button');
  const [view, canvas, mark, name] = [make('view', 'span'), make('picture', 'canvas'), make('mark', 'span'), make('name', 'span')];
  if (alone) node.setAttribute('role', 'img');
  else node.type = 'button';
  Object.assign(canvas, { width: 1, height: 1 });
  name.textContent = names[k];
  view.append(canvas, mark);
  node.append(view, ...(names[k] ? [name] : []));
  node.addEventListener('click', () => {
    chosen = k;
    refresh();
  });
  return { node, mark, pane: new Pane(canvas, ownReel, shape, refresh) };
}

function newSwitch(k) {
  const button = Object.assign(document.createElement('button'), { type: 'button' });
  button.textContent = words[layerName(k)] ?? layerName(k);
  button.addEventListener('click', () => {
    layer = k;
    refresh();
  });
  return button;
}

// The present run's lanes, layers and noise levels, as soon as frames.json is here.
function arrange() {
  grid = gridOf(frames);
  names = laneNames(frames, grid, (scale) => say('guided', { scale }));
  if (frames.length) layer = Math.min(layer, grid.layers.length - 1);
  lanes = frames.length ? grid.lanes.map((_, k) => newLane(k)) : [];
  row.replaceChildren(...lanes.map(({ node }) => node));
  row.style.setProperty('--lanes', Math.max(1, lanes.length));
  switches.replaceChildren(...(frames.length ? grid.layers.map((_, k) => newSwitch(k)) : []));
  const sigmas = grid.steps.map((step) => frames[grid.find(grid.lanes[0], step, grid.layers[0])]?.settings?.sigma);
  const least = Math.min(...sigmas.filter((sigma) => sigma > 0));
  curve.draw(sigmas.map((sigma) => (sigma > 0 ? Math.log(sigma / least) : null))); // its bottom is the least noise
  plot.hidden = axis.hidden = curve.high === 0;
  const ends = [sigmas[0], sigmas.at(-1)].map((sigma) => (Number.isFinite(sigma) ? 'σ ' + rough(sigma) : ''));
  [axis.firstElementChild.textContent, axis.lastElementChild.textContent] = ends;
  follow();
  refresh();
}

/* ---- moving ----------------------------------------------------------------------------------------------- */

function go(s) {
  at = Math.min(Math.max(0, s), Math.max(0, grid.steps.length - 1));
  refresh();
}

function visit(s) {
  touched = true;
  clock = null;
  go(s);
}

function play() {
  if (grid.steps.length < 2) return;
  touched = true;
  clock = performance.now();
  go(at === grid.steps.length - 1 ? 0 : at);
  requestAnimationFrame(tick);
}

function tick(now) {
  if (clock === null || !element.isConnected) return;
  if (now - clock > Math.max(1000 / (given.fps || 10), WHOLE / grid.steps.length)) {
    clock = now;
    if (at === grid.steps.length - 1) return visit(at);
    go(at + 1);
  }
  requestAnimationFrame(tick);
}

// Until the visitor takes over, stand at the newest step that all lanes have: the picture comes out of its noise.
function follow() {
  if (touched || (calm() && at > 0 && reel.blobs.size < reel.count)) return;
  const whole = (s) => grid.lanes.every((_, k) => wanted(k, s) < 0 || reel.blobs.has(wanted(k, s)));
  at = Math.max(0, grid.steps.findLastIndex((_, s) => whole(s)));
}

/* ---- what comes from Python and from the network ---------------------------------------------------------- */

function arrived() {
  follow();
  refresh();
}

async function preview(news) {
  const bitmap = lanes.length ? await reel.preview(news) : null;
  if (!bitmap) return;
  lanes[Math.max(0, grid.lanes.indexOf(frames[news.index]?.coordinates?.[0]))].pane.put(bitmap);
  tell();
}

async function readManifest(url) {
  const manifest = await reel.json(url);
  if (!manifest) return;
  frames = manifest.frames;
  arrange();
}

function reset(url, count) {
  reel.open(url.replace(/frames[\w.-]*\.json$/, ''), count);
  [frames, at, chosen, touched, clock] = [[], 0, 0, false, null];
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

const labels = { lanes: row, layers: switches, scrub: range };
for (const [key, node] of Object.entries(labels)) node.setAttribute('aria-label', say(key));
find('empty-title').textContent = say('empty');
find('empty-hint').textContent = say('hint');
for (const key of ['honest', 'keys']) find(key).textContent = say(key);
axis.children[1].textContent = say('curve');
saveLink.lastElementChild.textContent = saveLink.title = say('save');

const toggle = () => (clock === null ? play() : visit(at));
playButton.addEventListener('click', toggle);
range.addEventListener('input', () => visit(Number(range.value)));

function point(event) {
  const { left, width } = plot.querySelector('svg').getBoundingClientRect();
  visit(Math.round(((event.clientX - left) / width) * (grid.steps.length - 1)));
}
plot.addEventListener('pointerdown', (event) => {
  if (event.button) return;
  plot.setPointerCapture(event.pointerId);
  point(event);
});
plot.addEventListener('pointermove', (event) => plot.hasPointerCapture(event.pointerId) && point(event));

root.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !reel.blobs.size) return;
  const moves = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
  if (event.key === ' ' && !event.target.matches('button, a')) toggle();
  else if (event.key in moves && event.target !== range) visit(at + moves[event.key]);
  else return;
  event.preventDefault();
});

const observer = new ResizeObserver(resized);
observer.observe(root);
watch('value', update);
update();
