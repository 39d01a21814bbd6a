// Page: what events of the page do in the browser itself (their `js=`), under window.explorer: the page's config carries
// calls, no code. It is there before Gradio is, see `scripts` in widget.py.

// Calls `act` with the element as soon as it is there, for at most three seconds.
function whenThere(find, act, tries = 30) {
  const node = find();
  if (node) act(node);
  else if (tries) setTimeout(whenThere, 100, find, act, tries - 1);
}

// Keeps a node in sight while what stands above it is still being drawn: for three seconds, or until the visitor moves.
function keepInSight(node) {
  const ends = new AbortController();
  const observer = new ResizeObserver(() => node.scrollIntoView({ block: 'nearest' }));
  const end = () => {
    observer.disconnect();
    ends.abort();
  };
  for (const kind of ['wheel', 'touchstart', 'pointerdown', 'keydown']) addEventListener(kind, end, { signal: ends.signal, passive: true });
  setTimeout(end, 3000);
  observer.observe(document.body);
}

window.explorer = {
  // An event's inputs with the state of the view `id` at `place`.
  seen(id, place, inputs) {
    const view = document.getElementById(id)?.querySelector('[data-film]');
    return inputs.map((input, i) => (i === place ? JSON.parse(view?.dataset.film ?? 'null') : input));
  },

  // What this browser has kept of the forms, and once the run that was interrupted with the last page: see memory.js.
  remembered() {
    try {
      const interrupted = sessionStorage.getItem('latent-explorer.interrupted');
      sessionStorage.removeItem('latent-explorer.interrupted');
      return [{ ...JSON.parse(localStorage.getItem('latent-explorer.form')), interrupted }];
    } catch {
      return [null];
    }
  },

  // Scrolls to the form of the example that was chosen as soon as its tab is drawn, and puts the focus on Render.
  toExample() {
    const name = document.querySelector('[data-gallery]')?.dataset.gallery;
    const button = () => document.getElementById(name + '-render');
    whenThere(() => button()?.offsetParent && button(), (render) => {
      document.getElementById('notice').scrollIntoView();
      render.scrollIntoView({ block: 'nearest' });
      render.focus({ preventScroll: true });
      keepInSight(render);
    });
  },
};
