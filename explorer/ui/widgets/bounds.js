// Bounds: a number that is typed outside of what is allowed becomes the nearest one that is, and that is said at its field.

const LONG = 5000; // milliseconds

let said = null;

// Says beside `node` what may stand there.
export function tellBounds(node, name, low, high) {
  said?.remove();
  const { left, top } = node.getBoundingClientRect();
  said = Object.assign(document.createElement('p'), { className: 'bounds', textContent: `${name}: ${low} – ${high}` });
  said.setAttribute('role', 'alert');
  document.querySelector('.gradio-container').append(said);
  said.style.left = `${Math.max(8, Math.min(left, innerWidth - said.offsetWidth - 8))}px`;
  said.style.top = `${Math.max(8, top - said.offsetHeight - 8)}px`;
  const own = said;
  setTimeout(() => own.remove(), LONG);
}

// Gradio's own sliders have their bounds in the field, and keep to them without a word.
addEventListener('change', ({ target }) => {
  if (!target.matches?.('input[type=number][min][max]')) return;
  const { value, min, max } = target;
  const name = target.closest('.block')?.querySelector('[data-testid="block-info"]')?.textContent.trim() ?? '';
  if (value === '' || Number(value) < Number(min) || Number(value) > Number(max)) tellBounds(target, name, min, max);
}, { capture: true });
