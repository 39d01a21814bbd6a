// FilmView: shows props.value = {manifest, count, ready, preview, fps, loop}, see views.py. Needs reel.js and strip.js before it.
// Captions quote the visitor's prompts: all text goes through textContent, title and aria attributes, never HTML.
// No listener outlives the element: all are on its own nodes, and the observer goes when the element leaves.

const root = element.querySelector('.film');
const find = (name) => root.querySelector('.film-' + name);
const [stage, picture, caption, note, counter, range, playButton, loopSelect, fpsInput, saveLink] = [
  'stage', 'picture', 'caption', 'note', 'count', 'range', 'play', 'loop', 'fps', 'save',
].map(find);
const brush = picture.getContext('2d');
const spoken = [navigator.language, navigator.language.slice(0, 2)].find((l) => props.texts[l]);
const words = { ...props.texts.en, ...props.texts[spoken] };
const say = (key, holes = {}) => words[key].replace(/\{(\w+)\}/g, (_, hole) => holes[hole]);
const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

const DWELL = 600; // milliseconds a newly arrived frame stays before the next one may replace it
const reel = new Reel(arrived);
const strip = new Strip(find('strip'), find('marks'), reel, visit);
let frames = []; // captions and coordinates, from the manifest
let given = {}; // fps and loop as Python last gave them; what the visitor chose wins until those change
let at = 0; // the frame the visitor is at, ready or not
let touched = false; // has the visitor moved? then the view no longer follows what arrives
let followed = 0;
let shown = -1; // the frame on the stage; -1: none, or a preview
let clock = null; // time of the last step while playing, null while paused
let position = 0; // only ever counts up, see frameAt
let previewing = null; // the preview being loaded or shown
let drawn = null; // what is on the stage: an ImageBitmap, or a canvas
let painting = false;
let stale = 0;

const fps = () => Math.min(50, Math.max(1, Number(fpsInput.value) || 10));
const loop = () => loopSelect.value;

/* ---- words ------------------------------------------------------------------------------------------------ */

function captionOf(i) {
  const { caption: text, coordinates } = frames[i] ?? {};
  return text || (coordinates?.length ? 't = ' + coordinates.map((c) => Number(c.toFixed(3))).join(', ') : '');
}

function noteOf(i) {
  const holes = { n: i + 1, m: reel.nearest(i) + 1 };
  if (holes.m === 0) {
    if (reel.ready.size && [...reel.ready].every((k) => reel.lost(k))) return say('gone');
    return previewing ? say('preview', previewing) : say('waiting');
  }
  if (clock !== null || reel.blobs.has(i)) return '';
  if (reel.lost(i)) return say('lost', holes);
  if (reel.ready.has(i)) return touched ? say('loading', holes) : '';
  return say('coming', holes);
}

