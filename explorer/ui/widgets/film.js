// FilmView: shows props.value = {manifest, count, ready, preview, fps, loop}, see views.py. Needs reel.js, pane.js,
// player.js, strip.js and curve.js before it.
// Captions quote the visitor's prompts: all text goes through textContent, title and aria attributes, never HTML.
// No listener outlives the element: all are on its own nodes, and the observer goes when the element leaves.

const root = element.querySelector('.film');
const find = (name) => root.querySelector('.film-' + name);
const [stage, picture, caption, note, counter, range, playButton, loopSelect, fpsInput, saveLink] = [
  'stage', 'picture', 'caption', 'note', 'count', 'range', 'play', 'loop', 'fps', 'save',
].map(find);
const spoken = [navigator.language, navigator.language.slice(0, 2)].find((l) => props.texts[l]);
const words = { ...props.texts.en, ...props.texts[spoken] };
const say = (key, holes = {}) => words[key].replace(/\{(\w+)\}/g, (_, hole) => holes[hole]);
const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

const DWELL = 600; // milliseconds a newly arrived frame stays before the next one may replace it
const reel = new Reel(arrived);
const pane = new Pane(picture, reel, shape, () => { tell(); strip.mark(); });
const strip = new Strip(find('strip'), find('marks'), reel, visit);
const curve = new Curve(find('curve').querySelector('svg'));
let frames = []; // captions, coordinates and settings, from the manifest
let series = null; // the setting that the curve shows: [name, numbers]
let given = {}; // fps and loop as Python last gave them; what the visitor chose wins until those change
let at = 0; // the frame the visitor is at, ready or not
let touched = false; // has the visitor moved? then the view no longer follows what arrives
let followed = 0;

const fps = () => Math.min(50, Math.max(1, Number(fpsInput.value) || 10));
const loop = () => loopSelect.value;
const film = {
  get count() { return reel.count; },
  get fps() { return fps(); },
  get loop() { return loop(); },
  get here() { return element.isConnected; },
};
const player = new Player(film, go, () => visit(reel.count - 1), (i) => reel.bitmap(i) ?? reel.decode(i));

/* ---- words ------------------------------------------------------------------------------------------------ */

function captionOf(i) {
  const { caption: text, coordinates } = frames[i] ?? {};
  return text || (coordinates?.length ? 't = ' + coordinates.map((c) => Number(c.toFixed(3))).join(', ') : '');
}

function noteOf(i) {
  const holes = { n: i + 1, m: reel.nearest(i) + 1 };
  if (holes.m === 0) {
    if (reel.ready.size && [...reel.ready].every((k) => reel.lost(k))) return say('gone');
    return reel.previewing ? say('preview', reel.previewing) : say('waiting');
  }
  if (player.playing || reel.blobs.has(i)) return '';
  if (reel.lost(i)) return say('lost', holes);
  if (reel.ready.has(i)) return touched ? say('loading', holes) : '';
  return say('coming', holes);
}

// The frame's number on the curve, in words: "distance 0.34".
function measureOf(i) {
  return series ? `${series[0].replaceAll('_', ' ')} ${rounded(series[1][i])}` : '';
}

const rounded = (x) => String(Number(Number(x).toPrecision(3)));

function drawCurve() {
  curve.draw(series?.[1] ?? [], at);
  find('curve').hidden = !series || reel.count < 2;
  const holes = { low: rounded(curve.low), high: rounded(curve.high) };
  find('measure').lastElementChild.textContent = say('range', holes);
}

function tell() {
  const { count } = reel;
  const text = captionOf(at);
  const place = say('frame', { n: at + 1, count });
  const remark = noteOf(at);
  const measure = measureOf(at);
  caption.textContent = caption.title = text;
  note.textContent = remark;
  note.hidden = !remark;
  counter.textContent = count ? `${at + 1} / ${count}` : '';
  range.max = Math.max(0, count - 1);
  range.value = at;
  range.setAttribute('aria-valuetext', [text ? `${place}: ${text}` : place, measure, remark].filter(Boolean).join('. '));
  picture.setAttribute('aria-label', text || place);
  const waiting = reel.previewing ? 'preview' : 'waiting';
  root.dataset.state = !count ? 'empty' : reel.blobs.size ? 'film' : waiting;
  root.dataset.film = count ? JSON.stringify({ index: at, fps: fps(), loop: loop() }) : 'null';
  find('desk').toggleAttribute('inert', !reel.blobs.size);
  const label = say(player.playing ? 'pause' : 'play');
  playButton.title = label;
  playButton.setAttribute('aria-label', label);
  playButton.classList.toggle('film-on', player.playing);
  find('measure').firstElementChild.textContent = measure;
  curve.at(at);
  strip.light(at);
  offerFrame();
}

