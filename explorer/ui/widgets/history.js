// HistoryView: the visitor's runs; see history.py. Needs shelf.js, differences.js and cards.js before it.
// Prompts and settings are the visitor's: all text goes through textContent. No listener outlives the element: all are
// on its own nodes.

const root = element.querySelector('.history');
const find = (name) => root.querySelector('.history-' + name);
const spoken = [navigator.language, navigator.language.slice(0, 2)].find((l) => props.texts[l]);
const words = { ...props.texts.en, ...props.texts[spoken] };
const say = (key, holes = {}) => words[key].replace(/\{(\w+)\}/g, (_, hole) => holes[hole]);
const named = (names) => Object.fromEntries(Object.entries(names).map(([key, name]) => [key, words[name] ?? name]));
const [titles, labels] = [named(props.titles), named(props.labels)];
const FEW = 8; // cards that are shown at first

const shelf = new Shelf();
const pair = new Pair(find('pair'), { say, titles, labels });
const acts = { reopen, pick, remove, forget, lost };
let picked = []; // entries to compare, at most two
let current = ''; // the run that was opened last
let all = false;

/* ---- drawing ---------------------------------------------------------------------------------------------- */

function draw() {
  const list = shelf.read();
  const shown = all ? list : list.slice(0, FEW);
  root.hidden = !list.length;
  find('number').textContent = list.length;
  find('cards').replaceChildren(...shown.map((entry) => new Card(entry, { say, titles, acts, open: entry.run === current }).node));
  find('more').hidden = list.length <= FEW;
  find('more').textContent = say(all ? 'less' : 'more', { count: list.length });
  check();
}

function tell(text) {
  find('said').textContent = text;
  find('said').hidden = !text;
}

function check() {
  for (const card of find('cards').children) {
    const box = card.querySelector('input');
    if (box) box.checked = picked.some(({ run }) => run === card.dataset.run);
  }
}

// The focus does not fall off the page when the card that had it goes.
function drawAfter(run) {
  const at = [...find('cards').children].findIndex((card) => card.dataset.run === run);
  const had = find('cards').contains(document.activeElement);
  draw();
  const { children } = find('cards');
  if (had) (children[Math.min(at, children.length - 1)]?.querySelector('button') ?? root.querySelector('summary')).focus();
}

/* ---- what the visitor does -------------------------------------------------------------------------------- */

function reopen({ run }) {
  tell('');
  trigger('reopen', { run });
}

function remove({ run }) {
  tell('');
  trigger('remove', { run });
}

function forget({ run }) {
  shelf.drop(run);
  drawAfter(run);
}

function pick(entry, chosen) {
  picked = picked.filter(({ run }) => run !== entry.run);
  if (chosen) picked = [...picked, entry].slice(-2); // a third takes the place of the first
  check();
  compare();
}

async function compare() {
  tell(picked.length === 1 ? say('one') : '');
  if (picked.length < 2) return pair.hide();
  if (await pair.show(picked)) return;
  picked.forEach(lost);
  picked = [];
  pair.hide();
  check();
  tell(say('lost'));
}

// Is the run gone, or has it only no picture yet? A server that does not answer at all says neither.
async function lost({ run, base }) {
  const answer = await fetch(base + 'run.json', { method: 'HEAD', cache: 'no-store' }).catch(() => null);
  if (answer && [403, 404].includes(answer.status)) gone(run);
}

/* ---- what the server says --------------------------------------------------------------------------------- */

function gone(run) {
  picked = picked.filter((entry) => entry.run !== run);
  shelf.change(run, { gone: true });
  drawAfter(run);
}

function enter({ manifest, ...entry }) {
  current = entry.run;
  shelf.put({ ...entry, base: new URL(manifest.url, location).pathname.replace(/frames\.json$/, '') });
  if (!root.contains(document.activeElement)) draw();
  else drawAfter(entry.run);
}

function opened(run) {
  current = run;
  draw();
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  document.getElementById('tabs')?.scrollIntoView({ behavior: calm ? 'auto' : 'smooth' });
}

function update() {
  const { entry, gone: lostRun, removed, opened: run, interrupted, said } = props.value ?? {};
  if (entry) enter(entry);
  if (lostRun) gone(lostRun);
  if (removed) forget({ run: removed });
  if (run) opened(run);
  if (interrupted) trigger('reopen', { run: interrupted, interrupted: true });
  if (said) tell(said);
}

find('title').textContent = say('title');
find('where').textContent = say('where');
find('cards').setAttribute('aria-label', say('list'));
find('more').addEventListener('click', () => {
  all = !all;
  draw();
});
root.addEventListener('toggle', () => root.open && draw());
watch('value', update);
tell('');
draw();
