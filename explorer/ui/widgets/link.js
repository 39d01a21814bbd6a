// LinkView: makes the whole link of props.value = {query}, puts it into the address bar, and copies it. See sharing.py.

const root = element.querySelector('.link');
const [field, button, said] = ['field', 'copy', 'said'].map((name) => root.querySelector('.link-' + name));
const spoken = [navigator.language, navigator.language.slice(0, 2)].find((l) => props.texts[l]);
const words = { ...props.texts.en, ...props.texts[spoken] };

// The clipboard is there on https and on one's own machine only. Elsewhere (http://192.168...), and where a page in a
// frame may not use it, browsers still copy what is selected.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch (error) {
    return document.execCommand('copy');
  }
}

async function copy() {
  said.textContent = ''; // so that a second time is said, too
  field.select();
  const done = await copied(field.value);
  said.textContent = done ? words.copied : words.selected;
  if (done) button.focus();
}

function update() {
  const query = props.value?.query;
  root.hidden = !query;
  said.textContent = '';
  if (!query) return;
  history.replaceState(history.state, '', '?' + query);
  field.value = (props.home ?? location.origin + location.pathname) + '?' + query;
}

field.setAttribute('aria-label', words.link);
button.textContent = words.copy;
button.addEventListener('click', copy);
watch('value', update);
update();