function offerFrame() {
  const i = reel.nearest(at);
  if (i < 0) return saveLink.removeAttribute('href');
  saveLink.href = reel.url(i, 'frames', '.png');
}

/* ---- stage ------------------------------------------------------------------------------------------------ */

function layStrip() {
  strip.lay(Number(root.style.getPropertyValue('--ratio')) || 1);
  strip.light(at);
}

function shape(ratio) {
  root.classList.remove('film-blank');
  if (root.style.getPropertyValue('--ratio') === String(ratio)) return;
  root.style.setProperty('--ratio', ratio);
  layStrip();
}

function resized() {
  if (!element.isConnected) return leave();
  pane.redraw();
  layStrip();
}

function leave() {
  observer.disconnect();
  player.pause();
  reel.open('', 0);
}

/* ---- moving ----------------------------------------------------------------------------------------------- */

function go(i) {
  at = Math.min(Math.max(0, i), Math.max(0, reel.count - 1));
  reel.focus = pane.at = at;
  tell();
  pane.repaint();
}

function visit(i) {
  touched = true;
  player.pause();
  go(i);
}

function step(by) {
  const { count } = reel;
  visit(loop() === 'closed' ? (at + by + count) % count : at + by);
}

function toggle() {
  if (player.playing) return visit(at);
  touched = true;
  player.play(at);
}

/* ---- what comes from Python and from the network ---------------------------------------------------------- */

function arrived(i) {
  strip.mark();
  strip.fill(i);
  const now = performance.now();
  const complete = reel.blobs.size === reel.count;
  if (!touched && complete) return go(0); // the whole film is here: stand at its beginning
  const first = reel.blobs.size === 1;
  const follow = first || (!calm() && reel.ready.size < reel.count && now - followed > DWELL);
  if (!touched && reel.blobs.has(i) && follow) {
    followed = now;
    return go(i);
  }
  go(at);
}

async function preview(news) {
  const bitmap = await reel.preview(news);
  if (!bitmap) return;
  pane.put(bitmap);
  tell();
}

async function readManifest(url) {
  const manifest = await reel.json(url);
  if (!manifest) return;
  frames = manifest.frames;
  series = seriesOf(frames, reel.count);
  drawCurve();
  tell();
}

function reset(url, count) {
  reel.open(url.replace(/frames[\w.-]*\.json$/, ''), count);
  player.pause();
  pane.clear();
  [frames, series, at, touched, followed] = [[], null, 0, false, 0];
  strip.clear();
  drawCurve();
  saveLink.removeAttribute('href');
  if (url) readManifest(url);
}

let current = '';
function update() {
  const { manifest, count = 0, ready = '', preview: news = null, ...settings } = props.value || {};
  const url = manifest?.url ?? '';
  if (url !== current || count !== reel.count) reset((current = url), count);
  if (settings.fps && settings.fps !== given.fps) fpsInput.value = settings.fps;
  if (settings.loop && settings.loop !== given.loop) loopSelect.value = settings.loop;
  if (url) given = settings;
  reel.setReady(bitsOf(ready));
  preview(news);
  strip.mark();
  layStrip();
  go(at);
}

/* ---- the visitor's hands ---------------------------------------------------------------------------------- */

const labels = { scrub: range, loop: loopSelect, fps: fpsInput, previous: find('prev'), next: find('next') };
for (const [key, node] of Object.entries(labels)) node.setAttribute('aria-label', (node.title = say(key)));
for (const option of loopSelect.options) option.textContent = say(option.value);
find('empty-title').textContent = say('empty');
find('empty-hint').textContent = say('hint');
find('speed').lastElementChild.textContent = say('per second');
saveLink.lastElementChild.textContent = saveLink.title = say('save');
loopSelect.value = 'open';
fpsInput.value = 10;

range.addEventListener('input', () => visit(Number(range.value)));
playButton.addEventListener('click', toggle);
find('prev').addEventListener('click', () => step(-1));
find('next').addEventListener('click', () => step(1));
fpsInput.addEventListener('input', tell);
fpsInput.addEventListener('change', () => {
  fpsInput.value = fps();
  tell();
});
loopSelect.addEventListener('change', () => {
  player.position = at;
  tell();
});
root.addEventListener('keydown', (event) => {
  const typing = event.target.matches('button, select, a, input[type=number]');
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !reel.blobs.size) return;
  const moves = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
  if (event.key === ' ') toggle();
  else if (event.target === stage && event.key in moves) visit(at + moves[event.key]);
  else return;
  event.preventDefault();
});

const observer = new ResizeObserver(resized);
observer.observe(root);
watch('value', update);
update();