function tell() {
  const { count } = reel;
  const text = captionOf(at);
  const place = say('frame', { n: at + 1, count });
  const remark = noteOf(at);
  caption.textContent = caption.title = text;
  note.textContent = remark;
  note.hidden = !remark;
  counter.textContent = count ? `${at + 1} / ${count}` : '';
  range.max = Math.max(0, count - 1);
  range.value = at;
  range.setAttribute('aria-valuetext', [text ? `${place}: ${text}` : place, remark].filter(Boolean).join('. '));
  picture.setAttribute('aria-label', text || place);
  const waiting = previewing ? 'preview' : 'waiting';
  root.dataset.state = !count ? 'empty' : reel.blobs.size ? 'film' : waiting;
  root.dataset.film = count ? JSON.stringify({ index: at, fps: fps(), loop: loop() }) : 'null';
  find('desk').toggleAttribute('inert', !reel.blobs.size);
  const label = say(clock === null ? 'play' : 'pause');
  playButton.title = label;
  playButton.setAttribute('aria-label', label);
  playButton.classList.toggle('film-on', clock !== null);
  strip.light(at);
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

function put(bitmap) {
  drawn = bitmap;
  root.classList.remove('film-blank');
  const ratio = bitmap.width / bitmap.height;
  if (root.style.getPropertyValue('--ratio') !== String(ratio)) {
    root.style.setProperty('--ratio', ratio);
    layStrip();
  }
  const scale = Math.min(2, devicePixelRatio || 1);
  const [width, height] = [picture.clientWidth, picture.clientHeight].map((s) => Math.max(1, Math.round(s * scale)));
  if (picture.width !== width || picture.height !== height) Object.assign(picture, { width, height });
  brush.imageSmoothingQuality = 'high'; // bundled models draw 128 px: they are shown several times their size
  brush.drawImage(bitmap, 0, 0, width, height);
}

// One decode at a time and always for the newest wish, so a fast drag never queues up work.
async function paint() {
  if (painting) return;
  painting = true;
  for (let i = reel.nearest(at); i >= 0 && i !== shown; i = reel.nearest(at)) {
    const { aborter } = reel;
    const bitmap = reel.bitmap(i) ?? (await reel.decode(i));
    if (aborter !== reel.aborter) continue; // a new run began meanwhile
    if (!bitmap) {
      tell(); // it was broken: say so, and show the next nearest
      strip.mark();
      continue;
    }
    put(bitmap);
    shown = i;
  }
  painting = false;
  offerFrame();
}

function repaint() {
  if (stale) return;
  stale = requestAnimationFrame(() => {
    stale = 0;
    paint();
  });
}

function resized() {
  if (!element.isConnected) return leave();
  const frame = shown;
  shown = -1; // the canvas has another size now: draw again what is on it
  if (frame >= 0) repaint();
  else if (drawn) put(drawn);
  layStrip();
}

function leave() {
  observer.disconnect();
  clock = null;
  reel.open('', 0);
}

/* ---- moving ----------------------------------------------------------------------------------------------- */

function go(i) {
  at = Math.min(Math.max(0, i), Math.max(0, reel.count - 1));
  reel.focus = at;
  tell();
  repaint();
}

function visit(i) {
  touched = true;
  clock = null;
  go(i);
}

function step(by) {
  const { count } = reel;
  visit(loop() === 'closed' ? (at + by + count) % count : at + by);
}

function play() {
  if (reel.count < 2) return;
  touched = true;
  position = loop() === 'open' && at === reel.count - 1 ? 0 : at;
  clock = performance.now();
  go(frameAt(position, reel.count, loop()));
  requestAnimationFrame(tick);
}

function tick(now) {
  if (clock === null || !element.isConnected) return;
  const steps = Math.floor(((now - clock) * fps()) / 1000);
  if (steps > 0) {
    clock = steps > 4 ? now : clock + (steps * 1000) / fps(); // back from a hidden tab: go on, do not leap
    position += Math.min(steps, 4);
    const i = frameAt(position, reel.count, loop());
    if (i === null) return visit(reel.count - 1);
    go(i);
    const soon = frameAt(position + 2, reel.count, loop());
    if (soon !== null && !reel.bitmap(soon)) reel.decode(soon);
  }
  requestAnimationFrame(tick);
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
  const old = () => reel.blobs.size || previewing?.step >= news.step;
  if (!news || old()) return;
  const run = reel.aborter;
  const url = news.file.url + '?step=' + news.step; // never a picture the browser kept from an earlier step
  const answer = await fetch(url, { signal: run.signal }).catch(() => null);
  const bitmap = answer?.ok ? await createImageBitmap(await answer.blob()).catch(() => null) : null;
  if (!bitmap || run !== reel.aborter || old()) return;
  previewing = news;
  put(bitmap);
  tell();
}

async function readManifest(url) {
  const run = reel.aborter;
  const answer = await fetch(url, { signal: run.signal }).catch(() => null);
  const manifest = answer?.ok ? await answer.json().catch(() => null) : null;
  if (run !== reel.aborter) return;
  frames = manifest?.frames ?? [];
  tell();
}

function reset(url, count) {
  reel.open(url.replace(/frames\.json$/, ''), count);
  [frames, at, touched, followed, shown, clock, previewing, drawn] = [[], 0, false, 0, -1, null, null, null];
  strip.clear();
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

const toggle = () => (clock === null ? play() : visit(at));
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
  position = at;
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
