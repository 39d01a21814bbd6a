// StatusView: shows props.value = {state, text, detail, notes, progress}. Everything goes through textContent:
// notes quote the visitor's own words.
const root = element.querySelector('.status');
const find = (name) => root.querySelector('.status-' + name);

function write(node, text) {
  if (node.textContent !== text) node.textContent = text; // an unchanged live region is not read out again
  node.hidden = !text;
}

function showProgress(progress, text) {
  const bar = find('bar');
  const known = typeof progress === 'number';
  bar.hidden = !known;
  if (!known) return;
  const percent = Math.round(progress * 100);
  bar.setAttribute('aria-valuenow', percent);
  bar.setAttribute('aria-label', text);
  bar.firstElementChild.style.width = progress * 100 + '%';
}

function show() {
  const status = props.value;
  root.hidden = !status;
  if (!status) return;
  root.dataset.state = status.state;
  write(find('text'), status.text);
  write(find('detail'), status.detail);
  showProgress(status.progress, status.text);
  const notes = status.notes.map((note) => Object.assign(document.createElement('li'), { textContent: note }));
  find('notes').replaceChildren(...notes);
  find('notes').hidden = !notes.length;
}

watch('value', show);
show();
