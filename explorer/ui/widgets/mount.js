// What `js_on_load` imports (see widget.py): draws the widget `props.kind` into Gradio's element and keeps its value up to
// date. Events that the widget fires go to Python, and so does what it gives. It is the only module that knows Gradio.

import './page.js';
import { spoken } from './spoken.js';

const sheets = new Map(); // name -> promise: each style sheet is asked for once

function sheet(name) {
  const href = new URL(`${name}.css`, import.meta.url).href;
  return new Promise((done, failed) => {
    const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href });
    link.onload = done;
    link.onerror = () => failed(new Error(`${href} could not be loaded`));
    document.head.append(link);
  });
}

function styled(name) {
  if (!sheets.has(name)) sheets.set(name, sheet(name));
  return sheets.get(name);
}

// What a widget is told for good. Gradio 6.31 forgets it where an event had nothing for a widget that was not drawn yet (it
// takes the update's mark for all of the props); then it stands in the page's configuration.
function toldFor(props, id) {
  return props.kind ? props : window.gradio_config.components.find((each) => each.props.elem_id === id).props.props;
}

export async function mount(element, props, trigger, watch, id) {
  const told = toldFor(props, id);
  const { default: Kind } = await import(`./${told.kind}.js`);
  await Promise.all(Kind.styles.map(styled));
  const widget = new Kind();
  widget.toForm = (value) => (props.value = value); // what the form sends from now on
  widget.begin({ ...told, texts: spoken(told) });
  for (const name of widget.fires) widget.addEventListener(name, ({ detail }) => trigger(name, detail));
  watch('value', () => (widget.value = props.value));
  widget.value = props.value; // as it is by now: it may have changed on the way here
  element.querySelector(':scope > img')?.remove(); // what stood there until now
  element.append(widget);
}
