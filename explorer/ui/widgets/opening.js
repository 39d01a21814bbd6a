// Drop area: a file dropped anywhere on the page, but on a field that takes files itself, goes to the upload button
// props.to. See opening.py. The listeners are the document's, and go with the element.

const ends = new AbortController();
const there = () => element.isConnected || ends.abort();
const brings = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files');

function over(event) {
  if (!there() || !brings(event) || event.defaultPrevented) return;
  event.preventDefault(); // or else the browser opens the file itself
  event.dataTransfer.dropEffect = 'copy';
  mark(true);
}

function mark(on) {
  document.body.classList.toggle('dropping', on);
}

function drop(event) {
  mark(false);
  if (!there() || !brings(event) || event.defaultPrevented) return;
  event.preventDefault();
  const input = document.getElementById(props.to)?.previousElementSibling; // Gradio's own, of the button
  if (!input?.matches('input[type=file]') || !event.dataTransfer.files.length) return;
  const one = new DataTransfer();
  one.items.add(event.dataTransfer.files[0]);
  input.files = one.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
}

document.addEventListener('dragover', over, { signal: ends.signal });
document.addEventListener('drop', drop, { signal: ends.signal });
document.addEventListener('dragleave', (event) => event.relatedTarget ?? mark(false), { signal: ends.signal });
