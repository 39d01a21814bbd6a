// Widget: what all widgets of the page have in common. A kind of widget is a custom element; it is told `props` once
// (`begin`) and a `value` any number of times, each of which ends in `update`. It says what happened by `fire`.
//
//   static styles   its style sheets, by their names in this folder
//   static events   what it fires and Python hears; `fires` where that is not the same for all of a kind
//   static template what is in it, made by `html`: a node with data-part="x" is `this.x`, and what data-say, data-name and
//                   data-title name among the words is its text, its name for those who hear it, or both with a title
//
// Texts of visitors go through textContent, title and aria attributes, never through `html`.

export const UNSEEN = 250; // milliseconds until what moves in a tab out of sight looks again whether it is in sight

// The nodes of a constant piece of markup. It takes no values, so no text of anybody's can be run.
export function html(strings, ...values) {
  if (values.length) throw new TypeError('html takes no values');
  const template = document.createElement('template');
  template.innerHTML = strings[0];
  return template.content;
}

export const make = (tag, className = '', textContent = '', more = {}) =>
  Object.assign(document.createElement(tag), { className, textContent, ...more });

// An unchanged live region is not read out again.
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
  node.hidden = !text;
}

// The name of a control, for those who see it and those who hear it.
export function titled(node, text) {
  node.title = text;
  node.setAttribute('aria-label', text);
}

export const calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

export class Widget extends HTMLElement {
  static styles = [];
  static events = [];
  static template = null;

  begin(props) {
    const { texts = {} } = props;
    const spoken = [navigator.language, navigator.language.slice(0, 2)].find((language) => texts[language]);
    this.props = props;
    this.language = spoken ?? 'en';
    this.words = { ...texts.en, ...texts[spoken] };
    this.build();
    for (const node of this.querySelectorAll('[data-part]')) this[node.dataset.part] = node;
    for (const node of this.querySelectorAll('[data-say]')) node.textContent = this.say(node.dataset.say);
    for (const node of this.querySelectorAll('[data-name]')) node.setAttribute('aria-label', this.say(node.dataset.name));
    for (const node of this.querySelectorAll('[data-title]')) titled(node, this.say(node.dataset.title));
  }

  build() {
    if (this.constructor.template) this.append(this.constructor.template.cloneNode(true));
  }

  get fires() {
    return this.constructor.events;
  }

  #value = null;

  set value(value) {
    this.#value = value ?? null;
    if (this.isConnected) this.update();
  }

  get value() {
    return this.#value;
  }

  connectedCallback() {
    this.update();
  }

  update() {}

  say(key, holes = {}) {
    return this.words[key].replace(/\{(\w+)\}/g, (_, hole) => holes[hole]);
  }

  find(selector) {
    return this.querySelector(selector);
  }

  fire(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
